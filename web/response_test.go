package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// wrapper is a third party's writer that can only be unwrapped.
type wrapper struct{ http.ResponseWriter }

func (w wrapper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// fromReader counts what was sent by ReadFrom.
type fromReader struct {
	*httptest.ResponseRecorder
	read int64
}

func (f *fromReader) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(f.ResponseRecorder, src)
	f.read += n
	return n, err
}

func TestResponseCounts(t *testing.T) {
	t.Parallel()
	under := &fromReader{ResponseRecorder: httptest.NewRecorder()}
	rw := web.Observe(under)
	if rw.Written() || rw.Status() != 0 {
		t.Error("written before anything was")
	}
	hints := web.Observe(httptest.NewRecorder())
	hints.WriteHeader(http.StatusEarlyHints)
	if hints.Written() {
		t.Error("an informational status counts as the status")
	}
	rw.WriteHeader(http.StatusCreated)
	_, _ = rw.Write([]byte("ab"))
	_, _ = io.WriteString(rw, "cd")
	_, _ = io.Copy(rw, io.LimitReader(strings.NewReader("efghij"), 3))
	if rw.Status() != 201 || rw.Bytes() != 7 || under.Body.String() != "abcdefg" || under.read != 3 {
		t.Errorf("status %d, bytes %d, body %q, by ReadFrom %d", rw.Status(), rw.Bytes(), under.Body, under.read)
	}
	if web.Observe(rw) != rw {
		t.Error("Observe wraps a Response again")
	}
}

func TestResponseControl(t *testing.T) {
	t.Parallel()
	under := httptest.NewRecorder()
	rw := web.Observe(wrapper{under})
	var f http.Flusher = rw
	f.Flush()
	if !under.Flushed || rw.Status() != 200 {
		t.Errorf("flushed %v, status %d", under.Flushed, rw.Status())
	}
	if err := http.NewResponseController(rw).SetReadDeadline(time.Time{}); !errors.Is(err, http.ErrNotSupported) {
		t.Errorf("SetReadDeadline = %v", err)
	}
	if _, _, err := rw.Hijack(); !errors.Is(err, http.ErrNotSupported) {
		t.Errorf("Hijack = %v", err)
	}
}

// TestOnARealServer takes what a recorder cannot show: hijacking, HEAD without
// a body, and the abort of a response that failed half-way.
func TestOnARealServer(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/hijack", func(w http.ResponseWriter, _ *http.Request) error {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		if !web.Observe(w).Written() {
			t.Error("a hijacked response does not count as written")
		}
		_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
		return err
	})
	r.Get("/body", hello)
	r.Get("/half", func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "half")
		web.Observe(w).Flush()
		return errors.New("broken")
	})
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mux)
	defer server.Close()

	if got, err := fetch(server, "GET", "/hijack"); err != nil || got != "hi" {
		t.Errorf("hijacked: %q, %v", got, err)
	}
	if got, err := fetch(server, "HEAD", "/body"); err != nil || got != "" {
		t.Errorf("HEAD: %q, %v", got, err)
	}
	if got, err := fetch(server, "GET", "/half"); err == nil {
		t.Errorf("half a body was taken for a whole one: %q", got)
	}
	for target, want := range map[string]string{
		"/body": "200", "/%00": "404", "/%2e%2e/body": "404", "/../body": "404", "/bo%2Fdy": "404", "/%zz": "400",
		"/body?" + strings.Repeat("k&", 100_000): "414",
		"/" + strings.Repeat("a", 1<<20):         "414",
	} {
		if got := raw(t, server.Listener.Addr(), target); got != want {
			t.Errorf("%.20s of %d bytes: status %s, want %s", target, len(target), got, want)
		}
	}
}

// raw sends a request target as it is and returns the status.
func raw(t *testing.T, addr net.Addr, target string) string {
	t.Helper()
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	// The server may answer and close before it has read everything.
	go func() { _, _ = io.WriteString(conn, "GET "+target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(line)[1]
}

func fetch(server *httptest.Server, method, path string) (string, error) {
	req, err := http.NewRequest(method, server.URL+path, nil)
	if err != nil {
		return "", err
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// TestBeforeHeader: what is registered may change the header of every kind of answer, and
// can refuse it.
func TestBeforeHeader(t *testing.T) {
	t.Parallel()
	handlers := map[string]web.HandlerFunc{
		"write":  func(w http.ResponseWriter, _ *http.Request) error { _, err := io.WriteString(w, "body"); return err },
		"status": func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(http.StatusTeapot); return nil },
		"send":   func(w http.ResponseWriter, r *http.Request) error { return web.Send(w, r, 200, []byte("body")) },
		"copy": func(w http.ResponseWriter, _ *http.Request) error {
			_, err := io.Copy(w, strings.NewReader("body"))
			return err
		},
		"flush":    func(w http.ResponseWriter, _ *http.Request) error { return http.NewResponseController(w).Flush() },
		"nothing":  func(http.ResponseWriter, *http.Request) error { return nil },
		"redirect": func(w http.ResponseWriter, r *http.Request) error { http.Redirect(w, r, "/x", http.StatusFound); return nil },
		"error":    func(http.ResponseWriter, *http.Request) error { return fault.New(fault.NotFound, "Not here.") },
		"ignores": func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "body")
			_, _ = io.WriteString(w, "more")
			w.WriteHeader(201)
			return nil
		},
	}
	for name, h := range handlers {
		for _, refuse := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", refuse), func(t *testing.T) {
				t.Parallel()
				var calls []int
				router := web.NewRouter()
				router.Get("/", func(w http.ResponseWriter, r *http.Request) error {
					rw := web.Observe(w)
					rw.BeforeHeader(func(status int) error {
						calls = append(calls, status)
						rw.Header().Set("X-Second", rw.Header().Get("X-First"))
						if refuse {
							return fault.New(fault.Unavailable, "Not now.")
						}
						return nil
					})
					rw.BeforeHeader(func(int) error { rw.Header().Set("X-First", "yes"); return nil })
					return h(w, r)
				})
				mux, err := router.Build(web.BuildConfig{})
				if err != nil {
					t.Fatal(err)
				}
				w := httptest.NewRecorder()
				mux.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
				if len(calls) != 1 || w.Header().Get("X-Second") != "yes" {
					t.Errorf("called with %v, header %v", calls, w.Header())
				}
				if got := w.Body.String(); refuse && (w.Code != 503 || strings.Contains(got, "body") || !strings.Contains(got, "Not now.")) {
					t.Errorf("refused: status %d, %q", w.Code, got)
				}
				if !refuse && w.Code != calls[0] {
					t.Errorf("status %d, and the function got %d", w.Code, calls[0])
				}
			})
		}
	}
}
