package ormpeers

import (
	"time"

	"github.com/volaweb/vola/orm"
)

// Author writes posts.
type Author struct {
	ID       int64
	Name     string `db:"size=100"`
	Username string `db:"size=50,unique"`
}

// Topic is what posts are about.
type Topic struct {
	ID   int64
	Name string `db:"size=50,unique"`
}

// Post is an article, with a field of each of the usual kinds.
type Post struct {
	ID        int64
	Title     string `db:"size=200"`
	Slug      string `db:"size=200,unique"`
	Body      string
	Author    orm.Ref[Author]
	Published time.Time `db:"index"`
	Hits      int64
	Pinned    bool
	Note      *string
	Topics    orm.Many[Topic]
}

// Models returns the models whose tables all peers work on.
func Models() (*orm.Models, error) {
	return orm.NewModels(orm.Group{Module: "bench", Models: []orm.Declaration{
		orm.Model[Author](), orm.Model[Topic](), orm.Model[Post](),
	}})
}
