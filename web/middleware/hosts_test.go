package middleware_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/web/middleware"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	hosts, err := middleware.ParseHosts("example.org, .shop.example.com,192.0.2.1, [2001:DB8::1], under_score.test, xn--bcher-kva.example.,")
	if err != nil {
		t.Fatal(err)
	}
	answered := map[string]bool{
		"example.org": true, "EXAMPLE.org": true, "example.org.": true, "example.org:8443": true, "example.org:": true, "Example.Org.:80": true,
		"www.example.org": false, "example.org.evil.test": false, "evilexample.org": false, "example.org..": false, ".example.org": false,
		"shop.example.com": true, "a.b.shop.example.com": true, "xshop.example.com": false, "example.com": false,
		"192.0.2.1": true, "192.0.2.1:80": true, "192.0.2.2": false, "[::ffff:192.0.2.1]:80": true, "192.0.2.1.": false, "192.000.2.1": false,
		"[2001:db8::1]": true, "[2001:db8:0:0::1]:80": true, "2001:db8::1": true, "[2001:db8::1": false, "[2001:db8::1%eth0]": false, "[2001:db8::2]": false, "[192.0.2.1]": false,
		"under_score.test": true, "xn--bcher-kva.example": true, "bücher.example": false,
		"": false, " ": false, "example.org, example.org": false, "example.org example.org": false, "user@example.org": false, "example.org/": false,
		"example.org:80:80": false, "example.org:http": false, "example.org:123456": false, "example.org\x00": false, strings.Repeat("a.", 200) + "test": false,
		strings.Repeat("a", 64) + ".example.org": false,
	}
	var log bytes.Buffer
	h := middleware.Hosts(middleware.HostsConfig{
		Allowed: hosts.Has, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Exempt: func(r *http.Request) bool { return r.URL.Path == "/healthz" },
	})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ask := func(path, host string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest("GET", path, nil), httptest.NewRecorder()
		r.Host = host
		h.ServeHTTP(w, r)
		return w
	}
	for host, want := range answered {
		status := 421
		if want {
			status = 200
		}
		if w := ask("/", host); w.Code != status || !want && !strings.Contains(w.Body.String(), "ALLOWED_HOSTS") {
			t.Errorf("host %q: %d %s", host, w.Code, w.Body)
		}
		if w := ask("/healthz", host); w.Code != 200 {
			t.Errorf("exempt host %q: %d", host, w.Code)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines: %s", n, &log)
	}
}

func TestHostLists(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		"https://example.org": "is not a host", "example.org/x": "is not a host", "example.org:80": "leave it out", "[::1]:80": "leave it out",
		"bücher.example": "xn--", ".192.0.2.1": "is not a name", ".": "is not a name", "a b": "is not a name", "*.example.org": "is not a name", "12345": "is not a name",
	} {
		if _, err := middleware.ParseHosts("ok.test," + list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", list, err)
		}
	}
	both, err := middleware.ParseHosts("a b,c d")
	if err == nil || strings.Count(err.Error(), "\n") != 1 || both.Any() {
		t.Errorf("%v", err)
	}
	all, err := middleware.ParseHosts(" * ")
	if err != nil || !all.Any() || !all.Has("anything.test") {
		t.Errorf("%v, %v", all, err)
	}
}

// TestRedirectHTTPS: what a trusted proxy says was http, and nothing else.
func TestRedirectHTTPS(t *testing.T) {
	t.Parallel()
	tests := []struct {
		remote, method, target, host, proto, want string
		port                                      string
	}{
		{"10.0.0.1:1", "GET", "/a%2Fb//c?d=e", "example.org", "http", "https://example.org/a%2Fb//c?d=e", ""},
		{"10.0.0.1:1", "POST", "/", "example.org:80", "http", "https://example.org/", ""},
		{"10.0.0.1:1", "GET", "//evil.test/", "[2001:db8::1]:80", "http", "https://[2001:db8::1]//evil.test/", ""},
		{"10.0.0.1:1", "GET", "/", "example.org", "https", "", ""},
		{"10.0.0.1:1", "GET", "/", "example.org", "", "", ""},
		{"10.0.0.1:1", "GET", "/healthz", "example.org", "http", "", ""},
		{"203.0.113.9:1", "GET", "/", "example.org", "http", "", ""},
		{"10.0.0.1:1", "GET", "/a?b=c", "example.org:8080", "http", "https://example.org:8443/a?b=c", "8443"},
		{"10.0.0.1:1", "GET", "/", "www.example.org", "http", "https://www.example.org:8443/", "8443"},
		{"10.0.0.1:1", "GET", "/", "[2001:db8::1]:80", "http", "https://[2001:db8::1]:8443/", "8443"},
		{"10.0.0.1:1", "GET", "/", "example.org", "http", "https://example.org/", "443"},
	}
	exempt := func(r *http.Request) bool { return r.URL.Path == "/healthz" }
	for _, tt := range tests {
		h := middleware.Proxies(middleware.ProxiesConfig{Trusted: trusted, HTTPS: true})(
			middleware.RedirectHTTPS(middleware.RedirectHTTPSConfig{Port: tt.port, Exempt: exempt})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		r, w := httptest.NewRequest(tt.method, tt.target, nil), httptest.NewRecorder()
		r.RemoteAddr, r.Host = tt.remote, tt.host
		if tt.proto != "" {
			r.Header.Set("X-Forwarded-Proto", tt.proto)
		}
		h.ServeHTTP(w, r)
		status := 200
		if tt.want != "" {
			status = 308
		}
		if got := w.Header().Get("Location"); got != tt.want || w.Code != status {
			t.Errorf("%+v: %d %q", tt, w.Code, got)
		}
	}
}

func TestHSTS(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	tests := []struct {
		cfg   middleware.SecureHeadersConfig
		https bool
		want  string
	}{
		{middleware.SecureHeadersConfig{}, false, ""},
		{middleware.SecureHeadersConfig{}, true, "max-age=31536000"},
		{middleware.SecureHeadersConfig{HSTS: -1}, true, ""},
		{middleware.SecureHeadersConfig{HSTS: 1}, true, "max-age=0"},
		{middleware.SecureHeadersConfig{HSTS: 2 * year, HSTSSubdomains: true, HSTSPreload: true}, true, "max-age=63072000; includeSubDomains; preload"},
	}
	for _, tt := range tests {
		r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		if tt.https {
			r.TLS = new(tls.ConnectionState)
		}
		middleware.SecureHeaders(tt.cfg)(http.NotFoundHandler()).ServeHTTP(w, r)
		if got := w.Header().Get("Strict-Transport-Security"); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestPermissionsAndReports(t *testing.T) {
	t.Parallel()
	header := func(cfg middleware.SecureHeadersConfig) http.Header {
		w := httptest.NewRecorder()
		middleware.SecureHeaders(cfg)(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		return w.Header()
	}
	if h := header(middleware.SecureHeadersConfig{}); !strings.Contains(h.Get("Permissions-Policy"), "camera=()") || h.Get("Content-Security-Policy-Report-Only") != "" {
		t.Errorf("%v", h)
	}
	h := header(middleware.SecureHeadersConfig{PermissionsPolicy: middleware.Omit, ReportOnly: "script-src 'self'; report-uri /csp"})
	if _, sent := h["Permissions-Policy"]; sent || h.Get("Content-Security-Policy-Report-Only") != "script-src 'self'; report-uri /csp" || h.Get("Content-Security-Policy") == "" {
		t.Errorf("%v", h)
	}
}
