package recipes_test

import (
	"testing"

	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

func TestLatest(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		var first, rest struct {
			Recipes []struct{ ID int64 }
			Next    string
		}
		c.Get("/latest.json").JSON(&first)
		c.Get("/latest.json?after=" + first.Next).JSON(&rest)
		c.WantStatements(1)
		if len(first.Recipes) != 10 || len(rest.Recipes) != 4 || rest.Next != "" {
			t.Errorf("10 and 4 recipes are in the list, got %v and %v", first, rest)
		}
		c.Get("/latest.json?after=there").WantStatus(400)
	})
}

func TestBest(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		c.Post("/10/rate/", webtest.Values{"stars": "4"})
		c.Post("/10/rate/", webtest.Values{"stars": "5"})
		c.Post("/4/rate/", webtest.Values{"stars": "4"})
		want := "basics       4.5  Pesto\nquick        4.5  Pesto\nsweet        4.0  Pancakes\n"
		if out, err := c.Command("best"); err != nil || out != want {
			t.Errorf("best prints %q, %v, want %q", out, err, want)
		}
	})
}
