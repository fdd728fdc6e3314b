// Package gingorm is the blog of bench/pages with gin and GORM.
package gingorm

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/volaweb/vola/bench/pagepeers"
)

// Program returns the program.
func Program() pagepeers.Program {
	return pagepeers.Program{
		Name: "gin", About: "gin, html/template, GORM with prepared statements", Command: "gin",
		Serve: pagepeers.HandlerOf("gin", handler),
	}
}

type gormAuthor struct {
	ID        int64
	FirstName string
	LastName  string
}

// TableName is the name for GORM.
func (gormAuthor) TableName() string { return "blog_author" }

// FullName returns the name as pages show it.
func (a gormAuthor) FullName() string { return a.FirstName + " " + a.LastName }

type gormTopic struct {
	ID   int64
	Name string
}

// TableName is the name for GORM.
func (gormTopic) TableName() string { return "blog_topic" }

type gormPost struct {
	ID        int64
	Title     string
	Slug      string
	Body      string
	AuthorID  int64
	Author    gormAuthor
	Published time.Time
	Hits      int64
	Topics    []gormTopic `gorm:"many2many:blog_post_topics;joinForeignKey:post_id;joinReferences:topic_id"`
}

// TableName is the name for GORM.
func (gormPost) TableName() string { return "blog_post" }

type gormPage struct {
	Items []gormPost
	pagepeers.Pager
}

// handler is the blog with gin and GORM, with what GORM's manual advises for
// speed: prepared statements, and no transaction around a single statement.
func handler(_ context.Context, s *pagepeers.Stores) (http.Handler, error) {
	read, err := openGORM(s, s.Read)
	if err != nil {
		return nil, err
	}
	write, err := openGORM(s, s.Write)
	if err != nil {
		return nil, err
	}
	pages, err := pagepeers.HTMLTemplates()
	if err != nil {
		return nil, err
	}
	b := &gormBlog{read: read, write: write}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.Use(gin.RecoveryWithWriter(io.Discard))
	e.SetHTMLTemplate(pages)
	e.GET("/blog/", b.index)
	e.GET("/blog/:slug/", b.post)
	e.GET("/api/posts/:id", b.api)
	e.POST("/hits/:id", b.hit)
	return e, nil
}

func openGORM(s *pagepeers.Stores, conn *sql.DB) (*gorm.DB, error) {
	dialector := postgres.New(postgres.Config{Conn: conn})
	if s.SQLite {
		dialector = sqlite.New(sqlite.Config{Conn: conn})
	}
	return gorm.Open(dialector, &gorm.Config{PrepareStmt: true, SkipDefaultTransaction: true, Logger: logger.Discard})
}

type gormBlog struct{ read, write *gorm.DB }

func gormTopicsByName(db *gorm.DB) *gorm.DB { return db.Order("blog_topic.name") }

func (b *gormBlog) index(c *gin.Context) {
	number, err := pagepeers.PageNumber(c.Query("page"))
	if err != nil {
		ginFail(c, err)
		return
	}
	db := b.read.WithContext(c.Request.Context())
	var total int64
	if err := db.Model(&gormPost{}).Count(&total).Error; err != nil {
		ginFail(c, err)
		return
	}
	var p gormPage
	if p.Pager, err = pagepeers.PagerOf(number, total); err != nil {
		ginFail(c, err)
		return
	}
	err = db.Joins("Author").Preload("Topics", gormTopicsByName).Order("blog_post.published DESC, blog_post.id DESC").
		Limit(pagepeers.PageSize).Offset((number - 1) * pagepeers.PageSize).Find(&p.Items).Error
	if err != nil {
		ginFail(c, err)
		return
	}
	c.HTML(http.StatusOK, "index.html", p)
}

// find reads the one post that a condition names.
func (b *gormBlog) find(c *gin.Context, condition string, key any) (*gormPost, error) {
	var p gormPost
	err := b.read.WithContext(c.Request.Context()).Joins("Author").Preload("Topics", gormTopicsByName).Where(condition, key).Take(&p).Error
	return &p, gormNotFound(err)
}

func (b *gormBlog) post(c *gin.Context) {
	p, err := b.find(c, "blog_post.slug = ?", c.Param("slug"))
	if err != nil {
		ginFail(c, err)
		return
	}
	c.HTML(http.StatusOK, "post.html", p)
}

func (b *gormBlog) api(c *gin.Context) {
	id, err := pagepeers.PostID(c.Param("id"))
	if err != nil {
		ginFail(c, err)
		return
	}
	p, err := b.find(c, "blog_post.id = ?", id)
	if err != nil {
		ginFail(c, err)
		return
	}
	out := pagepeers.APIPost{
		ID: p.ID, Title: p.Title, Slug: p.Slug, Body: p.Body, Published: p.Published.UTC(),
		Author: pagepeers.APIAuthor{ID: p.Author.ID, Name: p.Author.FullName()}, Topics: make([]pagepeers.Topic, len(p.Topics)),
	}
	for i, t := range p.Topics {
		out.Topics[i] = pagepeers.Topic(t)
	}
	c.JSON(http.StatusOK, out)
}

func (b *gormBlog) hit(c *gin.Context) {
	id, err := pagepeers.PostID(c.Param("id"))
	if err != nil {
		ginFail(c, err)
		return
	}
	var p gormPost
	res := b.write.WithContext(c.Request.Context()).Model(&p).Clauses(clause.Returning{Columns: []clause.Column{{Name: "hits"}}}).
		Where("id = ?", id).UpdateColumn("hits", gorm.Expr("hits + 1"))
	if err := res.Error; err != nil {
		ginFail(c, err)
		return
	}
	if res.RowsAffected == 0 {
		ginFail(c, pagepeers.ErrNotFound)
		return
	}
	c.JSON(http.StatusOK, pagepeers.Hits{ID: id, Hits: p.Hits})
}

func gormNotFound(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return pagepeers.ErrNotFound
	}
	return err
}

// ginFail answers with an error.
func ginFail(c *gin.Context, err error) {
	status := pagepeers.StatusOf(err)
	c.String(status, http.StatusText(status))
}
