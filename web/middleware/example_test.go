package middleware_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// The usual stack of a site; the fixed sources of randomness and time make its
// output repeat.
func Example() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	r := web.NewRouter()
	r.Get("/{slug}/", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, "hello ", r.PathValue("slug"))
		return err
	})
	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{
		middleware.RequestID(middleware.RequestIDConfig{Rand: strings.NewReader("0123456789abcdef")}),
		middleware.AccessLog(middleware.AccessLogConfig{
			Logger: logger,
			Now:    func() time.Time { return time.Time{} },
		}),
		middleware.SecureHeaders(middleware.SecureHeadersConfig{}),
		middleware.Recover(middleware.RecoverConfig{Logger: logger}),
		middleware.MaxBody(0),
		middleware.CrossOrigin(nil),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/nuages/", nil))
	fmt.Println(rec.Header().Get("X-Frame-Options"), rec.Body)
	// Output:
	// level=INFO msg=request method=GET path=/nuages/ route=/{slug}/ status=200 bytes=12 duration=0s remote=192.0.2.1 id=30313233343536373839616263646566
	// DENY hello nuages
}
