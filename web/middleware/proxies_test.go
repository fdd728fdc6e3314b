package middleware_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// trusted are the proxies of these tests.
var trusted = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("127.0.0.1/32"),
}

// resolved says what handlers see of a request: the address, the scheme and the host.
func resolved(cfg middleware.ProxiesConfig, remote string, secure bool, lines ...string) string {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr, r.Host = remote, "site.test"
	if secure {
		r.TLS = new(tls.ConnectionState)
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	var got string
	h := middleware.Proxies(cfg)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		scheme := "http"
		if web.IsHTTPS(r) {
			scheme = "https"
		}
		got = fmt.Sprint(web.ClientHost(r), " ", scheme, " ", r.Host, " ", len(r.Header))
		if web.ClientAddr(r).String() != strings.TrimPrefix(web.ClientHost(r), "::ffff:") && !strings.Contains(remote, "%") {
			got += " but ClientAddr is " + web.ClientAddr(r).String()
		}
	}))
	h.ServeHTTP(httptest.NewRecorder(), r)
	return got
}

func TestProxies(t *testing.T) {
	t.Parallel()
	const proxy, visitor = "10.0.0.1:99", "203.0.113.9:99"
	long := strings.Repeat("10.0.0.2, ", 800) // 8 kB
	tests := []struct {
		remote string
		lines  []string
		want   string
	}{
		// Others are not believed, and the headers are gone.
		{visitor, nil, "203.0.113.9 http site.test 0"},
		{visitor, []string{"X-Forwarded-For: 1.1.1.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.test", "Forwarded: for=1.1.1.1;proto=https;host=evil.test",
			"X-Real-Ip: 1.1.1.1", "X-Forwarded-Port: 443", "X-Forwarded-Ssl: on", "X-Forwarded-Scheme: https", "Accept: x"}, "203.0.113.9 http site.test 1"},
		{"@", []string{"X-Forwarded-For: 1.1.1.1"}, "@ http site.test 0 but ClientAddr is invalid IP"},
		{"", []string{"X-Forwarded-For: 1.1.1.1"}, " http site.test 0 but ClientAddr is invalid IP"},
		// One proxy.
		{proxy, nil, "10.0.0.1 http site.test 0"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9"}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: www.site.test:8443"}, "203.0.113.9 https www.site.test:8443 3"},
		{proxy, []string{"X-Forwarded-Proto: HTTPS"}, "10.0.0.1 https site.test 1"},
		{proxy, []string{"X-Forwarded-Proto: gopher"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Real-Ip: 1.1.1.1"}, "10.0.0.1 http site.test 1"},
		{"[::ffff:10.0.0.1]:99", []string{"X-Forwarded-For: ::ffff:203.0.113.9"}, "203.0.113.9 http site.test 1"},
		{"[fe80::1%eth0]:99", []string{"X-Forwarded-For: 203.0.113.9"}, "203.0.113.9 http site.test 1"},
		// What the visitor wrote stands on the left, in one line or several.
		{proxy, []string{"X-Forwarded-For: 1.1.1.1, 203.0.113.9"}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 203.0.113.9 , 10.0.0.2"}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 10.0.0.3", "X-Forwarded-For: ,, fd00::1,"}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 10.0.0.9, 10.0.0.8"}, "10.0.0.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: " + long + "203.0.113.9"}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9, " + strings.TrimSuffix(long, ", ")}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: " + strings.Repeat(",", 8000)}, "10.0.0.1 http site.test 1"},
		// Forms of addresses.
		{proxy, []string{"X-Forwarded-For: 203.0.113.9:1234"}, "203.0.113.9 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 2001:db8::1"}, "2001:db8::1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: [2001:db8::1]"}, "2001:db8::1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: [2001:db8::1]:1234"}, "2001:db8::1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: [2001:db8::1%eth0]:1234"}, "2001:db8::1 http site.test 1"},
		// What is no address is known to the last proxy only.
		{proxy, []string{"X-Forwarded-For: 203.0.113.9, unknown"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: _hidden, 10.0.0.2"}, "10.0.0.2 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9, [::1"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 0.0.0.0"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9 10.0.0.2"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-For: " + strings.Repeat("x", 8000)}, "10.0.0.1 http site.test 1"},
		// The scheme and the host of the visitor's hop, or the only ones.
		{proxy, []string{"X-Forwarded-For: 203.0.113.9, 10.0.0.2", "X-Forwarded-Proto: https, http"}, "203.0.113.9 https site.test 2"},
		{proxy, []string{"X-Forwarded-For: 1.1.1.1, 203.0.113.9", "X-Forwarded-Proto: https, http"}, "203.0.113.9 http site.test 2"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https, http"}, "203.0.113.9 http site.test 2"},
		{proxy, []string{"X-Forwarded-Proto: https, https"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-Host: evil.test/x"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-Host: evil test"}, "10.0.0.1 http site.test 1"},
		{proxy, []string{"X-Forwarded-Host: user@evil.test"}, "10.0.0.1 http site.test 1"},
		// RFC 7239.
		{proxy, []string{`Forwarded: for=203.0.113.9;proto=https;host=www.site.test;by=10.0.0.1`}, "203.0.113.9 https www.site.test 1"},
		{proxy, []string{`Forwarded: For="[2001:db8::1]:4711"; Proto=https`}, "2001:db8::1 https site.test 1"},
		{proxy, []string{`Forwarded: for=1.1.1.1;host=evil.test, for=203.0.113.9;proto=https`, `Forwarded: for=10.0.0.2;proto=http`}, "203.0.113.9 https site.test 1"},
		{proxy, []string{`Forwarded: for=1.1.1.1, for=_hidden;proto=https`}, "10.0.0.1 https site.test 1"},
		{proxy, []string{`Forwarded: for=unknown, for=10.0.0.2`}, "10.0.0.2 http site.test 1"},
		{proxy, []string{`Forwarded: proto=https`}, "10.0.0.1 https site.test 1"},
		{proxy, []string{`Forwarded: for="203.0.113.\9"`}, "203.0.113.9 http site.test 1"},
		{proxy, []string{`Forwarded: for="1.1.1.1, for=203.0.113.9`}, "10.0.0.1 http site.test 1"},
		{proxy, []string{`Forwarded: for=1.1.1.1;for=203.0.113.9`}, "10.0.0.1 http site.test 1"},
		{proxy, []string{`Forwarded: 203.0.113.9`}, "10.0.0.1 http site.test 1"},
		{proxy, []string{`Forwarded: for="203.0.113.9"x`}, "10.0.0.1 http site.test 1"},
		{proxy, []string{`Forwarded: for="\`}, "10.0.0.1 http site.test 1"},
		{proxy, []string{`Forwarded: ;,;`}, "10.0.0.1 http site.test 1"},
		{proxy, []string{`Forwarded: ` + strings.Repeat("for=10.0.0.2,", 600) + `for=203.0.113.9`}, "203.0.113.9 http site.test 1"},
		// Both kinds: what they disagree on is not believed.
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "Forwarded: for=203.0.113.9;proto=https"}, "203.0.113.9 https site.test 3"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "Forwarded: for=1.1.1.1;proto=http;host=evil.test"}, "10.0.0.1 http evil.test 3"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: a.test", "Forwarded: for=203.0.113.9;host=b.test"}, "203.0.113.9 http site.test 3"},
		{proxy, []string{"X-Forwarded-For: 203.0.113.9", "Forwarded: nonsense"}, "203.0.113.9 http site.test 2"},
		{proxy, []string{"X-Forwarded-Proto: https", "Forwarded: for=203.0.113.9"}, "203.0.113.9 https site.test 2"},
	}
	for _, tt := range tests {
		if got := resolved(middleware.ProxiesConfig{Trusted: trusted}, tt.remote, false, tt.lines...); got != tt.want {
			t.Errorf("%s %.200q\n got  %s\n want %s", tt.remote, tt.lines, got, tt.want)
		}
	}
}

// TestSchemes: who is believed, where the site itself has HTTPS or not.
func TestSchemes(t *testing.T) {
	t.Parallel()
	const proxy, visitor = "10.0.0.1:99", "203.0.113.9:99"
	tests := []struct {
		remote        string
		secure, https bool
		proto         string
		want          bool
	}{
		{visitor, false, false, "https", false},
		{visitor, false, true, "http", true},
		{visitor, true, false, "http", true},
		{proxy, false, false, "https", true},
		{proxy, false, true, "http", false},
		{proxy, true, true, "http", false},
		{proxy, true, false, "", true},
		{proxy, false, true, "", true},
		{proxy, false, false, "", false},
	}
	for _, tt := range tests {
		var lines []string
		if tt.proto != "" {
			lines = []string{"X-Forwarded-Proto: " + tt.proto}
		}
		got := resolved(middleware.ProxiesConfig{Trusted: trusted, HTTPS: tt.https}, tt.remote, tt.secure, lines...)
		if strings.Contains(got, " https ") != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

// TestUntrustedProxyIsTold: once, and only where one may be.
func TestUntrustedProxyIsTold(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]int{"192.168.1.5:80": 1, "127.0.0.1:80": 1, "203.0.113.9:80": 0} {
		var log bytes.Buffer
		h := middleware.Proxies(middleware.ProxiesConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))})(http.NotFoundHandler())
		for range 3 {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = remote
			h.ServeHTTP(httptest.NewRecorder(), r)
			r.Header.Set("X-Forwarded-For", "1.1.1.1")
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
		if got := strings.Count(log.String(), "TRUSTED_PROXIES="+strings.TrimSuffix(remote, ":80")); got != want {
			t.Errorf("%s: %s", remote, &log)
		}
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add("10.0.0.2, 1.1.1.1", `for="[::1]:80";proto=https, for=_x`, "https")
	f.Add("[::1", `for="\`, ",,")
	f.Fuzz(func(t *testing.T, x, forwarded, proto string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Host = "10.0.0.1:1", "site.test"
		r.Header["X-Forwarded-For"] = []string{x}
		r.Header["Forwarded"] = []string{forwarded, x}
		r.Header["X-Forwarded-Proto"] = []string{proto}
		r.Header["X-Forwarded-Host"] = []string{proto}
		middleware.Proxies(middleware.ProxiesConfig{Trusted: trusted})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if !web.ClientAddr(r).IsValid() || strings.ContainsAny(r.Host, " /\\@\r\n,\"") {
				t.Errorf("%q, %q", r.RemoteAddr, r.Host)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	})
}
