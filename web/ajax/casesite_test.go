package ajax_test

import (
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

var (
	casePage  = templates.Page[caseData]("case.html")
	otherPage = templates.Page[caseData]("login.html")
)

type caseData struct {
	Title string
	HTML  template.HTML
	// Lazy is where a part loads itself from, which Loaded says has happened.
	Lazy   string
	Loaded bool
}

// cases is a module whose page shows one text, and another one as a part.
type cases struct {
	module.Base
	mu            sync.Mutex
	before, after string
	status        int      // of the part
	seen          []string // methods, addresses and bodies of the requests for parts
	hold          chan struct{}
}

func (*cases) Name() string               { return "cases" }
func (*cases) Pages() []templates.Checked { return []templates.Checked{casePage, otherPage} }
func (*cases) Templates() fs.FS {
	return fstest.MapFS{
		"templates/case.html": {Data: []byte(`<!doctype html><html lang="en" dir="rtl"><meta charset="utf-8"><title>{{block "title" .}}{{.Title}}{{end}}</title>
<script type="module" src="{{static "vola/ajax.js"}}"></script><main tabindex="-1"><h1>Cases</h1><a id="go" href="?after" data-swap="part" data-history="none">Go</a> <a id="push" href="?page=2" data-swap="part" data-prefetch>Push</a>
{{block "part" .}}<div id="part">{{.HTML}}{{block "lazy" .}}<div id="lazy"{{with .Lazy}} data-load="{{.}}"{{end}}>{{if .Loaded}}<input name="lazy" aria-label="lazy" value="{{.Title}}">{{else if .Lazy}}waiting{{end}}</div>{{end}}</div>{{end}}
{{block "größe-日" .}}<p id="größe-日">special</p>{{end}}
<p id="end">end</main>`)},
		"templates/login.html": {Data: []byte(`<!doctype html><html lang="en"><title>Log in</title><form method="post"><h1>Log in</h1></form>`)},
	}
}

func (c *cases) Routes(r *web.Router) {
	both := func(r *web.Router, path string, h web.HandlerFunc) { r.Get(path, h); r.Post(path, h) }
	both(r, "/", c.page)
	both(r, "/action/", c.page)
	both(r, "/lazy/", c.page)
	both(r.Wrap(middleware.MaxBody(200)), "/small/", c.page)
	both(r, "/empty/", func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	both(r, "/fails/", func(http.ResponseWriter, *http.Request) error { return io.ErrUnexpectedEOF })
	both(r, "/guarded/", func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, "/login/?next=/guarded/", http.StatusSeeOther)
	})
	r.Get("/moved/", func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, "/lazy/", http.StatusFound)
	})
	both(r, "/script/", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Location", "javascript:window.ran=1")
		w.WriteHeader(http.StatusSeeOther)
		return nil
	})
	r.Get("/login/", func(w http.ResponseWriter, r *http.Request) error { return c.Render(w, r, otherPage.Data(caseData{})) })
	r.Get("/ran.js", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/javascript")
		return web.Send(w, r, 200, []byte("window.ran = 1"))
	})
}

func (c *cases) page(w http.ResponseWriter, r *http.Request) error {
	part := r.Header.Get("Vola-Target") != ""
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	lazy, loaded := r.URL.Query().Get("lazy"), r.URL.Path == "/lazy/"
	c.mu.Lock()
	data, status, hold := caseData{Title: "Cases " + r.URL.RawQuery, HTML: template.HTML(c.before)}, http.StatusOK, c.hold
	if part {
		data.HTML = template.HTML(c.after)
		if c.status != 0 {
			status = c.status
		}
		c.seen = append(c.seen, r.Method+" "+r.URL.RequestURI()+" "+string(body))
	}
	c.mu.Unlock()
	data.Lazy, data.Loaded = lazy, loaded
	if part && hold != nil && r.URL.Query().Has("hold") {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	return c.RenderStatus(w, r, status, casePage.Data(data))
}

// take returns the requests for parts since it was called last.
func (c *cases) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

func (c *cases) set(before, after string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before, c.after, c.status, c.seen = before, after, status, nil
}

// caseTab is a browser that shows cases.
type caseTab struct {
	*tab
	*cases
}

// startCases starts a browser for cases on a site that allows neither inline scripts nor text as
// HTML.
func startCases(t *testing.T) caseTab {
	t.Helper()
	c := &cases{}
	site := volatest.New(t, vola.Config{Name: "Cases", Modules: []module.Module{module.At("/", c)}, SecureHeaders: middleware.SecureHeadersConfig{
		ContentSecurityPolicy: middleware.DefaultContentSecurityPolicy + "; require-trusted-types-for 'script'; trusted-types vola",
	}})
	server := httptest.NewServer(site.Site)
	t.Cleanup(server.Close)
	return caseTab{&tab{t: t, ctx: chromium.Start(t), url: server.URL}, c}
}

func (b caseTab) open(path string) {
	b.t.Helper()
	chromium.Do(b.ctx, b.t, chromedp.Navigate(b.url+path))
	b.until(`document.readyState === "complete"`)
	b.do(`window.mark = 1; window.log = []; window.bad = [];
		for (const n of ["before", "swap", "done", "error"]) addEventListener("vola:" + n, (e) => log.push(n + (e.detail.reason ? " " + e.detail.reason : "")));
		addEventListener("securitypolicyviolation", (e) => bad.push(e.violatedDirective + " " + e.sample));
		addEventListener("error", (e) => bad.push(e.message)); addEventListener("unhandledrejection", (e) => bad.push(String(e.reason)));
		window.at = (selector) => document.querySelector("#part " + selector); window.all = (selector) => [...document.querySelectorAll("#part " + selector)]`)
}

// swap does what asks for the part, and waits until it is there.
func (b caseTab) swap(script string) {
	b.t.Helper()
	b.do(`log.length = 0; ` + script)
	b.until(`log.includes("done")`)
}
