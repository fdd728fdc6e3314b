package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// ownPage is a rendered page with scripts and styles of its own.
type ownPage struct {
	text []byte
	own  []templates.Place
}

func (p *ownPage) Write([]byte) (int, error) { panic("Write was called") }

func (p *ownPage) WritePage(text []byte, own []templates.Place) error {
	p.text, p.own = bytes.Clone(text), slices.Clone(own)
	return nil
}

// render renders a template with the data "<script>attack()</script>".
func render(t testing.TB, text string) *ownPage {
	t.Helper()
	page := templates.Page[any]("page.html")
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page}})
	if err != nil {
		t.Fatal(err)
	}
	out := new(ownPage)
	if err := set.Render(t.Context(), out, page.Data("<script>attack()</script>")); err != nil {
		t.Fatal(err)
	}
	return out
}

// sentPage is an answer of SendPage; policies are added to the header in turn.
func sentPage(page *ownPage, ifNoneMatch string, policies ...string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
	if ifNoneMatch != "" {
		r.Header.Set("If-None-Match", ifNoneMatch)
	}
	for _, policy := range policies {
		w.Header().Add("Content-Security-Policy", policy)
	}
	if err := web.SendPage(w, r, 200, page.text, page.own); err != nil {
		panic(err)
	}
	return w
}

var nonceForm = regexp.MustCompile(`nonce-[\w-]{22}'`)

// TestPoliciesAreWidened: exactly for what the page has of its own.
func TestPoliciesAreWidened(t *testing.T) {
	t.Parallel()
	const script, linked, style, none = "<script>x</script>", `<script src="/x.js"></script>`, "<style>p{}</style>", `<p>{{.}}</p><script type="application/json">{}</script>`
	const imports = `<script type="importmap">{"imports":{}}</script>`
	sum := sha256.Sum256([]byte(`{"imports":{}}`))
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	tests := []struct{ page, policy, want string }{
		{none, "default-src 'self'; object-src 'none'", "default-src 'self'; object-src 'none'"},
		{linked, "default-src 'self'", "default-src 'self'"},
		{script, "default-src 'self'; object-src 'none'", "default-src 'self'; object-src 'none'; script-src 'self' 'NONCE'"},
		{style, "default-src 'self'", "default-src 'self'; style-src 'self' 'NONCE'"},
		{script + style, "default-src 'self';", "default-src 'self';; script-src 'self' 'NONCE'; style-src 'self' 'NONCE'"},
		{script, "default-src 'self'; script-src https://cdn.example 'self' ; style-src 'self'", "default-src 'self'; script-src https://cdn.example 'self' 'NONCE'; style-src 'self'"},
		{script, "SCRIPT-SRC 'self'; script-src *", "SCRIPT-SRC 'self' 'NONCE'; script-src *"},
		{script, "script-src 'self'; script-src-elem 'self'", "script-src 'self'; script-src-elem 'self' 'NONCE'"},
		{style, "style-src 'self'; default-src 'none'", "style-src 'self' 'NONCE'; default-src 'none'"},
		{script, "default-src 'none'", "default-src 'none'"},
		{script, "script-src", "script-src"},
		{script, "script-src 'self' 'unsafe-inline'", "script-src 'self' 'unsafe-inline'"},
		{script, "script-src 'unsafe-inline' 'strict-dynamic'", "script-src 'unsafe-inline' 'strict-dynamic' 'NONCE'"},
		{script, "script-src 'unsafe-inline' 'sha256-abc'", "script-src 'unsafe-inline' 'sha256-abc' 'NONCE'"},
		{linked, "script-src 'strict-dynamic'", "script-src 'strict-dynamic' 'NONCE'"},
		{script, "object-src 'none'", "object-src 'none'"},
		{script, "", ""},
		{imports, "default-src 'self'", "default-src 'self'; script-src 'self' " + hash},
		{imports + script, "script-src 'self'", "script-src 'self' " + hash + " 'NONCE'"},
		{strings.Replace(imports, ">{", " data-x='>' >{", 1), "script-src 'self'", "script-src 'self' " + hash},
		{script, "script-src 'self', default-src 'self'", "script-src 'self' 'NONCE', default-src 'self'; script-src 'self' 'NONCE'"},
	}
	for _, tt := range tests {
		page := render(t, tt.page)
		w := sentPage(page, "", tt.policy)
		policy := w.Header().Get("Content-Security-Policy")
		found := nonceForm.FindString(policy)
		if got := nonceForm.ReplaceAllString(policy, "NONCE'"); got != tt.want {
			t.Errorf("%s under %q\n got  %s\n want %s", tt.page, tt.policy, got, tt.want)
		}
		body := w.Body.String()
		switch {
		case found == "" && body != string(page.text):
			t.Errorf("%s under %q: sent %s", tt.page, tt.policy, body)
		case found != "" && strings.Count(body, ` nonce="`+found[len("nonce-"):len(found)-1]+`"`) == 0:
			t.Errorf("%s under %q: no nonce in %s", tt.page, tt.policy, body)
		}
		if found == "" == (w.Header().Get("Cache-Control") != "") {
			t.Errorf("%s under %q: Cache-Control %q", tt.page, tt.policy, w.Header().Get("Cache-Control"))
		}
	}
}

// TestPoliciesShareNothing: an array of a header that other requests have too is not changed.
func TestPoliciesShareNothing(t *testing.T) {
	t.Parallel()
	page, shared := render(t, "<script>x</script>"), []string{"default-src 'none'", "script-src 'self'"}
	w := httptest.NewRecorder()
	w.Header()["Content-Security-Policy"] = shared
	w.Header()["Content-Security-Policy-Report-Only"] = shared
	if err := web.SendPage(w, httptest.NewRequest("GET", "/", nil), 200, page.text, page.own); err != nil {
		t.Fatal(err)
	}
	if shared[1] != "script-src 'self'" {
		t.Errorf("the shared array has %q", shared)
	}
	one, two := w.Header()["Content-Security-Policy"], w.Header()["Content-Security-Policy-Report-Only"]
	if !nonceForm.MatchString(one[1]) || !slices.Equal(one, two) {
		t.Errorf("%q and %q", one, two)
	}
}

// TestNoncesDoNotCount: a page with a nonce is the same page with another one.
func TestNoncesDoNotCount(t *testing.T) {
	t.Parallel()
	const policy = "script-src 'self'; style-src 'self'"
	page := render(t, "<script>x</script><style></style>{{.}}")
	first, second := sentPage(page, "", policy), sentPage(page, "", policy)
	tag := first.Header().Get("Etag")
	if first.Body.String() == second.Body.String() || tag != second.Header().Get("Etag") || !strings.HasPrefix(tag, `W/"`) {
		t.Errorf("%s %v\n%s %v", first.Body, first.Header(), second.Body, second.Header())
	}
	if n := strings.Count(first.Body.String(), "nonce="); n != 2 {
		t.Errorf("%d nonces in %s", n, first.Body)
	}
	if again := sentPage(page, tag, policy); again.Code != 304 || again.Header().Get("Content-Security-Policy") != "" || again.Body.Len() > 0 {
		t.Errorf("again: %d %v", again.Code, again.Header())
	}
	if other := sentPage(render(t, "<script>y</script><style></style>{{.}}"), tag, policy); other.Code != 200 {
		t.Errorf("another page: %d", other.Code)
	}
	moved := &ownPage{page.text, page.own[:1]}
	if other := sentPage(moved, tag, policy); other.Code != 200 {
		t.Errorf("a nonce less: %d", other.Code)
	}
	plain := sentPage(render(t, "<p>x"), "", policy)
	if same := sentPage(render(t, "<p>x"), plain.Header().Get("Etag"), policy); same.Code != 304 || same.Header().Get("Content-Security-Policy") != policy {
		t.Errorf("without a nonce again: %d %v", same.Code, same.Header())
	}
}

// keepingWriter is the writer of middleware that keeps pages.
type keepingWriter struct {
	http.ResponseWriter
	kept   *ownPage
	header http.Header
}

func (w *keepingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
func (w *keepingWriter) KeepPage(status int, page []byte, own []templates.Place) bool {
	w.kept, w.header = &ownPage{bytes.Clone(page), slices.Clone(own)}, w.Header().Clone()
	return false
}

// outerWriter is the writer of other middleware.
type outerWriter struct{ http.ResponseWriter }

func (w outerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// TestKeptPagesHaveNoNonce: what middleware keeps is sent with a new nonce each time.
func TestKeptPagesHaveNoNonce(t *testing.T) {
	t.Parallel()
	page := render(t, "<script>x</script>{{.}}")
	first := httptest.NewRecorder()
	w := &keepingWriter{ResponseWriter: first}
	w.Header().Set("Content-Security-Policy", "script-src 'self'")
	if err := web.SendPage(outerWriter{w}, httptest.NewRequest("GET", "/", nil), 200, page.text, page.own); err != nil {
		t.Fatal(err)
	}
	if w.kept == nil || bytes.Contains(w.kept.text, []byte("nonce")) || nonceForm.MatchString(w.header.Get("Content-Security-Policy")) {
		t.Fatalf("kept %+v with %v", w.kept, w.header)
	}
	second := sentPage(w.kept, "", w.header.Get("Content-Security-Policy"))
	if a, b := nonceForm.FindString(first.Header().Get("Content-Security-Policy")), nonceForm.FindString(second.Header().Get("Content-Security-Policy")); a == "" || b == "" || a == b {
		t.Errorf("the nonces %q and %q", a, b)
	}
	if first.Header().Get("Etag") != second.Header().Get("Etag") {
		t.Errorf("%v and %v", first.Header(), second.Header())
	}
}

// TestImportMapsAreHashedAsParsed: a browser sees other line ends than the template has.
func TestImportMapsAreHashedAsParsed(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("{\n}\n"))
	w := sentPage(render(t, "<script type=importmap>{\r\n}\r</SCRIPT>"), "", "script-src 'self'")
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) {
		t.Error(policy)
	}
}

// TestPagesWithoutNeedsAllocateNothingMore: neither nonce nor policy is made for pages without places, or
// with scripts that have a src and no policy with 'strict-dynamic'.
func TestPagesWithoutNeedsAllocateNothingMore(t *testing.T) {
	for _, text := range []string{"<p>x", `<script src="/x.js"></script>`} {
		noMoreAllocations(t, render(t, text))
	}
}

func noMoreAllocations(t *testing.T, page *ownPage) {
	t.Helper()
	r := httptest.NewRequest("POST", "/", nil)
	policy := []string{"default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self'"}
	allocations := func(send func(w http.ResponseWriter) error) float64 {
		w := &nullWriter{http.Header{}}
		return testing.AllocsPerRun(100, func() {
			w.h["Content-Security-Policy"] = policy
			if err := send(w); err != nil {
				t.Fatal(err)
			}
		})
	}
	plain := allocations(func(w http.ResponseWriter) error { return web.Send(w, r, 200, page.text) })
	if n := allocations(func(w http.ResponseWriter) error { return web.SendPage(w, r, 200, page.text, page.own) }); n != plain {
		t.Errorf("%v allocations, Send has %v", n, plain)
	}
}

type nullWriter struct{ h http.Header }

func (w *nullWriter) Header() http.Header         { return w.h }
func (w *nullWriter) WriteHeader(int)             {}
func (w *nullWriter) Write(p []byte) (int, error) { return len(p), nil }
