package recipes_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/recipes"
)

func site() vola.Config {
	return vola.Config{Modules: []module.Module{module.At("/", &recipes.Box{})}}
}

// each runs a test on both databases, with a site of the recipes in the files.
func each(t *testing.T, test func(t *testing.T, c *volatest.Client), files ...string) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := volatest.Start(t, site(), volatest.Options{DB: db})
		if out, err := command(t, db, "import", files...); err != nil {
			t.Fatal(out, err)
		}
		test(t, c)
	})
}

// command runs a command of the module.
func command(t *testing.T, db *database.DB, name string, args ...string) (string, error) {
	var out strings.Builder
	for _, c := range (&recipes.Box{}).Commands() {
		if c.Name == name {
			err := c.Run(t.Context(), module.Env{Host: &module.Host{DB: db}, Stdout: &out}, args)
			return out.String(), err
		}
	}
	t.Fatalf("there is no command %s", name)
	return "", nil
}

// write makes a file.
func write(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "new.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, c *volatest.Client) {
		for _, test := range []struct {
			query string
			total string
			first string
		}{
			{"", "14 recipes", "Apple crumble"},
			{"?q=SOUP", "2 recipes", "Onion soup"},
			{"?q=onion", "7 recipes", "Lentil dal"}, // the ingredient, each recipe once
			{"?q=crÈme", "1 recipe", "Crème brûlée"},
			{"?tag=soup", "4 recipes", "Gazpacho"},
			{"?tag=soup&minutes=30&q=tomato", "2 recipes", "Gazpacho"},
			{"?page=2", "14 recipes", "Tomato soup"},
		} {
			c.Get("/"+test.query).WantStatus(200).WantText(".total", test.total).WantText("article:first-of-type h2", test.first)
		}
		c.Get("/").WantCount("article", 12).Click(".pages a:last-child").WantCount("article", 2)
		c.Get("/?page=2&tag=soup").WantStatus(404)
		c.Get("/?minutes=soon").WantStatus(400).WantBody("minutes must be a number from 0 to 10000")
		c.Get("/").WantText(".tags a:first-child", "baking 4")
	}, "testdata/recipes.csv")
}

func TestStatements(t *testing.T) {
	for _, n := range []int{10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			var file, needs strings.Builder
			for i := range n {
				fmt.Fprintf(&needs, "thing %d: %d;", i, i+1)
				fmt.Fprintf(&file, "Dish %d,5,1,a; b,%s,Cook.\n", i, needs.String())
			}
			each(t, func(t *testing.T, c *volatest.Client) {
				c.Get("/").WantStatus(200)
				c.WantStatements(4) // the number, the recipes, their tags, all tags
				c.Get(fmt.Sprintf("/dish-%d/", n-1)).WantCount(".amounts li", n)
				c.WantStatements(4) // the recipe, tags, amounts, ingredients
			}, write(t, file.String()))
		})
	}
}

func TestRecipe(t *testing.T) {
	each(t, func(t *testing.T, c *volatest.Client) {
		c.Get("/").Click("article:nth-of-type(3) a").WantStatus(200).WantText("h1", "Crème brûlée").
			WantText(".amounts li:last-child", "1 pod vanilla").Click(".facts a").WantText(".total", "3 recipes")
		c.Get("/tomato-soup.json").WantStatus(200).WantBody(`"ingredients":[{"quantity":"1.5","unit":"kg","name":"tomato"}`)
		c.Get("/risotto.json").WantBody(`"tags":[]`)
		for _, path := range []string{"/nothing/", "/nothing.json"} {
			c.Get(path).WantStatus(404)
		}

		seen, cursor := 0, ""
		for first := true; first || cursor != ""; first = false {
			var part struct {
				Recipes []struct{ Slug string }
				Next    string
			}
			c.Get("/latest.json?after=" + cursor).WantStatus(200).JSON(&part)
			c.WantStatements(1)
			seen, cursor = seen+len(part.Recipes), part.Next
		}
		if seen != 14 {
			t.Errorf("the endless list has %d recipes, want 14", seen)
		}
	}, "testdata/recipes.csv")
}

func TestRate(t *testing.T) {
	each(t, func(t *testing.T, c *volatest.Client) {
		c.Get("/pesto/").Click(".rate [value='4']").WantRedirect("/pesto/")
		c.Get("/pesto/").WantContains(".rate", "4.0 from 1 rating")
		c.Post("/pesto/rate/", webtest.Values{"stars": "6"}).WantStatus(400)
		c.Post("/nothing/rate/", webtest.Values{"stars": "5"}).WantStatus(404)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				visitor := webtest.New(t, c.Site)
				for range 5 {
					visitor.Post("/pesto/rate/", webtest.Values{"stars": "5"}).WantRedirect("/pesto/")
				}
			})
		}
		wait.Wait()
		pesto, ok, err := orm.From[recipes.Recipe](c.DB).Where(recipes.Recipes.Slug.Eq("pesto")).Lookup(t.Context())
		if err != nil || !ok || pesto.Ratings != 41 || pesto.Stars != 204 {
			t.Errorf("%d stars of %d ratings, %v, want 204 of 41", pesto.Stars, pesto.Ratings, err)
		}
		if out, err := command(t, c.DB, "best"); err != nil || out != "basics       5.0  Pesto\nquick        5.0  Pesto\n" {
			t.Errorf("best prints %q, %v", out, err)
		}
	}, "testdata/recipes.csv")
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, c *volatest.Client) {
		again := write(t, "PESTO,12,4,quick,basil: 90 g,Pound.\nTea,5,1,,water: 0.3 l,Wait.\n")
		if out, err := command(t, c.DB, "import", again); err != nil || out != "1 new recipes\n" {
			t.Errorf("import prints %q, %v", out, err)
		}
		c.Get("/pesto/").WantText("h1", "PESTO").WantCount(".amounts li", 1).WantText(".amounts li", "90 g basil").WantCount(".facts a", 1)
		for text, want := range map[string]string{
			"Tea,5,1,,water: 0.3 l\n":                   "new.csv: record on line 1: wrong number of fields",
			"Ice,9,1,,,\nTea,soon,1,,,\n":               `new.csv, line 2: minutes must be a number from 1 to 10000, not "soon"`,
			"Tea,5,1,,water: 1.555 l,\n":                "new.csv, line 1: create recipes.Amount: row 0: recipes.Amount, field Quantity: 1.555 has 3 digits",
			"Ice,9,1,,,\n?,5,1,,,\n":                    "new.csv, line 2: the recipe has no title",
			"Tea,5,1,,water: 1; water: 2,\n":            "new.csv, line 1: ",
			strings.Repeat("x", 121) + ",5,1,,,Cook.\n": "new.csv, line 1: upsert recipes.Recipe: row 0: recipes.Recipe, field Slug: ",
		} {
			if _, err := command(t, c.DB, "import", write(t, text)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("import of %q: %v, want %q", text, err, want)
			}
		}
		c.Get("/").WantText(".total", "15 recipes") // what was before a wrong line is not stored
	}, "testdata/recipes.csv")
}

// TestMigrate takes a recipe from before the second migration.
func TestMigrate(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		old, err := vola.New(site(), vola.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Runner(db).Apply(t.Context(), migrate.Target{Module: "recipes", Name: "0001_initial"}); err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(t.Context(), "INSERT INTO recipes_recipe (slug, title, minutes, text, added, ratings, stars)"+
			" VALUES ('tea', 'Tea', 5, 'Wait.', '2026-11-01 12:00:00', 0, 0)")
		if err != nil {
			t.Fatal(err)
		}
		c := volatest.Start(t, site(), volatest.Options{DB: db})
		c.Get("/tea/").WantStatus(200).WantText(".method", "Wait.").WantContains(".facts", "4 servings")
	})
}
