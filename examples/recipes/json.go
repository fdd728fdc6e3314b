package recipes

import (
	"net/http"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
)

type recipeJSON struct {
	Title    string       `json:"title"`
	Minutes  int64        `json:"minutes"`
	Servings int64        `json:"servings"`
	Method   string       `json:"method"`
	Rating   float64      `json:"rating"`
	Tags     []string     `json:"tags"`
	Needs    []amountJSON `json:"ingredients"`
}

type amountJSON struct {
	Quantity string `json:"quantity"`
	Unit     string `json:"unit"`
	Name     string `json:"name"`
}

func (b *Box) recipeJSON(w http.ResponseWriter, r *http.Request) error {
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	out := recipeJSON{recipe.Title, recipe.Minutes, recipe.Servings, recipe.Method, recipe.Rating(), []string{}, []amountJSON{}}
	for _, tag := range recipe.Tags.Rows() {
		out.Tags = append(out.Tags, tag.Name)
	}
	for _, a := range recipe.Amounts.Rows() {
		out.Needs = append(out.Needs, amountJSON{a.Short(), a.Unit, a.Ingredient.Row().Name})
	}
	return web.JSON(w, http.StatusOK, out)
}

type entryJSON struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
}

// latest is the endless list for programs: what comes after ?after=CURSOR.
func (b *Box) latest(w http.ResponseWriter, r *http.Request) error {
	q := orm.From[Recipe](b.host.DB).OrderBy(Recipes.Added.Desc())
	part, err := orm.Select[entryJSON](q, Recipes.Slug, Recipes.Title).Seek(r.Context(), r.URL.Query().Get("after"), 20)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, map[string]any{"recipes": part.Items, "next": part.Next})
}
