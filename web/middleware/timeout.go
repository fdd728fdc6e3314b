package middleware

import (
	"context"
	"net/http"
	"time"

	"github.com/volaweb/vola/web"
)

// Timeout ends the context of a request after d: what waits for it, such as the database, fails, and
// the answer is 504. A handler that never looks at its context is not stopped, and its answer is
// sent as it is. [web.Route.Deadline] can make the time of a route longer too; Timeout can only
// make it shorter, for what it wraps.
func Timeout(d time.Duration) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
