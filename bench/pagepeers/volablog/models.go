// Package volablog is the blog of bench/pages as a module of a Vola site.
package volablog

import (
	"time"

	"github.com/volaweb/vola/orm"
)

// Author writes posts.
type Author struct {
	ID        int64
	FirstName string `db:"size=60"`
	LastName  string `db:"size=60"`
}

// FullName returns the name as pages show it.
func (a Author) FullName() string { return a.FirstName + " " + a.LastName }

// Topic is what posts are about.
type Topic struct {
	ID   int64
	Name string `db:"size=60,unique"`
}

// Post is an article.
type Post struct {
	ID        int64
	Title     string `db:"size=200"`
	Slug      string `db:"size=200,unique"`
	Body      string
	Author    orm.Ref[Author]
	Published time.Time
	Hits      int64
	Topics    orm.Many[Topic]
}

// Models returns the declarations of the module's models.
func (b *Blog) Models() []orm.Declaration {
	return []orm.Declaration{
		orm.Model[Author](), orm.Model[Topic](), orm.Model[Post](orm.Index("-Published", "-ID")),
	}
}
