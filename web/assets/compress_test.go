package assets_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

// compressed makes a Set with one style sheet, and compresses it.
func compressed(t *testing.T, dir string) (set *assets.Set, css string) {
	t.Helper()
	css = strings.Repeat("a { color: red }\n", 1200)
	set = setOf(t, map[string]string{"a.css": css, "small.css": "a{}", "b.png": css})
	if err := set.Compress(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return set, css
}

// TestCodings: of the codings that a client takes, it gets that which it likes most.
func TestCodings(t *testing.T) {
	t.Parallel()
	set, css := compressed(t, "")
	etags := map[string]bool{}
	for header, want := range map[string]string{
		"": "", "identity": "", "deflate": "", "br": "br", "gzip, deflate, br, zstd": "br", "gzip": "gzip", "gzip, br;q=0.5": "gzip", "gzip;q=0.5, *": "br",
		"br;q=0, gzip": "gzip", "br;q=0": "", "*": "br", "*;q=0": "", "identity;q=1, br;q=0.5": "", "identity;q=0.5, br": "br",
		"identity;q=0, br;q=0.1": "br", "identity;q=0": "", "identity, br": "br", "identity;q=0, *": "br",
	} {
		w := get(set, hashed(t, set, "a.css"), "Accept-Encoding", header)
		if got := w.Header().Get("Content-Encoding"); got != want || w.Code != 200 || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: %d %q, want %q; Vary %q", header, w.Code, got, want, w.Header().Get("Vary"))
		}
		etags[w.Header().Get("Etag")] = true
	}
	if len(etags) != 3 {
		t.Errorf("ETags: %v, want one for each coding", etags)
	}
	w := get(set, "/a.css", "Accept-Encoding", "br")
	r, err := brotli.Coding{}.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || string(b) != css {
		t.Errorf("brotli holds %d bytes, %v", len(b), err)
	}
	for _, name := range []string{"/small.css", "/b.png"} {
		if w := get(set, name, "Accept-Encoding", "br, gzip"); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %s", name, w.Header().Get("Content-Encoding"))
		}
	}
}

// TestPartsAndConditions: parts are those of the file itself, and each coding has its own condition.
func TestPartsAndConditions(t *testing.T) {
	t.Parallel()
	set, css := compressed(t, "")
	etag := func(accept string) string { return get(set, "/a.css", "Accept-Encoding", accept).Header().Get("Etag") }
	for _, tt := range []struct {
		header map[string]string
		code   int
		length int // of the body; -1 for that of brotli
	}{
		{map[string]string{"Range": "bytes=0-9"}, 206, 10},
		{map[string]string{"Range": "bytes=0-9", "Accept-Encoding": "br"}, 206, 10},
		{map[string]string{"Range": "bytes=0-9", "Accept-Encoding": "br, identity;q=0"}, 200, -1},
		{map[string]string{"Range": "bytes=999999-"}, 416, -2},
		{map[string]string{"Range": "bytes=0-9", "If-Range": etag("")}, 206, 10},
		{map[string]string{"Range": "bytes=0-9", "If-Range": etag("br"), "Accept-Encoding": "br"}, 200, len(css)},
		{map[string]string{"If-None-Match": etag("br"), "Accept-Encoding": "br"}, 304, 0},
		{map[string]string{"If-None-Match": etag("gzip"), "Accept-Encoding": "gzip"}, 304, 0},
		{map[string]string{"If-None-Match": etag("gzip"), "Accept-Encoding": "br"}, 200, -1},
		{map[string]string{"If-None-Match": etag(""), "Accept-Encoding": "br"}, 200, -1},
		{map[string]string{"If-None-Match": "*"}, 304, 0},
		{map[string]string{"If-Match": `"other"`}, 412, 0},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			r := httptest.NewRequest(method, "/a.css", nil)
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			set.ServeHTTP(w, r)
			length := w.Body.Len()
			wrong := method == "HEAD" && length != 0 && w.Code < 400 ||
				method == "GET" && (tt.length >= 0 && length != tt.length || tt.length == -1 && w.Header().Get("Content-Encoding") != "br")
			if w.Code != tt.code || wrong {
				t.Errorf("%s %v: %d with %d bytes, %v", method, tt.header, w.Code, length, w.Header())
			}
		}
	}
}

// TestCache: what was compressed is found again, and what is broken is not believed.
func TestCache(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "cache")
	_, css := compressed(t, dir)
	kept, err := filepath.Glob(filepath.Join(dir, "*.br"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept: %v, %v", kept, err)
	}
	// What is written in parts shows that it is used, as it is longer.
	var b bytes.Buffer
	w := brotli.Coding{}.NewWriter(&b)
	for at := 0; at < len(css); at += 400 {
		io.WriteString(w, css[at:min(at+400, len(css))])
		w.(interface{ Flush() error }).Flush()
	}
	w.Close()
	if err := os.WriteFile(kept[0], b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sent := func() (size int) {
		set, _ := compressed(t, dir)
		w := get(set, "/a.css", "Accept-Encoding", "br")
		size = w.Body.Len()
		r, err := brotli.Coding{}.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != css {
			t.Errorf("what is sent has %d bytes of another content, %v", len(text), err)
		}
		return size
	}
	if got := sent(); got != b.Len() {
		t.Errorf("from the cache: %d bytes, want %d", got, b.Len())
	}
	for _, broken := range [][]byte{{}, []byte("not brotli"), b.Bytes()[:b.Len()-2], append(bytes.Clone(b.Bytes()), bytes.Repeat([]byte("x"), len(css))...), evil(css)} {
		if err := os.WriteFile(kept[0], broken, 0o600); err != nil {
			t.Fatal(err)
		}
		sent()
	}
	stray := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if sent(); len(names(t, dir)) != 3 {
		t.Errorf("in the folder: %v", names(t, dir))
	}
}

// counted counts what is compressed.
type counted struct {
	brotli.Coding
	n *int
}

func (c counted) NewWriter(w io.Writer) io.WriteCloser {
	*c.n++
	return c.Coding.NewWriter(w)
}

// TestCacheOfWhatIsNotSmaller: that a coding does not help is known at the next start.
func TestCacheOfWhatIsNotSmaller(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	var random bytes.Buffer
	for i := range byte(8) {
		sum := sha256.Sum256([]byte{i})
		random.Write(sum[:])
	}
	for range 2 {
		set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"a.ico": {Data: random.Bytes()}}}, Codings: []assets.Coding{counted{n: &n}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Compress(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		if w := get(set, "/a.ico", "Accept-Encoding", "br, gzip"); w.Header().Get("Content-Encoding") != "" || !bytes.Equal(w.Body.Bytes(), random.Bytes()) {
			t.Errorf("sent: %v", w.Header())
		}
	}
	if n != 1 {
		t.Errorf("compressed %d times, want 1", n)
	}
}

// evil is a whole file of another content.
func evil(css string) []byte {
	var b bytes.Buffer
	w := brotli.Coding{}.NewWriter(&b)
	io.WriteString(w, strings.Replace(css, "red", "url(evil)", 1))
	w.Close()
	return b.Bytes()
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestCacheThatCannotBe: files are compressed without a folder too.
func TestCacheThatCannotBe(t *testing.T) {
	t.Parallel()
	taken := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(taken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"a.css": file(strings.Repeat("a { color: red }\n", 500))}}, Codings: []assets.Coding{brotli.Coding{}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Compress(t.Context(), taken); err == nil {
		t.Error("a file as the folder is no error")
	}
	if w := get(set, "/a.css", "Accept-Encoding", "br"); w.Header().Get("Content-Encoding") != "br" {
		t.Errorf("not compressed: %v", w.Header())
	}
}

// TestCompressEnds: it ends with its context, and files are served all the same.
func TestCompressEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	set := setOf(t, map[string]string{"a.css": strings.Repeat("a { color: red }\n", 500)})
	if err := set.Compress(ctx, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if w := get(set, "/a.css", "Accept-Encoding", "br, gzip;q=0.5"); w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("after the end: %v", w.Header())
	}
}

// TestNothingToCompress: no folder is made for nothing, as in development.
func TestNothingToCompress(t *testing.T) {
	t.Parallel()
	set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"a.css": file("a{}")}}, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "cache")
	if err := set.Compress(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

// TestKinds: the content type does not depend on the machine.
func TestKinds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.css": "text/css; charset=utf-8", "a.JS": "text/javascript; charset=utf-8", "a.mjs": "text/javascript; charset=utf-8", "a.svg": "image/svg+xml", "a.woff2": "font/woff2",
		"a.webmanifest": "application/manifest+json", "a.wasm": "application/wasm", "a.avif": "image/avif", "a.js.map": "application/json", "LICENSE": "application/octet-stream",
		"a.unknown": "application/octet-stream",
	} {
		if got := get(setOf(t, map[string]string{name: "<html>"}), "/"+name).Header().Get("Content-Type"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
