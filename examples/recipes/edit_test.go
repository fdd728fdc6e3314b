package recipes_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/recipes"
)

// TestEdit changes a recipe and its ingredients, row by row. Only rows that changed are
// written.
func TestEdit(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		amounts := func() string {
			t.Helper()
			rows, err := orm.From[recipes.Amount](c.DB).Where(recipes.Amounts.Recipe.Eq(1)).OrderBy(recipes.Amounts.ID.Asc()).With(recipes.Amounts.Ingredient).All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, a := range rows {
				out = append(out, strings.TrimSpace(a.Short()+" "+a.Unit)+" "+a.Ingredient.Row().Name)
			}
			return strings.Join(out, ", ")
		}
		written := func() (n int) {
			for _, s := range c.Statements() {
				if strings.Contains(s.SQL, "recipes_amount") && !strings.HasPrefix(s.SQL, "SELECT") {
					n++
				}
			}
			return n
		}
		tests := []struct {
			name    string
			values  webtest.Values
			written int
			amounts string
		}{
			{"nothing", nil, 0, "500 g flour, 350 g water, 10 g salt, 3 g yeast"},
			{"one quantity", webtest.Values{"amounts.2.quantity": "300.5"}, 1, "500 g flour, 300.5 g water, 10 g salt, 3 g yeast"},
			{"a new row", webtest.Values{"amounts.n1.ingredient": "7", "amounts.n1.quantity": "2", "amounts.n1.unit": "kg"}, 1,
				"500 g flour, 300.5 g water, 10 g salt, 3 g yeast, 2 kg tomato"},
			{"one changed and one new", webtest.Values{"amounts.1.unit": "pounds", "amounts.n2.ingredient": "6", "amounts.n2.quantity": "1"}, 2,
				"500 pounds flour, 300.5 g water, 10 g salt, 3 g yeast, 2 kg tomato, 1 onion"},
		}
		for _, tt := range tests {
			p := c.Get("/1/edit/").Submit("form.form", tt.values)
			if p.Status != 303 {
				t.Fatal(p.Texts(".form-errors li"), tt.name)
			}
			if n := written(); n != tt.written {
				t.Errorf("%s: %d rows were written, want %d\n%s", tt.name, n, tt.written, p)
			}
			if got := amounts(); got != tt.amounts {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.amounts)
			}
		}

		// Errors are at the rows that they are about, and nothing is stored.
		p := c.Get("/1/edit/").Submit("form.form", webtest.Values{"amounts.2.quantity": "0", "amounts.n1.unit": "kg"}).WantStatus(422)
		p.WantText("[id='field-amounts.2.quantity-error']", "Error: The least that is possible is 0.01.").
			WantText("[id='field-amounts.n1.ingredient-error']", "Error: Choose one of the options.").
			WantText(".form-errors li:last-child", "Ingredient 7, How much: Fill in this field.")
		p = p.Submit("form.form", webtest.Values{"amounts.2.quantity": "1", "amounts.n1.ingredient": "2", "amounts.n1.quantity": "9"}).WantStatus(422)
		p.WantText("[id='field-amounts.n1.ingredient-error']", "Error: This is taken already."). // water is there
														WantAttr("[id='field-amounts.2.quantity']", "value", "1")
		if got, want := amounts(), tests[3].amounts; got != want {
			t.Errorf("with errors: %s, want %s", got, want)
		}

		// Without a script, buttons add and remove rows.
		p = c.Get("/1/edit/").WantCount("form > .rows > .row", 8).Click("[name='amounts.add']").WantStatus(200).WantCount("form > .rows > .row", 9)
		p = p.Click("[name='amounts.remove'][value='1']").WantStatus(200).WantCount("form > .rows > .row", 8).WantNoText("form", "Something is not right")
		p.Submit("form.form", nil).WantRedirect("/1/")
		if got, want := amounts(), "300.5 g water, 10 g salt, 3 g yeast, 2 kg tomato, 1 onion"; got != want {
			t.Errorf("after removing: %s, want %s", got, want)
		}

		// Somebody else removes a row and adds one while the page is open.
		p = c.Get("/1/edit/")
		if _, err := orm.From[recipes.Amount](c.DB).Where(recipes.Amounts.ID.Eq(2)).Delete(t.Context()); err != nil {
			t.Fatal(err)
		}
		other := recipes.Amount{Recipe: orm.RefTo[recipes.Recipe](1), Ingredient: orm.RefTo[recipes.Ingredient](5), Quantity: "4"}
		if err := orm.Create(t.Context(), c.DB, &other); err != nil {
			t.Fatal(err)
		}
		p = p.Submit("form.form", webtest.Values{"amounts.3.quantity": "11"}).WantStatus(422).
			WantContains("[id='row-amounts.nr1-error']", "Somebody else has removed this meanwhile.").WantAttr("[id='field-amounts.nr1.quantity']", "value", "300.50")
		p.Click("[name='amounts.remove'][value='nr1']").Submit("form.form", nil).WantRedirect("/1/")
		if got, want := amounts(), "11 g salt, 3 g yeast, 2 kg tomato, 1 onion, 4 "; !strings.HasPrefix(got, want) {
			t.Errorf("with another person: %s, want %s", got, want)
		}
	})
}
