package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/web"
)

// fileSite serves all files of a storage.
func fileSite(t *testing.T, s storage.Storage, header http.Header) http.Handler {
	t.Helper()
	r := web.NewRouter()
	r.Get("/{name:path}", func(w http.ResponseWriter, r *http.Request) error {
		for k, v := range header {
			w.Header()[k] = v
		}
		return web.File(w, r, s, storage.Name(r.PathValue("name")))
	})
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

func getFile(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFileHeaders(t *testing.T) {
	t.Parallel()
	s := storage.NewMemory()
	tests := []struct {
		name               storage.Name
		media, disposition string
	}{
		{"a/photo.jpg", "image/jpeg", `inline; filename="photo.jpg"`},
		{"a/film.mp4", "video/mp4", `inline; filename="film.mp4"`},
		{"a/doc.pdf", "application/pdf", `inline; filename="doc.pdf"`},
		{"a/page.html", "application/octet-stream", `attachment; filename="page.html"`},
		{"a/drawing.svg", "application/octet-stream", `attachment; filename="drawing.svg"`},
		{"a/text.txt", "text/plain; charset=utf-8", `attachment; filename="text.txt"`},
		{"a/none", "application/octet-stream", `attachment; filename="none"`},
		{"a/x.jpg.exe", "application/octet-stream", `attachment; filename="x.jpg.exe"`},
	}
	h := fileSite(t, s, nil)
	for _, tt := range tests {
		if _, err := s.Create(t.Context(), tt.name, strings.NewReader("<script>alert(1)</script>")); err != nil {
			t.Fatal(err)
		}
		w := getFile(h, "GET", "/"+string(tt.name))
		got := w.Header()
		if w.Code != 200 || got.Get("Content-Type") != tt.media || got.Get("Content-Disposition") != tt.disposition {
			t.Errorf("%s: %d, %q, %q", tt.name, w.Code, got.Get("Content-Type"), got.Get("Content-Disposition"))
		}
		if got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Cache-Control") != web.DefaultFileCacheControl ||
			!strings.Contains(got.Get("Content-Security-Policy"), "default-src 'none'") ||
			strings.Contains(got.Get("Content-Security-Policy"), "script") {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	w := getFile(fileSite(t, s, http.Header{"Cache-Control": {"public, immutable"}}), "GET", "/a/photo.jpg")
	if got := w.Header().Get("Cache-Control"); got != "public, immutable" {
		t.Errorf("Cache-Control of the handler became %q", got)
	}
}

// TestFileConditions: parts, HEAD, and what the client has already.
func TestFileConditions(t *testing.T) {
	t.Parallel()
	s := storage.NewMemory()
	if _, err := s.Create(t.Context(), "d/digits.mp3", strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
	h := fileSite(t, s, nil)
	tag := getFile(h, "GET", "/d/digits.mp3").Header().Get("Etag")
	if !strings.HasPrefix(tag, `"`) {
		t.Fatalf("the ETag is %q", tag)
	}
	tests := []struct {
		method string
		header []string
		status int
		body   string
	}{
		{"GET", nil, 200, "0123456789"},
		{"HEAD", nil, 200, ""},
		{"GET", []string{"If-None-Match", tag}, 304, ""},
		{"GET", []string{"If-None-Match", `"other"`}, 200, "0123456789"},
		{"GET", []string{"Range", "bytes=2-4"}, 206, "234"},
		{"GET", []string{"Range", "bytes=-2"}, 206, "89"},
		{"GET", []string{"Range", "bytes=2-4", "If-Range", tag}, 206, "234"},
		{"GET", []string{"Range", "bytes=2-4", "If-Range", `"other"`}, 200, "0123456789"},
		{"HEAD", []string{"Range", "bytes=2-4"}, 206, ""},
	}
	for _, tt := range tests {
		w := getFile(h, tt.method, "/d/digits.mp3", tt.header...)
		if w.Code != tt.status || w.Body.String() != tt.body {
			t.Errorf("%s %q: %d %q, want %d %q", tt.method, tt.header, w.Code, w.Body, tt.status, tt.body)
		}
	}
	if w := getFile(h, "GET", "/d/digits.mp3", "Range", "bytes=20-"); w.Code != 416 || w.Header().Get("Content-Range") != "bytes */10" {
		t.Errorf("a part after the end: %d, %v", w.Code, w.Header())
	}
}

// TestManyRanges: an answer is not many times as large as the file or the request, and no part of
// an empty file is sent.
func TestManyRanges(t *testing.T) {
	t.Parallel()
	s := storage.NewMemory()
	for name, size := range map[storage.Name]int{"d/long.mp3": 50_000, "d/empty.mp3": 0} {
		if _, err := s.Create(t.Context(), name, strings.NewReader(strings.Repeat("x", size))); err != nil {
			t.Fatal(err)
		}
	}
	h := fileSite(t, s, nil)
	for _, tt := range []struct {
		path, ranges string
		status       int
	}{
		{"/d/long.mp3", strings.Repeat("0-0,", 9) + "0-0", 206},
		{"/d/long.mp3", strings.Repeat("0-0,", 10) + "0-0", 200},
		{"/d/long.mp3", strings.Repeat("0-0,", 10_000) + "0-0", 200},
		{"/d/empty.mp3", "-5", 200},
		{"/d/empty.mp3", "0-0", 200},
	} {
		if w := getFile(h, "GET", tt.path, "Range", "bytes="+tt.ranges); w.Code != tt.status || w.Body.Len() > 50_000 {
			t.Errorf("%s %.60s: %d with %d bytes, want %d", tt.path, tt.ranges, w.Code, w.Body.Len(), tt.status)
		}
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	h := fileSite(t, storage.NewMemory(), nil)
	for _, path := range []string{"/none.jpg", "/a/%2e%2e/x", "/A.jpg", "/a%22b.jpg", "/a%0d%0ab"} {
		w := getFile(h, "GET", path)
		if w.Code != 404 && w.Code != 400 || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
}

// TestFileThatEndsEarly: a file whose content cannot be read is an error, not a short file.
func TestFileThatEndsEarly(t *testing.T) {
	t.Parallel()
	errs := make(chan error, 1)
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		return web.File(w, r, shortStorage{}, "a.png")
	})
	mux, err := r.Build(web.BuildConfig{ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { errs <- err }})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(mux)
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err == nil {
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
	}
	if err == nil {
		t.Error("the client took the part for the whole file")
	}
	if err := <-errs; err == nil || !strings.Contains(err.Error(), "a.png") || fault.KindOf(err) != fault.Internal {
		t.Errorf("the error handler got %v, of kind %v", err, fault.KindOf(err))
	}
}

// shortStorage has one file, which cannot be read to its end.
type shortStorage struct{ storage.Storage }

func (shortStorage) Open(context.Context, storage.Name) (storage.File, error) {
	return &shortFile{Reader: strings.NewReader(strings.Repeat("x", 100_000))}, nil
}

type shortFile struct{ *strings.Reader }

func (*shortFile) Info() storage.Info { return storage.Info{Name: "a.png", Size: 100_000} }
func (*shortFile) Close() error       { return nil }

func (f *shortFile) Read(p []byte) (int, error) {
	if f.Len() < 50_000 {
		return 0, errors.New("the disk is broken")
	}
	return f.Reader.Read(p)
}

// WriteTo would not go through Read.
func (f *shortFile) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{f}) }

// FuzzFile: whatever the name and the header are, the answer is whole.
func FuzzFile(f *testing.F) {
	f.Add("a.png", "bytes=0-1", `"x"`)
	f.Add("../a", "bytes=1-0,-5,3-", "W/")
	s := storage.NewMemory()
	if _, err := s.Create(context.Background(), "a.png", strings.NewReader("0123456789")); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, ranges, tag string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Range"], r.Header["If-Range"] = []string{ranges}, []string{tag}
		w := httptest.NewRecorder()
		err := web.File(w, r, s, storage.Name(name))
		if name != "a.png" {
			if fault.KindOf(err) != fault.NotFound {
				t.Error(err)
			}
			return
		}
		if err != nil || w.Code != 200 && w.Code != 206 && w.Code != 416 {
			t.Error(w.Code, err)
		}
	})
}
