package blog_test

import (
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"

	blog "github.com/volaweb/vola/examples/onepage"
)

func TestPage(t *testing.T) {
	t.Parallel()
	b := blog.New()
	c := volatest.New(t, vola.Config{Modules: []module.Module{b}})
	c.Get("/blog/").WantStatus(200).WantText("li", "none yet")

	now := time.Now()
	ann := volatest.Make(t, c.DB, func(a *blog.Author) { a.Username = "ann" })
	volatest.Make(t, c.DB, func(p *blog.Post) { p.Title, p.Author.ID, p.Hits, p.Published = "One", ann.ID, 1001, &now })
	c.Get("/blog/").WantStatus(200).WantText("li", "One")
	c.WantStatements(1)

	popular, err := b.Popular(t.Context())
	if err != nil || len(popular) != 1 {
		t.Errorf("Popular = %v, %v", popular, err)
	}
	byAnn, err := b.ByAnn(t.Context())
	if err != nil || len(byAnn) != 1 || !byAnn[0].Author.Loaded() {
		t.Errorf("ByAnn = %v, %v", byAnn, err)
	}
}
