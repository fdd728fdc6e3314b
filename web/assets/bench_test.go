package assets_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkSmallFile compares a file of 2 kB with http.FileServer on the same folder.
func BenchmarkSmallFile(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.css"), []byte(strings.Repeat("a { color: red }\n", 120)), 0o600); err != nil {
		b.Fatal(err)
	}
	set, err := assets.New(assets.Config{Layers: []fs.FS{os.DirFS(dir)}, Codings: []assets.Coding{brotli.Coding{}}})
	if err != nil {
		b.Fatal(err)
	}
	if err := set.Compress(b.Context(), ""); err != nil {
		b.Fatal(err)
	}
	url, err := set.URL("a.css")
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		handler http.Handler
		path    string
		header  map[string]string
	}{
		{"fileserver", http.FileServer(http.Dir(dir)), "/a.css", nil},
		{"set", set, strings.TrimPrefix(url, "/static"), nil},
		{"set/br", set, strings.TrimPrefix(url, "/static"), map[string]string{"Accept-Encoding": "gzip, deflate, br, zstd"}},
		{"set/304", set, "/a.css", map[string]string{"If-None-Match": `"` + strings.Split(url, ".")[1] + `"`}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			r := httptest.NewRequest("GET", tt.path, nil)
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			b.ReportAllocs()
			for b.Loop() {
				tt.handler.ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}
