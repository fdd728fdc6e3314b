package middleware_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// BenchmarkMiddleware compares a request with the middleware that every answer
// goes through, whose log takes nothing, with one without.
func BenchmarkMiddleware(b *testing.B) {
	log := slog.New(slog.DiscardHandler)
	hosts, err := middleware.ParseHosts("example.com")
	if err != nil {
		b.Fatal(err)
	}
	all := []web.Middleware{
		middleware.RequestID(middleware.RequestIDConfig{}),
		middleware.AccessLog(middleware.AccessLogConfig{Logger: log}),
		middleware.SecureHeaders(middleware.SecureHeadersConfig{}),
		middleware.Proxies(middleware.ProxiesConfig{HTTPS: true}),
		middleware.Hosts(middleware.HostsConfig{Allowed: hosts.Has}),
		middleware.Limits(middleware.LimitsConfig{}),
		middleware.MaxBody(0),
		middleware.CrossOrigin(nil),
		middleware.Work(middleware.WorkConfig{}),
	}
	for name, with := range map[string][]web.Middleware{"without": nil, "id": all[:1], "log": all[1:2], "headers": all[2:3], "edge": all[3:5], "limits": all[5:8], "work": all[8:], "all": all} {
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

func (w *header) Header() http.Header              { return w.h }
func (w *header) SetReadDeadline(time.Time) error  { return nil }
func (w *header) SetWriteDeadline(time.Time) error { return nil }
func (w *header) WriteHeader(int)                  {}
func (w *header) Write(p []byte) (int, error)      { return len(p), nil }
