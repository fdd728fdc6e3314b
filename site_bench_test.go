package vola_test

import (
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/internal/linelog"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// benchPages is a module with a page that has a script of its own, and one without.
type benchPages struct{ module.Base }

var plainPage, scriptPage = templates.Page[string]("b/plain.html"), templates.Page[string]("b/script.html")

func (*benchPages) Name() string               { return "b" }
func (*benchPages) Pages() []templates.Checked { return []templates.Checked{plainPage, scriptPage} }
func (*benchPages) Templates() fs.FS {
	return fstest.MapFS{"b/plain.html": {Data: []byte("<p>{{.}}</p>")}, "b/script.html": {Data: []byte("<script>x = {{.}}</script>")}}
}
func (b *benchPages) Routes(r *web.Router) {
	r.Get("/empty", func(w http.ResponseWriter, r *http.Request) error { return nil })
	r.Get("/plain", func(w http.ResponseWriter, r *http.Request) error { return b.Render(w, r, plainPage.Data("x")) })
	r.Get("/script", func(w http.ResponseWriter, r *http.Request) error { return b.Render(w, r, scriptPage.Data("x")) })
}

// BenchmarkSite is a request through all that a site puts around its handlers.
func BenchmarkSite(b *testing.B) {
	bp := &benchPages{}
	var level slog.LevelVar
	s, err := vola.New(vola.Config{Modules: []module.Module{module.At("/", bp)}}, vola.Options{Log: slog.New(linelog.New(io.Discard, &level))})
	if err != nil {
		b.Fatal(err)
	}
	if err := bp.Start(b.Context(), s.Host()); err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"empty", "plain", "script"} {
		b.Run(name, func(b *testing.B) {
			req := httptest.NewRequest(http.MethodGet, "/"+name, nil)
			req.Host, req.RemoteAddr = "localhost", "127.0.0.1:1234"
			w := &benchWriter{h: make(http.Header, 16)}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.h)
				s.ServeHTTP(w, req)
			}
			if w.status >= 300 {
				b.Fatal(w.status)
			}
		})
	}
}

// benchWriter is a ResponseWriter that allocates nothing.
type benchWriter struct {
	h      http.Header
	status int
}

func (w *benchWriter) Header() http.Header         { return w.h }
func (w *benchWriter) WriteHeader(s int)           { w.status = s }
func (w *benchWriter) Write(p []byte) (int, error) { return len(p), nil }
