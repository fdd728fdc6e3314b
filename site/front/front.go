// Package front is the module with the addresses that belong to no other
// module: the front page of the site.
package front

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

//go:embed templates *.md
var files embed.FS

// latest is how many of the newest posts the front page lists.
const latest = 5

// claim says what Vola is, in one sentence.
const claim = "Vola is a web framework for Go: write a plain struct once, and have the table, the migration, typed queries and checked pages."

var homePage = templates.Page[homeData]("front/home.html")

// homeData is what the front page shows.
type homeData struct {
	Claim     string
	Code      template.HTML // examples of code, quoted from a program that is compiled
	Start     template.HTML // the commands to start with
	Guides    []blog.Post
	Latest    []blog.Post
	Canonical string
}

// Posts is where the front page takes its posts from; a [blog.Blog] is one.
type Posts interface {
	// Latest returns at most n published posts, the newest first.
	Latest(ctx context.Context, n int) ([]blog.Post, error)
	// Named returns the published posts with these slugs, in this order.
	// Those that do not exist are left out.
	Named(ctx context.Context, slugs ...string) ([]blog.Post, error)
}

// Front is the module. New makes one.
type Front struct {
	module.Base
	// Guides are the slugs of the posts to read first, in this order. Defaults
	// to none. It must not be changed once the site has started.
	Guides []string

	posts Posts
	texts map[string]template.HTML // by the name of the file
}

// New returns the module. posts is what the front page leads on to.
func New(posts Posts) *Front { return &Front{posts: posts} }

// Name returns "front".
func (f *Front) Name() string { return "front" }

// Templates returns the module's template files.
func (f *Front) Templates() fs.FS { return files }

// Pages lists the front page, so that its template is checked at the start.
func (f *Front) Pages() []templates.Checked { return []templates.Checked{homePage} }

// Routes declares the front page.
func (f *Front) Routes(r *web.Router) {
	r.Get("/", f.home).Name("home")
}

// Start renders the texts of the front page, which are Markdown.
func (f *Front) Start(ctx context.Context, h *module.Host) error {
	f.texts = map[string]template.HTML{}
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		page, err := markup.Render(string(text), markup.Options{})
		if err != nil {
			return err
		}
		f.texts[name] = template.HTML(page) // the program's own, and cleaned
	}
	return f.Base.Start(ctx, h)
}

// text returns a text of the front page in a language, or as it is without one: that of
// start.de.md, or of start.md.
func (f *Front) text(l *i18n.Language, name string) template.HTML {
	if text, ok := f.texts[name+"."+l.Tag()+".md"]; ok {
		return text
	}
	return f.texts[name+".md"]
}

func (f *Front) home(w http.ResponseWriter, r *http.Request) error {
	newest, err := f.posts.Latest(r.Context(), latest)
	if err != nil {
		return err
	}
	guides, err := f.posts.Named(r.Context(), f.Guides...)
	if err != nil {
		return err
	}
	self, err := f.URLFor(r.Context(), "front:home")
	if err != nil {
		return err
	}
	lang := i18n.From(r.Context())
	return f.Render(w, r, homePage.Data(homeData{
		Claim: lang.T(claim), Code: f.text(lang, "code"), Start: f.text(lang, "start"), Guides: guides, Latest: newest, Canonical: f.Site.BaseURL + self,
	}))
}
