package ajax_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/ajax"
	"github.com/volaweb/vola/web/sessions"
)

func start(t testing.TB) (*notes, *volatest.Client) {
	t.Helper()
	m := &notes{notes: []string{"seven", "six", "five", "four", "three", "two", "one"}}
	return m, volatest.New(t, vola.Config{Name: "Notes", Modules: []module.Module{module.At("/", m)}, Sessions: sessions.Config{Store: &sessions.Memory{}}})
}

// send sends a request with headers in pairs.
func send(c *volatest.Client, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://example.com"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.Site.ServeHTTP(w, r)
	return w
}

// TestAnswers: one handler sends the page or what is asked for.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const vary = "Vola-Target, HX-Target, Turbo-Frame"
	whole := []string{"<!doctype html>", "<h1", `id="list"`, `id="pager"`, `id="form"`}
	tests := map[string]struct {
		method, path, body string
		header             []string
		status             int
		has, lacks         []string
		parts, visit       string
	}{
		"the page":              {path: "/", status: 200, has: whole},
		"a part":                {path: "/", header: []string{"Vola-Target", "list"}, status: 200, has: []string{"<title>Notes</title>", `<ul id="list">`, "seven"}, lacks: []string{"<h1", "<!doctype", "<script", `id="pager"`}, parts: "list"},
		"parts, in their order": {path: "/?page=2", header: []string{"Vola-Target", " pager  list pager "}, status: 200, has: []string{"<title>Notes, page 2</title>", "four", "Page 2"}, lacks: []string{"<h1", "seven"}, parts: "pager list"},
		"with one it may lack":  {path: "/", header: []string{"Vola-Target", "list messages? none?"}, status: 200, has: []string{`id="list"`, `id="messages"`}, lacks: []string{"<h1"}, parts: "list messages"},
		"one it lacks":          {path: "/", header: []string{"Vola-Target", "list none"}, status: 204, visit: "page"},
		"a heading is no block": {path: "/", header: []string{"Vola-Target", "heading"}, status: 204, visit: "page"},
		"to a POST":             {method: "POST", path: "/", body: "text=", header: []string{"Vola-Target", "form"}, status: 422, has: []string{`<form id="form"`, `aria-invalid="true"`}, lacks: []string{"<h1", `id="list"`}, parts: "form"},
		"to a POST, lacking":    {method: "POST", path: "/", body: "text=", header: []string{"Vola-Target", "none"}, status: 422, has: whole},
		"empty":                 {path: "/", header: []string{"Vola-Target", ""}, status: 200, has: whole},
		"htmx":                  {path: "/", header: []string{"HX-Request", "true", "HX-Target", "list"}, status: 200, has: []string{`<ul id="list">`}, lacks: []string{"<h1"}, parts: "list"},
		"htmx 4":                {path: "/", header: []string{"HX-Request", "true", "HX-Target", "ul#list", "HX-Source", "a"}, status: 200, has: []string{`<ul id="list">`}, lacks: []string{"<h1"}, parts: "list"},
		"htmx, lacking":         {path: "/", header: []string{"HX-Request", "true", "HX-Target", "body"}, status: 200, has: whole},
		"htmx, history":         {path: "/", header: []string{"HX-Request", "true", "HX-Target", "list", "HX-History-Restore-Request", "true"}, status: 200, has: whole},
		"Turbo":                 {path: "/", header: []string{"Turbo-Frame", "list"}, status: 200, has: []string{`<ul id="list">`}, lacks: []string{"<h1"}, parts: "list"},
		"too many":              {path: "/", header: []string{"Vola-Target", strings.Repeat("list ", 1) + strings.Join(strings.Split("abcdefghijklmnopqrst", ""), " ")}, status: 400, lacks: whole[2:]},
		"10,000":                {path: "/", header: []string{"Vola-Target", strings.Repeat("list ", 10_000)}, status: 400, lacks: whole[2:]},
		"hostile names":         {path: "/", header: []string{"Vola-Target", `<script> ../../etc "`}, status: 204, visit: "page", lacks: []string{"script"}},
		"of a page without":     {path: "/plain/", header: []string{"Vola-Target", "list"}, status: 200, has: []string{"<p>plain"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := start(t)
			if test.method == "" {
				test.method = "GET"
			}
			w := send(c, test.method, test.path, test.body, test.header...)
			if w.Code != test.status {
				t.Fatalf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			for _, s := range test.has {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("it lacks %s: %s", s, w.Body)
				}
			}
			for _, s := range test.lacks {
				if strings.Contains(w.Body.String(), s) {
					t.Errorf("it has %s: %s", s, w.Body)
				}
			}
			if got := w.Header().Get("Vola-Parts"); got != test.parts {
				t.Errorf("parts %q, want %q", got, test.parts)
			}
			if got := w.Header().Get("Vola-Visit"); got != test.visit {
				t.Errorf("visit %q, want %q", got, test.visit)
			}
			if test.path != "/plain/" && test.status != 400 && !strings.Contains(strings.Join(w.Header()["Vary"], ", "), vary) {
				t.Errorf("Vary is %q", w.Header()["Vary"])
			}
			if test.parts != "" && w.Header().Get("Cache-Control") == "" {
				t.Error("a browser may keep a part in place of the page")
			}
		})
	}
}

// TestMessagesAreNotLost: a page that is not shown takes no messages away.
func TestMessagesAreNotLost(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	w := send(c, "POST", "/", "text=x", "Vola-Target", "none")
	if w.Code != 200 || w.Header().Get("Vola-Location") != "/" || w.Header().Get("Location") != "" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	cookie := strings.Split(w.Header().Get("Set-Cookie"), ";")[0]
	if w := send(c, "GET", "/", "", "Vola-Target", "none", "Cookie", cookie); w.Code != 204 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := send(c, "GET", "/", "", "Cookie", cookie); !strings.Contains(w.Body.String(), "Saved x") {
		t.Errorf("the message is lost: %s", w.Body)
	}
}

// TestRedirects: the module is told where they lead; others are redirected.
func TestRedirects(t *testing.T) {
	t.Parallel()
	m, c := start(t)
	m.away = "https://pay.example.org/?a=b#c"
	for path, to := range map[string]string{"/away/": m.away, "/other/": "/plain/#end"} {
		if w := send(c, "GET", path, "", "Vola-Target", "list"); w.Code != 200 || w.Header().Get("Vola-Location") != to || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if w := send(c, "POST", path, "a=b"); w.Code != 303 || w.Header().Get("Location") != to || w.Header().Get("Vola-Location") != "" {
			t.Errorf("%s, for others: %d %v", path, w.Code, w.Header())
		}
	}
}

func TestAsked(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header[http.CanonicalHeaderKey("Vola-Target")] = []string{"a b", "b c?"}
	if parts, optional, err := ajax.Asked(r); err != nil || strings.Join(parts, " ") != "a b" || strings.Join(optional, " ") != "c" {
		t.Errorf("%v %v %v", parts, optional, err)
	}
}

// TestBuilt: what browsers get is made of the source as it is, is small, and evaluates nothing.
func TestBuilt(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("ajax.src.js")
	if err != nil {
		t.Fatal(err)
	}
	built, err := fs.ReadFile(ajax.Static(), "vola/ajax.js")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(built), "\n")
	if want := fmt.Sprintf("/* Vola: ajax.src.js %.8x */", sha256.Sum256(source)); first != want {
		t.Errorf("the module is older than its source: run scripts/ajax.sh\n%s\n%s", first, want)
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(built)
	if err := w.Close(); err != nil || b.Len() >= 5000 {
		t.Errorf("%d bytes with gzip, %v", b.Len(), err)
	}
	if found := regexp.MustCompile(`\beval\b|\bFunction\(|\.innerHTML|insertAdjacentHTML|document\.write`).Find(built); found != nil {
		t.Errorf("it has %s", found)
	}
}
