package middleware

import (
	"io"
	"net/http"

	"github.com/volaweb/vola/web"
)

// DefaultMaxBody is the longest request body that [MaxBody] lets through
// unless told otherwise, in bytes.
const DefaultMaxBody = 1 << 20

// MaxBody limits the body of requests to limit bytes; 0 means
// [DefaultMaxBody]. Reading beyond it fails with an [*http.MaxBytesError],
// which a handler returns as any other error and [web.Status] makes a 413. A
// MaxBody on a single route replaces that of the whole site, up or down.
func MaxBody(limit int64) web.Middleware {
	if limit == 0 {
		limit = DefaultMaxBody
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Body != nil && r.Body != http.NoBody {
				whole := r.Body
				timed, isTimed := whole.(*timedBody)
				if isTimed {
					whole = timed.ReadCloser
				}
				if outer, ok := whole.(*limitedBody); ok {
					whole = outer.whole
				}
				limited := *r
				limited.Body = &limitedBody{http.MaxBytesReader(innermost(w), whole, limit), whole}
				if isTimed {
					limited.Body = &timedBody{limited.Body, timed.ctx}
				}
				r = &limited
			}
			next.ServeHTTP(w, r)
		})
	}
}

// limitedBody remembers the body without the limit.
type limitedBody struct {
	io.ReadCloser
	whole io.ReadCloser
}

// innermost returns the server's own writer: only that one learns from
// MaxBytesReader that the connection cannot be used again.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = u.Unwrap()
	}
}
