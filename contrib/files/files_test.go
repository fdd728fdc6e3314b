package files_test

import (
	"bytes"
	"image"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest"
)

// TestSignedLinks: a link leads to its file until it expires, and to no other.
func TestSignedLinks(t *testing.T) {
	t.Parallel()
	now := noon
	cfg, f := site(files.Config{})
	c := volatest.Start(t, cfg, volatest.Options{Now: func() time.Time { return now }})
	a := store(t, c, "a/one.pdf", []byte("%PDF-1"))
	b := store(t, c, "a/two.pdf", []byte("%PDF-2"))
	one, two := must(t)(f.URL(a)), must(t)(f.URL(b))
	r := c.Get(one).WantStatus(200)
	if got := r.Header.Get("Cache-Control"); got != "private, max-age=129600, immutable" { // to midnight after tomorrow
		t.Errorf("Cache-Control is %q", got)
	}
	pathOne, signatureOne, _ := strings.Cut(one, "?")
	pathTwo, signatureTwo, _ := strings.Cut(two, "?")
	for _, url := range []string{pathOne, pathOne + "?" + signatureTwo, pathTwo + "?" + signatureOne, one + "x", pathOne + "?s=", pathOne + "?s=zzzz.AAAA"} {
		c.Get(url).WantStatus(403)
	}
	c.Get("/files/a/none.pdf?" + signatureOne).WantStatus(403) // whether it exists is not told
	now = noon.Add(36*time.Hour - time.Second)
	c.Get(one).WantStatus(200)
	now = noon.Add(36 * time.Hour)
	c.Get(one).WantStatus(403)
	if _, err := f.URL(""); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Error(err)
	}
	for _, name := range []storage.Name{"../x", "A", "sizes/a/one.jpg/1x1", "sizes/a"} {
		if url, err := f.URL(name); err == nil {
			t.Errorf("%q: %s", name, url)
		}
	}
}

// TestLinksStay: pages of one day have the same links.
func TestLinksStay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ expires, same, other time.Duration }{
		{0, 11 * time.Hour, 13 * time.Hour},
		{48 * time.Hour, 11 * time.Hour, 13 * time.Hour},
		{2 * time.Hour, 0, 61 * time.Minute},
		{5 * time.Minute, 0, 61 * time.Second},
	} {
		now := noon
		cfg, f := site(files.Config{Expires: tt.expires})
		c := volatest.Start(t, cfg, volatest.Options{Now: func() time.Time { return now }})
		name := store(t, c, "a/one.pdf", []byte("x"))
		url := must(t)(f.URL(name))
		now = noon.Add(tt.same)
		if got := must(t)(f.URL(name)); got != url {
			t.Errorf("%v: after %v the link is another", tt.expires, tt.same)
		}
		now = noon.Add(tt.other)
		if got := must(t)(f.URL(name)); got == url {
			t.Errorf("%v: after %v the link is the same", tt.expires, tt.other)
		}
		now = noon.Add(tt.expires - time.Second)
		c.Get(url).WantStatus(200) // at least so long
	}
}

// TestPublic: public files have plain URLs that caches keep; their sizes are signed all the same.
func TestPublic(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{Public: func(name storage.Name) bool { return strings.HasPrefix(string(name), "public/") }})
	open := store(t, c, "public/photo.jpg", jpegOf(halves(40, 20)))
	hidden := store(t, c, "other/photo.jpg", jpegOf(halves(40, 20)))
	if url := must(t)(f.URL(open)); url != "/files/public/photo.jpg" {
		t.Errorf("the URL is %s", url)
	}
	picture := must(t)(f.Picture(open, 10, 10))
	for _, url := range []string{"/files/public/photo.jpg", picture} {
		if got := c.Get(url).WantStatus(200).Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control is %q", url, got)
		}
	}
	c.Get("/files/other/photo.jpg").WantStatus(403)
	path, signature, _ := strings.Cut(picture, "?")
	c.Get(path).WantStatus(403)
	c.Get(strings.Replace(path, "10x10", "11x11", 1) + "?" + signature).WantStatus(403)
	c.Get(strings.Replace(path, "10x10", "10x10c", 1) + "?" + signature).WantStatus(403)
	// That the site asks for a size of a file is no leave to have it.
	c.Get(strings.Replace(picture, "public/", "other/", 1)).WantStatus(403)
	c.Get(must(t)(f.URL(hidden))).WantStatus(200)
}

// TestAllow: the program's own check decides, also on versions.
func TestAllow(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{Allow: func(r *http.Request, name storage.Name) error {
		if name != "a/photo.jpg" {
			t.Errorf("asked for %s", name)
		}
		if r.Header.Get("X-User") == "ann" {
			return nil
		}
		return fault.New(fault.NotFound, "There is no such file.")
	}})
	name := store(t, c, "a/photo.jpg", jpegOf(halves(40, 20)))
	for _, url := range []string{must(t)(f.URL(name)), must(t)(f.Thumbnail(name, 10, 10))} {
		c.Get(url).WantStatus(404)
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", url, nil)
		r.Header.Set("X-User", "ann")
		c.Site.ServeHTTP(w, r)
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Cache-Control"), "private") {
			t.Errorf("%s: %d, %v", url, w.Code, w.Header())
		}
	}
	if url := must(t)(f.URL(name)); url != "/files/a/photo.jpg" {
		t.Errorf("the URL is %s", url)
	}
}

// TestVersionIsMadeOnce: many that ask at the same time have it made once, and so do those who
// ask after a restart.
func TestVersionIsMadeOnce(t *testing.T) {
	t.Parallel()
	count := &counting{Storage: storage.NewDisk(filepath.Join(t.TempDir(), "files"))}
	open := func() (*vola.Site, *files.Files) {
		f := files.New(files.Config{})
		cfg, _ := site(files.Config{})
		cfg.Modules[0] = f
		c := volatest.Start(t, cfg, volatest.Options{Now: func() time.Time { return noon }})
		c.Site.Host().Storage = count
		return c.Site, f
	}
	s, f := open()
	if _, err := count.Create(t.Context(), "a/photo.jpg", bytes.NewReader(jpegOf(halves(400, 200)))); err != nil {
		t.Fatal(err)
	}
	url := must(t)(f.Picture("a/photo.jpg", 80, 80))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { wantPicture(t, s, url, 80, 40) })
	}
	wg.Wait()
	s, _ = open()
	wantPicture(t, s, url, 80, 40)
	if n := count.opened.Load(); n != 1 {
		t.Errorf("the original was opened %d times", n)
	}
	if _, err := count.Open(t.Context(), "sizes/a/photo.jpg/80x80.jpg"); err != nil {
		t.Error(err)
	}
}

// wantPicture fails the test unless a URL answers with a picture of that size.
func wantPicture(t *testing.T, s http.Handler, url string, w, h int) image.Image {
	t.Helper()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest("GET", url, nil))
	if rec.Code != 200 {
		t.Errorf("%s: %d %s", url, rec.Code, rec.Body)
		return nil
	}
	m, format, err := image.Decode(rec.Body)
	if err != nil || rec.Header().Get("Content-Type") != "image/"+format {
		t.Errorf("%s: a %s as %s, %v", url, format, rec.Header().Get("Content-Type"), err)
		return nil
	}
	if got := m.Bounds().Size(); got != image.Pt(w, h) {
		t.Errorf("%s has the size %v, want %d x %d", url, got, w, h)
	}
	return m
}

// TestSizes: what cannot be a size is not found, with and without a signature.
func TestSizes(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	name := store(t, c, "a/photo.jpg", jpegOf(halves(40, 20)))
	for _, size := range [][2]int{{0, 0}, {-1, 10}, {2049, 10}, {10, 1 << 40}} {
		if url, err := f.Picture(name, size[0], size[1]); err == nil {
			t.Errorf("%v: %s", size, url)
		}
		if url, err := f.Thumbnail(name, size[0], size[1]); err == nil {
			t.Errorf("%v: %s", size, url)
		}
	}
	if url, err := f.Thumbnail(name, 10, 0); err == nil {
		t.Error(url)
	}
	if url, err := f.Picture("a/text.pdf", 10, 10); err == nil || !strings.Contains(err.Error(), "picture") {
		t.Error(url, err)
	}
	for _, path := range []string{"1x1cc", "01x1", "+1x1", "1x", "x1", "1x1x1", "0x0", "10x0c", "99999999999999999999x1", "1x1.jpg", "1X1", ""} {
		c.Get("/files/sizes/a/photo.jpg/" + path).WantStatus(404)
	}
	c.Get("/files/sizes/sizes/a/photo.jpg/1x1/1x1").WantStatus(404)
	c.Get("/files/sizes/").WantStatus(404)
}

// TestPagesLinkFiles: the functions of templates.
func TestPagesLinkFiles(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	funcs := f.Funcs()
	name := store(t, c, "a/photo.jpg", jpegOf(halves(40, 20)))
	for what, call := range map[string]func() (string, error){
		"file": func() (string, error) { return funcs["file"].(func(storage.Name) (string, error))(name) },
		"picture": func() (string, error) {
			return funcs["picture"].(func(storage.Name, int, int) (string, error))(name, 10, 0)
		},
		"thumbnail": func() (string, error) {
			return funcs["thumbnail"].(func(storage.Name, int, int) (string, error))(name, 10, 10)
		},
	} {
		t.Run(what, func(t *testing.T) { c.Get(must(t)(call())).WantStatus(200) })
	}
}

// TestDelete removes the versions with the original.
func TestDelete(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	name, other := store(t, c, "a/p.jpg", jpegOf(halves(40, 20))), store(t, c, "a/p.jpg.jpg", jpegOf(halves(40, 20)))
	for _, n := range []storage.Name{name, other} {
		for side := 1; side < 4; side++ {
			c.Get(must(t)(f.Thumbnail(n, side, side))).WantStatus(200)
		}
	}
	url := must(t)(f.Thumbnail(name, 1, 1))
	if err := f.Delete(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	c.Get(url).WantStatus(404)
	n := 0
	for info, err := range c.Site.Host().Storage.List(t.Context(), "") {
		if n++; err != nil || !strings.Contains(string(info.Name), string(other)) {
			t.Error(info, err)
		}
	}
	if n != 4 {
		t.Errorf("%d files are left", n)
	}
}

// TestStorageThatFails: what goes wrong with the storage is not said to be the picture's fault.
func TestStorageThatFails(t *testing.T) {
	t.Parallel()
	cfg, f := site(files.Config{})
	c := volatest.Start(t, cfg, volatest.Options{Now: func() time.Time { return noon }, Log: new(bytes.Buffer)})
	for _, format := range []string{"a/p.jpg", "a/p.png", "a/p.gif", "a/p.webp"} {
		name := store(t, c, storage.Name(format), pngOf(halves(40, 20)))
		url := must(t)(f.Picture(name, 10, 10))
		was := c.Site.Host().Storage
		c.Site.Host().Storage = broken{was}
		c.Get(url).WantStatus(500)
		c.Site.Host().Storage = was
	}
}
