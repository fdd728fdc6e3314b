package recipes_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/recipes"
)

func site() vola.Config {
	return vola.Config{Modules: []module.Module{once.New(), module.At("/", recipes.New())}}
}

// snippet: each

// each runs a test on both databases, with a site of the recipes in a file.
func each(t *testing.T, file string, test func(t *testing.T, c *volatest.Client)) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		if _, err := c.Command("import", file); err != nil {
			t.Fatal(err)
		}
		test(t, c)
	})
}

// end snippet

func TestPages(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		for _, test := range []struct{ query, total, first string }{
			{"", "14 recipes", "Apple crumble"},
			{"?q=SOUP", "2 recipes", "Onion soup"},
			{"?q=onion", "7 recipes", "Lentil dal"}, // by ingredient, and each recipe once
			{"?tag=soup&minutes=30&q=tomato", "2 recipes", "Gazpacho"},
			{"?page=2", "14 recipes", "Tomato soup"},
		} {
			c.Get("/"+test.query).WantText(".total", test.total).WantText("article:first-of-type h2", test.first)
			c.WantStatements(4) // the number of recipes, those of the page, their tags, all tags
		}
		c.Get("/").WantCount("article", 12).WantText(".tags a:first-child", "baking 4")
		c.Get("/?page=3").WantStatus(404)
		c.Get("/?minutes=soon").WantStatus(400).WantBody("The value of minutes is")

		c.Get("/").Click("article:nth-of-type(3) a").WantText("h1", "Crème brûlée").
			WantText(".amounts li:last-child", "1 pod vanilla").Click(".facts a").WantText(".total", "3 recipes")
		c.Get("/2.json").WantBody(`"Ingredient":{"ID":7,"Name":"tomato"},"Quantity":"1.50","Unit":"kg"}`)
		c.WantStatements(4) // the recipe, its tags, its amounts, their ingredients
		c.Get("/15.json").WantStatus(404)
	})
}

// snippet: rate

func TestRate(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		c.Get("/10/").Form("Your stars").Press("4 ★").WantRedirect("/10/")
		c.Post("/10/rate/", webtest.Values{"stars": "6"}).WantStatus(400)
		c.Post("/15/rate/", webtest.Values{"stars": "5"}).WantRedirect("/15/")
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				visitor := webtest.New(t, c.Site)
				for range 5 {
					visitor.Post("/10/rate/", webtest.Values{"stars": "5"}).WantRedirect("/10/")
				}
			})
		}
		wait.Wait()
		pesto, err := orm.Find[recipes.Recipe](t.Context(), c.DB, 10)
		if err != nil || pesto.Ratings != 41 || pesto.Stars != 204 {
			t.Errorf("%s has %d stars of %d ratings, %v, want 204 of 41", pesto.Title, pesto.Stars, pesto.Ratings, err)
		}
	})
}

// end snippet

// snippet: twenty

// TestAdd adds recipes: of twenty people who send the same title at once, one has added it,
// and nineteen are told that it is taken, with all that they wrote.
func TestAdd(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		form := c.Get("/add/").WantAttr("#field-title", "maxlength", "240").Form("Add").WantErrors().WantValue("Servings", "4")
		form.Fill("Minutes", "0").Fill("How it is made", "Knead.").Submit().WantStatus(422).Form("Add").
			WantError("Title", "Fill in this field.").WantError("Minutes", "The least that is possible is 1.")
		var added, taken atomic.Int64
		var wait sync.WaitGroup
		for i := range 20 {
			wait.Go(func() {
				form := webtest.New(t, c.Site).Get("/add/").Form("Add").Fill("Title", "Bread of twenty")
				p := form.Fill("Minutes", fmt.Sprint(i+1)).Fill("How it is made", "Knead.").Submit()
				switch p.Status {
				case http.StatusSeeOther:
					added.Add(1)
				case http.StatusUnprocessableEntity:
					p.Form("Add").WantError("Title", "This is taken already.").WantValue("Minutes", fmt.Sprint(i+1)).WantValue("How it is made", "Knead.")
					taken.Add(1)
				default:
					t.Errorf("status %d\n%s", p.Status, p.Body)
				}
			})
		}
		wait.Wait()
		n, err := orm.From[recipes.Recipe](c.DB).Where(recipes.Recipes.Title.Eq("Bread of twenty")).Count(t.Context())
		if err != nil || n != 1 || added.Load() != 1 || taken.Load() != 19 {
			t.Errorf("%d rows, %d added, %d told that it is taken (%v)", n, added.Load(), taken.Load(), err)
		}
	})
}

// end snippet
