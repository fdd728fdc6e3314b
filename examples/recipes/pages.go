package recipes

import (
	"net/http"
	"net/url"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var (
	indexPage  = templates.Page[indexData]("recipes/index.html")
	recipePage = templates.Page[Recipe]("recipes/recipe.html")
)

type indexData struct {
	Recipes orm.Page[Recipe]
	Tags    []taggedWith
	Query   url.Values
}

type taggedWith struct {
	Name    string
	Recipes int64
}

func (b *box) index(w http.ResponseWriter, r *http.Request) error {
	query := web.Query(r)
	minutes, page := query.Int("minutes", 10_000), query.IntBetween("page", 1, 1, 1_000_000)
	text, tag := query.String("q", ""), query.String("tag", "")
	if err := query.Err(); err != nil {
		return err
	}
	q := orm.From[Recipe](b.DB).Where(Recipes.Minutes.Le(int64(minutes))).OrderBy(Recipes.Title.Asc()).With(Recipes.Tags)
	if text != "" {
		q = q.Where(orm.Or(Recipes.Title.ContainsFold(text), Recipes.Ingredients.Any(Ingredients.Name.ContainsFold(text))))
	}
	if tag != "" {
		q = q.Where(Recipes.Tags.Any(Tags.Name.Eq(tag)))
	}
	recipes, err := q.Page(r.Context(), page, 12)
	if err != nil {
		return err
	}
	tags, err := orm.Select[taggedWith](orm.From[Tag](b.DB).OrderBy(Tags.Name.Asc()),
		Tags.Name, orm.As("Recipes", orm.Via(Tags.Recipes, orm.Count[Recipe]()))).All(r.Context())
	if err != nil {
		return err
	}
	return b.Render(w, r, indexPage.Data(indexData{recipes, tags, r.URL.Query()}))
}

// find returns the recipe that the address names, with what it is made of.
func (b *box) find(r *http.Request) (Recipe, error) {
	return orm.From[Recipe](b.DB).Where(Recipes.ID.Eq(web.Int(r, "id"))).
		With(Recipes.Tags, Recipes.Amounts.Then(Amounts.Ingredient)).Get(r.Context())
}

func (b *box) recipe(w http.ResponseWriter, r *http.Request) error {
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	return b.Render(w, r, recipePage.Data(recipe))
}

// snippet: json

func (b *box) recipeJSON(w http.ResponseWriter, r *http.Request) error {
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, recipe)
}

// end snippet

// snippet: form

func (b *box) rate(w http.ResponseWriter, r *http.Request) error {
	form := web.Form(r).Required("stars")
	stars := form.IntBetween("stars", 0, 1, 5)
	if err := form.Err(); err != nil {
		return err
	}
	_, err := orm.From[Recipe](b.DB).Where(Recipes.ID.Eq(web.Int(r, "id"))).
		Update(r.Context(), Recipes.Stars.Increment(int64(stars)), Recipes.Ratings.Increment(1))
	if err != nil {
		return err
	}
	// Back to where it was rated, or else to its page, which may be a 404.
	return web.Redirect(w, r, web.SafeNext(r, r.Referer(), "../"), http.StatusSeeOther)
}

// end snippet
