package middleware

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// LimitsConfig configures [Limits]. The zero value is ready to use.
type LimitsConfig struct {
	// MaxQueryKeys is how many keys a query may have. Defaults to 1,000.
	MaxQueryKeys int

	// MaxURL is how long the path and the query may be together, in bytes as
	// sent. Defaults to [web.DefaultMaxURL].
	MaxURL int
}

// Limits refuses requests whose URL would cost too much to parse, before
// anything parses it: 414 for a long one, 400 for a query of many keys. A
// [web.Mux] limits the length on its own; this is for other handlers too.
func Limits(cfg LimitsConfig) web.Middleware {
	if cfg.MaxQueryKeys == 0 {
		cfg.MaxQueryKeys = 1000
	}
	if cfg.MaxURL == 0 {
		cfg.MaxURL = web.DefaultMaxURL
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := cfg.check(r); err != nil {
				web.Fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func (cfg LimitsConfig) check(r *http.Request) error {
	length := max(len(r.URL.Path), len(r.URL.RawPath)) + len(r.URL.RawQuery)
	if length > cfg.MaxURL {
		cause := fmt.Errorf("URL of %d bytes, %d are allowed", length, cfg.MaxURL)
		return web.WithStatus(http.StatusRequestURITooLong,
			fault.Wrap(fault.TooLarge, cause, "The address is too long."))
	}
	if keys := strings.Count(r.URL.RawQuery, "&") + 1; keys > cfg.MaxQueryKeys {
		cause := fmt.Errorf("query of %d keys, %d are allowed", keys, cfg.MaxQueryKeys)
		return fault.Wrap(fault.Invalid, cause, "The address has too many parameters.")
	}
	return nil
}
