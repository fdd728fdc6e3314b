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
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog/migrations"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

//go:embed templates messages
var files embed.FS

// Blog is the module. New makes one. Its handlers are methods of small types
// that embed it, one for each kind of page: lists, articles, searches, feeds and
// sitemaps.
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

	// Set by Start:
	links links
	store *store
	media mediaFolder
}

// settings are read from BLOG_TITLE and so on.
type settings struct {
	Title    string   `env:"TITLE" envDefault:"Notes on building web sites in Go" help:"what the blog is about, in a line"`
	PageSize int      `env:"PAGE_SIZE" envDefault:"10" help:"posts on a page of a list"`
	Media    string   `env:"MEDIA" envDefault:"media" help:"the folder that pictures and other files of posts are kept in"`
	Hubs     []string `env:"HUBS" help:"URLs of hubs of WebSub that are told of new posts, separated by commas"`
}

// title returns what the blog is about, in the language of a request if the catalogues
// have it.
func (b *Blog) title(ctx context.Context) string {
	title := i18n.Mark("Notes on building web sites in Go") // the default of the setting
	if b.settings.Title != "" {
		title = b.settings.Title
	}
	return i18n.From(ctx).T(title)
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

// Checks returns what is wrong with the settings.
func (b *Blog) Checks() []error { return b.checkHubs() }

// Templates returns the module's template files.
func (b *Blog) Templates() fs.FS { return files }

// Messages returns the translations of the module's texts.
func (b *Blog) Messages() fs.FS { return files }

// Start opens the blog for the site.
func (b *Blog) Start(ctx context.Context, h *module.Host) error {
	b.links, b.store, b.media = links{h}, newStore(h, b.newPreviewKey), mediaFolder(b.settings.Media)
	return b.Base.Start(ctx, h)
}

// Routes declares the blog's addresses.
func (b *Blog) Routes(r *web.Router) {
	lists, articles, feeds, kept := lists{b}, articles{b}, feeds{b}, r.Wrap(b.kept())
	r.Get("/", lists.index).Name("index")
	r.Get("/page/{page:int}/", lists.index).Name("index-page")
	r.Get("/{year:int}/{month:int}/{slug}/", articles.post).Name("post")
	r.Get("/tag/{slug}/", lists.topic).Name("topic")
	r.Get("/tag/{slug}/{page:int}/", lists.topic).Name("topic-page")
	kept.Get("/tag/{slug}/rss/", feeds.topicFeed).Name("topic-feed")
	r.Get("/author/{username}/", lists.author).Name("author")
	r.Get("/author/{username}/{page:int}/", lists.author).Name("author-page")
	r.Get("/archive/", lists.months).Name("months")
	r.Get("/archive/{year:int}/{month:slug}/", lists.archive).Name("archive")
	r.Get("/archive/{year:int}/{month:slug}/{page:int}/", lists.archive).Name("archive-page")
	r.Wrap(b.fewSearches()).Get("/search/", searches{b}.search).Name("search")
	kept.Get("/rss/latest/", feeds.rss).Name("rss")
	kept.Get("/atom/", feeds.atom).Name("atom")
	r.Get("/preview/{slug}/{key}/", articles.preview).Name("preview").Secret().AllLanguages()
	r.Get("/media/{file:path}", articles.serveMedia).Name("media").AllLanguages()
}

// Pages lists the pages, so that their templates are checked at the start.
func (b *Blog) Pages() []templates.Checked {
	return []templates.Checked{indexPage, listPage, monthsPage, entriesPart, searchPage, postPage}
}

// Funcs returns the functions that the module brings for templates.
func (b *Blog) Funcs() map[string]any {
	return map[string]any{
		"post_url":  func(p *Post) (string, error) { return b.links.post(*p) },
		"post_date": func(p *Post) time.Time { return b.links.date(*p) },
		"post_day":  func(p *Post) *civil.Date { return b.links.day(*p) },
		"has_page":  func(ctx context.Context, slug string) bool { return b.store.hasPage(ctx, slug) },
	}
}

// Latest returns at most n published posts, the newest first, with their
// authors and topics. It may be used once the site has started.
func (b *Blog) Latest(ctx context.Context, n int) ([]Post, error) {
	o, err := b.store.overview(ctx)
	if err != nil {
		return nil, err
	}
	return b.store.byID(ctx, o.ids[:min(max(n, 0), len(o.ids))])
}

// Named returns the published posts with these slugs, in this order. A slug
// that no post has is left out. It may be used once the site has started.
func (b *Blog) Named(ctx context.Context, slugs ...string) ([]Post, error) {
	return b.store.named(ctx, slugs)
}

// newPreviewKey makes a key that nobody knows.
func (b *Blog) newPreviewKey() (string, error) {
	random := b.Random
	if random == nil {
		random = rand.Reader
	}
	key := make([]byte, previewKeyLength/2)
	if _, err := io.ReadFull(random, key); err != nil {
		return "", fmt.Errorf("make the key of a preview: %w", err)
	}
	return hex.EncodeToString(key), nil
}
