package middleware_test

import (
	"bytes"
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

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// noncePage has scripts and styles of its own, and data that pretends to.
const noncePage = `<!DOCTYPE html><title>{{.}}</title><style>p { color: red }</style>
<script>let x = {{.}};</script><script src="/x.js" defer></script><p>{{.}}</p>{{jsonscript "data" .}}`

// pageHandler renders noncePage, and sends it whole or byte by byte.
func pageHandler(t *testing.T, pieces bool) web.HandlerFunc {
	t.Helper()
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": noncePage}}, Pages: []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		data := page.Data("<script>attack()</script>")
		if !pieces {
			return set.Render(r.Context(), w, data)
		}
		var b bytes.Buffer
		err := set.Render(r.Context(), &b, data)
		for i := range b.Bytes() {
			if err == nil {
				_, err = w.Write(b.Bytes()[i : i+1])
			}
		}
		return err
	}
}

// TestNonce is a page over a connection: what the policy accepts is what the
// template wrote, and nothing else.
func TestNonce(t *testing.T) {
	t.Parallel()
	for _, pieces := range []bool{false, true} {
		server := httptest.NewServer(site(t, pageHandler(t, pieces),
			middleware.SecureHeaders(middleware.SecureHeadersConfig{}), middleware.Nonce(middleware.NonceConfig{})))
		defer server.Close()
		var mu sync.Mutex
		seen := make(map[string]bool)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				nonce, err := fetchNonce(server)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				seen[nonce] = true
			})
		}
		wait.Wait()
		if len(seen) != 20 {
			t.Errorf("%d nonces for 20 requests", len(seen))
		}
	}
}

// fetchNonce requests the page and returns the nonce of its policy, which must
// be that of each script and style of the template.
func fetchNonce(server *httptest.Server) (string, error) {
	res, err := server.Client().Get(server.URL)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	policies := res.Header.Values("Content-Security-Policy")
	if len(policies) != 1 {
		return "", fmt.Errorf("policies %q", policies)
	}
	found := regexp.MustCompile(`^default-src 'self'; script-src 'self' 'nonce-([\w-]{22})'; style-src 'self' 'nonce-([\w-]{22})'; object-src 'none'; `).FindStringSubmatch(policies[0])
	if found == nil || found[1] != found[2] {
		return "", fmt.Errorf("policy %q", policies[0])
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	own, elements := ` nonce="`+found[1]+`"`, regexp.MustCompile(`<(?:script|style)[^>]*>`)
	for i, tag := range elements.FindAllString(string(body), -1) {
		if strings.Contains(tag, own) != (i < 3) {
			return "", fmt.Errorf("%s in %s", tag, body)
		}
	}
	if n := strings.Count(string(body), "nonce"); n != 3 {
		return "", fmt.Errorf("%d nonces in %s", n, body)
	}
	return found[1], nil
}

func TestNoncePolicies(t *testing.T) {
	t.Parallel()
	const nonce = "MDEyMzQ1Njc4OWFiY2RlZg"
	const enforced, reported = "Content-Security-Policy", "Content-Security-Policy-Report-Only"
	tests := []struct {
		name               string
		config             middleware.NonceConfig
		enforced, reported string
	}{
		{"default", middleware.NonceConfig{}, strings.ReplaceAll(middleware.DefaultNoncePolicy, "{nonce}", "'nonce-"+nonce+"'"), ""},
		{"own", middleware.NonceConfig{Policy: "script-src {nonce} 'strict-dynamic'; style-src 'self'"}, "script-src 'nonce-" + nonce + "' 'strict-dynamic'; style-src 'self'", ""},
		{"reported", middleware.NonceConfig{Policy: "script-src {nonce}; report-uri /csp", ReportOnly: true}, middleware.DefaultContentSecurityPolicy, "script-src 'nonce-" + nonce + "'; report-uri /csp"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.config.Rand = strings.NewReader("0123456789abcdef")
			rec := get(site(t, pageHandler(t, false), middleware.SecureHeaders(middleware.SecureHeadersConfig{}), middleware.Nonce(tt.config)), "/")
			if got := rec.Header().Get(enforced); got != tt.enforced {
				t.Errorf("%s\n got  %s\n want %s", enforced, got, tt.enforced)
			}
			if got := rec.Header().Get(reported); got != tt.reported {
				t.Errorf("%s\n got  %s\n want %s", reported, got, tt.reported)
			}
			if n := bytes.Count(rec.Body.Bytes(), []byte(` nonce="`+nonce+`"`)); n != 3 {
				t.Errorf("%d elements have the nonce: %s", n, rec.Body)
			}
		})
	}
}

// TestNonceWithoutRandomness: no page is sent with a nonce that can be
// guessed.
func TestNonceWithoutRandomness(t *testing.T) {
	t.Parallel()
	never := func(http.ResponseWriter, *http.Request) error {
		t.Error("the handler was called")
		return nil
	}
	for name, random := range map[string]io.Reader{"fails": iotest.ErrReader(errors.New("no entropy")), "too little": strings.NewReader("0123")} {
		rec := get(site(t, never, middleware.Nonce(middleware.NonceConfig{Rand: random})), "/")
		if rec.Code != http.StatusInternalServerError || strings.Contains(rec.Body.String(), "entropy") || rec.Header().Get("Content-Security-Policy") != "" {
			t.Errorf("%s: %d %s %v", name, rec.Code, rec.Body, rec.Header())
		}
	}
}

// A page may have a script of its own; one in its data is not run.
func ExampleNonce() {
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "<script>hello({{.}})</script>\n"}},
		Pages:   []templates.Checked{page},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	nonce := middleware.Nonce(middleware.NonceConfig{
		Policy: "script-src {nonce}",
		Rand:   strings.NewReader("0123456789abcdef"), // so that the example repeats
	})
	h := nonce(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := set.Render(r.Context(), w, page.Data("Django")); err != nil {
			web.Fail(w, r, err)
		}
	}))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	fmt.Println(rec.Header().Get("Content-Security-Policy"))
	fmt.Print(rec.Body)
	// Output:
	// script-src 'nonce-MDEyMzQ1Njc4OWFiY2RlZg'
	// <script nonce="MDEyMzQ1Njc4OWFiY2RlZg">hello("Django")</script>
}
