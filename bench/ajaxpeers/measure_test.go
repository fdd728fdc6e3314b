package ajaxpeers_test

import (
	"bytes"
	"compress/gzip"
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
)

//go:embed templates
var files embed.FS

var write = flag.Bool("write", false, "write docs/benchmarks/ajax.md")

type data struct {
	Notes        []string
	Page         int
	Wrong, Saved bool
}

// The ways to write the pages, and the pages, in the order of the tables.
func peers() []string { return []string{"ours", "htmx", "turbo"} }
func names() []string { return []string{"list", "form", "search"} }

func page(peer, name string) templates.PageOf[data] {
	return templates.Page[data](peer + "/" + name + ".html")
}

type pages struct{ module.Base }

func (*pages) Name() string     { return "pages" }
func (*pages) Templates() fs.FS { return files }
func (*pages) Pages() (all []templates.Checked) {
	for _, peer := range peers() {
		for _, name := range names() {
			all = append(all, page(peer, name))
		}
	}
	return all
}

func (m *pages) Routes(r *web.Router) {
	for _, peer := range peers() {
		for _, name := range names() {
			show := func(w http.ResponseWriter, r *http.Request) error { return m.show(w, r, page(peer, name)) }
			r.Get("/"+peer+"/"+name+"/", show)
			r.Post("/"+peer+"/"+name+"/", show)
		}
	}
	r.Get("/code/{name}", func(w http.ResponseWriter, r *http.Request) error {
		code, err := os.ReadFile(filepath.Join(os.Getenv("VOLA_TEST_PEERS"), filepath.Base(r.PathValue("name"))))
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Content-Encoding", "gzip") // as our module is sent
		z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(code); err != nil {
			return err
		}
		return z.Close()
	})
}

// show is the handler of all pages.
func (m *pages) show(w http.ResponseWriter, r *http.Request, page templates.PageOf[data]) error {
	d, status := data{Page: 1, Saved: r.FormValue("saved") != ""}, http.StatusOK
	if r.FormValue("page") != "" {
		d.Page = 2
	}
	for i := range 20 {
		if note := fmt.Sprintf("Note %d of page %d, which says what a note says in one line", i, d.Page); strings.Contains(note, r.FormValue("q")) {
			d.Notes = append(d.Notes, note)
		}
	}
	if n, err := strconv.Atoi(r.FormValue("rows")); err == nil {
		d.Notes = nil
		for ; n > 0; n-- { // the newest first
			d.Notes = append(d.Notes, "Note "+strconv.Itoa(n))
		}
	}
	if r.Method == http.MethodPost {
		if r.PostFormValue("text") != "" {
			return web.Redirect(w, r, "./?saved=1", http.StatusSeeOther)
		}
		d.Wrong, status = true, http.StatusUnprocessableEntity
	}
	return m.RenderStatus(w, r, status, page.Data(d))
}

// counter counts the bytes of bodies.
type counter struct {
	http.ResponseWriter
	sent *atomic.Int64
}

func (c counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

// lines counts the lines of the pages of a peer that say something.
func lines(t *testing.T, peer string) (n int) {
	t.Helper()
	for _, name := range append(names(), "base") {
		text, err := files.ReadFile("templates/" + peer + "/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
	}
	return n
}

// size is how many bytes the pages of a peer have.
func size(t *testing.T, peer string) (n int) {
	t.Helper()
	for _, name := range append(names(), "base") {
		text, err := files.ReadFile("templates/" + peer + "/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		n += len(text)
	}
	return n
}

// TestMeasure uses the pages of all peers in a browser, checks that they show the same, and counts
// what was sent. With -write it writes the document.
func TestMeasure(t *testing.T) {
	if os.Getenv("VOLA_TEST_PEERS") == "" {
		t.Skip("needs htmx and Turbo: set VOLA_TEST_PEERS to what scripts/peers.sh prints")
	}
	site := volatest.New(t, vola.Config{Name: "Pages", Modules: []module.Module{module.At("/", &pages{})}}).Site
	var sent, requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/favicon.ico" {
			requests.Add(1)
			w = counter{w, &sent}
		}
		site.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	ctx := chromium.Start(t)
	actions := []struct{ name, page, script, done string }{
		{"the list, first load", "list", "", `document.querySelector("li").textContent.includes("of page 1")`},
		{"the next page of the list", "", `document.querySelector("#list a").click()`, `document.querySelector("li").textContent.includes("of page 2") && location.search === "?page=2"`},
		{"the form, sent with an error", "form", `document.querySelector("button").click()`, `document.querySelector("#why") && document.querySelectorAll("form").length === 1`},
		{"the form, sent and stored", "form", `document.querySelector("input").value = "x"; document.querySelector("button").click()`, `document.querySelector("[role=status]")`},
		{"the search, which leaves one of 20 lines", "search", `document.querySelector("input").value = "Note 7"; document.querySelector("button").click()`, `document.querySelectorAll("li").length === 1 && location.search === "?q=Note+7" || location.search === "?q=Note%207" && document.querySelectorAll("li").length === 1`},
	}
	table := map[string][]string{}
	for _, peer := range peers() {
		for _, a := range actions {
			sent.Store(0)
			requests.Store(0)
			if a.page != "" {
				chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/"+peer+"/"+a.page+"/"))
			}
			if a.script != "" {
				if a.page != "" {
					sent.Store(0)
					requests.Store(0)
				}
				if ok := chromium.Eval[bool](ctx, t, "window.mark = 1, "+strings.ReplaceAll(a.script, "; ", ", ")+", true"); !ok {
					t.Fatal(a.name)
				}
			}
			if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+a.done+")", chromedp.WithPollingTimeout(chromium.Timeout/18))); err != nil {
				t.Fatalf("%s, %s: %v\n%s", peer, a.name, err, chromium.Eval[string](ctx, t, `location.href + document.body.innerHTML`))
			}
			if a.script != "" && !chromium.Eval[bool](ctx, t, `window.mark === 1`) {
				t.Errorf("%s, %s: the page was left", peer, a.name)
			}
			table[peer] = append(table[peer], fmt.Sprintf("%d in %d", sent.Load(), requests.Load()))
		}
	}
	// A line before 10,000 others, which have no ids, so that the text of each is another.
	var times []float64
	for range 5 {
		chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/ours/list/?rows=10000"))
		chromium.Eval[bool](ctx, t, `addEventListener("vola:swap", () => { window.began = performance.now() }), addEventListener("vola:done", () => { window.took = performance.now() - began }),
			document.querySelector("#list a").href = "?rows=10001", document.querySelector("#list a").click(), true`)
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`window.took > 0 && document.querySelectorAll("li").length === 10001`, chromedp.WithPollingTimeout(chromium.Timeout/6))); err != nil {
			t.Fatal(err)
		}
		times = append(times, chromium.Eval[float64](ctx, t, `took`))
	}
	slices.Sort(times)
	var b bytes.Buffer
	for i, a := range actions {
		fmt.Fprintf(&b, "| %s |", a.name)
		for _, peer := range peers() {
			fmt.Fprintf(&b, " %s |", table[peer][i])
		}
		b.WriteByte('\n')
	}
	text := fmt.Sprintf(document, lines(t, "ours"), lines(t, "htmx"), lines(t, "turbo"), size(t, "ours"), size(t, "htmx"), size(t, "turbo"), &b,
		times[2], times[0], times[4], time.Now().Format(time.DateOnly))
	t.Log("\n" + text)
	if *write {
		if err := os.WriteFile("../../docs/benchmarks/ajax.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const document = `# Pages that change in place

Three pages are written with our module, with htmx 4.0.1 and with Turbo 8.0.23: a list with a link to its next page, a form with
an error, and a search that filters a list. One site serves all of them, with the same handlers, and sends the parts that each of the
three asks for by headers of its own. A test uses the pages in Chromium, checks that they show the same and that none is left, and
counts the bytes of the bodies that the site sends. Repeat it with

` + "```sh\ncd bench && VOLA_TEST_PEERS=$(../scripts/peers.sh) go test ./ajaxpeers -write\n```" + `

| templates | ours | htmx | Turbo |
|---|---|---|---|
| lines that are not empty | %d | %d | %d |
| bytes | %d | %d | %d |

| bytes sent, and in how many requests | ours | htmx | Turbo |
|---|---|---|---|
%s
Scripts are sent with gzip, ours by the site and those of the others with the same level. Browsers keep them; a first load is with an
empty cache. Turbo is published without being minified. Pages are not compressed. Bytes of headers are not counted. The pages work
without JavaScript too. What the three can do beyond these pages is not compared.

Our module takes a list with one line more than the 10,000 it has, none with an id, in %.0f ms (%.0f to %.0f, five times, in Chromium on a
machine with other work, %s): from the answer to the changed document, before it is drawn.
`
