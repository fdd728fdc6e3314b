package recipes

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

const maxMinutes = 10_000 // a week

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
	minutes, page := query.IntBetween("minutes", maxMinutes, 1, maxMinutes), query.IntBetween("page", 1, 1, 1_000_000)
	text, tag := query.String("q", ""), query.String("tag", "")
	if err := query.Err(); err != nil {
		return err
	}
	q := orm.From[Recipe](b.host.DB).Where(Recipes.Minutes.Le(int64(minutes))).OrderBy(Recipes.Title.Asc()).With(Recipes.Tags)
	if text != "" {
		needed := Recipes.Ingredients.Any(Ingredients.Name.ContainsFold(text))
		q = q.Where(orm.Or(Recipes.Title.ContainsFold(text), needed))
	}
	if tag != "" {
		q = q.Where(Recipes.Tags.Any(Tags.Name.Eq(tag)))
	}
	recipes, err := q.Page(r.Context(), page, 12)
	if err != nil {
		return err
	}
	count := orm.Via(Tags.Recipes, orm.Count[Recipe]())
	tags, err := orm.Select[taggedWith](orm.From[Tag](b.host.DB).OrderBy(Tags.Name.Asc()),
		Tags.Name, orm.As("Recipes", count)).All(r.Context())
	if err != nil {
		return err
	}
	return b.host.Render(w, r, indexPage.Data(indexData{recipes, tags, r.URL.Query()}))
}

// find returns the recipe that the address names, with what it is made of.
func (b *box) find(r *http.Request) (Recipe, error) {
	return orm.From[Recipe](b.host.DB).Where(Recipes.ID.Eq(web.Int(r, "id"))).
		With(Recipes.Tags, Recipes.Amounts.Then(Amounts.Ingredient)).Get(r.Context())
}

func (b *box) recipe(w http.ResponseWriter, r *http.Request) error {
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	return b.host.Render(w, r, recipePage.Data(recipe))
}

func (b *box) recipeJSON(w http.ResponseWriter, r *http.Request) error {
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	tags, amounts := []string{}, []map[string]string{}
	for _, tag := range recipe.Tags.Rows() {
		tags = append(tags, tag.Name)
	}
	for _, a := range recipe.Amounts.Rows() {
		amounts = append(amounts, map[string]string{"quantity": a.Short(), "unit": a.Unit, "name": a.Ingredient.Row().Name})
	}
	return web.JSON(w, http.StatusOK, map[string]any{
		"title": recipe.Title, "minutes": recipe.Minutes, "servings": recipe.Servings, "method": recipe.Method,
		"rating": recipe.Rating(), "tags": tags, "ingredients": amounts,
	})
}

func (b *box) rate(w http.ResponseWriter, r *http.Request) error {
	stars, err := number("stars", r.PostFormValue("stars"), 1, 5)
	if err != nil {
		return err
	}
	_, err = orm.From[Recipe](b.host.DB).Where(Recipes.ID.Eq(web.Int(r, "id"))).
		Update(r.Context(), Recipes.Stars.Increment(stars), Recipes.Ratings.Increment(1))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "../", http.StatusSeeOther) // its page, or 404
}

// number reads a whole number that a visitor or a file gave.
func number(name, text string, least, most int64) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		return 0, fault.Newf(fault.Invalid, "%s must be a number from %d to %d, not %q", name, least, most, text)
	}
	return n, nil
}
