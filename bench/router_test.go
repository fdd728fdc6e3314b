package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/volaweb/vola/web"
)

// apps times five routes are the 200 routes that every router gets.
const apps = 40

// routes are those of one app, as Vola and chi write them.
func routes(app int) []string {
	return []string{
		fmt.Sprintf("/app%d/", app),
		fmt.Sprintf("/app%d/new/", app),
		fmt.Sprintf("/app%d/{id}/", app),
		fmt.Sprintf("/app%d/{id}/edit/", app),
		fmt.Sprintf("/app%d/{year}/{month}/{slug}/", app),
	}
}

func volaRouter(tb testing.TB, typed bool) http.Handler {
	r := web.NewRouter()
	for app := range apps {
		for _, pattern := range routes(app) {
			if typed {
				pattern = strings.NewReplacer("{id}", "{id:int}", "{year}", "{year:int}", "{month}", "{month:int}").Replace(pattern)
			}
			r.Get(pattern, func(http.ResponseWriter, *http.Request) error { return nil })
		}
	}
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		tb.Fatal(err)
	}
	return mux
}

func serveMux() http.Handler {
	mux := http.NewServeMux()
	for app := range apps {
		for _, pattern := range routes(app) {
			mux.HandleFunc("GET "+pattern+"{$}", func(http.ResponseWriter, *http.Request) {})
		}
	}
	return mux
}

func chiRouter() http.Handler {
	r := chi.NewRouter()
	for app := range apps {
		for _, pattern := range routes(app) {
			r.Get(pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	return r
}

// nowhere is a writer that costs nothing.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

func BenchmarkRouter(b *testing.B) {
	routers := []struct {
		name    string
		handler http.Handler
	}{
		{"vola", volaRouter(b, false)},
		{"vola-typed", volaRouter(b, true)},
		{"servemux", serveMux()},
		{"chi", chiRouter()},
	}
	for _, path := range []struct{ name, path string }{
		{"static", "/app27/new/"},
		{"one", "/app27/1234/"},
		{"three", "/app27/2026/11/minor-swing/"},
	} {
		for _, router := range routers {
			b.Run(path.name+"/"+router.name, func(b *testing.B) {
				fresh := httptest.NewRequest("GET", path.path, nil)
				rec := httptest.NewRecorder()
				if router.handler.ServeHTTP(rec, fresh.Clone(b.Context())); rec.Code != http.StatusOK {
					b.Fatalf("status %d", rec.Code)
				}
				w, r := nowhere{http.Header{}}, new(http.Request)
				b.ReportAllocs()
				start := cpu(b)
				for b.Loop() {
					*r = *fresh // a request that no router has marked yet
					router.handler.ServeHTTP(w, r)
				}
				b.ReportMetric(float64(cpu(b)-start)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// cpu returns the processor time that the process has used.
func cpu(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
