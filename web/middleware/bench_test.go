package middleware_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// BenchmarkMiddleware compares a request with the middleware that every answer
// goes through, whose log takes nothing, with one without.
func BenchmarkMiddleware(b *testing.B) {
	log := slog.New(slog.DiscardHandler)
	all := []web.Middleware{
		middleware.RequestID(middleware.RequestIDConfig{}),
		middleware.AccessLog(middleware.AccessLogConfig{Logger: log}),
		middleware.SecureHeaders(middleware.SecureHeadersConfig{}),
	}
	for name, with := range map[string][]web.Middleware{"without": nil, "id": all[:1], "log": all[1:2], "headers": all[2:], "all": all} {
		b.Run(name, func(b *testing.B) {
			r := web.NewRouter()
			r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return nil })
			mux, err := r.Build(web.BuildConfig{Middleware: with})
			if err != nil {
				b.Fatal(err)
			}
			req := httptest.NewRequest(http.MethodGet, "/", nil)
			w := &header{h: make(http.Header, 16)}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.h)
				mux.ServeHTTP(w, req)
			}
		})
	}
}

// header is a ResponseWriter that allocates nothing.
type header struct{ h http.Header }

func (w *header) Header() http.Header         { return w.h }
func (w *header) WriteHeader(int)             {}
func (w *header) Write(p []byte) (int, error) { return len(p), nil }
