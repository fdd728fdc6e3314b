package blog_test

import (
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"

	blog "github.com/volaweb/vola/examples/onepage"
)

func TestPage(t *testing.T) {
	t.Parallel()
	b := blog.New()
	c := volatest.New(t, vola.Config{Modules: []module.Module{b}})
	c.Get("/blog/").WantStatus(200).WantText("li", "none yet")

	ann := blog.Author{Username: "ann"}
	if err := orm.Create(t.Context(), c.DB, &ann); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	p := blog.Post{Title: "One", Slug: "one", Author: orm.Ref[blog.Author]{ID: ann.ID}, Hits: 1001, Published: &now}
	if err := orm.Create(t.Context(), c.DB, &p); err != nil {
		t.Fatal(err)
	}
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
