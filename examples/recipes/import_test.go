package recipes_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/examples/recipes"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/volatest"
)

// write makes a file.
func write(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "new.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestImport(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		again := "Pesto,12,4,quick,basil: 90 g,Pound.\nTea,5,1,,water: 0.3 l,Wait.\n"
		if _, err := c.Command("import", write(t, again)); err != nil {
			t.Error(err)
		}
		c.Get("/10/").WantText("h1", "Pesto").WantCount(".amounts li", 1).WantText(".amounts li", "90 g basil").WantCount(".facts a", 1)

		for text, want := range map[string]string{
			"Tea,5,1,,water: 1 l\n":                      "new.csv, record 1: record on line 1: wrong number of fields",
			"Ice,9,1,,ice: 1,\nTea,soon,1,,water: 1,\n":  `new.csv, record 2: recipes.Recipe, field Minutes: "soon" is not a whole number`,
			"Tea,5,1,,water: 1.555 l,\n":                 "new.csv, record 1: create recipes.Amount: row 0: recipes.Amount, field Quantity: 1.555 has 3 digits",
			"Ice,9,1,,ice: 1,\nTea,5,1,,water,\n":        "new.csv, record 2: create recipes.Amount: row 0: recipes.Amount, field Quantity: ",
			"Tea,5,1,,water: 1; water: 2,\n":             "new.csv, record 1: ",
			strings.Repeat("x", 121) + ",5,1,,ice: 1,\n": "new.csv, record 1: upsert recipes.Recipe: row 0: recipes.Recipe, field Title: ",
		} {
			_, err := c.Command("import", write(t, text))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("import of %q: %v, want %q", text, err, want)
			}
		}
		c.Get("/").WantText(".total", "15 recipes") // nothing is left of the files with errors
	})
}

// TestExport imports what was exported, which changes nothing.
func TestExport(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		first, err := c.Command("export")
		if err != nil {
			t.Fatal(err)
		}
		want := "Apple crumble,55,6,sweet baking,apple: 1.2 kg; flour: 200 g; "
		if !strings.HasPrefix(first, want) {
			t.Errorf("export begins with %.80q, want %q", first, want)
		}
		if _, err := c.Command("import", write(t, first)); err != nil {
			t.Fatal(err)
		}
		if second, err := c.Command("export"); err != nil || first != second {
			t.Errorf("after an import of the export, it is %s, %v, want %s", second, err, first)
		}
	})
}

// snippet: statements

// TestStatements shows that pages with much on them ask no more than others.
func TestStatements(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		for _, n := range []int{1, 100} {
			dish := volatest.Make(t, c.DB, func(r *recipes.Recipe) { r.Title = fmt.Sprintf("Dish of %d things", n) })
			volatest.MakeN(t, c.DB, n, func(_ int, a *recipes.Amount) { a.Recipe.ID = dish.ID })
			c.Get(fmt.Sprintf("/%d/", dish.ID)).WantText("h1", dish.Title).WantCount(".amounts li", n)
			c.WantStatements(4) // the recipe, its tags, its amounts, their ingredients
		}
		volatest.MakeN[recipes.Recipe](t, c.DB, 20)
		c.Get("/").WantCount("article", 12)
		c.WantStatements(4)
	})
}

// end snippet

// TestMigrate takes a recipe from before the second migration.
func TestMigrate(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		old, err := vola.New(site(), vola.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Runner(db).Apply(t.Context(), migrate.Target{Module: "recipes", Name: "0001"}); err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(t.Context(), `INSERT INTO recipes_recipe (title, minutes, text, added, ratings, stars)
			VALUES ('Tea', 5, 'Wait.', '2026-11-01 12:00:00', 0, 0)`)
		if err != nil {
			t.Fatal(err)
		}
		c := volatest.Start(t, site(), volatest.Options{DB: db})
		c.Get("/1/").WantText(".method", "Wait.").WantContains(".facts", "4 servings")
	})
}
