package middleware_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/linelog"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// journal returns a logger and a function that decodes what it logged.
func journal(t *testing.T) (*slog.Logger, func() []map[string]any) {
	t.Helper()
	var buf bytes.Buffer
	return slog.New(slog.NewJSONHandler(&buf, nil)), func() []map[string]any {
		var list []map[string]any
		for d := json.NewDecoder(&buf); ; {
			var entry map[string]any
			if err := d.Decode(&entry); err == io.EOF {
				return list
			} else if err != nil {
				t.Fatal(err)
			}
			delete(entry, "time")
			list = append(list, entry)
		}
	}
}

// ticking returns a clock that goes on by 5 ms each time it is read.
func ticking() func() time.Time {
	now := time.Date(1937, 4, 22, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(5 * time.Millisecond)
		return now
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	handler := func(w http.ResponseWriter, r *http.Request) error {
		switch r.URL.Path {
		case "/silent":
			return nil
		case "/fails":
			return errors.New("broken")
		case "/missing":
			return fault.New(fault.NotFound, "no")
		}
		return ok(w, r)
	}
	logger, entries := journal(t)
	h := site(t, handler, middleware.AccessLog(middleware.AccessLogConfig{Logger: logger, Now: ticking()}))
	for _, target := range []string{"/hello%0d%0alevel=ERROR?secret=1", "/a%20b", "/silent", "/fails", "/missing", "/x//y"} {
		get(h, target)
	}
	entry := func(level, path, route string, status, bytes float64) map[string]any {
		return map[string]any{
			"level": level, "msg": "request", "method": "GET", "path": path, "route": route,
			"status": status, "bytes": bytes, "duration": 5e6, "remote": "192.0.2.1",
		}
	}
	want := []map[string]any{
		entry("INFO", "/hello%0d%0alevel=ERROR", "", 404, 45),
		entry("INFO", "/a%20b", "/{rest:path}", 200, 2),
		entry("INFO", "/silent", "/{rest:path}", 200, 0),
		entry("ERROR", "/fails", "/{rest:path}", 500, 11),
		entry("INFO", "/missing", "/{rest:path}", 404, 14),
		entry("INFO", "/x//y", "", 404, 45),
	}
	if diff := cmp.Diff(want, entries()); diff != "" {
		t.Error(diff)
	}
}

// TestAccessLogCannotBeForged uses the text form, where a line feed would
// start a new entry.
func TestAccessLogCannotBeForged(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&buf, nil))
	h := middleware.AccessLog(middleware.AccessLogConfig{Logger: logger})(web.HandlerFunc(ok))
	req := httptest.NewRequest("GET", "/", nil)
	req.Method = "GET\nlevel=ERROR"
	req.URL.Path = "/a\nlevel=ERROR"
	req.RemoteAddr = "x\nlevel=ERROR"
	req.Pattern = "\nlevel=ERROR"
	send(h, req)
	if n := strings.Count(buf.String(), "\n"); n != 1 {
		t.Errorf("%d lines for one request:\n%s", n, buf.String())
	}
}

// TestAccessLogOfASite: the log of a site says the same as any other.
func TestAccessLogOfASite(t *testing.T) {
	t.Parallel()
	var outs [2]bytes.Buffer
	handlers := []slog.Handler{slog.NewTextHandler(&outs[0], nil), linelog.New(&outs[1], slog.LevelInfo)}
	for _, logs := range handlers {
		clock := ticking()
		h := site(t, func(w http.ResponseWriter, r *http.Request) error {
			switch r.URL.Path {
			case "/fails":
				return errors.New("broken")
			case "/aborts":
				panic(http.ErrAbortHandler)
			}
			return ok(w, r)
		},
			middleware.RequestID(middleware.RequestIDConfig{Rand: zeros{}}),
			middleware.AccessLog(middleware.AccessLogConfig{Logger: slog.New(logs), Now: clock}))
		for _, target := range []string{"/", "/hello%0d%0alevel=ERROR?secret=1", "/a%20b", "/fails", "/aborts", "/x//y"} {
			serve(h, httptest.NewRequest("GET", target, nil))
		}
		quiet := middleware.AccessLog(middleware.AccessLogConfig{Logger: slog.New(logs), Now: clock})(web.HandlerFunc(ok))
		req := httptest.NewRequest("GET", "/", nil)
		req.Method, req.URL.Path, req.RemoteAddr, req.Pattern = "GET\nlevel=ERROR", "/a\nb", "x\ny", ""
		serve(quiet, req)
	}
	if diff := cmp.Diff(outs[0].String(), outs[1].String()); diff != "" || outs[1].Len() == 0 {
		t.Error(diff)
	}
}

// zeros is a reader of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestRecover(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		value  any
		before string // written before the panic
		status int
		abort  bool
		logged int
	}{
		{"text", "boom", "", 500, false, 1},
		{"error of another kind", fault.New(fault.NotFound, "secret"), "", 500, false, 1},
		{"not comparable", []int{1}, "", 500, false, 1},
		{"half-way", "boom", "part", 200, true, 1},
		{"abort", http.ErrAbortHandler, "", 200, true, 0},
		{"abort half-way", http.ErrAbortHandler, "part", 200, true, 0},
	}
	for _, tt := range tests {
		logger, entries := journal(t)
		h := site(t, func(w http.ResponseWriter, _ *http.Request) error {
			if tt.before != "" {
				_, _ = io.WriteString(w, tt.before)
			}
			panic(tt.value)
		},
			middleware.RequestID(middleware.RequestIDConfig{Trust: true}),
			middleware.Recover(middleware.RecoverConfig{Logger: logger}))
		req := httptest.NewRequest("GET", "/x", nil)
		req.Header.Set("X-Request-Id", "id7")
		rec, aborted := serve(h, req)
		if rec.Code != tt.status || aborted != tt.abort || strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%s: status %d, aborted %v, body %s", tt.name, rec.Code, aborted, rec.Body)
		}
		log := entries()
		if len(log) != tt.logged {
			t.Errorf("%s: %d entries, want %d: %v", tt.name, len(log), tt.logged, log)
			continue
		}
		for _, e := range log {
			stack, _ := e["stack"].(string)
			if e["id"] != "id7" || e["path"] != "/x" || !strings.Contains(stack, "log_test.go") {
				t.Errorf("%s: %v", tt.name, e)
			}
		}
	}
}

func TestRecoverFromTheErrorHandler(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "part"} {
		logger, entries := journal(t)
		r := web.NewRouter()
		r.Get("/", func(http.ResponseWriter, *http.Request) error { return errors.New("first") })
		mux, err := r.Build(web.BuildConfig{
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
				if before != "" {
					_, _ = io.WriteString(w, before)
				}
				panic("second")
			},
			Middleware: []web.Middleware{middleware.Recover(middleware.RecoverConfig{Logger: logger})},
		})
		if err != nil {
			t.Fatal(err)
		}
		rec, aborted := serve(mux, httptest.NewRequest("GET", "/", nil))
		if before == "" && (rec.Code != 500 || aborted || !strings.Contains(rec.Body.String(), "Internal Server Error")) {
			t.Errorf("status %d, aborted %v, body %s", rec.Code, aborted, rec.Body)
		}
		if before != "" && (!aborted || rec.Body.String() != before) {
			t.Errorf("half-way: aborted %v, body %s", aborted, rec.Body)
		}
		if log := entries(); len(log) != 2 {
			t.Errorf("%d entries, want 2: %v", len(log), log)
		}
	}
}

func TestAccessLogOfAnAbort(t *testing.T) {
	t.Parallel()
	logger, entries := journal(t)
	h := site(t, func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
		middleware.AccessLog(middleware.AccessLogConfig{Logger: logger}))
	serve(h, httptest.NewRequest("GET", "/", nil))
	if log := entries(); len(log) != 1 || log[0]["aborted"] != true || log[0]["status"] != 0.0 {
		t.Errorf("%v", log)
	}
}

// serve reports whether the handler aborted the connection.
func serve(h http.Handler, r *http.Request) (rec *httptest.ResponseRecorder, aborted bool) {
	rec = httptest.NewRecorder()
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			aborted = true
		} else if v != nil {
			panic(v)
		}
	}()
	h.ServeHTTP(rec, r)
	return rec, false
}
