package vola_test

import (
	"bytes"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/internal/snippets"
	"github.com/volaweb/vola/module"
)

// visit is an answer of a site to a request with these header fields.
func visit(s http.Handler, target, host, remote string, header ...string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest("GET", target, nil), httptest.NewRecorder()
	r.Host = host
	if remote != "" {
		r.RemoteAddr = remote
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	s.ServeHTTP(w, r)
	return w
}

// TestSiteAnswersToItsHosts: in development nothing of what is shown there goes to a name that
// somebody made to lead to this machine, and in production links of no other name are made.
func TestSiteAnswersToItsHosts(t *testing.T) {
	t.Parallel()
	const this, base, listed, other = "this machine", "BASE_URL", "ALLOWED_HOSTS", "others"
	kinds := map[string]string{
		"localhost": this, "LOCALHOST:8000": this, "a.localhost": this, "127.0.0.1:8000": this, "127.8.9.1": this, "[::1]:8000": this, "[::1]": this, "localhost.": this,
		"dev.example.org": base, "Dev.Example.org:9000": base, "dev.example.org.": base, "shop.test": listed, "a.shop.test:80": listed,
		"evil.test": other, "evil.test:8000": other, "10.0.0.5": other, "localhost.evil.test": other, "127.0.0.1.evil.test": other,
		"notlocalhost": other, "": other, "dev.example.org.evil.test": other, "0.0.0.0": other, "[::]": other, "example.org": other,
	}
	tests := []struct {
		dev            bool
		baseURL, hosts string
		answered       string
	}{
		{true, "https://dev.example.org:8443", "", this + base},
		{true, "", ".shop.test", this + listed},
		{true, "https://dev.example.org:8443", "*", this + base},
		{false, "https://dev.example.org:8443", ".shop.test", base + listed},
		{false, "https://dev.example.org.", "", base},
		{false, "", "", this},
		{false, "", ".shop.test", this + listed},
		{false, "https://dev.example.org", "*", this + base + listed + other},
	}
	for _, tt := range tests {
		s, err := vola.New(site(t.TempDir()), vola.Options{Dev: tt.dev, BaseURL: tt.baseURL, Environ: map[string]string{"ALLOWED_HOSTS": tt.hosts}})
		if err != nil {
			t.Fatal(err)
		}
		for host, kind := range kinds {
			want := http.StatusMisdirectedRequest
			if strings.Contains(tt.answered, kind) && host != "" {
				want = http.StatusNotFound
			}
			w := visit(s, "/no/such", host, "")
			if w.Code != want || want != 404 && strings.Contains(w.Body.String(), ".go") {
				t.Errorf("%+v, host %q: %d, want %d", tt, host, w.Code, want)
			}
			if w.Header().Get("Content-Security-Policy") == "" {
				t.Errorf("%+v, host %q: no security headers", tt, host)
			}
			if w := visit(s, "/healthz", host, ""); w.Code != http.StatusServiceUnavailable { // it has no database
				t.Errorf("%+v, host %q: the health is %d", tt, host, w.Code)
			}
		}
	}
}

// TestSettingsOfTheEdge: what cannot be a host or a network is refused at the start.
func TestSettingsOfTheEdge(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{
		"ALLOWED_HOSTS=https://example.org": "setting ALLOWED_HOSTS", "ALLOWED_HOSTS=a b,c d": `"c d"`, "TRUSTED_PROXIES=10.0.0.0/33": `"10.0.0.0/33" is neither`,
		"TRUSTED_PROXIES=proxy.test": "setting TRUSTED_PROXIES", "TRUSTED_PROXIES=10.0.0.1;10.0.0.2": "is neither",
		"SECURITY_CONTACT=ann@example.org": "setting SECURITY_CONTACT", "SECURITY_CONTACT=mailto:": "mailto:security@", "SECURITY_CONTACT=mailto:a@b.c\nExpires: x": "not an address",
	} {
		run(t, site(t.TempDir()), []string{setting}, "check").want(t, 1, want)
	}
	for _, setting := range []string{"ALLOWED_HOSTS=", "ALLOWED_HOSTS= .example.org , [::1],", "TRUSTED_PROXIES=", "TRUSTED_PROXIES=127.0.0.1, ::1,10.0.0.0/8, ::ffff:192.0.2.0/120"} {
		run(t, site(t.TempDir()), []string{setting}, "check").want(t, 0, "no errors")
	}
}

// TestSiteBehindAProxy: the log, the scheme and the redirect go by what the proxy says.
func TestSiteBehindAProxy(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, err := vola.New(site(t.TempDir()), vola.Options{
		BaseURL: "https://example.org", Log: slog.New(slog.NewTextHandler(&log, nil)),
		Environ: map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8,::ffff:192.0.2.0/120"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const proto, forwarded = "X-Forwarded-Proto", "X-Forwarded-For"
	w := visit(s, "/no/such?a=b", "example.org", "10.0.0.1:1", proto, "http", forwarded, "203.0.113.9")
	if w.Code != 308 || w.Header().Get("Location") != "https://example.org/no/such?a=b" || w.Header().Get("Strict-Transport-Security") != "" {
		t.Errorf("http: %d %v", w.Code, w.Header())
	}
	w = visit(s, "/no/such", "example.org", "192.0.2.7:1", proto, "https", forwarded, "203.0.113.9")
	if w.Code != 404 || w.Header().Get("Strict-Transport-Security") != "max-age=31536000" {
		t.Errorf("https: %d %v", w.Code, w.Header())
	}
	if w := visit(s, "/no/such", "example.org", "10.0.0.1:1", proto, "http", "X-Forwarded-Host", "evil.test"); w.Code != 421 {
		t.Errorf("another host: %d %v", w.Code, w.Header())
	}
	if w := visit(s, "/healthz", "10.0.0.2:8000", "10.0.0.1:1", proto, "http"); w.Code != 503 {
		t.Errorf("health: %d %v", w.Code, w.Header())
	}
	if w := visit(s, "/no/such", "example.org", "203.0.113.1:1", proto, "http", forwarded, "1.1.1.1"); w.Code != 404 {
		t.Errorf("from elsewhere: %d %v", w.Code, w.Header())
	}
	if got := log.String(); strings.Count(got, "remote=203.0.113.9 ") != 2 || strings.Contains(got, "1.1.1.1") {
		t.Errorf("%s", got)
	}
	port, err := vola.New(site(t.TempDir()), vola.Options{BaseURL: "https://example.org:8443", Environ: map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	if w := visit(port, "/a", "example.org:8080", "10.0.0.1:1", proto, "http"); w.Code != 308 || w.Header().Get("Location") != "https://example.org:8443/a" {
		t.Errorf("BASE_URL with a port: %d %v", w.Code, w.Header())
	}
	dev, err := vola.New(site(t.TempDir()), vola.Options{Dev: true, BaseURL: "https://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if w := visit(dev, "/no/such", "localhost", ""); w.Header().Get("Strict-Transport-Security") != "" {
		t.Errorf("in development: %v", w.Header())
	}
}

// TestServeAnswersToItsAddress: without BASE_URL a site is reached by the address that it
// was told to listen on, and not by all if it listens on all.
func TestServeAnswersToItsAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		baseURL, listen, host string
		want                  int
	}{
		{"", "192.0.2.1", "192.0.2.1:8000", 404}, {"", "2001:db8::1", "[2001:db8::1]:8000", 404}, {"", "192.0.2.1", "192.0.2.2:8000", 421},
		{"", "0.0.0.0", "0.0.0.0:8000", 421}, {"", "0.0.0.0", "192.0.2.1:8000", 421}, {"https://example.org", "192.0.2.1", "192.0.2.1:8000", 421},
	} {
		s, err := vola.New(site(t.TempDir()), vola.Options{BaseURL: tt.baseURL})
		if err != nil {
			t.Fatal(err)
		}
		s.Listening(&net.TCPAddr{IP: net.ParseIP(tt.listen), Port: 8000})
		if w := visit(s, "/no/such", tt.host, ""); w.Code != tt.want {
			t.Errorf("%+v: %d", tt, w.Code)
		}
	}
}

// TestSecurityTxt: the file has what RFC 9116 asks for, unless a module has it.
func TestSecurityTxt(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }
	environ := map[string]string{"SECURITY_CONTACT": "mailto:ann@example.org"}
	for _, tt := range []struct {
		modules []module.Module
		environ map[string]string
		status  int
		want    string
	}{
		{nil, environ, 200, "Contact: mailto:ann@example.org\nExpires: 2027-06-01T00:00:00Z\n"},
		{nil, nil, 404, ""},
		{[]module.Module{module.At("/", contact{time.Minute})}, environ, 200, ""},
	} {
		s, err := vola.New(vola.Config{Modules: tt.modules}, vola.Options{Now: now, Environ: tt.environ})
		if err != nil {
			t.Fatal(err)
		}
		if w := visit(s, "/.well-known/security.txt", "localhost", ""); w.Code != tt.status || tt.status == 200 && w.Body.String() != tt.want {
			t.Errorf("%+v: %d %q", tt, w.Code, w.Body)
		}
	}
}

// TestSecurityDocument compares the tables of docs/security.md with the headers of an answer and
// the checks that there are.
func TestSecurityDocument(t *testing.T) {
	t.Parallel()
	s, err := vola.New(vola.Config{NoRequestID: true}, vola.Options{BaseURL: "https://example.org"})
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{{"header", "value"}}
	h := visit(s, "/robots.txt", "example.org", "").Header()
	for _, name := range slices.Sorted(maps.Keys(h)) {
		switch name {
		case "Content-Type", "Content-Length", "Etag":
		default:
			rows = append(rows, []string{"`" + name + "`", "`" + h.Get(name) + "`"})
		}
	}
	wantGenerated(t, "docs/security.md", "headers", snippets.Table(rows))
	rows = [][]string{{"id", "level", "found if"}}
	for _, c := range vola.DeployChecks() {
		rows = append(rows, []string{c.ID, c.Level, c.Title})
	}
	for _, m := range []module.Module{auth.New(auth.Config{})} { // and which else has checks
		for _, c := range m.(module.HasDeployChecks).DeployChecks() {
			rows = append(rows, []string{c.ID, string(c.Level), c.Title + " (of `contrib/" + m.Name() + "`)"})
		}
	}
	wantGenerated(t, "docs/security.md", "checks", snippets.Table(rows))
}
