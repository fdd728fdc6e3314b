package middleware

import (
	"net/http"
	"strings"

	"github.com/volaweb/vola/web"
)

// Moved redirects requests for paths that have moved, for good, with 308, by which a client
// sends the same again: to maps an old path to the new one, which may be on another site. The
// parameters of the address stay. It belongs to the whole site, as no route leads to the old paths.
// Only the path itself counts, not what is below it.
func Moved(to map[string]string) web.Middleware {
	paths := make(map[string]string, len(to))
	for old, now := range to {
		paths[old] = now
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now, moved := paths[r.URL.Path]
			if !moved {
				next.ServeHTTP(w, r)
				return
			}
			if r.URL.RawQuery != "" {
				sign := "?"
				if strings.Contains(now, "?") {
					sign = "&"
				}
				now += sign + r.URL.RawQuery
			}
			w.Header().Set("Location", now)
			w.WriteHeader(http.StatusPermanentRedirect)
		})
	}
}
