package demo_test

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/site/demo"
	"github.com/volaweb/vola/volatest"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// site is the articles with their demonstrations.
type site struct {
	*volatest.Client
	log   bytes.Buffer
	demos []blog.Demonstration
}

// start starts a site. The other demonstrations take the place of ours of the
// same name.
func start(t testing.TB, db *database.DB, others ...blog.Demonstration) *site {
	t.Helper()
	demos := demo.New()
	posts := blog.New(os.DirFS("../content"))
	posts.Demonstrations = append(others, demos.All()...)
	s := &site{demos: demos.All()}
	s.Client = volatest.Start(t, vola.Config{
		Name:      "Test",
		Drivers:   databasetest.Drivers(),
		Modules:   []module.Module{posts, demos, module.At("/", posts.Root())},
		Templates: os.DirFS("../templates"),
		Static:    os.DirFS("../static"),
	}, volatest.Options{DB: db, Seed: true, Now: func() time.Time { return noon }, Log: &s.log})
	return s
}

func onBoth(t *testing.T, test func(*testing.T, *site)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, databasetest.SQLite(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, databasetest.Postgres(t)))
	})
}

const (
	escapingPage   = "/blog/2026/11/the-same-word-in-eight-places/"
	queriesPage    = "/blog/2026/11/what-a-typed-query-buys-you/"
	migrationsPage = "/blog/2026/11/a-change-you-can-take-back/"
	errorsPage     = "/blog/2026/11/where-the-errors-go/"
)

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}

func TestEscaping(t *testing.T) {
	t.Parallel()
	c := start(t, nil)
	page := c.Get(escapingPage).WantStatus(200).WantCount("#demo dt", 8).WantAttr("#demo input", "value", `<script>alert("Tom & Jerry's")</script>`)
	if got := page.Texts("#demo dd")[0]; got != `<p>&lt;script&gt;alert(&#34;Tom &amp; Jerry&#39;s&#34;)&lt;/script&gt;</p>` {
		t.Errorf("in the text: %s", got)
	}
	got := c.Get(escapingPage + query("word", "javascript:alert(1) två tre fyra")).WantStatus(200).Texts("#demo dd")
	for i, want := range []string{
		"<p>javascript:alert(1) två tre fyra</p>", `alt="javascript:alert(1) två tre fyra"`, "q=javascript%3aalert%281%29%20tv%c3%a5",
		`href="#ZgotmplZ"`, `const word = "javascript:alert(1) två tre fyra";`, "color: ZgotmplZ", "<p>javascript:alert(1) två tre…</p>", `/tag/javascriptalert1-tva-tre-fyra/`,
	} {
		if !strings.Contains(got[i], want) {
			t.Errorf("place %d: %s\nwant %s", i, got[i], want)
		}
	}
	c.Get(escapingPage+"?word=").WantStatus(200).WantAttr("#demo input", "value", "")
}

func TestQueries(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c *site) {
		c.Get(queriesPage).WantStatus(200).WantCount("#demo tbody tr", 5).WantText("#demo h3", "2 statements").
			WantText("#demo tbody td", "From nothing to a page")
		page := c.Get(queriesPage+query("title", "TYPED", "topic", "queries", "order", "title")).WantStatus(200).
			WantCount("#demo tbody tr", 1).WantText("#demo tbody td", "What a typed query buys you").
			WantCount("#demo option[selected]", 2).WantContains("#demo pre", "EXISTS").WantContains("#demo figcaption", "TYPED, queries").WantContains("#demo pre", "LIMIT 5")
		if sql := page.Texts("#demo pre")[0]; strings.Contains(strings.ToLower(sql), "typed") {
			t.Errorf("what was typed is in the statement: %s", sql)
		}
		c.Get(queriesPage+query("order", "oldest")).WantText("#demo tbody td", "What a typed query buys you")
		c.Get(queriesPage+query("topic", "no such")).WantStatus(200).WantCount("#demo tbody tr", 0).WantContains("#demo", "No article is like that.").WantText("#demo h3", "1 statement")
	})
}

// The numbers below the form are those of the statements that ran.
func TestQueriesShowsWhatRan(t *testing.T) {
	t.Parallel()
	c := start(t, nil)
	page := c.Get(queriesPage).WantStatus(200)
	ran := map[string]bool{}
	for _, s := range c.Statements() {
		ran[strings.Join(strings.Fields(s.SQL), " ")] = true
	}
	for _, sql := range page.Texts("#demo pre") {
		if !ran[strings.Join(strings.Fields(sql), " ")] {
			t.Errorf("this did not run: %s", sql)
		}
	}
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c *site) {
		c.Get(migrationsPage).WantStatus(200).WantContains("#demo dt", "0001_initial applied ")
		c.Get(migrationsPage+query("migration", "0001_initial", "database", "postgres")).WantContains("#demo pre", `"id" bigint NOT NULL`)
		c.Get(migrationsPage+query("migration", "0001_initial", "database", "sqlite", "direction", "back")).WantContains("#demo pre", "DROP TABLE")
		c.Get(migrationsPage+query("migration", "../../0009", "database", "oracle", "direction", "up")).WantStatus(200).WantCount("#demo pre", 1)
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	c := start(t, nil)
	for _, test := range []struct{ kind, sentence, status, visitor string }{
		{"notfound", "Gone.", "404 Not Found", "Gone."},
		{"none", "Not shown.", "500 Internal Server Error", "That did not work."},
		{"conflict", "", "409 Conflict", "Conflict."},
		{"what?", "x", "500 Internal Server Error", "That did not work."},
	} {
		page := c.Get(errorsPage + query("kind", test.kind, "cause", "disk /dev/sda1 \"full\"\nlevel=INFO", "sentence", test.sentence)).WantStatus(200)
		got := page.Texts("#demo dd")
		if got[0] != test.status || !strings.HasPrefix(got[1], test.visitor) || strings.Contains(got[1], "sda1") ||
			!strings.HasPrefix(got[2], "level=ERROR msg=") || !strings.Contains(got[2], `disk /dev/sda1 \"full\" level=INFO`) {
			t.Errorf("%s: %q", test.kind, got)
		}
	}
	if strings.Contains(c.log.String(), "sda1") {
		t.Errorf("what a reader made up is in the real log: %s", c.log.String())
	}
}

func hostile() []string {
	return []string{
		`"><script>x()</script>`, `</code></pre></section><script>x()</script>`, `' onmouseover=x() a='`, "javascript:x()", "{{.}}", "{% demo %}",
		"\x00\xff\u202e", "%", `\`, "' OR 1=1 --", "😀é́", strings.Repeat("a", 3000), strings.Repeat("<", 900), "${x}", "-->", "]]>", "\u2028",
	}
}

// wantHarmless fails the test if anything that a reader sent is more than text.
func wantHarmless(t testing.TB, what, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	section, title, size := (*html.Node)(nil), false, 0
	for n := range doc.Descendants() {
		if section == nil && n.Data == "section" && attr(n, "id") == "demo" {
			section = n
		}
	}
	if section == nil {
		t.Fatalf("%s: there is no demonstration", what)
	}
	for n := range section.Descendants() {
		if n.Type == html.TextNode {
			size += len(n.Data)
			continue
		}
		switch n.Data {
		case "h2":
			title = title || attr(n, "id") == "demo-title"
		case "h3", "p", "form", "div", "label", "span", "input", "select", "option", "button", "dl", "dt", "dd", "pre", "code",
			"figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td":
		default:
			t.Errorf("%s: an element %s", what, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "href" || a.Key == "src" {
				t.Errorf("%s: an attribute %s=%q", what, a.Key, a.Val)
			}
		}
	}
	if !title || size > 20_000 {
		t.Errorf("%s: title %v, %d bytes of text", what, title, size)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestHostileInput(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c *site) {
		for _, page := range []string{escapingPage, queriesPage, migrationsPage, errorsPage} {
			for _, text := range hostile() {
				q := query("word", text, "title", text, "topic", text, "order", text, "kind", text, "cause", text, "sentence", text, "migration", text, "database", text)
				if len(q) > 7000 {
					q = query("word", text[:900], "title", text[:900], "cause", text[:900])
				}
				wantHarmless(t, page+q, c.Get(page+q).WantStatus(200).Body)
			}
			c.Get(page+"?%zz=%&;;a=%ff").WantStatus(200).WantCount("#demo", 1)
		}
	})
}

// What one reader tried is neither kept on the way nor found by others.
func TestWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	c := start(t, nil)
	for _, page := range []string{escapingPage, queriesPage} {
		c.Get(page).WantHeader("Cache-Control", "private, no-store").WantHeader("X-Robots-Tag", "")
		c.Get(page+"?word=x").WantHeader("Cache-Control", "private, no-store").WantHeader("X-Robots-Tag", "noindex").
			WantAttr("link[rel=canonical]", "href", "http://example.test"+page)
	}
	c.Get("/blog/2026/11/why-a-site-is-one-file/").WantStatus(200).WantCount("#demo", 0).WantHeader("Cache-Control", "")
	c.Get("/blog/atom/").WantStatus(200)
	if body := c.Get("/blog/rss/latest/").Body; strings.Contains(body, "demo-title") {
		t.Error("the feed has a form in it")
	}
}

// broken is a demonstration that is not well.
type broken struct{ err error }

func (broken) Name() string { return "queries" }

func (b broken) Show(ctx context.Context, _ url.Values) (template.HTML, error) {
	if b.err == nil {
		<-ctx.Done()
		return "", ctx.Err()
	}
	return "", b.err
}

func TestADemonstrationThatFails(t *testing.T) {
	t.Parallel()
	c := start(t, nil, broken{errors.New("the secret cause")})
	page := c.Get(queriesPage).WantStatus(200).WantContains("#demo", "This does not work at the moment.").WantContains(".prose", "border running through it")
	if strings.Contains(page.Body, "secret") || !strings.Contains(c.log.String(), "the secret cause") {
		t.Errorf("the cause belongs in the log: %s", c.log.String())
	}
}

func FuzzDemonstrations(f *testing.F) {
	c := start(f, nil)
	for _, text := range hostile() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range c.demos {
			out, err := d.Show(t.Context(), url.Values{
				"word": {text}, "title": {text}, "topic": {text}, "order": {text}, "kind": {text}, "cause": {text}, "sentence": {text}, "migration": {text},
			})
			if err != nil {
				t.Fatal(err)
			}
			wantHarmless(t, d.Name(), `<section id="demo">`+string(out)+"</section>")
		}
	})
}
