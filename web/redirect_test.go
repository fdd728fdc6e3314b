package web_test

import (
	"net/http/httptest"
	neturl "net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
)

func TestRedirect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		target string
		status int
		ok     bool
	}{
		{"/a?b=c", 303, true},
		{"https://other.test/", 308, true},
		{"/a\r\nSet-Cookie: x=y", 303, false},
		{"/a\n", 303, false},
		{"/a\x00", 303, false},
		{"", 303, false},
		{"/a", 200, false},
		{"/a", 304, false},
		{"/a", 0, false},
	}
	for _, tt := range tests {
		rec := httptest.NewRecorder()
		err := web.Redirect(rec, httptest.NewRequest("POST", "/", nil), tt.target, tt.status)
		switch {
		case (err == nil) != tt.ok:
			t.Errorf("%q %d: error %v", tt.target, tt.status, err)
		case tt.ok && (rec.Code != tt.status || rec.Header().Get("Location") != tt.target):
			t.Errorf("%q %d: got %d %v", tt.target, tt.status, rec.Code, rec.Header())
		case !tt.ok && len(rec.Header()) > 0:
			t.Errorf("%q %d: wrote %v", tt.target, tt.status, rec.Header())
		}
	}
}

func TestSafeNext(t *testing.T) {
	t.Parallel()
	tests := []struct{ next, want string }{
		{"/", "/"},
		{"/a/b?c=d#e", "/a/b?c=d#e"},
		{"/a?next=//evil.test", "/a?next=//evil.test"},
		{"/é", "/é"},
		{"/a:b", "/a:b"},
		{"http://example.test/x?y#z", "/x?y#z"},
		{"https://EXAMPLE.test", "/"},
		{"", "F"},
		{"a", "F"},
		{"?x", "F"},
		{"//evil.test", "F"},
		{"///evil.test", "F"},
		{`/\evil.test`, "F"},
		{`\\evil.test`, "F"},
		{"/\t/evil.test", "F"},
		{"/a\r\nX: y", "F"},
		{"http://evil.test/", "F"},
		{"http:evil.test", "F"},
		{"http:/evil.test", "F"},
		{"http:///evil.test", "F"},
		{"http://example.test@evil.test/", "F"},
		{"http://user@example.test/", "F"},
		{"http://example.test//evil.test", "F"},
		{"//example.test/x", "F"},
		{"javascript:alert(1)", "F"},
		{"ftp://example.test/", "F"},
		{"/%zz", "F"},
		{"/\xff", "F"},
		{"/" + strings.Repeat("a", 9000), "F"},
	}
	r := httptest.NewRequest("GET", "http://example.test/login", nil)
	for _, tt := range tests {
		if got := web.SafeNext(r, tt.next, "F"); got != tt.want {
			t.Errorf("SafeNext(%q) = %q, want %q", tt.next, got, tt.want)
		}
	}
}

// FuzzSafeNext follows the result as a browser would: control characters
// dropped at the ends, tab and line feed everywhere, backslash as slash.
func FuzzSafeNext(f *testing.F) {
	for _, seed := range []string{
		"/", "//evil.test", `/\evil.test`, "http://example.test//evil.test", "/.//evil.test", "/..//x", "\t//evil.test",
		"http://example.test/%2F/x", "https://example.test:80/", "http://example.test?x", "http://example.test/\\x",
	} {
		f.Add(seed)
	}
	r := httptest.NewRequest("GET", "http://example.test/login", nil)
	base := &neturl.URL{Scheme: "http", Host: "example.test", Path: "/login"}
	f.Fuzz(func(t *testing.T, next string) {
		got := web.SafeNext(r, next, "/fallback")
		seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimLeft(got, "\x00\x01\x1f "))
		u, err := base.Parse(seen)
		if err != nil {
			t.Fatalf("SafeNext(%q) = %q: %v", next, got, err)
		}
		if u.Host != base.Host || u.Scheme != base.Scheme || !strings.HasPrefix(got, "/") || strings.HasPrefix(seen, "//") {
			t.Errorf("SafeNext(%q) = %q leads to %s", next, got, u)
		}
		if again := web.SafeNext(r, got, "/fallback"); again != got {
			t.Errorf("SafeNext(%q) = %q, of which it makes %q", next, got, again)
		}
		rec := httptest.NewRecorder()
		if err := web.Redirect(rec, r, got, 303); err != nil {
			t.Errorf("SafeNext(%q) = %q cannot be redirected to: %v", next, got, err)
		}
		if to := rec.Header().Get("Location"); strings.HasPrefix(to, "//") {
			t.Errorf("SafeNext(%q) = %q redirects to %s", next, got, to)
		}
	})
}
