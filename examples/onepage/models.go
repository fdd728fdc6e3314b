// Package blog is the example of the articles "One struct, one page" and "What
// a typed query buys you": a module with two models and a page.
package blog

import (
	"time"

	"github.com/volaweb/vola/orm"
)

// snippet: model

// Post is one article.
type Post struct {
	ID        int64
	Title     string `db:"size=200"`
	Slug      string `db:"size=200,unique"`
	Body      string
	Author    orm.Ref[Author]
	Hits      int64
	Published *time.Time `db:"index"`
}

// end snippet

// Author writes posts.
type Author struct {
	ID       int64
	Username string `db:"size=60,unique"`
}

// Models returns the declarations of the module's models.
func (b *Blog) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Author](), orm.Model[Post]()}
}
