// Package demo has the demonstrations that the articles of the reference site
// show below their text: small forms in which readers try what the article
// says, on the real packages and the site's own database.
//
//	demos := demo.New()
//	posts.Demonstrations = demos.All()
//
// They work without scripts, change nothing, and take little of anything: what
// a reader sends is cut to a length, and escaped wherever it is shown.
package demo

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/templates"
)

//go:embed templates
var files embed.FS

// Demos is the module that the demonstrations belong to: it gives them the
// site's database and clock. New makes one.
type Demos struct {
	db  *database.DB
	now func() time.Time
	set *templates.Set
}

// New returns the module.
func New() *Demos { return &Demos{} }

// Name returns "demo".
func (d *Demos) Name() string { return "demo" }

// All returns the demonstrations. They work once the module has been started.
func (d *Demos) All() []blog.Demonstration {
	return []blog.Demonstration{escaping{d}, queries{d}, history{d}, faults{d}}
}

// Start reads the templates. They are not among those of the site, as what they
// make is a part of a page.
func (d *Demos) Start(_ context.Context, h *module.Host) error {
	folder, err := fs.Sub(files, "templates")
	if err != nil {
		return err
	}
	d.db, d.now = h.DB, h.Now
	pages := []templates.Checked{escapingPage, queriesPage, historyPage, faultsPage}
	for _, p := range places() {
		pages = append(pages, p.page())
	}
	d.set, err = templates.New(templates.Config{
		Loaders: []templates.Loader{templates.FS("site/demo", folder)},
		Funcs:   map[string]any{"url": h.URL},
		Pages:   pages,
	})
	return err
}

// render returns what a template makes.
func (d *Demos) render(ctx context.Context, page templates.Rendering) (template.HTML, error) {
	var out strings.Builder
	err := d.set.Render(ctx, &out, page)
	return template.HTML(out.String()), err
}

// field returns a value of a form: text of one line, of at most so many
// characters.
func field(asked url.Values, name string, limit int) string {
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(asked.Get(name), "") {
		if limit == 0 {
			break
		}
		if unicode.IsSpace(r) {
			r = ' '
		}
		if !unicode.IsPrint(r) {
			continue
		}
		out.WriteRune(r)
		limit--
	}
	return strings.TrimSpace(out.String())
}

// choice returns a value of a form if it is one of those offered, else the
// first of these.
func choice(asked url.Values, name string, offered ...string) string {
	got := asked.Get(name)
	for _, o := range offered {
		if o == got {
			return o
		}
	}
	return offered[0]
}
