package web_test

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// ownScripts has a script, a style and an import map of its own, and data that pretends to be one.
const ownScripts = `<!doctype html><meta charset=utf-8><title>x</title>
<style>p { color: rgb(1, 2, 3) }</style>
<script type="importmap">{"imports": {"counted": "/counted.js"}}</script>
<p>text</p>{{.}}
<script>document.title += " own"</script>
<script type="module">import {n} from "counted"; document.title += " module" + n</script>`

// pageSender sends a page as module.Host does.
type pageSender struct {
	w http.ResponseWriter
	r *http.Request
}

func (s pageSender) Write([]byte) (int, error) { panic("Write was called") }
func (s pageSender) WritePage(page []byte, own []templates.Place) error {
	s.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return web.SendPage(s.w, s.r, 200, page, own)
}

// TestNoncesInABrowser: a browser runs what the template has, also from its cache after a 304, and
// nothing of what is in the data.
func TestNoncesInABrowser(t *testing.T) {
	t.Parallel()
	page := templates.Page[template.HTML]("page.html")
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": ownScripts}}, Pages: []templates.Checked{page}})
	if err != nil {
		t.Fatal(err)
	}
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		return set.Render(r.Context(), pageSender{w, r}, page.Data(`<script>document.title += " attack"</script><script nonce="">document.title += " attack"</script>`+
			`<style>p { background: rgb(9, 9, 9) }</style><b onclick="document.title += ' attack'">b</b>`))
	})
	r.Get("/counted.js", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/javascript")
		return web.Send(w, r, 200, []byte("export const n = 7"))
	})
	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{middleware.SecureHeaders(middleware.SecureHeadersConfig{})}})
	if err != nil {
		t.Fatal(err)
	}
	statuses := make(chan int, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rw := web.Observe(w)
		mux.ServeHTTP(rw, r)
		if r.URL.Path == "/" {
			statuses <- rw.Status()
		}
	}))
	t.Cleanup(srv.Close)
	ctx := chromium.Start(t)
	for _, want := range []int{200, 304} {
		if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL)); err != nil {
			t.Fatal(err)
		}
		if status := <-statuses; status != want {
			t.Errorf("status %d, want %d", status, want)
		}
		for title := ""; title != "x own module7"; {
			if title, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("b").click(), document.title`)); err != nil {
				t.Fatalf("the title is %q: %v", title, err)
			}
			if title != "x" && title != "x own" && title != "x own module7" {
				t.Fatalf("the title is %q", title)
			}
		}
		style, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(s => s.color + " " + s.backgroundColor)(getComputedStyle(document.querySelector("p")))`))
		if err != nil || style != "rgb(1, 2, 3) rgba(0, 0, 0, 0)" {
			t.Errorf("the style is %q, %v", style, err)
		}
	}
}
