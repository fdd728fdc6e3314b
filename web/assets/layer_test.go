package assets_test

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/web/assets"
)

// linked makes a folder with a file, a folder, and links in and out of it.
func linked(t *testing.T) (dir string, out func(name string)) {
	t.Helper()
	above := t.TempDir()
	dir = filepath.Join(above, "static")
	for name, text := range map[string]string{"secret.txt": "secret", "static/a.css": "a", "static/in/b.css": "b"} {
		path := filepath.Join(above, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("in/b.css", "inside.css")
	link("in", "folder")
	return dir, func(name string) { link(above, name+"-folder"); link(filepath.Join(above, "secret.txt"), name) }
}

// TestLinksStayInside: what a link leads to outside of the folder is not
// served, neither in production nor in development.
func TestLinksStayInside(t *testing.T) {
	t.Parallel()
	dir, out := linked(t)
	set, err := assets.New(assets.Config{Layers: []fs.FS{os.DirFS(dir)}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"/a.css": "a", "/inside.css": "b", "/in/b.css": "b"} {
		if w := get(set, name); w.Body.String() != want {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
	out("out.txt")
	if _, err := assets.New(assets.Config{Layers: []fs.FS{os.DirFS(dir)}}); err == nil || !strings.Contains(err.Error(), "out.txt") {
		t.Errorf("a link that leads out: %v", err)
	}
	sub, err := fs.Sub(os.DirFS(filepath.Dir(dir)), "static")
	if err != nil {
		t.Fatal(err)
	}
	production, err := assets.New(assets.Config{Layers: []fs.FS{sub}})
	if err != nil {
		t.Fatal(err)
	}
	dev, err := assets.New(assets.Config{Layers: []fs.FS{os.DirFS(dir)}, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	devSub, err := assets.New(assets.Config{Layers: []fs.FS{sub}, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, set := range []*assets.Set{production, dev, devSub} {
		for _, name := range []string{"/out.txt", "/out.txt-folder/secret.txt"} {
			if w := get(set, name); w.Code != 404 || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("set %d, %s: %d %q", i, name, w.Code, w.Body)
			}
		}
		if w := get(set, "/a.css"); w.Body.String() != "a" {
			t.Errorf("set %d, a.css: %d %q", i, w.Code, w.Body)
		}
	}
}

// TestOnlyFiles: what is not a file is left out, and not opened.
func TestOnlyFiles(t *testing.T) {
	t.Parallel()
	layer := fstest.MapFS{"a.css": file("a"), "pipe.css": {Mode: fs.ModeNamedPipe}, "socket.css": {Mode: fs.ModeSocket}, "dev.css": {Mode: fs.ModeDevice}}
	for _, dev := range []bool{false, true} {
		set, err := assets.New(assets.Config{Layers: []fs.FS{layer}, Dev: dev})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int{"/a.css": 200, "/pipe.css": 404, "/socket.css": 404, "/dev.css": 404} {
			if w := get(set, name); w.Code != want {
				t.Errorf("dev %v: %s: %d, want %d", dev, name, w.Code, want)
			}
		}
	}
}

// TestMethods: a method that is refused is answered with those that are not.
func TestMethods(t *testing.T) {
	t.Parallel()
	set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"a.css": file("a")}}})
	if err != nil {
		t.Fatal(err)
	}
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "OPTIONS": 204, "TRACE": 405, "POST": 405, "BREW": 405} {
		w := httptest.NewRecorder()
		set.ServeHTTP(w, httptest.NewRequest(method, "/a.css", nil))
		if allow := w.Header().Get("Allow"); w.Code != want || want != 200 && allow != "GET, HEAD, OPTIONS" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, allow)
		}
	}
}

// TestWeightsAreNumbers: however a weight of zero is written, it means no.
func TestWeightsAreNumbers(t *testing.T) {
	t.Parallel()
	css := strings.Repeat("a { color: red }\n", 50)
	set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"a.css": file(css)}}})
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"gzip": "gzip", "GZip": "gzip", "*": "gzip", "gzip;q=0.001": "gzip", "br, *;q=0.1": "gzip",
		"": "", "gzip;q=0": "", "gzip;q=0.0": "", "gzip;q=0.000": "", "gzip;Q=0": "", "gzip ; q = 0": "", "*;q=0": "", "gzip;q=0, *": "", "identity": "",
	} {
		if got := get(set, "/a.css", "Accept-Encoding", header).Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", header, got, want)
		}
	}
}
