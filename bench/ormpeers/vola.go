package ormpeers

import (
	"context"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/orm"
)

type vola struct {
	db    *database.DB
	post  Post
	posts []Post
	topic Topic
}

// Vola returns the peer that uses Vola's ORM.
func Vola(ctx context.Context, url string) (Peer, error) {
	db, err := database.Open(ctx, database.Config{URL: url, Drivers: []database.Driver{sqlite.Driver, postgres.Driver}})
	if err != nil {
		return nil, err
	}
	models, err := Models()
	if err != nil {
		return nil, err
	}
	return &vola{db: db}, orm.Use(db, models)
}

func (v *vola) Close() error { return v.db.Close() }

func (v *vola) Get(ctx context.Context, id int64) (err error) {
	v.posts = nil
	v.post, err = orm.From[Post](v.db).Where(Posts.ID.Eq(id)).Get(ctx)
	return err
}

func (v *vola) List(ctx context.Context) (err error) {
	v.posts, err = orm.From[Post](v.db).OrderBy(Posts.Published.Desc()).Limit(listed).All(ctx)
	return err
}

func (v *vola) ListTopics(ctx context.Context) (err error) {
	v.posts, err = orm.From[Post](v.db).OrderBy(Posts.Published.Desc()).Limit(listed).With(Posts.Topics).All(ctx)
	return err
}

func (v *vola) Find(ctx context.Context, f Filter) (err error) {
	v.posts, err = orm.From[Post](v.db).
		Where(
			Posts.Published.Lt(f.Before), Posts.Hits.Ge(f.Hits), Posts.Pinned.Eq(f.Pinned),
			Posts.Author.Has(Authors.Username.Eq(f.Username)),
		).
		OrderBy(Posts.Published.Desc()).
		Limit(found).
		All(ctx)
	return err
}

func (v *vola) Insert(ctx context.Context, r Row) error {
	v.posts = nil
	v.post = volaPost(r)
	return orm.Create(ctx, v.db, &v.post)
}

func (v *vola) Update(ctx context.Context, id int64, title string, hits int64) error {
	v.posts = nil
	v.post = Post{ID: id, Title: title, Hits: hits}
	return orm.Update(ctx, v.db, &v.post, Posts.Title, Posts.Hits)
}

func (v *vola) Bulk(ctx context.Context, rows []Row) error {
	posts := make([]Post, len(rows))
	for i, r := range rows {
		posts[i] = volaPost(r)
	}
	return orm.CreateAll(ctx, v.db, posts)
}

func (v *vola) GetOrCreate(ctx context.Context, name string) (created bool, err error) {
	v.topic, created, err = orm.GetOrCreate(ctx, v.db, orm.By(Topics.Name.Set(name)), nil)
	return created, err
}

func (v *vola) Topic() (id int64, name string) { return v.topic.ID, v.topic.Name }

func (v *vola) Seen() []Row {
	posts := v.posts
	if posts == nil {
		posts = []Post{v.post}
	}
	var rows []Row
	for _, p := range posts {
		r := Row{
			ID: p.ID, Title: p.Title, Slug: p.Slug, Body: p.Body, AuthorID: p.Author.ID, Published: utc(p.Published),
			Hits: p.Hits, Pinned: p.Pinned, Note: noteOf(p.Note),
		}
		if topics, err := p.Topics.All(); err == nil {
			r.Topics = joined(topics, func(t Topic) string { return t.Name })
		}
		rows = append(rows, r)
	}
	return rows
}

func volaPost(r Row) Post {
	return Post{
		Title: r.Title, Slug: r.Slug, Body: r.Body, Author: orm.RefTo[Author](r.AuthorID), Published: r.Published,
		Hits: r.Hits, Pinned: r.Pinned, Note: r.notePointer(),
	}
}

// joined returns the names of topics in the form of [Row].
func joined[T any](topics []T, name func(T) string) string {
	var names []string
	for _, t := range topics {
		names = append(names, name(t))
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}
