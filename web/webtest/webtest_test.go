package webtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web/webtest"
)

// spy is a TB that keeps what a check reports. Fatalf ends the check by a
// panic, as that of a test ends the goroutine.
type spy struct {
	errors []string
	fatal  string
}

func (s *spy) Helper() {}
func (s *spy) Errorf(format string, args ...any) {
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}
func (s *spy) Fatalf(format string, args ...any) {
	s.fatal = fmt.Sprintf(format, args...)
	panic(s)
}

// watch runs check with a spy and returns what was reported.
func watch(h http.Handler, check func(c *webtest.Client)) (s *spy) {
	s = &spy{}
	defer func() {
		if v := recover(); v != nil && v != any(s) {
			panic(v)
		}
	}()
	check(webtest.New(s, h))
	return s
}

// page serves the same HTML everywhere.
func page(html string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, html) })
}

// echo answers with what it got as JSON.
func echo(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseMultipartForm(1 << 20)
	got := map[string]any{"request": r.Method + " " + r.RequestURI, "form": r.PostForm}
	for _, name := range []string{"Origin", "Sec-Fetch-Site", "Referer", "X-Extra"} {
		if v := r.Header.Get(name); v != "" {
			got[name] = v
		}
	}
	if r.MultipartForm != nil {
		for name, files := range r.MultipartForm.File {
			for _, f := range files {
				file, err := f.Open()
				if err != nil {
					panic(err)
				}
				content, _ := io.ReadAll(file)
				got["file "+name] = f.Filename + " " + f.Header.Get("Content-Type") + " " + string(content)
			}
		}
	}
	_ = json.NewEncoder(w).Encode(got)
}

// got decodes the answer of echo.
func got(p *webtest.Response) map[string]any {
	var m map[string]any
	p.JSON(&m)
	return m
}

const blog = `<!doctype html><main><h1> The
	<em>Blog</em></h1>
<article class=post><h2>One</h2></article><article class=post><h2>Two</h2></article>
<a class=next href="/blog/page/2/">Next</a></main>`

func TestChecks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		check func(*webtest.Response)
		want  []string // parts of the message; none if the check holds
	}{
		{"status", func(p *webtest.Response) { p.WantStatus(200) }, nil},
		{"other status", func(p *webtest.Response) { p.WantStatus(404) }, []string{"GET /blog/: status 200, want 404", "<h1> The"}},
		{"text", func(p *webtest.Response) { p.WantText("h1", "The Blog").WantText("h2", "Two") }, nil},
		{"other text", func(p *webtest.Response) { p.WantText("h1", "Blog") }, []string{`GET /blog/: no h1 has the text "Blog"; found 1:`, "<em>Blog</em></h1>"}},
		{"contains", func(p *webtest.Response) { p.WantContains("h1", "Blog") }, nil},
		{"lacks", func(p *webtest.Response) { p.WantContains("h2", "Three") }, []string{`no h2 has "Three" in its text; found 2:`, "<h2>One</h2>\n<h2>Two</h2>"}},
		{"no text", func(p *webtest.Response) { p.WantNoText("h2", "Three").WantNoText("h6", "x") }, nil},
		{"unwanted text", func(p *webtest.Response) { p.WantNoText("article", "One") }, []string{`article has "One" in its text, want it absent`, `<article class="post">`}},
		{"count", func(p *webtest.Response) { p.WantCount("article.post", 2).WantCount("table", 0) }, nil},
		{"other count", func(p *webtest.Response) { p.WantCount("article", 3) }, []string{"2 of article, want 3; found 2:"}},
		{"nearest", func(p *webtest.Response) { p.WantCount("main > a.next > b i", 1) }, []string{"0 of main > a.next > b i, want 1; nothing matches", "Nearest is main > a.next:", `<a class="next" href="/blog/page/2/">Next</a>`}},
		{"nothing near", func(p *webtest.Response) { p.WantText("table td", "x") }, []string{"Nearest is the whole page:", "<!doctype html>"}},
		{"attribute", func(p *webtest.Response) { p.WantAttr("a.next", "href", "/blog/page/2/") }, nil},
		{"other attribute", func(p *webtest.Response) { p.WantAttr("a", "href", "/") }, []string{`no a has href="/"; found 1:`}},
		{"header", func(p *webtest.Response) { p.WantHeader("X-None", "") }, nil},
		{"other header", func(p *webtest.Response) { p.WantHeader("content-type", "x") }, []string{`header content-type is "text/html; charset=utf-8", want "x"`}},
		{"body", func(p *webtest.Response) { p.WantBody("<article class=post>") }, nil},
		{"other body", func(p *webtest.Response) { p.WantBody("x-y") }, []string{`the body lacks "x-y"`}},
		{"no redirect", func(p *webtest.Response) { p.WantRedirect("/") }, []string{"status 200, want a redirect to /"}},
		{"selector", func(p *webtest.Response) { p.WantCount("a[", 1) }, []string{`FATAL: webtest: selector "a["`}},
		{"no link", func(p *webtest.Response) { p.Click("a.previous") }, []string{"FATAL: GET /blog/: click a.previous: no link or button; nothing matches a.previous"}},
		{"no form", func(p *webtest.Response) { p.Submit("form", nil) }, []string{"FATAL: GET /blog/: submit form; nothing matches form"}},
		{"a link as a form", func(p *webtest.Response) { p.Submit("a", nil) }, []string{"FATAL: GET /blog/: submit a: that is a <a>, not a form"}},
		{"no JSON", func(p *webtest.Response) { p.JSON(new(int)) }, []string{"FATAL: GET /blog/: the body is not JSON for a *int"}},
	}
	for _, tt := range tests {
		s := watch(page(blog), func(c *webtest.Client) { tt.check(c.Get("/blog/")) })
		message := strings.Join(s.errors, "\n")
		if s.fatal != "" {
			message += "FATAL: " + s.fatal
		}
		if len(tt.want) == 0 && message != "" {
			t.Errorf("%s: %s", tt.name, message)
		}
		for _, part := range tt.want {
			if !strings.Contains(message, part) {
				t.Errorf("%s: no %q in: %s", tt.name, part, message)
			}
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	p := webtest.New(t, page(blog)).Get("/blog/")
	if href, ok := p.Attr("a", "href"); !ok || href != "/blog/page/2/" {
		t.Errorf("href %q, %v", href, ok)
	}
	for _, missing := range [][2]string{{"a", "title"}, {"table", "id"}} {
		if v, ok := p.Attr(missing[0], missing[1]); ok || v != "" {
			t.Errorf("%v: %q, %v", missing, v, ok)
		}
	}
	if diff := cmp.Diff([]string{"One", "Two"}, p.Texts("h2")); diff != "" {
		t.Error(diff)
	}
}

func TestMessagesAreShort(t *testing.T) {
	t.Parallel()
	s := watch(page("<p>"+strings.Repeat("ä", 10_000)), func(c *webtest.Client) { c.Get("/").WantText("p", "x") })
	if len(s.errors) != 1 || len(s.errors[0]) > 1000 || !strings.HasSuffix(s.errors[0], "ä ...") {
		t.Errorf("%d messages, %d bytes", len(s.errors), len(s.errors[0]))
	}
}

func TestRequestsAreThoseOfABrowser(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, http.HandlerFunc(echo))
	c.Header.Set("X-Extra", "always")
	tests := []struct {
		name string
		page *webtest.Response
		want map[string]any
	}{
		{"get", c.Get("/a?b=c"), map[string]any{"request": "GET /a?b=c", "Sec-Fetch-Site": "none"}},
		{"post", c.Post("/a", webtest.Values{"x": "1 2", "n": 7, "list": []string{"a", "b"}, "yes": true, "no": false}), map[string]any{
			"request": "POST /a", "Sec-Fetch-Site": "same-origin", "Origin": "http://example.test",
			"form": map[string]any{"x": []any{"1 2"}, "n": []any{"7"}, "list": []any{"a", "b"}, "yes": []any{"on"}},
		}},
		{"upload", c.Post("/u", webtest.Values{"f": webtest.File{Name: "a.txt", Content: "hi"}, "x": "1"}), map[string]any{
			"request": "POST /u", "Sec-Fetch-Site": "same-origin", "Origin": "http://example.test",
			"form": map[string]any{"x": []any{"1"}}, "file f": "a.txt application/octet-stream hi",
		}},
		{"send", c.Send("PUT", "/%41%2Fb", "text/plain", "x"), map[string]any{
			"request": "PUT /%41%2Fb", "Sec-Fetch-Site": "same-origin", "Origin": "http://example.test", "form": map[string]any{},
		}},
	}
	for _, tt := range tests {
		tt.want["X-Extra"] = "always"
		if tt.want["form"] == nil {
			tt.want["form"] = map[string]any{}
		}
		if diff := cmp.Diff(tt.want, got(tt.page)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	c.Header.Set("Sec-Fetch-Site", "cross-site")
	if site := got(c.Post("/", nil))["Sec-Fetch-Site"]; site != "cross-site" {
		t.Errorf("Header does not replace Sec-Fetch-Site: %v", site)
	}
	if p := c.Head("/"); p.Body != "" || p.Status != 200 {
		t.Errorf("HEAD: %d %q", p.Status, p.Body)
	}
	for _, bad := range []string{"/\x00", "http://[", "/%zz"} {
		if s := watch(page(""), func(c *webtest.Client) { c.Get(bad) }); s.fatal == "" {
			t.Errorf("GET %q is no error", bad)
		}
	}
	if s := watch(page(""), func(c *webtest.Client) { c.Post("/", webtest.Values{"x": 1.5}) }); !strings.Contains(s.fatal, `field "x": a float64 is no value for a form`) {
		t.Errorf("message %q", s.fatal)
	}
}

func TestRedirectsAndCookies(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s7", HttpOnly: true, Path: "/"})
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	})
	mux.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("session")
		_, _ = fmt.Fprint(w, r.Method, " ", c, " ", err)
	})
	mux.HandleFunc("/kept", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/echo", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://other.test/", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })

	c := webtest.New(t, mux)
	p := c.Post("/login", nil).WantStatus(303).WantRedirect("/home")
	if cookie := p.Cookie("session"); cookie == nil || !cookie.HttpOnly || p.Cookie("other") != nil {
		t.Errorf("cookie %v", cookie)
	}
	if c.Cookie("session") != "s7" || c.Cookie("other") != "" {
		t.Errorf("cookie %q", c.Cookie("session"))
	}
	c.Follow(true)
	p = c.Post("/login", nil).WantStatus(200).WantBody("GET session=s7 <nil>")
	if p.URL() != "http://example.test/home" {
		t.Errorf("URL %s", p.URL())
	}
	if m := got(c.Post("/kept", webtest.Values{"a": "b"})); m["request"] != "POST /echo" {
		t.Errorf("307: %v", m)
	}
	c.Get("/away").WantStatus(302).WantRedirect("http://other.test/")
	if s := watch(mux, func(c *webtest.Client) { c.Follow(true).Get("/loop") }); !strings.Contains(s.fatal, "more than 10 redirects") {
		t.Errorf("message %q", s.fatal)
	}
	other := webtest.New(t, mux)
	other.Get("/home").WantBody("named cookie not present")
	other.SetCookie("session", "own")
	other.Get("/home").WantBody("session=own")
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "__Host-s", Value: "1", Secure: true, Path: "/"})
		_, _ = fmt.Fprint(w, r.TLS != nil, " ", r.Host, " ", len(r.Cookies()), " ", r.Header.Get("Origin"))
	}))
	c.BaseURL = "https://site.test"
	c.Get("/").WantBody("true site.test 0 ")
	c.Post("/", nil).WantBody("true site.test 1 https://site.test")
	c.BaseURL = "http://site.test"
	c.Get("/").WantBody("false site.test 0 ")
	if s := watch(page(""), func(c *webtest.Client) { c.BaseURL = "/x"; c.Get("/") }); s.fatal == "" {
		t.Error("a BaseURL without a host is no error")
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	type key struct{}
	c := webtest.New(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*r.Context().Value(key{}).(*int)++
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
		}
	})).Follow(true)
	c.OnRequest(func(r *http.Request) *http.Request {
		return r.WithContext(context.WithValue(r.Context(), key{}, new(int)))
	})
	var seen []string
	c.OnResponse(func(p *webtest.Response) {
		seen = append(seen, fmt.Sprint(p, " ", *p.Request.Context().Value(key{}).(*int)))
	})
	c.Get("/a")
	if diff := cmp.Diff([]string{"GET /a 1", "GET /b 1"}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestAbort(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "part")
		panic(http.ErrAbortHandler)
	}))
	if p := c.Get("/"); !p.Aborted || p.Body != "part" {
		t.Errorf("aborted %v, body %q", p.Aborted, p.Body)
	}
	defer func() {
		if v := recover(); v != "bug" {
			t.Errorf("recovered %v", v)
		}
	}()
	webtest.New(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("bug") })).Get("/")
}
