package middleware_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// site serves h at every path after mw, with errors as "status message".
func site(t *testing.T, h web.HandlerFunc, mw ...web.Middleware) http.Handler {
	t.Helper()
	r := web.NewRouter()
	r.Handle("/", h)
	r.Handle("/{rest:path}", h)
	mux, err := r.Build(web.BuildConfig{Middleware: mw, MaxURL: -1, ErrorHandler: plainErrors})
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

func plainErrors(w http.ResponseWriter, _ *http.Request, err error) {
	http.Error(w, fmt.Sprintf("%v: %s", fault.KindOf(err), fault.Message(err)), web.Status(err))
}

func ok(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "ok")
	return err
}

func get(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	return send(h, httptest.NewRequest("GET", target, nil), header...)
}

// send sets pairs of names and values in the header.
func send(h http.Handler, r *http.Request, header ...string) *httptest.ResponseRecorder {
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	show := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, middleware.RequestIDFrom(r.Context()))
		return err
	}
	made := regexp.MustCompile(`^[0-9a-f]{32}$`)
	tests := []struct {
		trust bool
		sent  string
		kept  bool
	}{
		{false, "abc", false},
		{true, "abc-DEF_1.2", true},
		{true, "", false},
		{true, "a b", false},
		{true, "a\nlevel=ERROR", false},
		{true, strings.Repeat("a", 65), false},
		{true, strings.Repeat("a", 64), true},
	}
	for _, tt := range tests {
		h := site(t, show, middleware.RequestID(middleware.RequestIDConfig{Trust: tt.trust}))
		rec := get(h, "/", "X-Request-Id", tt.sent)
		id := rec.Header().Get("X-Request-Id")
		if rec.Body.String() != id || (id == tt.sent) != tt.kept || !tt.kept && !made.MatchString(id) {
			t.Errorf("trust %v, sent %q: id %q, in the context %q", tt.trust, tt.sent, id, rec.Body)
		}
	}
	h := site(t, show, middleware.RequestID(middleware.RequestIDConfig{}))
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[string]bool{}
	for range 4 {
		wg.Go(func() {
			for range 100 {
				id := get(h, "/").Body.String()
				mu.Lock()
				if seen[id] || !made.MatchString(id) {
					t.Errorf("a request has the id %q", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	h = site(t, show, middleware.RequestID(middleware.RequestIDConfig{Rand: iotest.ErrReader(errors.New("dry"))}))
	if rec := get(h, "/"); rec.Code != 500 {
		t.Errorf("without randomness: status %d", rec.Code)
	}
	if got := middleware.RequestIDFrom(t.Context()); got != "" {
		t.Errorf("id %q of no request", got)
	}
}

func TestSecureHeaders(t *testing.T) {
	t.Parallel()
	rec := get(site(t, ok, middleware.SecureHeaders(middleware.SecureHeadersConfig{})), "/")
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "strict-origin-when-cross-origin",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Content-Security-Policy":      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	} {
		if got := rec.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	own := func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Add("Referrer-Policy", "no-referrer")
		w.Header().Set("Cross-Origin-Opener-Policy", "unsafe-none")
		return ok(w, r)
	}
	h := site(t, own, middleware.SecureHeaders(middleware.SecureHeadersConfig{
		FrameOptions: "SAMEORIGIN", ContentSecurityPolicy: middleware.Omit,
	}))
	for range 2 { // what one response adds must not be in the next
		got := get(h, "/").Header()
		if got.Get("X-Frame-Options") != "SAMEORIGIN" || got["Content-Security-Policy"] != nil ||
			len(got["Referrer-Policy"]) != 2 || got.Get("Cross-Origin-Opener-Policy") != "unsafe-none" {
			t.Errorf("overridden: %v", got)
		}
	}
	if got := get(h, "/a//b"); got.Code != 404 || got.Header().Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("a 404 has %v", got.Header())
	}
}

func TestMaxBody(t *testing.T) {
	t.Parallel()
	read := func(w http.ResponseWriter, r *http.Request) error {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "cannot read")
		}
		_, err = fmt.Fprint(w, n)
		return err
	}
	tests := []struct {
		name   string
		length int
		mw     []web.Middleware
		want   int
	}{
		{"default", middleware.DefaultMaxBody, []web.Middleware{middleware.MaxBody(0)}, 200},
		{"over default", middleware.DefaultMaxBody + 1, []web.Middleware{middleware.MaxBody(0)}, 413},
		{"small", 10, []web.Middleware{middleware.MaxBody(10)}, 200},
		{"over small", 11, []web.Middleware{middleware.MaxBody(10)}, 413},
		{"raised", 20, []web.Middleware{middleware.MaxBody(10), middleware.MaxBody(20)}, 200},
		{"over raised", 21, []web.Middleware{middleware.MaxBody(10), middleware.MaxBody(20)}, 413},
		{"lowered", 11, []web.Middleware{middleware.MaxBody(20), middleware.MaxBody(10)}, 413},
		{"none", 0, []web.Middleware{middleware.MaxBody(10)}, 200},
	}
	for _, tt := range tests {
		for _, known := range []bool{true, false} {
			req := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", tt.length)))
			if !known {
				req.ContentLength = -1
			}
			if rec := send(site(t, read, tt.mw...), req); rec.Code != tt.want {
				t.Errorf("%s, length known %v: status %d %s, want %d", tt.name, known, rec.Code, rec.Body, tt.want)
			}
		}
	}
}

// TestMaxBodyClosesTheConnection needs a real server: it must not read the
// rest of a body that is too large.
func TestMaxBodyClosesTheConnection(t *testing.T) {
	t.Parallel()
	read := func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	}
	server := httptest.NewServer(site(t, read, middleware.AccessLog(middleware.AccessLogConfig{Logger: quiet()}), middleware.MaxBody(10)))
	defer server.Close()
	resp, err := server.Client().Post(server.URL, "text/plain", strings.NewReader(strings.Repeat("x", 100)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != 413 || !resp.Close {
		t.Errorf("status %d, closed %v", resp.StatusCode, resp.Close)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cfg    middleware.LimitsConfig
		target string
		want   int
	}{
		{middleware.LimitsConfig{}, "/?" + strings.Repeat("k&", 999), 200},
		{middleware.LimitsConfig{}, "/?" + strings.Repeat("k&", 1000), 400},
		{middleware.LimitsConfig{}, "/?" + strings.Repeat("k&", 100_000), 414},
		{middleware.LimitsConfig{}, "/" + strings.Repeat("a", 8191), 200},
		{middleware.LimitsConfig{}, "/" + strings.Repeat("a", 8192), 414},
		{middleware.LimitsConfig{MaxQueryKeys: 2, MaxURL: 20}, "/?a&b", 200},
		{middleware.LimitsConfig{MaxQueryKeys: 2, MaxURL: 20}, "/?a&b&c", 400},
		{middleware.LimitsConfig{MaxQueryKeys: 2, MaxURL: 20}, "/?a=aaaaaaaaaaaaaaaaaaaaaaa", 414},
	}
	for _, tt := range tests {
		if rec := get(site(t, ok, middleware.Limits(tt.cfg)), tt.target); rec.Code != tt.want {
			t.Errorf("%+v, URL of %d bytes: status %d, want %d", tt.cfg, len(tt.target), rec.Code, tt.want)
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	trusting := http.NewCrossOriginProtection()
	if err := trusting.AddTrustedOrigin("https://partner.test"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		p      *http.CrossOriginProtection
		method string
		header []string
		want   int
	}{
		{"same origin", nil, "POST", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"cross site", nil, "POST", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"same site", nil, "DELETE", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"cross site reading", nil, "GET", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"old browser", nil, "POST", []string{"Origin", "http://evil.test"}, 403},
		{"old browser at home", nil, "POST", []string{"Origin", "http://example.com"}, 200},
		{"no browser", nil, "POST", nil, 200},
		{"trusted", trusting, "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://partner.test"}, 200},
	}
	for _, tt := range tests {
		rec := send(site(t, ok, middleware.CrossOrigin(tt.p)), httptest.NewRequest(tt.method, "/", nil), tt.header...)
		if rec.Code != tt.want || tt.want == 403 && !strings.HasPrefix(rec.Body.String(), "forbidden: ") {
			t.Errorf("%s: status %d %s, want %d", tt.name, rec.Code, rec.Body, tt.want)
		}
	}
}
