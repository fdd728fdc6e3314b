package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/volaweb/vola/web"
)

// discarded is a ResponseWriter that forgets what is written.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

// BenchmarkJSON answers with a post that has a list, as an API does.
func BenchmarkJSON(b *testing.B) {
	type author struct {
		ID   int64
		Name string
	}
	type post struct {
		ID           int64
		Title, Body  string
		Author       *author
		Topics, None []string
	}
	for name, v := range map[string]any{
		"complete": post{1, "A title", "A body", &author{7, "Ann"}, []string{"go", "sql"}, []string{}},
		"nil list": post{1, "A title", "A body", &author{7, "Ann"}, []string{"go", "sql"}, nil},
	} {
		r := web.NewRouter()
		r.Get("/", func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, http.StatusOK, v) })
		mux, err := r.Build(web.BuildConfig{})
		if err != nil {
			b.Fatal(err)
		}
		req, w := httptest.NewRequest("GET", "/", nil), discarded{http.Header{}}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mux.ServeHTTP(w, req)
			}
		})
	}
}
