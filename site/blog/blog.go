// Package blog is a module that publishes posts by several authors under
// topics: the blog of Vola's reference site.
//
//	posts := blog.New(content)
//	vola.Main(vola.Config{
//		Modules:    []module.Module{posts, module.At("/", posts.Root())},
//		Middleware: []web.Middleware{posts.OldPaths},
//	})
//
// Posts come from Markdown files, in the form that Jekyll reads: the command
// "blog import" stores them, with what they say about their author and topics.
// A post is shown from the moment that it is dated. Before that, and as a
// draft, it is nowhere: in no list, feed, search or sitemap.
package blog

import (
	"cmp"
	"crypto/rand"
	"embed"
	"io"
	"io/fs"
	"slices"

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
	module.Base

	// Random is where the keys of previews come from. Defaults to
	// crypto/rand.Reader.
	Random io.Reader
	// Demonstrations are what articles of the content given to New can show:
	// the one whose front matter says "demo: queries" that of this name.
	// Defaults to none. It must not be changed once the site has started.
	Demonstrations []Demonstration

	settings settings
	content  fs.FS
	kept     overviews
}

// settings are read from BLOG_TITLE and so on.
type settings struct {
	Title    string `env:"TITLE" envDefault:"Notes on building web sites in Go" help:"what the blog is about, in a line"`
	PageSize int    `env:"PAGE_SIZE" envDefault:"10" help:"posts on a page of a list"`
	Media    string `env:"MEDIA" envDefault:"media" help:"the folder that pictures and other files of posts are kept in"`
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
func (b *Blog) Templates() fs.FS { return files }

// Routes declares the blog's addresses.
func (b *Blog) Routes(r *web.Router) {
	r.Get("/", b.index).Name("index")
	r.Get("/page/{page:int}/", b.index).Name("index-page")
	r.Get("/{year:int}/{month:int}/{slug}/", b.post).Name("post")
	r.Get("/tag/{slug}/", b.topic).Name("topic")
	r.Get("/tag/{slug}/{page:int}/", b.topic).Name("topic-page")
	r.Get("/tag/{slug}/rss/", b.topicFeed).Name("topic-feed")
	r.Get("/author/{username}/", b.author).Name("author")
	r.Get("/author/{username}/{page:int}/", b.author).Name("author-page")
	r.Get("/archive/", b.months).Name("months")
	r.Get("/archive/{year:int}/{month:slug}/", b.archive).Name("archive")
	r.Get("/archive/{year:int}/{month:slug}/{page:int}/", b.archive).Name("archive-page")
	r.Get("/search/", b.search).Name("search")
	r.Get("/rss/latest/", b.rss).Name("rss")
	r.Get("/atom/", b.atom).Name("atom")
	r.Get("/preview/{slug}/{key}/", b.preview).Name("preview").Secret()
	r.Get("/media/{file:path}", b.media).Name("media")
}

// Pages lists the pages, so that their templates are checked at the start.
func (b *Blog) Pages() []templates.Checked {
	return []templates.Checked{indexPage, listPage, monthsPage, searchPage, postPage}
}

// Funcs returns the functions that the module brings for templates.
func (b *Blog) Funcs() map[string]any {
	return map[string]any{"post_url": b.postURL, "has_page": b.hasPage}
}

// hasPage reports whether there is a page of that name to lead readers to. It is
// for menus, on every page of the site, so it asks nobody: it is what was known
// when a list was last shown.
func (b *Blog) hasPage(slug string) bool {
	o, _ := b.kept.get()
	return o != nil && slices.Contains(o.pages, slug)
}

// postURL returns the path of the post.
func (b *Blog) postURL(p Post) (string, error) {
	switch {
	case p.Page:
		return b.URL("pages:page", p.Slug)
	case p.Published == nil:
		return b.URL("blog:preview", p.Slug, cmp.Or(p.PreviewKey, "-"))
	}
	return b.URL("blog:post", p.YearNumber(), p.MonthNumber(), p.Slug)
}

func (b *Blog) random() io.Reader {
	if b.Random == nil {
		return rand.Reader
	}
	return b.Random
}
