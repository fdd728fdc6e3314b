package blog

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/onepage/migrations"
)

// snippet: page
type indexData struct {
	Posts []Post
}

var indexPage = templates.Page[indexData]("blog/index.html")

func (b *Blog) index(w http.ResponseWriter, r *http.Request) error {
	posts, err := orm.From[Post](b.DB).
		OrderBy(Posts.Published.Desc()).
		Limit(10).
		All(r.Context())
	if err != nil {
		return err
	}
	return b.Render(w, r, indexPage.Data(indexData{Posts: posts}))
}

// end snippet

// Popular returns the posts that many people have read, newest first.
func (b *Blog) Popular(ctx context.Context) ([]Post, error) {
	db := b.DB
	// snippet: popular
	popular, err := orm.From[Post](db).
		Where(Posts.Hits.Gt(1000)).
		OrderBy(Posts.Published.Desc()).
		All(ctx)
	// end snippet
	return popular, err
}

// ByAnn returns the posts of one author, with the author.
func (b *Blog) ByAnn(ctx context.Context) ([]Post, error) {
	db := b.DB
	// snippet: byann
	byAnn, err := orm.From[Post](db).
		Where(Posts.Author.Has(Authors.Username.Eq("ann"))).
		With(Posts.Author).
		All(ctx)
	// end snippet
	return byAnn, err
}

// Blog is the module.
type Blog struct{ module.Base }

// New returns the module.
func New() *Blog { return &Blog{} }

// Name returns "blog".
func (b *Blog) Name() string { return "blog" }

// Migrations returns the module's migrations.
func (b *Blog) Migrations() []migrate.Migration { return migrations.All() }

// Routes declares the page.
func (b *Blog) Routes(r *web.Router) { r.Get("/", b.index).Name("index") }

// snippet: pages

// Pages lists the page, so that its template is checked at the start.
func (b *Blog) Pages() []templates.Checked { return []templates.Checked{indexPage} }

// end snippet

//go:embed templates
var files embed.FS

// Templates returns the module's template files.
func (b *Blog) Templates() fs.FS { return files }
