package middleware

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/web"
)

// CORSConfig says which pages of other sites may ask this one by scripts. The zero value
// lets none.
type CORSConfig struct {
	// Paths are what it is about, each with all that is below it: "/api" and "/api/" are the same.
	Paths []string
	// Origins are the sites, such as "https://app.example.org": without a path, as browsers send them.
	Origins []string
	// AnyOrigin lets every site ask, without cookies and log-ins.
	AnyOrigin bool
	// Credentials lets requests of Origins have cookies. They can then do what the visitor can.
	Credentials bool
	// Methods may be sent. Defaults to GET, HEAD, POST, PUT, PATCH and DELETE.
	Methods []string
	// Headers may be sent, beside those that always may. Defaults to Authorization, Content-Type and If-Match.
	Headers []string
	// Expose are headers of answers that scripts may read, beside those that they always may. Defaults to
	// ETag, Link, Location, RateLimit, RateLimit-Policy and Retry-After.
	Expose []string
	// MaxAge is how long a browser remembers the answer. Defaults to an hour.
	MaxAge time.Duration
}

// CORS answers browsers that ask whether a page of another site may send a request, and says of
// answers that such a page may read them (cross-origin resource sharing, in the Fetch standard). It belongs to the
// whole site, before [CrossOrigin], as no route answers the question of a browser.
func CORS(cfg CORSConfig) web.Middleware {
	byDefault := func(list []string, names ...string) string {
		if len(list) == 0 {
			list = names
		}
		return strings.Join(list, ", ")
	}
	methods := byDefault(cfg.Methods, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
	headers := byDefault(cfg.Headers, "Authorization", "Content-Type", "If-Match")
	expose := byDefault(cfg.Expose, "ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After")
	if cfg.MaxAge == 0 {
		cfg.MaxAge = time.Hour
	}
	maxAge := strconv.Itoa(int(cfg.MaxAge.Seconds()))
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !cfg.about(r) {
				next.ServeHTTP(w, r)
				return
			}
			h := w.Header()
			if !cfg.AnyOrigin || len(cfg.Origins) > 0 {
				h.Add("Vary", "Origin") // also of an answer without an origin, which a cache may keep
			}
			origin := r.Header.Get("Origin")
			listed := slices.Contains(cfg.Origins, origin) && origin != "" && origin != "null"
			switch {
			case listed:
				h.Set("Access-Control-Allow-Origin", origin)
				if cfg.Credentials {
					h.Set("Access-Control-Allow-Credentials", "true")
				}
			case cfg.AnyOrigin && origin != "":
				h.Set("Access-Control-Allow-Origin", "*")
			default:
				next.ServeHTTP(w, r)
				return
			}
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", methods)
				h.Set("Access-Control-Allow-Headers", headers)
				h.Set("Access-Control-Max-Age", maxAge)
				w.WriteHeader(http.StatusNoContent)
				return
			}
			h.Set("Access-Control-Expose-Headers", expose)
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			next.ServeHTTP(w, r)
		})
	}
}

// about reports whether the request is for one of the paths.
func (cfg CORSConfig) about(r *http.Request) bool {
	path := r.URL.EscapedPath() + "/" // of "/api%2Fx" the router knows no part called api
	return slices.ContainsFunc(cfg.Paths, func(p string) bool {
		return strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/")
	})
}

// Trusts reports whether a request that changes something may come from the page that sent
// it: from one of Origins, or without cookies from any if AnyOrigin is set. It is for an
// exception of [CrossOrigin].
func (cfg CORSConfig) Trusts(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" || !cfg.about(r) {
		return false
	}
	return slices.Contains(cfg.Origins, origin) && (cfg.Credentials || r.Header.Get("Cookie") == "") ||
		cfg.AnyOrigin && r.Header.Get("Cookie") == ""
}
