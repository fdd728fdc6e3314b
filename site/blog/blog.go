// Package blog is a module that publishes posts by several authors under
// topics: the blog of Vola's reference site.
package blog

import (
	"context"
	"embed"
	"io/fs"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog/migrations"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

//go:embed templates
var files embed.FS

// Blog is the module. New makes one.
type Blog struct {
	host     *module.Host
	settings settings
	content  fs.FS
}

// settings are read from BLOG_TITLE and so on.
type settings struct {
	Title    string `env:"TITLE" envDefault:"Notes on building web sites in Go" help:"what the blog is about, in a line"`
	PageSize int    `env:"PAGE_SIZE" envDefault:"10" help:"posts on a page of a list"`
}

// New returns the module. content holds the posts that an empty blog begins
// with, as Markdown files; it may be nil.
func New(content fs.FS) *Blog { return &Blog{content: content} }

// Name returns "blog".
func (b *Blog) Name() string { return "blog" }

// Settings returns the module's settings, to be filled.
func (b *Blog) Settings() any { return &b.settings }

// Migrations returns the module's migrations.
func (b *Blog) Migrations() []migrate.Migration { return migrations.All() }

// Templates returns the module's template files.
func (b *Blog) Templates() fs.FS {
	out, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	return out
}

// Start keeps the host for the handlers.
func (b *Blog) Start(_ context.Context, h *module.Host) error {
	b.host = h
	return nil
}

// Routes declares the blog's addresses.
func (b *Blog) Routes(r *web.Router) {
	r.Get("/", b.index).Name("index")
	r.Get("/page/{page:int}/", b.index).Name("page")
	r.Get("/{year:int}/{month:int}/{slug}/", b.post).Name("post")
	r.Get("/tag/{slug:slug}/", b.topic).Name("topic")
	r.Get("/tag/{slug:slug}/{page:int}/", b.topic).Name("topic-page")
	r.Get("/author/{username}/", b.author).Name("author")
	r.Get("/author/{username}/{page:int}/", b.author).Name("author-page")
	r.Get("/archive/{year:int}/{month:slug}/", b.archive).Name("archive")
	r.Get("/archive/{year:int}/{month:slug}/{page:int}/", b.archive).Name("archive-page")
}

// Pages lists the pages, so that their templates are checked at the start.
func (b *Blog) Pages() []templates.Checked {
	return []templates.Checked{indexPage, listPage, postPage}
}
