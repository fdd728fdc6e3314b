package volablog

import (
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/bench/pagepeers/volablog/migrations"
)

// pageSize is how many posts a page lists.
const pageSize = 10

var (
	indexPage = templates.Page[orm.Page[Post]]("blog/index.html")
	postPage  = templates.Page[Post]("blog/post.html")
)

// Blog is the module.
type Blog struct{ module.Base }

// Config returns the site with this module alone.
func Config() vola.Config {
	return vola.Config{
		Name:    "vola",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{module.At("/", &Blog{})},
	}
}

// Name returns "blog".
func (b *Blog) Name() string { return "blog" }

// Migrations returns the module's migrations.
func (b *Blog) Migrations() []migrate.Migration { return migrations.All() }

// Pages lists the pages, so that their templates are checked at the start.
func (b *Blog) Pages() []templates.Checked { return []templates.Checked{indexPage, postPage} }

//go:embed templates
var files embed.FS

// Templates returns the module's template files.
func (b *Blog) Templates() fs.FS { return files }

// Routes declares the pages.
func (b *Blog) Routes(r *web.Router) {
	r.Get("/blog/", b.index).Name("index")
	r.Get("/blog/{slug:slug}/", b.post).Name("post")
	r.Get("/api/posts/{id:int}", b.api).API()
	r.Post("/hits/{id:int}", b.hit).API()
}

func (b *Blog) index(w http.ResponseWriter, r *http.Request) error {
	query := web.Query(r)
	number := query.IntBetween("page", 1, 1, 1_000_000)
	if err := query.Err(); err != nil {
		return err
	}
	page, err := orm.From[Post](b.DB).
		OrderBy(Posts.Published.Desc(), Posts.ID.Desc()).
		With(Posts.Author, Posts.Topics.OrderBy(Topics.Name.Asc())).
		Page(r.Context(), number, pageSize)
	if err != nil {
		return err
	}
	return b.Render(w, r, indexPage.Data(page))
}

func (b *Blog) post(w http.ResponseWriter, r *http.Request) error {
	post, err := orm.From[Post](b.DB).Where(Posts.Slug.Eq(r.PathValue("slug"))).
		With(Posts.Author, Posts.Topics.OrderBy(Topics.Name.Asc())).Get(r.Context())
	if err != nil {
		return err
	}
	return b.Render(w, r, postPage.Data(post))
}

// The answer of the API.
type (
	apiPost struct {
		ID        int64      `json:"id"`
		Title     string     `json:"title"`
		Slug      string     `json:"slug"`
		Body      string     `json:"body"`
		Published time.Time  `json:"published"`
		Author    apiAuthor  `json:"author"`
		Topics    []apiTopic `json:"topics"`
	}
	apiAuthor struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	apiTopic struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
)

func (b *Blog) api(w http.ResponseWriter, r *http.Request) error {
	post, err := orm.From[Post](b.DB).Where(Posts.ID.Eq(web.Int(r, "id"))).
		With(Posts.Author, Posts.Topics.OrderBy(Topics.Name.Asc())).Get(r.Context())
	if err != nil {
		return err
	}
	author, topics := post.Author.Row(), post.Topics.Rows()
	out := apiPost{
		ID: post.ID, Title: post.Title, Slug: post.Slug, Body: post.Body, Published: post.Published,
		Author: apiAuthor{author.ID, author.FullName()}, Topics: make([]apiTopic, len(topics)),
	}
	for i, t := range topics {
		out.Topics[i] = apiTopic(t)
	}
	return web.JSON(w, http.StatusOK, out)
}

type hits struct {
	ID   int64 `json:"id"`
	Hits int64 `json:"hits"`
}

func (b *Blog) hit(w http.ResponseWriter, r *http.Request) error {
	id := web.Int(r, "id")
	now, err := orm.Returning[int64](orm.From[Post](b.DB).Where(Posts.ID.Eq(id)), Posts.Hits).
		Update(r.Context(), Posts.Hits.Increment(1))
	if err != nil {
		return err
	}
	if len(now) == 0 {
		return orm.ErrNotFound
	}
	return web.JSON(w, http.StatusOK, hits{id, now[0]})
}
