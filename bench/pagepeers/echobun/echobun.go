// Package echobun is the blog of bench/pages with echo and bun.
package echobun

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	"github.com/volaweb/vola/bench/pagepeers"
)

// Program returns the program.
func Program() pagepeers.Program {
	return pagepeers.Program{
		Name: "echo", About: "echo, html/template, bun", Command: "echo",
		Serve: pagepeers.HandlerOf("echo", handler),
	}
}

type bunAuthor struct {
	bun.BaseModel `bun:"table:blog_author,alias:a"`

	ID        int64 `bun:",pk,autoincrement"`
	FirstName string
	LastName  string
}

// FullName returns the name as pages show it.
func (a bunAuthor) FullName() string { return a.FirstName + " " + a.LastName }

type bunTopic struct {
	bun.BaseModel `bun:"table:blog_topic,alias:t"`

	ID   int64 `bun:",pk,autoincrement"`
	Name string
}

type bunPost struct {
	bun.BaseModel `bun:"table:blog_post,alias:p"`

	ID        int64 `bun:",pk,autoincrement"`
	Title     string
	Slug      string
	Body      string
	AuthorID  int64
	Author    *bunAuthor `bun:"rel:belongs-to,join:author_id=id"`
	Published time.Time
	Hits      int64
	Topics    []bunTopic `bun:"m2m:blog_post_topics,join:Post=Topic"`
}

type bunPair struct {
	bun.BaseModel `bun:"table:blog_post_topics"`

	PostID  int64     `bun:",pk"`
	Post    *bunPost  `bun:"rel:belongs-to,join:post_id=id"`
	TopicID int64     `bun:",pk"`
	Topic   *bunTopic `bun:"rel:belongs-to,join:topic_id=id"`
}

type bunPage struct {
	Items []bunPost
	pagepeers.Pager
}

// handler is the blog with echo and bun.
func handler(_ context.Context, s *pagepeers.Stores) (http.Handler, error) {
	var dialect schema.Dialect = pgdialect.New()
	if s.SQLite {
		dialect = sqlitedialect.New()
	}
	b := &bunBlog{read: openBun(s.Read, dialect), write: openBun(s.Write, dialect)}
	pages, err := pagepeers.HTMLTemplates()
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	e.Renderer = &echo.TemplateRenderer{Template: pages}
	e.Use(middleware.Recover())
	e.GET("/blog/", b.index)
	e.GET("/blog/:slug/", b.post)
	e.GET("/api/posts/:id", b.api)
	e.POST("/hits/:id", b.hit)
	return e, nil
}

func openBun(conn *sql.DB, dialect schema.Dialect) *bun.DB {
	db := bun.NewDB(conn, dialect)
	db.RegisterModel((*bunPair)(nil))
	return db
}

type bunBlog struct{ read, write *bun.DB }

func bunTopicsByName(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("t.name") }

func (b *bunBlog) index(c *echo.Context) error {
	number, err := pagepeers.PageNumber(c.QueryParam("page"))
	if err != nil {
		return echoError(err)
	}
	ctx := c.Request().Context()
	total, err := b.read.NewSelect().Model((*bunPost)(nil)).Count(ctx)
	if err != nil {
		return err
	}
	var p bunPage
	if p.Pager, err = pagepeers.PagerOf(number, int64(total)); err != nil {
		return echoError(err)
	}
	err = b.read.NewSelect().Model(&p.Items).Relation("Author").Relation("Topics", bunTopicsByName).
		Order("p.published DESC", "p.id DESC").Limit(pagepeers.PageSize).Offset(int64(number-1) * pagepeers.PageSize).Scan(ctx)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, "index.html", p)
}

// find reads the one post that a condition names.
func (b *bunBlog) find(c *echo.Context, condition string, key any) (*bunPost, error) {
	var p bunPost
	err := b.read.NewSelect().Model(&p).Relation("Author").Relation("Topics", bunTopicsByName).
		Where(condition, key).Scan(c.Request().Context())
	return &p, pagepeers.OrNotFound(err)
}

func (b *bunBlog) post(c *echo.Context) error {
	p, err := b.find(c, "p.slug = ?", c.Param("slug"))
	if err != nil {
		return echoError(err)
	}
	return c.Render(http.StatusOK, "post.html", p)
}

func (b *bunBlog) api(c *echo.Context) error {
	id, err := pagepeers.PostID(c.Param("id"))
	if err != nil {
		return echoError(err)
	}
	p, err := b.find(c, "p.id = ?", id)
	if err != nil {
		return echoError(err)
	}
	out := pagepeers.APIPost{
		ID: p.ID, Title: p.Title, Slug: p.Slug, Body: p.Body, Published: p.Published.UTC(),
		Author: pagepeers.APIAuthor{ID: p.Author.ID, Name: p.Author.FullName()}, Topics: make([]pagepeers.Topic, len(p.Topics)),
	}
	for i, t := range p.Topics {
		out.Topics[i] = pagepeers.Topic{ID: t.ID, Name: t.Name}
	}
	return c.JSON(http.StatusOK, out)
}

func (b *bunBlog) hit(c *echo.Context) error {
	id, err := pagepeers.PostID(c.Param("id"))
	if err != nil {
		return echoError(err)
	}
	out := pagepeers.Hits{ID: id}
	_, err = b.write.NewUpdate().Model((*bunPost)(nil)).Set("hits = hits + 1").Where("id = ?", id).Returning("hits").Exec(c.Request().Context(), &out.Hits)
	if err != nil {
		return echoError(pagepeers.OrNotFound(err))
	}
	return c.JSON(http.StatusOK, out)
}

// echoError gives an error its status.
func echoError(err error) error {
	status := pagepeers.StatusOf(err)
	if status == http.StatusInternalServerError {
		return err
	}
	return echo.NewHTTPError(status, http.StatusText(status))
}
