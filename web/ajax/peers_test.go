package ajax_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ajax"
)

// peersPage is a page for our module, htmx and Turbo: which of them it loads says its address.
var peersPage = templates.Page[peersData]("peers.html")

type peersData struct {
	Page   int
	Script string
	Wrong  bool
}

const peersHTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>{{block "title" .}}Page {{.Page}}{{end}}</title>
<meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true}]}'>
{{if eq .Script "ours"}}<script type="module" src="{{static "vola/ajax.js"}}"></script>{{else}}<script type="module" src="/code/{{.Script}}.js"></script>{{end}}
<main><h1>Peers</h1>
{{block "list" .}}<turbo-frame id="list"><ul><li>{{.Page}}</ul></turbo-frame>{{end}}
<a id="ours" href="?page=2" data-swap="list">More</a> <a id="turbo" href="?page=2" data-turbo-frame="list">More</a>
<button id="htmx" hx-get="/?page=2" hx-target="#list" hx-swap="outerHTML">More</button> <button id="whole" hx-get="/?page=2" hx-target="main" hx-select="h1">Heading</button>
{{block "straße-1" .}}<turbo-frame id="straße-1"><i>{{.Page}}</i></turbo-frame>{{end}} <button id="special" hx-get="/?page=2" hx-target="[id='straße-1']" hx-swap="outerHTML">Special</button>
{{block "form" .}}<turbo-frame id="form"><form method="post" action="/" data-swap="form" hx-post="/" hx-target="#form" hx-swap="outerHTML"><input name="text" aria-label="text"{{if .Wrong}} aria-invalid="true"{{end}}>{{if .Wrong}}<b>wrong</b>{{end}}<button>Send</button></form></turbo-frame>{{end}}</main>`

type peers struct {
	module.Base
	sent chan string // of each request what it asked for and got
}

func (*peers) Name() string               { return "peers" }
func (*peers) Pages() []templates.Checked { return []templates.Checked{peersPage} }
func (*peers) Templates() fs.FS {
	return fstest.MapFS{"templates/peers.html": {Data: []byte(peersHTML)}}
}

func (p *peers) Routes(r *web.Router) {
	r.Get("/", p.page)
	r.Post("/", p.page)
	r.Get("/code/{name}", func(w http.ResponseWriter, r *http.Request) error {
		http.ServeFile(w, r, filepath.Join(os.Getenv("VOLA_TEST_PEERS"), r.PathValue("name")))
		return nil
	})
}

func (p *peers) page(w http.ResponseWriter, r *http.Request) error {
	data, status := peersData{Page: 1, Script: r.FormValue("script")}, http.StatusOK
	if r.FormValue("page") != "" {
		data.Page = 2
	}
	if r.Method == http.MethodPost {
		if r.PostFormValue("text") != "" {
			return web.Redirect(w, r, "/?page=2", http.StatusSeeOther)
		}
		data.Wrong, status = true, http.StatusUnprocessableEntity
	}
	err := p.RenderStatus(w, r, status, peersPage.Data(data))
	if data.Script == "" {
		p.sent <- r.Method + " " + http.StatusText(status) + " " + w.Header().Get("Vola-Parts")
	}
	return err
}

// TestPeers: htmx 2, htmx 4 and Turbo get the same parts as our module, from the same handler.
func TestPeers(t *testing.T) {
	t.Parallel()
	code := os.Getenv("VOLA_TEST_PEERS")
	if code == "" {
		t.Skip("needs htmx and Turbo: set VOLA_TEST_PEERS to what scripts/peers.sh prints")
	}
	p := &peers{sent: make(chan string, 100)}
	server := httptest.NewServer(volatest.New(t, vola.Config{Name: "Peers", Modules: []module.Module{module.At("/", p)}}).Site)
	t.Cleanup(server.Close)
	b := &tab{t: t, ctx: chromium.Start(t), url: server.URL}
	took := func(want ...string) {
		t.Helper()
		var got []string
		for len(p.sent) > 0 {
			got = append(got, <-p.sent)
		}
		if !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
	}
	for _, peer := range []string{"ours", "htmx2", "htmx4", "turbo"} {
		name := strings.TrimRight(peer, "24")
		open := func() {
			chromium.Do(b.ctx, t, chromedp.Navigate(server.URL+"/?script="+peer))
			b.until(`document.readyState === "complete"`)
			b.do(`window.mark = 1; window.settled = 0; for (const n of ["htmx:afterSettle", "htmx:after:settle"]) addEventListener(n, () => settled++)`)
		}
		open()
		b.do(`document.getElementById("` + name + `").click()`)
		b.until(`document.querySelector("#list li").textContent === "2"`)
		b.until(`document.title === "Page 2" || ` + map[bool]string{true: "true", false: "false"}[peer == "turbo"]) // Turbo leaves the title of the page
		b.is(`document.querySelectorAll("#list").length === 1`, `document.querySelector("#list").innerHTML === "<ul><li>2</li></ul>"`, `window.mark === 1`, `document.querySelector("h1")`)
		took("GET OK list")

		open()
		b.do(`document.querySelector("#form button").click()`)
		b.until(`document.querySelector("#form b")`)
		if name == "htmx" { // it has not seen the new form before
			b.until(`settled`)
		}
		b.is(`document.querySelectorAll("#form").length === 1`, `document.querySelector("#form [aria-invalid]")`, `document.querySelector("h1")`, `window.mark === 1`)
		took("POST Unprocessable Entity form")
		// After a redirect the part is asked for too, by the header that went with the first request.
		b.do(`document.querySelector("#form input").value = "good"; document.querySelector("#form button").click()`)
		b.until(`!document.querySelector("#form b")`)
		b.is(`document.querySelectorAll("#form form").length === 1`, `document.querySelector("h1")`, `window.mark === 1`)
		took("GET OK form")

		if name == "htmx" {
			open()
			b.do(`document.getElementById("special").click()`)
			b.until(`document.querySelector("i").textContent === "2"`)
			took("GET OK straße-1")
			b.do(`document.getElementById("whole").click()`)
			b.until(`!document.querySelector("form")`)
			b.is(`document.querySelector("main").textContent === "Peers"`)
			took("GET OK ")
		}
	}
}

// TestAskedByPeers: what their headers say, which version 4 of htmx writes otherwise than version 2.
func TestAskedByPeers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header []string
		want   string
	}{
		"an id":                       {[]string{"HX-Target", "list"}, "list"},
		"an element":                  {[]string{"HX-Target", "ul#list", "HX-Source", "a"}, "list"},
		"an element without an id":    {[]string{"HX-Target", "main", "HX-Source", "a#main"}, ""},
		"an id with a # in it":        {[]string{"HX-Target", "div#a#b", "HX-Source", "a"}, "a#b"},
		"an id in percent encoding":   {[]string{"HX-Target", "div#stra%C3%9Fe%201", "HX-Source", "a"}, "straße 1"},
		"an id in Latin-1":            {[]string{"HX-Target", "stra\xdfe"}, "straße"},
		"a frame in Latin-1":          {[]string{"Turbo-Frame", "stra\xdfe"}, "straße"},
		"ours in percent encoding":    {[]string{"Vola-Target", "a stra%C3%9Fe a"}, "a straße"},
		"broken percent encoding":     {[]string{"HX-Target", "div#a%zz", "HX-Source", "a"}, "a%zz"},
		"what is chosen from a page":  {[]string{"HX-Target", "ul#list", "HX-Source", "a", "HX-Request-Type", "full"}, ""},
		"a part of a page":            {[]string{"HX-Target", "ul#list", "HX-Source", "a", "HX-Request-Type", "partial"}, "list"},
		"a page of the history":       {[]string{"HX-Target", "list", "HX-History-Restore-Request", "true"}, ""},
		"a frame":                     {[]string{"Turbo-Frame", "list"}, "list"},
		"a link of htmx that a frame": {[]string{"HX-Target", "ul", "HX-Source", "a", "Turbo-Frame", "list"}, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		for i := 0; i < len(test.header); i += 2 {
			r.Header.Set(test.header[i], test.header[i+1])
		}
		parts, _, err := ajax.Asked(r)
		if got := strings.Join(parts, " "); got != test.want || err != nil {
			t.Errorf("%s: %q, %v, want %q", name, got, err, test.want)
		}
	}
}
