package middleware

import (
	"net/http"
	"strings"

	"github.com/volaweb/vola/web"
)

// RedirectHTTPS redirects requests of visitors without HTTPS to the same address with
// it, with 308, by which a browser sends a form again as it was. exempt
// reports requests that are answered as they are, such as those of a monitor; nil means none.
//
// It belongs after [Proxies] with HTTPS set: then only what a trusted proxy says was
// http is redirected. Without such a proxy nobody knows, and nothing is, so that
// there is no loop. It belongs after [Hosts] too, as the redirect names the host of the request.
func RedirectHTTPS(exempt func(r *http.Request) bool) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if web.IsHTTPS(r) || exempt != nil && exempt(r) {
				next.ServeHTTP(w, r)
				return
			}
			host := r.Host
			if name, ok := hostName(host); ok {
				if host = name; strings.Contains(name, ":") {
					host = "[" + name + "]"
				}
			}
			// Not http.Redirect, which would clean the path.
			path := r.URL.RequestURI()
			if !strings.HasPrefix(path, "/") {
				path = "/"
			}
			w.Header().Set("Location", "https://"+host+path)
			w.WriteHeader(http.StatusPermanentRedirect)
		})
	}
}
