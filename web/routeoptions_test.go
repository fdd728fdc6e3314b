package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// A route says what is special about its requests where it is registered.
func ExampleRoute() {
	r := web.NewRouter()
	// snippet: options
	r.Get("/report", hello).Name("report").Deadline(2 * time.Minute).MaxAtWork(2)
	r.Get("/events", hello).Stream(500)
	r.Get("/reset/{key}/", hello).Secret()
	// end snippet
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, route := range mux.Routes() {
		fmt.Println(route.Pattern, route.Deadline, route.MaxAtWork, route.Stream, route.Secret)
	}
	// Output:
	// /report 2m0s 2 false false
	// /events 0s 500 true false
	// /reset/{key}/ 0s 0 false true
}

// The errors of an API are JSON, whatever the client accepts.
func ExampleRouter_API() {
	r := web.NewRouter()
	// snippet: api
	r.API().Group("/api", func(r *web.Router) {
		r.Get("/soups/{id:int}", func(http.ResponseWriter, *http.Request) error {
			return fault.New(fault.NotFound, "There is no such soup.")
		})
	})
	// end snippet
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/api/soups/7", "/api/salads"} {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		fmt.Print(rec.Code, " ", rec.Body)
	}
	// Output:
	// 404 {"type":"about:blank","title":"Not Found","status":404,"detail":"There is no such soup.","error":"Not Found","message":"There is no such soup."}
	// 404 {"type":"about:blank","title":"Not Found","status":404,"detail":"There is no page at this address.","error":"Not Found","message":"There is no page at this address."}
}

// TestErrorsOfAnAPI: every error of an API is JSON, those without a route too;
// those of pages are not, unless the client asks for it.
func TestErrorsOfAnAPI(t *testing.T) {
	t.Parallel()
	gone := func(http.ResponseWriter, *http.Request) error {
		return fault.Wrap(fault.NotFound, errors.New("row 7"), "")
	}
	sub := web.NewRouter()
	sub.Get("/{id:int}", gone)
	sub.Post("/{id:int}", func(_ http.ResponseWriter, r *http.Request) error { return r.ParseForm() })
	r := web.NewRouter()
	r.API().Mount("/v1", "v1", sub)
	r.Get("/pages/one.json", gone).API()
	r.Get("/pages/two", gone)
	r.Get("/v2/page/", gone)
	refuse := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Refuse") != "" {
				web.Fail(wrapper{w}, r, fault.New(fault.Forbidden, "no"))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{refuse}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, target, accept string
		status                 int
		json                   bool
	}{
		{"GET", "/v1/7", "text/html", 404, true},
		{"GET", "/v1/7", "", 404, true},
		{"GET", "/v1/nothing", "text/html", 404, true},
		{"GET", "/v1", "*/*", 404, true},
		{"PUT", "/v1/7", "*/*", 405, true},
		{"GET", "/v1/7", "refuse", 403, true},
		{"GET", "/pages/one.json", "*/*", 404, true},
		{"GET", "/pages/two", "*/*", 404, false},
		{"GET", "/pages/three", "*/*", 404, false},
		{"GET", "/nothing", "*/*", 404, false},
		{"GET", "/v2/page/", "text/html", 404, false},
		{"GET", "/v2/page/", "application/json", 404, true},
		{"GET", "/v2/page/", "application/json, text/plain, */*", 404, true},
		{"GET", "/v2/page/", "text/html;q=0.5, application/json;q=0.9", 404, true},
		{"GET", "/v2/page/", "application/json;q=0.5, text/html", 404, false},
		{"GET", "/v2/page/", "application/json;q=0.0", 404, false},
		{"GET", "/v2/page/", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 404, false},
	} {
		req := httptest.NewRequest(tt.method, tt.target, nil)
		req.Header.Set("Accept", tt.accept)
		if tt.accept == "refuse" {
			req.Header.Set("X-Refuse", "yes")
		}
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		var body struct{ Error, Message string }
		isJSON := json.Unmarshal(rec.Body.Bytes(), &body) == nil
		if rec.Code != tt.status || isJSON != tt.json || isJSON && (body.Error == "" || body.Message == "" || strings.Contains(body.Message, "row 7")) {
			t.Errorf("%s %s as %q: %d %s", tt.method, tt.target, tt.accept, rec.Code, rec.Body)
		}
	}
}

// TestSecretPaths: what stands for the path of a secret route in a log, also
// where it is not quite its path.
func TestSecretPaths(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/reset/{key}/{more}/", hello).Secret()
	r.Get("/open/{key}/", hello)
	var logged string
	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			logged = web.LogPath(wrapper{w}, r)
			next.ServeHTTP(w, r)
		})
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"/reset/KEY/x/":      "/reset/{key}/{more}/",
		"/reset/KEY/x":       "/reset/{key}/{more}/",
		"/reset/KEY":         "/reset/{key}/{more}/",
		"/reset/KEY/x/more/": "/reset/{key}/{more}/",
		"/reset/KEY%2Fx/":    "/reset/{key}/{more}/",
		"/reset/KEY/%00":     "/reset/{key}/{more}/",
		"/reset//KEY/x/":     "/reset/{key}/{more}/",
		"/open/a%20b/":       "/open/a%20b/",
		"/elsewhere/":        "/elsewhere/",
		"/resetting/KEY/x/":  "/resetting/KEY/x/",
	} {
		for _, method := range []string{"GET", "POST"} {
			if do(mux, method, target); logged != want {
				t.Errorf("%s %s is logged as %q, want %q", method, target, logged, want)
			}
		}
	}
}

func TestWrongLimits(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/a", hello).Deadline(-time.Second)
	r.Get("/b", hello).MaxAtWork(-1)
	r.Get("/c", hello).Stream(-3)
	r.Get("/d", hello).Stream(1).Deadline(time.Second)
	r.Get("/e", hello).Deadline(0)
	got := mistakes(t, r, web.BuildConfig{})
	if len(got) != 4 {
		t.Errorf("%d errors, want 4:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// TestRedirectsLeadSomewhere: a slash is only added or taken away where that
// leads to a page; the handler that has a parameter is asked.
func TestRedirectsLeadSomewhere(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	asked := 0
	r.Get("/{slug}/", func(w http.ResponseWriter, r *http.Request) error {
		asked++
		switch slug := r.PathValue("slug"); slug {
		case "about":
			return web.JSON(w, 200, slug)
		case "private":
			return fault.New(fault.Forbidden, "no")
		case "broken":
			return errors.New("the disk is full")
		case "own":
			http.NotFound(w, r)
			return nil
		case "half":
			if _, err := w.Write([]byte("half")); err != nil {
				return err
			}
			return errors.New("of it")
		}
		return fault.New(fault.NotFound, "There is no such page.")
	})
	r.Get("/live/{slug}/", func(_ http.ResponseWriter, r *http.Request) error {
		asked += 100
		return nil
	}).Stream(0)
	r.Get("/file/{name}", func(http.ResponseWriter, *http.Request) error { return fault.New(fault.NotFound, "no") })
	mux := build(t, r)
	for target, want := range map[string]string{
		"/about":         "308 /about/",
		"/about?x=1":     "308 /about/?x=1",
		"/private":       "308 /private/",
		"/half":          "308 /half/",
		"/live/x":        "308 /live/x/",
		"/robots.txt":    "404",
		"/favicon.ico":   "404",
		"/wp-login.php":  "404",
		"/.env":          "404",
		"/nothing":       "404",
		"/own":           "404",
		"/file/nothing/": "404",
		"/broken":        "500",
	} {
		if got := answer(mux, "GET", target); got != want {
			t.Errorf("GET %s = %s, want %s", target, got, want)
		}
	}
	if got := answer(mux, "HEAD", "/nothing"); got != "404" {
		t.Errorf("HEAD /nothing = %s", got)
	}
	if body := do(mux, "GET", "/nothing").Body.String(); !strings.Contains(body, "There is no such page.") {
		t.Errorf("the page does not say what the handler said: %s", body)
	}
	if asked >= 100 {
		t.Error("a stream was begun to ask for a redirect")
	}
}

// TestEvery405HasAllow: RFC 9110 demands it, also of handlers that refuse by
// themselves.
func TestEvery405HasAllow(t *testing.T) {
	t.Parallel()
	refuse := func(http.ResponseWriter, *http.Request) error { return fault.New(fault.MethodNotAllowed, "no") }
	r := web.NewRouter()
	r.Get("/get", hello)
	r.Post("/both", refuse)
	r.Get("/both", hello)
	r.Get("/never", refuse)
	r.Handle("/any", web.HandlerFunc(refuse))
	r.MountHandler("/files", web.HandlerFunc(refuse))
	mux := build(t, r)
	for target, want := range map[string]string{
		"POST /get": "405 GET, HEAD, OPTIONS", "TRACE /both": "405 GET, HEAD, OPTIONS, POST", "POST /both": "405 GET, HEAD, OPTIONS",
		"GET /never": "405 OPTIONS", "TRACE /any": "405 OPTIONS", "POST /files/a": "405 OPTIONS",
	} {
		method, path, _ := strings.Cut(target, " ")
		if got := answer(mux, method, path); got != want {
			t.Errorf("%s = %s, want %s", target, got, want)
		}
	}
	rec := httptest.NewRecorder()
	web.HandlerFunc(refuse).ServeHTTP(rec, httptest.NewRequest("POST", "/", nil))
	if rec.Code != 405 || rec.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("without a mux: %d %v", rec.Code, rec.Header())
	}
}

// brokenPipe is a client that left.
type brokenPipe struct{ *httptest.ResponseRecorder }

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("write: broken pipe") }

// TestClientsWhoLeave: whatever goes wrong for a client that is not there is of
// kind Canceled, whether its context says so or the connection.
func TestClientsWhoLeave(t *testing.T) {
	t.Parallel()
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	for name, tt := range map[string]struct {
		ctx  context.Context
		w    http.ResponseWriter
		body string
		h    web.HandlerFunc
		want int
	}{
		"left": {gone, nil, "", func(http.ResponseWriter, *http.Request) error { return errors.New("interrupted (9)") }, 499},
		"left, with a status of its own": {gone, nil, "", func(http.ResponseWriter, *http.Request) error {
			return web.WithStatus(410, errors.New("x"))
		}, 499},
		"cannot be written to": {t.Context(), brokenPipe{httptest.NewRecorder()}, "", func(w http.ResponseWriter, _ *http.Request) error {
			_, err := w.Write([]byte("x"))
			return fmt.Errorf("send: %w", err)
		}, 499},
		"stopped sending":   {t.Context(), nil, "cut", func(_ http.ResponseWriter, r *http.Request) error { return r.ParseForm() }, 499},
		"sent nonsense":     {t.Context(), nil, "bad", func(_ http.ResponseWriter, r *http.Request) error { return r.ParseForm() }, 400},
		"deadline":          {late, nil, "", func(http.ResponseWriter, *http.Request) error { return errors.New("interrupted (9)") }, 504},
		"deadline, refused": {late, nil, "", func(http.ResponseWriter, *http.Request) error { return fault.New(fault.Conflict, "x") }, 409},
		"still there":       {t.Context(), nil, "", func(http.ResponseWriter, *http.Request) error { return errors.New("broken") }, 500},
	} {
		var got int
		r := web.NewRouter()
		r.Post("/", tt.h)
		mux, err := r.Build(web.BuildConfig{ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { got = web.Status(err) }})
		if err != nil {
			t.Fatal(err)
		}
		req := httptest.NewRequestWithContext(tt.ctx, "POST", "/", cutBody(tt.body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if tt.w == nil {
			tt.w = httptest.NewRecorder()
		}
		func() {
			defer func() { _ = recover() }()
			mux.ServeHTTP(tt.w, req)
		}()
		if got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// cutBody is a body whose connection breaks, or that is not as HTTP wants it.
type cutBody string

func (b cutBody) Read(p []byte) (int, error) {
	switch b {
	case "cut":
		return 0, io.ErrUnexpectedEOF
	case "bad":
		return 0, errors.New("invalid byte in chunk length")
	}
	return 0, io.EOF
}
