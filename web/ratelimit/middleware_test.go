package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
)

func site(t *testing.T, middleware ...web.Middleware) http.Handler {
	t.Helper()
	router := web.NewRouter()
	router.Wrap(middleware...).Get("/", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprint(w, "found")
		return err
	})
	mux, err := router.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

func get(h http.Handler, from string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = from
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	c := newClock()
	h := site(t, ratelimit.Middleware(limiter(c, ratelimit.Limit{Rate: 2, Per: 3 * time.Second}), ratelimit.Address))
	for i, want := range []struct {
		wait           time.Duration
		status         int
		rateLimit, now string
	}{
		{0, 200, `"log-in";r=1;t=2`, ""},
		{0, 200, `"log-in";r=0;t=3`, ""},
		{0, 429, `"log-in";r=0;t=3`, "2"},
		{time.Second, 429, `"log-in";r=0;t=2`, "1"},
		{500 * time.Millisecond, 200, `"log-in";r=0;t=3`, ""},
		{time.Hour, 200, `"log-in";r=1;t=2`, ""},
	} {
		c.add(want.wait)
		rec := get(h, "192.0.2.1:1234")
		got := rec.Result().Header
		if rec.Code != want.status || got.Get("RateLimit") != want.rateLimit || got.Get("Retry-After") != want.now || got.Get("RateLimit-Policy") != `"log-in";q=2;w=3` {
			t.Errorf("%d: %d, %v", i, rec.Code, got)
		}
		if want.status == 429 && !strings.Contains(rec.Body.String(), "There were too many requests; try again later.") {
			t.Errorf("%d: %s", i, rec.Body)
		}
	}
	if rec := get(h, "192.0.2.2:1234"); rec.Code != 200 {
		t.Errorf("another address: %d", rec.Code)
	}
	get(h, "192.0.2.1:1")
	rec := get(h, "192.0.2.1:9", "Accept", "application/json")
	if rec.Code != 429 || rec.Body.String() != `{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"There were too many requests; try again later.","error":"Too Many Requests","message":"There were too many requests; try again later."}`+"\n" {
		t.Errorf("%d: %s", rec.Code, rec.Body)
	}
}

// TestSeveralLimits: the first that is empty refuses, and all that were asked say how full they
// are.
func TestSeveralLimits(t *testing.T) {
	t.Parallel()
	c := newClock()
	m := ratelimit.NewMemory(0)
	of := func(name string, rate int) web.Middleware {
		return ratelimit.Middleware(ratelimit.New(ratelimit.Config{Name: name, Limit: ratelimit.Limit{Rate: rate, Per: time.Minute}, Store: m, Now: c.now}), ratelimit.Address)
	}
	h := site(t, of("wide", 3), of("narrow", 1))
	for i, want := range []string{
		`200 ["wide";r=2;t=20 "narrow";r=0;t=60] ["wide";q=3;w=60 "narrow";q=1;w=60]`,
		`429 ["wide";r=1;t=40 "narrow";r=0;t=60] ["wide";q=3;w=60 "narrow";q=1;w=60]`,
		`429 ["wide";r=0;t=60 "narrow";r=0;t=60] ["wide";q=3;w=60 "narrow";q=1;w=60]`,
		`429 ["wide";r=0;t=60] ["wide";q=3;w=60]`,
	} {
		rec := get(h, "192.0.2.1:1")
		if got := fmt.Sprint(rec.Code, rec.Header()["Ratelimit"], rec.Header()["Ratelimit-Policy"]); got != want {
			t.Errorf("%d: %s\nwant %s", i, got, want)
		}
	}
}

// TestOwnKey: a limit may be about anything in a request, and leave out some.
func TestOwnKey(t *testing.T) {
	t.Parallel()
	h := site(t, ratelimit.Middleware(limiter(newClock(), ratelimit.Limit{Rate: 1, Per: time.Minute}), func(r *http.Request) string { return r.Header.Get("X-Token") }))
	for i, want := range []struct {
		token  string
		status int
	}{{"a", 200}, {"a", 429}, {"b", 200}, {"", 200}, {"", 200}} {
		rec := get(h, "192.0.2.1:1", "X-Token", want.token)
		if rec.Code != want.status || (rec.Header().Get("RateLimit") == "") != (want.token == "") {
			t.Errorf("%d: %d, %v", i, rec.Code, rec.Header())
		}
	}
}

// TestBrokenStore: the limit is not skipped.
func TestBrokenStore(t *testing.T) {
	t.Parallel()
	l := ratelimit.New(ratelimit.Config{Name: "x", Limit: ratelimit.Limit{Rate: 1, Per: time.Minute}, Store: brokenStore{errors.New("no disk")}})
	if rec := get(site(t, ratelimit.Middleware(l, ratelimit.Address)), "192.0.2.1:1"); rec.Code != 500 || strings.Contains(rec.Body.String(), "found") {
		t.Errorf("%d: %s", rec.Code, rec.Body)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"192.0.2.1:1234":                    "192.0.2.1",
		"192.0.2.1":                         "192.0.2.1",
		"[::ffff:192.0.2.1]:1234":           "192.0.2.1",
		"[2001:db8:1:2:3:4:5:6]:1234":       "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:1234":       "2001:db8:1:2::/64",
		"[2001:db8:1:3::]:1234":             "2001:db8:1:3::/64",
		"[fe80::1%eth0]:1234":               "fe80::/64",
		"[::1]:1234":                        "::/64",
		"2001:db8:1:2::9":                   "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]":                 "2001:db8:1:2::/64",
		"@":                                 "unknown @",
		"":                                  "unknown ",
		"example.com:80":                    "unknown example.com:80",
		"192.0.2.1:99999":                   "unknown 192.0.2.1:99999",
		"[2001:db8::1]:1234 x, 192.0.2.1:1": "unknown [2001:db8::1]:1234 x, 192.0.2.1:1",
	} {
		if got := ratelimit.Address(&http.Request{RemoteAddr: from}); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
	if got := ratelimit.Network(netip.Addr{}); got != "invalid IP" {
		t.Errorf("no address: %q", got)
	}
}

// FuzzAddress: every request has a key.
func FuzzAddress(f *testing.F) {
	for _, from := range []string{"192.0.2.1:1", "[fe80::1%eth0]:1", "@", "", "\xff"} {
		f.Add(from)
	}
	f.Fuzz(func(t *testing.T, from string) {
		if got := ratelimit.Address(&http.Request{RemoteAddr: from}); got == "" {
			t.Error("no key")
		}
	})
}

func BenchmarkMemory(b *testing.B) {
	m := ratelimit.NewMemory(0)
	limit := ratelimit.Limit{Rate: 1, Per: time.Hour}
	now := time.Now()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		key := ratelimit.Key{byte(n), byte(n >> 8), byte(n >> 16)}
		if _, err := m.Take(b.Context(), key, limit, now); err != nil {
			b.Fatal(err)
		}
	}
}

// TestUser: a user has one bucket at all addresses, and visitors one at each.
func TestUser(t *testing.T) {
	t.Parallel()
	type key struct{}
	byUser := ratelimit.User(func(ctx context.Context) (string, error) {
		id, _ := ctx.Value(key{}).(string)
		if id == "broken" {
			return "7", errors.New("the session cannot be read")
		}
		return id, nil
	})
	limiter := ratelimit.New(ratelimit.Config{Name: "pins", Limit: ratelimit.Limit{Rate: 1, Per: time.Hour, Burst: 2}, Store: ratelimit.NewMemory(0)})
	h := ratelimit.Middleware(limiter, byUser)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for i, test := range []struct {
		user, address string
		status        int
		header        string
	}{
		{"7", "192.0.2.1:1", 200, `"pins";r=1;t=3600`},
		{"7", "192.0.2.2:1", 200, `"pins";r=0;t=7200`},
		{"7", "192.0.2.3:1", 429, `"pins";r=0;t=7200`},
		{"8", "192.0.2.3:1", 200, `"pins";r=1;t=3600`},
		{"", "192.0.2.3:1", 200, `"pins";r=1;t=3600`},
		{"broken", "192.0.2.3:1", 200, `"pins";r=0;t=7200`},
		{"", "192.0.2.3:1", 429, `"pins";r=0;t=7200`},
		{"192.0.2.3", "192.0.2.9:1", 200, `"pins";r=1;t=3600`},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = test.address
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), key{}, test.user)))
		if got := rec.Header().Get("RateLimit"); rec.Code != test.status || got != test.header || (rec.Header().Get("Retry-After") != "") != (test.status == 429) {
			t.Errorf("%d: user %q at %s: %d %s %v, want %d %s", i, test.user, test.address, rec.Code, got, rec.Header()["Retry-After"], test.status, test.header)
		}
	}
}
