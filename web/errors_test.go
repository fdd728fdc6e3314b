package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want int
	}{
		{nil, 200},
		{errors.New("x"), 500},
		{fault.New(fault.Internal, ""), 500},
		{fault.New(fault.Invalid, ""), 400},
		{fault.New(fault.Unauthenticated, ""), 401},
		{fault.New(fault.Forbidden, ""), 403},
		{fmt.Errorf("a: %w", fault.New(fault.NotFound, "")), 404},
		{fault.New(fault.MethodNotAllowed, ""), 405},
		{fault.New(fault.Conflict, ""), 409},
		{fault.New(fault.TooLarge, ""), 413},
		{fault.New(fault.RateLimited, ""), 429},
		{fault.New(fault.Unavailable, ""), 503},
		{context.DeadlineExceeded, 504},
		{context.Canceled, 499},
		{fault.New(fault.Unsupported, ""), 406},
		{fault.Wrap(fault.Invalid, &http.MaxBytesError{Limit: 1}, ""), 413},
		{web.WithStatus(410, fault.New(fault.NotFound, "")), 410},
		{fmt.Errorf("a: %w", web.WithStatus(410, errors.New("x"))), 410},
		{web.WithStatus(200, errors.New("x")), 500},
		{web.WithStatus(410, nil), 200},
	}
	for _, tt := range tests {
		if got := web.Status(tt.err); got != tt.want {
			t.Errorf("Status(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
	err := web.WithStatus(410, fault.New(fault.NotFound, "Closed."))
	if fault.KindOf(err) != fault.NotFound || fault.Message(err) != "Closed." || err.Error() != "Closed." {
		t.Errorf("WithStatus hides the error: %v", err)
	}
}

func TestAllErrorsReachTheErrorHandler(t *testing.T) {
	t.Parallel()
	refuse := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			web.Fail(w, r, fault.New(fault.Forbidden, "no"))
		})
	}
	r := web.NewRouter()
	r.Get("/fails", func(w http.ResponseWriter, _ *http.Request) error {
		h := w.Header()
		h.Set("Content-Length", "999")
		h.Set("Cache-Control", "public, max-age=9999")
		h.Set("Etag", `"x"`)
		h.Set("Vary", "Cookie")
		return fault.New(fault.Conflict, "again")
	})
	r.Wrap(refuse).Get("/refused", hello)
	r.Handle("/plain", web.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return errors.New("plain") }))
	var got []string
	mux, err := r.Build(web.BuildConfig{ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
		got = append(got, fmt.Sprintf("%s %d %v", r.URL.Path, web.Status(err), err))
		w.WriteHeader(web.Status(err))
	}})
	if err != nil {
		t.Fatal(err)
	}
	rec := do(mux, "GET", "/fails")
	for _, name := range []string{"Content-Length", "Cache-Control", "Etag"} {
		if rec.Header().Get(name) != "" {
			t.Errorf("the error kept the header %s", name)
		}
	}
	if rec.Code != 409 || rec.Header().Get("Vary") != "Cookie" {
		t.Errorf("status %d, header %v", rec.Code, rec.Header())
	}
	do(mux, "GET", "/refused")
	do(mux, "GET", "/plain")
	do(mux, "GET", "/nothing")
	do(mux, "POST", "/fails")
	want := "/fails 409 again, /refused 403 no, /plain 500 plain," +
		" /nothing 404 There is no page at this address: no route matches /nothing," +
		" /fails 405 This page cannot be used in this way: POST /fails: the routes here allow GET, HEAD, OPTIONS"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// TestRetryAfter: an error that says when it is worth trying again has the header, from a
// handler and from middleware.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	limited, busy := fault.New(fault.RateLimited, "Too many."), fault.New(fault.Unavailable, "Busy.")
	for _, tt := range []struct {
		err    error
		before string // the header, set before
		want   string
	}{
		{fault.WithRetry(limited, 7*time.Second), "", "7"},
		{fmt.Errorf("x: %w", fault.WithRetry(busy, 1500*time.Millisecond)), "", "2"},
		{fault.WithRetry(limited, 0), "", "0"},
		{fault.WithRetry(limited, math.MaxInt64), "", "9223372037"},
		{fault.WithRetry(limited, 7*time.Second), "30", "30"},
		{limited, "", ""},
		{fault.WithRetry(fault.New(fault.Forbidden, "No."), 7*time.Second), "", ""},
	} {
		router := web.NewRouter()
		router.Get("/", func(w http.ResponseWriter, r *http.Request) error {
			if tt.before != "" {
				w.Header().Set("Retry-After", tt.before)
			}
			return tt.err
		})
		mux, err := router.Build(web.BuildConfig{})
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
		if got := rec.Header().Get("Retry-After"); got != tt.want || rec.Code != web.Status(tt.err) {
			t.Errorf("%v: status %d, Retry-After %q, want %q", tt.err, rec.Code, got, tt.want)
		}
	}
}

func TestErrorAfterWriting(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "part")
		return errors.New("broken")
	})
	var logged error
	mux, err := r.Build(web.BuildConfig{ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
		logged = err
		w.Header().Set("X-Late", "yes")
		web.WriteError(w, r, err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	func() {
		defer func() {
			if v := recover(); v != http.ErrAbortHandler {
				t.Errorf("recovered %v, want http.ErrAbortHandler", v)
			}
		}()
		mux.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	}()
	if rec.Code != 200 || rec.Body.String() != "part" || logged == nil || rec.Header().Get("X-Late") != "" {
		t.Errorf("status %d, body %q, logged %v", rec.Code, rec.Body, logged)
	}
}

func TestWriteErrorShowsOnlyTheMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err        error
		want, lack string
	}{
		{errors.New("password is hunter2"), "<h1>Internal Server Error</h1>", "hunter2"},
		{fault.New(fault.NotFound, "No <b>post</b>."), "<p>No &lt;b&gt;post&lt;/b&gt;.</p>", "<b>"},
		{fault.Wrap(fault.Invalid, errors.New("secret"), "Wrong."), "<p>Wrong.</p>", "secret"},
		{context.Canceled, "<h1>Error</h1>", "cancel"},
	}
	for _, tt := range tests {
		rec := httptest.NewRecorder()
		web.Fail(rec, httptest.NewRequest("GET", "/", nil), tt.err)
		body := rec.Body.String()
		if !strings.Contains(body, tt.want) || strings.Contains(body, tt.lack) || rec.Code != web.Status(tt.err) {
			t.Errorf("%v: status %d, body %s", tt.err, rec.Code, body)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	if err := web.JSON(rec, 200, make(chan int)); err == nil || rec.Body.Len() > 0 {
		t.Errorf("error %v, body %q", err, rec.Body)
	}
	if err := web.JSON(rec, 201, []string{"</script>"}); err != nil {
		t.Error(err)
	}
	if rec.Code != 201 || rec.Header().Get("Content-Type") != "application/json" ||
		strings.Contains(rec.Body.String(), "<") || rec.Header().Get("Content-Length") != fmt.Sprint(rec.Body.Len()) {
		t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
	}
}

// TestJSONHeaderIsItsOwn: what is added to the header of one answer is not in that
// of another.
func TestJSONHeaderIsItsOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		rec := httptest.NewRecorder()
		if err := web.JSON(rec, 200, 1); err != nil {
			t.Fatal(err)
		}
		if got := rec.Header().Values("Content-Type"); len(got) != 1 || got[0] != "application/json" {
			t.Errorf("Content-Type: %q", got)
		}
		rec.Header().Add("Content-Type", "text/plain")
	}
}
