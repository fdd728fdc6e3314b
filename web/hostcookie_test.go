package web_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/web"
)

// request returns a request over HTTPS or HTTP with the lines of a Cookie header.
func cookieRequest(https bool, cookies ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	if https {
		r.TLS = new(tls.ConnectionState)
	}
	for _, line := range cookies {
		r.Header.Add("Cookie", line)
	}
	return r
}

// snippet: cookie

func choose(w http.ResponseWriter, r *http.Request) error {
	return web.SetCookie(w, web.HostCookie(r, "theme", "dark", 30*24*time.Hour))
}

// end snippet

func TestHandlersSetCookies(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	if err := choose(rec, cookieRequest(true)); err != nil || !strings.HasPrefix(rec.Header().Get("Set-Cookie"), "__Host-theme=dark; Path=/; Max-Age=2592000; ") {
		t.Errorf("%v, %v", rec.Header(), err)
	}
}

func TestHostCookie(t *testing.T) {
	t.Parallel()
	tests := []struct {
		https  bool
		name   string
		maxAge time.Duration
		want   string
	}{
		{true, "session", 0, "__Host-session=v; Path=/; HttpOnly; Secure; SameSite=Lax"},
		{true, "__Host-session", 90 * time.Minute, "__Host-session=v; Path=/; Max-Age=5400; HttpOnly; Secure; SameSite=Lax"},
		{false, "session", time.Millisecond, "session=v; Path=/; Max-Age=1; HttpOnly; SameSite=Lax"},
		{false, "__Host-session", 0, "session=v; Path=/; HttpOnly; SameSite=Lax"},
		{true, "session", -1, "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"},
	}
	for _, tt := range tests {
		rec := httptest.NewRecorder()
		r := cookieRequest(tt.https)
		if err := web.SetCookie(rec, web.HostCookie(r, tt.name, "v", tt.maxAge)); err != nil {
			t.Errorf("%+v: %v", tt, err)
		}
		if got := rec.Header().Get("Set-Cookie"); got != tt.want {
			t.Errorf("%+v\n got  %s\n want %s", tt, got, tt.want)
		}
	}
}

// TestHostCookieValue: the name goes with the connection, and cookies that disagree are none.
func TestHostCookieValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		https   bool
		cookies []string
		want    string
		ok      bool
	}{
		{true, nil, "", false},
		{true, []string{"session=planted"}, "", false},
		{true, []string{"a=b; __Host-session=x"}, "x", true},
		{true, []string{"__Host-session=x; __Host-session=x"}, "x", true},
		{true, []string{"__Host-session=x", "__Host-session=y"}, "", false},
		{true, []string{"__host-session=x"}, "", false},
		{false, []string{"__Host-session=x"}, "", false},
		{false, []string{"session=x"}, "x", true},
		{false, []string{"session="}, "", true},
	}
	for _, tt := range tests {
		if got, ok := web.HostCookieValue(cookieRequest(tt.https, tt.cookies...), "session"); got != tt.want || ok != tt.ok {
			t.Errorf("%+v: %q, %v", tt, got, ok)
		}
	}
}

// TestSetCookieRefusesWhatBrowsersDrop: nothing is sent, and the value is not told.
func TestSetCookieRefusesWhatBrowsersDrop(t *testing.T) {
	t.Parallel()
	host := func(change func(*http.Cookie)) *http.Cookie {
		c := web.HostCookie(cookieRequest(true), "s", "hidden", 0)
		change(c)
		return c
	}
	tests := map[string]*http.Cookie{
		"remove Domain":  host(func(c *http.Cookie) { c.Domain = "example.org" }),
		`the path "/x"`:  host(func(c *http.Cookie) { c.Path = "/x" }),
		`the path ""`:    host(func(c *http.Cookie) { c.Path = "" }),
		"must be Secure": host(func(c *http.Cookie) { c.Secure = false }),
		"__HOST-":        host(func(c *http.Cookie) { c.Name, c.Domain = "__HOST-s", "example.org" }),
		"__secure-":      host(func(c *http.Cookie) { c.Name, c.Secure = "__secure-s", false }),
		"SameSite=None":  {Name: "s", Value: "hidden", SameSite: http.SameSiteNoneMode},
		"4107 bytes":     host(func(c *http.Cookie) { c.Name, c.Value = "__Host-abc-", strings.Repeat("h", 4096) }),
		"the value has":  host(func(c *http.Cookie) { c.Value = "hidden\r\nX: y" }),
		"invalid Cookie": {Name: "a b", Value: "hidden"},
	}
	for want, c := range tests {
		rec := httptest.NewRecorder()
		err := web.SetCookie(rec, c)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("want %q, got %v", want, err)
		}
		if len(rec.Header()) > 0 {
			t.Errorf("%q: sent %v", want, rec.Header())
		}
	}
	rec := httptest.NewRecorder()
	if err := web.SetCookie(rec, host(func(c *http.Cookie) { c.Value = strings.Repeat("v", 4096-len(c.Name)) })); err != nil {
		t.Error(err)
	}
}
