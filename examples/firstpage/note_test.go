package main

import (
	"testing"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

func TestNotePage(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, site())
	if err := orm.Create(t.Context(), c.DB, &Note{Title: "Bread", Text: "It needs time."}); err != nil {
		t.Fatal(err)
	}
	c.Get("/").WantCount("article", 1).Click("article a").
		WantStatus(200).WantText("h1", "Bread").WantText("p", "It needs time.")
	c.WantStatements(1)
	c.Get("/notes/2/").WantStatus(404)
	c.Get("/notes/bread/").WantStatus(404)
}
