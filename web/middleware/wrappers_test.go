package middleware_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// wrapped are the wrappers that leave an answer as it is.
func wrapped() map[string]web.Middleware {
	return map[string]web.Middleware{
		"Methods":      middleware.Methods("GET"),
		"Timeout":      middleware.Timeout(time.Hour),
		"Moved":        middleware.Moved(map[string]string{"/old": "/new"}),
		"LogArguments": middleware.LogArguments{}.Wrap,
		"Retry":        middleware.Retry(middleware.RetryConfig{}),
		"Compress":     middleware.Compress(middleware.CompressConfig{}),
		"CORS":         middleware.CORS(middleware.CORSConfig{Paths: []string{"/"}, Origins: []string{"https://a.example"}}),
	}
}

// TestWrappersLeaveTheAnswer: status, header and bytes are those of the handler, and the wrapper
// is applied once.
func TestWrappersLeaveTheAnswer(t *testing.T) {
	t.Parallel()
	for name, mw := range wrapped() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times := 0
			counted := func(next http.Handler) http.Handler { times++; return mw(next) }
			r := web.NewRouter()
			w := r.Wrap(counted)
			w.Get("/", func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("X-Own", "yes")
				w.Header().Set("Content-Type", "text/plain")
				w.WriteHeader(http.StatusTeapot)
				_, err := io.WriteString(w, "short and stout")
				return err
			})
			w.Get("/copy", func(w http.ResponseWriter, r *http.Request) error {
				_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("read"))
				return err
			})
			w.Get("/flush", func(w http.ResponseWriter, r *http.Request) error {
				if err := http.NewResponseController(w).Flush(); err != nil {
					return err
				}
				_, err := io.WriteString(w, "flushed")
				return err
			})
			w.Get("/nothing", func(w http.ResponseWriter, r *http.Request) error { return nil })
			w.Get("/error", func(w http.ResponseWriter, r *http.Request) error { return fault.New(fault.NotFound, "No such pot.") })
			w.Get("/hijack", func(w http.ResponseWriter, r *http.Request) error {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					return err
				}
				_, err = io.WriteString(conn, "HTTP/1.1 299 Taken\r\nContent-Length: 0\r\n\r\n")
				return errors.Join(err, conn.Close())
			})
			mux, err := r.Build(web.BuildConfig{})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(mux)
			defer server.Close()
			if times != 6 {
				t.Errorf("applied %d times for 6 routes", times)
			}
			for path, want := range map[string]string{"/": "418 short and stout", "/copy": "200 read", "/flush": "200 flushed", "/nothing": "200 ", "/hijack": "299 "} {
				status, header, body := fetched(t, server.URL+path)
				if got := status + " " + body; got != want || path == "/" && header.Get("X-Own") != "yes" {
					t.Errorf("%s: %q %v, want %q", path, got, header, want)
				}
			}
			if status, _, body := fetched(t, server.URL+"/error"); status != "404" || !strings.Contains(body, "No such pot.") {
				t.Error(status, body)
			}
			if times != 6 {
				t.Errorf("applied for requests: %d times", times)
			}
		})
	}
}

func fetched(t *testing.T, url string, header ...string) (status string, h http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Status[:3], resp.Header, string(text)
}

func answered(mw web.Middleware, h web.HandlerFunc, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	mw(h).ServeHTTP(rec, r)
	return rec
}

func TestMethods(t *testing.T) {
	t.Parallel()
	ok := web.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "POST": 200, "DELETE": 405} {
		rec := answered(middleware.Methods("GET", "POST"), ok, httptest.NewRequest(method, "/", nil))
		if rec.Code != want || want == 405 && rec.Header().Get("Allow") != "GET, POST, HEAD" {
			t.Error(method, rec.Code, rec.Header())
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rec := answered(middleware.Timeout(time.Second), func(_ http.ResponseWriter, r *http.Request) error {
			<-r.Context().Done()
			return r.Context().Err()
		}, httptest.NewRequest("GET", "/", nil))
		if rec.Code != http.StatusGatewayTimeout {
			t.Error(rec.Code)
		}
	})
}

func TestMoved(t *testing.T) {
	t.Parallel()
	mw := middleware.Moved(map[string]string{"/old/": "/new/", "/older/": "/new/?from=older"})
	if rec := answered(mw, nil, httptest.NewRequest("GET", "/older/?a=1", nil)); rec.Header().Get("Location") != "/new/?from=older&a=1" {
		t.Error(rec.Header())
	}
	rec := answered(mw, nil, httptest.NewRequest("POST", "/old/?a=1", nil))
	if rec.Code != 308 || rec.Header().Get("Location") != "/new/?a=1" {
		t.Error(rec.Code, rec.Header())
	}
}

func TestLogArguments(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := middleware.LogArguments{Name: "report", Logger: slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}))}
	r := web.NewRouter()
	r.Wrap(log.Wrap).Get("/{year:int}/", teapot)
	r.Wrap(log.Wrap).Get("/reset/{key}/", teapot).Secret()
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/2026/?password=x&b=1", "/2027/", "/reset/abc/"} {
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	}
	want := `msg="wraps a handler" name=report handler=middleware_test.teapot
msg="wraps a handler" name=report handler=middleware_test.teapot
msg="is called" name=report method=GET year=2026 parameters="b password"
msg="is called" name=report method=GET year=2027
msg="is called" name=report method=GET
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func teapot(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(418); return nil }

// TestRetry: a safe request is tried again, and the client sees only the last answer.
func TestRetry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, body  string
		failures      int
		status, calls int
	}{
		{"GET", "", 0, 200, 1}, {"GET", "", 2, 200, 3}, {"GET", "", 5, 503, 3}, {"POST", "", 2, 503, 1}, {"GET", "x", 2, 503, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			var body io.Reader
			if test.body != "" {
				body = strings.NewReader(test.body)
			}
			rec := answered(middleware.Retry(middleware.RetryConfig{}), func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Add("X-Call", "1")
				if calls++; calls <= test.failures {
					return fault.New(fault.Unavailable, "Not now.")
				}
				_, err := io.WriteString(w, "ok")
				return err
			}, httptest.NewRequest(test.method, "/", body))
			if rec.Code != test.status || calls != test.calls || len(rec.Header()["X-Call"]) != 1 || strings.Count(rec.Body.String(), "Not now") > 1 || test.status == 200 && rec.Body.String() != "ok" {
				t.Errorf("%+v: %d after %d calls, %v %s", test, rec.Code, calls, rec.Header(), rec.Body)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // a client that left is not waited for
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		answered(middleware.Retry(middleware.RetryConfig{Wait: time.Hour}), func(w http.ResponseWriter, r *http.Request) error {
			calls++
			cancel()
			w.WriteHeader(503)
			return nil
		}, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
		if calls > 2 {
			t.Error(calls)
		}
	})
}

func TestCompress(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("text and more text. ", 1000)
	answer := func(header ...string) web.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			return web.Send(w, r, 200, []byte(long))
		}
	}
	text := []string{"Content-Type", "text/html; charset=utf-8"}
	for _, test := range []struct {
		name, method, accepts string
		h                     web.HandlerFunc
		zipped                bool
		vary                  bool
	}{
		{"text", "GET", "br, gzip", answer(text...), true, true},
		{"head", "HEAD", "gzip", answer(text...), true, true},
		{"not accepted", "GET", "gzip;q=0, br", answer(text...), false, true},
		{"nothing accepted", "GET", "", answer(text...), false, true},
		{"a picture", "GET", "gzip", answer("Content-Type", "image/png"), false, false},
		{"SVG", "GET", "gzip", answer("Content-Type", "image/svg+xml"), true, true},
		{"compressed already", "GET", "gzip", answer(append(text, "Content-Encoding", "br")...), false, false},
		{"no-transform", "GET", "gzip", answer(append(text, "Cache-Control", "public, no-transform")...), false, false},
		{"short", "GET", "gzip", func(w http.ResponseWriter, r *http.Request) error { return web.JSON(w, 200, "short") }, false, false},
	} {
		r := httptest.NewRequest(test.method, "/", nil)
		r.Header.Set("Accept-Encoding", test.accepts)
		rec := answered(middleware.Compress(middleware.CompressConfig{}), test.h, r)
		zipped := rec.Header().Get("Content-Encoding") == "gzip"
		if zipped != test.zipped || strings.Contains(rec.Header().Get("Vary"), "Accept-Encoding") != test.vary {
			t.Errorf("%s: %v", test.name, rec.Header())
		}
		if zipped && test.method == "GET" {
			if got := unzip(t, rec.Body); got != long || !strings.HasPrefix(rec.Header().Get("Etag"), `W/"`) || rec.Header().Get("Content-Length") == "" {
				t.Errorf("%s: %d bytes, %v", test.name, len(got), rec.Header())
			}
			r.Header.Set("If-None-Match", rec.Header().Get("Etag"))
			if again := answered(middleware.Compress(middleware.CompressConfig{}), test.h, r); again.Code != 304 || again.Body.Len() > 0 || again.Header().Get("Content-Encoding") != "" {
				t.Errorf("%s: %d, %v", test.name, again.Code, again.Header())
			}
		}
	}
}

func unzip(t *testing.T, r io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCompressedEventsArrive: what is flushed is there before the handler goes on, also where a
// length was promised.
func TestCompressedEventsArrive(t *testing.T) {
	t.Parallel()
	for _, length := range []string{"", "2000"} {
		goOn := make(chan struct{})
		h := middleware.Compress(middleware.CompressConfig{})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			if length != "" {
				w.Header().Set("Content-Length", length)
			}
			_, _ = io.WriteString(w, "first\n")
			_ = http.NewResponseController(w).Flush()
			<-goOn
			_, _ = io.WriteString(w, "second\n")
		}))
		server := httptest.NewServer(h)
		req, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL, nil)
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := (&http.Transport{}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(z)
		if line, err := lines.ReadString('\n'); line != "first\n" {
			t.Errorf("%q, %v", line, err)
		}
		close(goOn)
		if line, err := lines.ReadString('\n'); line != "second\n" {
			t.Errorf("%q, %v", line, err)
		}
		_ = resp.Body.Close()
		server.Close()
	}
}

// TestCompressAfterAPanic: a part of an answer is not ended as if it were the whole.
func TestCompressAfterAPanic(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	rec := httptest.NewRecorder()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		middleware.Compress(middleware.CompressConfig{})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "a part")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})).ServeHTTP(rec, r)
	}()
	z, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); string(text) != "a part" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", text, err)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.org"
	ok := web.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, 200, 1) })
	listed := middleware.CORSConfig{Paths: []string{"/api/"}, Origins: []string{app}, Credentials: true}
	open := middleware.CORSConfig{Paths: []string{"/api/"}, AnyOrigin: true, Credentials: true}
	for _, test := range []struct {
		name                 string
		cfg                  middleware.CORSConfig
		path, origin         string
		allows, credentials  string
		vary, trusts, cookie bool
	}{
		{"listed", listed, "/api/x", app, app, "true", true, true, true},
		{"another", listed, "/api/x", "https://evil.example", "", "", true, false, false},
		{"a longer one", listed, "/api/x", app + ".evil.example", "", "", true, false, false},
		{"null", listed, "/api/x", "null", "", "", true, false, false},
		{"none", listed, "/api/x", "", "", "", true, false, false},
		{"other path", listed, "/page", app, "", "", false, false, false},
		{"the path itself", listed, "/api", app, app, "true", true, true, true},
		{"a longer path", listed, "/apix", app, "", "", false, false, false},
		{"an encoded slash", listed, "/api%2Fx", app, "", "", false, false, false},
		{"open", open, "/api/x", "https://any.example", "*", "", false, true, false},
		{"open with a cookie", open, "/api/x", "https://any.example", "*", "", false, false, true},
	} {
		for _, preflight := range []bool{false, true} {
			r := httptest.NewRequest("POST", test.path, nil)
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			if test.cookie {
				r.Header.Set("Cookie", "a=b")
			}
			if got := test.cfg.Trusts(r); got != test.trusts {
				t.Errorf("%s: trusts %v", test.name, got)
			}
			if preflight {
				r.Method = "OPTIONS"
				r.Header.Set("Access-Control-Request-Method", "PATCH")
			}
			rec := answered(middleware.CORS(test.cfg), ok, r)
			h := rec.Header()
			if h.Get("Access-Control-Allow-Origin") != test.allows || h.Get("Access-Control-Allow-Credentials") != test.credentials || (h.Get("Vary") == "Origin") != test.vary {
				t.Errorf("%s %v: %v", test.name, preflight, h)
			}
			if asked := preflight && test.allows != ""; asked != (rec.Code == 204) || asked != strings.Contains(h.Get("Access-Control-Allow-Methods"), "PATCH") {
				t.Errorf("%s: %d %v", test.name, rec.Code, h)
			}
		}
	}
}
