package middleware

import (
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/volaweb/vola/web"
)

// RetryConfig configures [Retry]. The zero value is ready to use.
type RetryConfig struct {
	// Times is how often a request is tried in all. Defaults to 3.
	Times int
	// Wait is how long to wait before the second try; twice as long before each further one.
	// Defaults to 50 ms.
	Wait time.Duration
}

// Retry tries a request again whose answer would be 503, such as while a service that the handler
// asks starts again. Only GET, HEAD and OPTIONS without a body are tried again, and nothing of an answer is
// sent before it is known that it is not 503. What fails is logged each time. The last answer is
// sent as it is.
func Retry(cfg RetryConfig) web.Middleware {
	if cfg.Times == 0 {
		cfg.Times = 3
	}
	if cfg.Wait == 0 {
		cfg.Wait = 50 * time.Millisecond
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
			wait := cfg.Wait
			for range cfg.Times - 1 {
				if !safe || r.Body != nil && r.Body != http.NoBody || r.Context().Err() != nil {
					break
				}
				a := &attempt{w: w, header: w.Header().Clone()}
				next.ServeHTTP(a, r)
				if a.end(); !a.dropped {
					return
				}
				select {
				case <-time.After(wait):
				case <-r.Context().Done():
				}
				wait *= 2
			}
			next.ServeHTTP(w, r)
		})
	}
}

// attempt is the writer of a try: it drops an answer 503.
type attempt struct {
	w       http.ResponseWriter
	header  http.Header
	sent    bool // the header was passed on
	dropped bool
}

// Unwrap returns the writer below, for [http.ResponseController].
func (a *attempt) Unwrap() http.ResponseWriter { return a.w }

// Header returns the header of this try, and that of the answer when it is sent.
func (a *attempt) Header() http.Header {
	if a.sent {
		return a.w.Header()
	}
	return a.header
}

// WriteHeader passes the status on, but for 503.
func (a *attempt) WriteHeader(status int) {
	switch {
	case a.dropped:
		return
	case a.sent:
	case status == http.StatusServiceUnavailable:
		a.dropped = true
		return
	default:
		to := a.w.Header()
		clear(to)
		maps.Copy(to, a.header)
		a.sent = status >= 200 || status == http.StatusSwitchingProtocols
	}
	a.w.WriteHeader(status)
}

// end sends what a handler that wrote nothing has answered.
func (a *attempt) end() {
	if !a.sent && !a.dropped {
		a.WriteHeader(http.StatusOK)
	}
}

// Write sends a part of the body, or drops it.
func (a *attempt) Write(p []byte) (int, error) {
	if a.end(); a.dropped {
		return len(p), nil
	}
	return a.w.Write(p)
}

// ReadFrom sends all of src by the quickest way of the writer below, or drops it.
func (a *attempt) ReadFrom(src io.Reader) (int64, error) {
	if a.end(); a.dropped {
		return io.Copy(io.Discard, src)
	}
	return io.Copy(a.w, src)
}

// Flush sends what is buffered.
func (a *attempt) Flush() {
	if a.end(); !a.dropped {
		_ = http.NewResponseController(a.w).Flush() // Flusher has no way to say that it cannot
	}
}
