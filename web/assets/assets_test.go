package assets_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/web/assets"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func ExampleSet_URL() {
	set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"site.css": file("body { margin: 0 }")}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.URL("site.css"))
	fmt.Println(set.URL("sight.css"))
	// Output:
	// /static/site.997faceca2.css <nil>
	//  no static file "sight.css"; did you mean site.css?
}

func get(set *assets.Set, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	set.ServeHTTP(w, r)
	return w
}

func TestServe(t *testing.T) {
	t.Parallel()
	css := strings.Repeat("a { color: red }\n", 50)
	set, err := assets.New(assets.Config{Layers: []fs.FS{
		fstest.MapFS{"blog/site.css": file(css)},
		fstest.MapFS{"blog/site.css": file("shadowed"), "pic.png": file("\x89PNG"), ".env": file("secret"), "a/.git/x": file("secret"),
			"big.txt": file(strings.Repeat("x", 2<<20))},
		os.DirFS(filepath.Join(t.TempDir(), "missing")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	url, err := set.URL("blog/site.css")
	if err != nil {
		t.Fatal(err)
	}
	hashed := strings.TrimPrefix(url, "/static")
	w := get(set, hashed)
	if w.Code != 200 || w.Body.String() != css || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("%s: %d %v", hashed, w.Code, w.Header())
	}
	w = get(set, hashed, "Accept-Encoding", "br, gzip;q=0.5")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() >= len(css) {
		t.Errorf("gzip: %v, %d bytes", w.Header(), w.Body.Len())
	}
	zr, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(zr); err != nil || string(b) != css {
		t.Errorf("gzip holds %d bytes, %v", len(b), err)
	}
	if w := get(set, hashed, "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip was sent to a client that refuses it")
	}
	plain := get(set, "/blog/site.css")
	if plain.Code != 200 || plain.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("plain name: %d %v", plain.Code, plain.Header())
	}
	if w := get(set, "/blog/site.css", "If-None-Match", plain.Header().Get("Etag")); w.Code != 304 {
		t.Errorf("If-None-Match: %d", w.Code)
	}
	if w := get(set, "/big.txt"); w.Code != 200 || w.Body.Len() != 2<<20 {
		t.Errorf("big file: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get(set, "/pic.png"); w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("picture: %v", w.Header())
	}
	for _, bad := range []string{"/", "/blog", "/blog/", "/none.css", "/.env", "/a/.git/x", "/../assets.go", "/blog//site.css"} {
		if w := get(set, bad); w.Code != 404 || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestDevServesWhatIsThereNow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set, err := assets.New(assets.Config{Layers: []fs.FS{os.DirFS(dir), fstest.MapFS{"b.css": file("b")}}, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.URL("a.css"); err == nil {
		t.Error("a file that is not there has a URL")
	}
	for _, text := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(dir, "a.css"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		url, err := set.URL("a.css")
		if err != nil || url != "/static/a.css" {
			t.Fatal(url, err)
		}
		if w := get(set, "/a.css"); w.Body.String() != text {
			t.Errorf("served %q, want %q", w.Body, text)
		}
	}
	if w := get(set, "/b.css"); w.Body.String() != "b" {
		t.Errorf("second layer: %q", w.Body)
	}
	os.WriteFile(filepath.Join(dir, ".env"), []byte("secret"), 0o666)
	for _, bad := range []string{"/.env", "/../x", "/"} {
		if w := get(set, bad); w.Code != 404 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}
