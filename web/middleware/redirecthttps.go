package middleware

import (
	"net/http"
	"strings"

	"github.com/volaweb/vola/internal/hostname"
	"github.com/volaweb/vola/web"
)

// RedirectHTTPSConfig configures [RedirectHTTPS].
type RedirectHTTPSConfig struct {
	// Port is where the site has HTTPS. Defaults to "", the usual port 443.
	Port string

	// Exempt reports whether a request is answered as it is, such as one of a monitor.
	// Defaults to none.
	Exempt func(r *http.Request) bool
}

// RedirectHTTPS redirects requests of visitors without HTTPS to the same address with
// it, with 308, by which a browser sends a form again as it was.
//
// It belongs after [Proxies] with HTTPS set: then only what a trusted proxy says was
// http is redirected. Without such a proxy nobody knows, and nothing is, so that
// there is no loop. It belongs after [Hosts] too, as the redirect names the host of the request.
func RedirectHTTPS(cfg RedirectHTTPSConfig) web.Middleware {
	port := ""
	if cfg.Port != "" && cfg.Port != "443" {
		port = ":" + cfg.Port
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if web.IsHTTPS(r) || cfg.Exempt != nil && cfg.Exempt(r) {
				next.ServeHTTP(w, r)
				return
			}
			host := r.Host
			if name, ok := hostname.Parse(host); ok {
				if host = name; strings.Contains(name, ":") {
					host = "[" + name + "]"
				}
				host += port
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
