package ajax_test

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/middleware"
)

// notes is a module with a page whose parts change.
type notes struct {
	module.Base
	mu    sync.Mutex
	notes []string
	seen  []string      // the requests, as "GET /?page=2"
	hold  chan struct{} // requests for /slow/ and POSTs wait until it is closed; nil for not at all
	away  string        // another site
	file  int64         // bytes of the last upload
}

type newNote struct {
	Text string `form:"size=20" label:"Text"`
	Mood string `form:"optional" label:"Mood"`
	Sure bool   `form:"" label:"Sure"`
}

type listData struct {
	Title string
	Notes []string
	Page  int
	Pages int
	Form  *forms.Bound[newNote]
}

var (
	noteForm = forms.New[newNote]()
	listPage = templates.Page[listData]("notes.html")
	slowPage = templates.Page[listData]("slow.html")
)

const notesHTML = `{{extends "base.html"}}
{{block "title" .}}{{.Title}}{{end}}
{{block "main" .}}<h1 id="heading" tabindex="-1">{{.Title}}</h1><div id="late" data-load="/slow/">waiting</div>
{{block "messages" .}}<div id="messages">{{range messages}}<p class="message">{{.Text}}</p>{{end}}</div>{{end}}
{{block "list" .}}<ul id="list">{{range .Notes}}<li id="{{.}}"><details><summary>{{.}}</summary><input name="in-{{.}}" aria-label="more"></details>{{end}}</ul>{{end}}
{{block "pager" .}}<nav id="pager" aria-label="Pages">{{if lt .Page .Pages}}<a href="?page={{add .Page 1}}" data-swap="list pager heading?" data-prefetch>Older</a>
<a class="more" href="?page={{add .Page 1}}" data-swap="list:append pager" data-history="none">More</a>{{end}} Page {{.Page}}</nav>{{end}}
{{block "form" .}}<form id="form" method="post" action="/" data-swap="form list pager" novalidate{{if .Form.HasFiles}} enctype="multipart/form-data"{{end}}>{{component "forms/errors.html" "form" .Form}}{{range .Form.Fields}}{{component "forms/field.html" "field" .}}{{end}}<button name="way" value="plain">Save</button> <button name="way" value="home">Save and leave</button></form>{{end}}
<form id="search" action="/" data-swap="list pager"><input name="page" aria-label="page"><button>Go</button></form>
{{block "upload" .}}<form id="upload" method="post" action="/upload/" enctype="multipart/form-data" data-swap="list upload"><input type="file" name="file" aria-label="file"><progress hidden aria-label="sent"></progress><button>Send</button></form>{{end}}
{{range $way := list "away" "fail" "other" "slow" "gone" "denied" "feed"}}<form id="{{$way}}" method="post" action="/{{$way}}/" data-swap="list"><button>{{$way}}</button></form><a id="{{$way}}-link" href="/{{$way}}/" data-swap="list">{{$way}}</a>
{{end}}{{end}}`

func (*notes) Name() string                   { return "notes" }
func (*notes) Pages() []templates.Checked     { return []templates.Checked{listPage, slowPage} }
func (*notes) Forms() []forms.Checked         { return []forms.Checked{noteForm} }
func (m *notes) Middleware() []web.Middleware { return []web.Middleware{m.note} }
func (*notes) Templates() fs.FS {
	return fstest.MapFS{
		"templates/base.html": {Data: []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{block "title" .}}{{end}}</title><script type="module" src="{{static "vola/ajax.js"}}"></script><link rel="stylesheet" href="{{static "forms/forms.css"}}">
<main tabindex="-1">{{block "main" .}}{{end}}</main>`)},
		"templates/notes.html": {Data: []byte(notesHTML)},
		"templates/slow.html":  {Data: []byte(`{{extends "base.html"}}{{block "title" .}}Slow{{end}}{{block "main" .}}{{block "late" .}}<div id="late"><b>here</b></div>{{end}}{{block "list" .}}<ul id="list"><li>slow</ul>{{end}}{{end}}`)},
	}
}

// note writes down who asks for what.
func (m *notes) note(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/static/") && r.URL.Path != "/favicon.ico" {
			m.mu.Lock()
			m.seen = append(m.seen, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Vola-Target")))
			m.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// took returns the requests since it was called last.
func (m *notes) took() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := m.seen
	m.seen = nil
	return seen
}

func (m *notes) wait(r *http.Request) {
	m.mu.Lock()
	hold := m.hold
	m.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
}

func (m *notes) Routes(r *web.Router) {
	r.Get("/", m.list).Name("list")
	r.Post("/", m.list)
	r.Wrap(middleware.MaxBody(64<<20)).Post("/upload/", m.upload)
	both := func(path string, h web.HandlerFunc) { r.Get(path, h); r.Post(path, h) }
	both("/away/", func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, m.away, http.StatusSeeOther)
	})
	both("/fail/", func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("it fails") })
	both("/other/", func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, "/plain/#end", http.StatusSeeOther)
	})
	r.Post("/broken/", func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, "/fail/", http.StatusSeeOther)
	})
	r.Get("/plain/", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		return web.Send(w, r, 200, []byte(`<!doctype html><title>Plain</title><p>plain<p id="end">end`))
	})
	both("/slow/", func(w http.ResponseWriter, r *http.Request) error {
		m.wait(r)
		return m.Render(w, r, slowPage.Data(listData{}))
	})
	both("/gone/", func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusGone)
		_, err := io.WriteString(w, "gone")
		return err
	})
	both("/denied/", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		_, err := io.WriteString(w, "<!doctype html><title>x</title><h1>You may not.</h1>")
		return err
	})
	both("/feed/", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment; filename=feed.bin")
		_, err := io.WriteString(w, "feed")
		return err
	})
}

const perPage = 3

func (m *notes) list(w http.ResponseWriter, r *http.Request) error {
	form := noteForm.BindNew(r.Context(), newNote{})
	status := http.StatusOK
	if r.Method == http.MethodPost {
		m.wait(r)
		ok, err := form.Read(r)
		if err != nil {
			return err
		}
		if ok {
			m.mu.Lock()
			m.notes = slices.Insert(m.notes, 0, form.Value.Text)
			m.mu.Unlock()
			if err := messages.Success(r.Context(), "Saved "+form.Value.Text); err != nil {
				return err
			}
			to := "/"
			if r.PostFormValue("way") == "home" {
				to = "/plain/"
			}
			return web.Redirect(w, r, to, http.StatusSeeOther)
		}
		status = form.Status()
	}
	q := web.Query(r)
	page := q.Int("page", 1)
	if err := q.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	all := slices.Clone(m.notes)
	m.mu.Unlock()
	data := listData{Title: "Notes", Page: page, Pages: (len(all) + perPage - 1) / perPage, Form: form}
	if page > 1 {
		data.Title = fmt.Sprintf("Notes, page %d", page)
	}
	from := min((page-1)*perPage, len(all))
	data.Notes = all[from:min(from+perPage, len(all))]
	return m.RenderStatus(w, r, status, listPage.Data(data))
}

func (m *notes) upload(w http.ResponseWriter, r *http.Request) error {
	file, _, err := r.FormFile("file")
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, file)
	m.mu.Lock()
	m.file = n
	m.notes = append(m.notes, fmt.Sprintf("upload-%d", n))
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/", http.StatusSeeOther)
}
