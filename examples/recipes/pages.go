package recipes

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

const maxMinutes = 10_000

type indexData struct {
	Recipes     orm.Page[Recipe]
	Tags        []tagged
	Search, Tag string
	Minutes     int
	Query       url.Values
}

// tagged is a tag and how many recipes have it.
type tagged struct {
	Name    string
	Recipes int64
}

var (
	indexPage  = templates.Page[indexData]("recipes/index.html")
	recipePage = templates.Page[Recipe]("recipes/recipe.html")
)

func (b *Box) index(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, query := r.Context(), r.URL.Query()
	data := indexData{Search: query.Get("q"), Tag: query.Get("tag"), Query: query}
	if data.Minutes, err = number("minutes", cmp.Or(query.Get("minutes"), "0"), 0, maxMinutes); err != nil {
		return err
	}
	page, err := number("page", cmp.Or(query.Get("page"), "1"), 1, 1_000_000)
	if err != nil {
		return err
	}
	q := orm.From[Recipe](b.host.DB).OrderBy(Recipes.Title.Asc(), Recipes.ID.Asc()).With(Recipes.Tags)
	if data.Search != "" {
		needed := Recipes.Ingredients.Any(Ingredients.Name.ContainsFold(data.Search))
		q = q.Where(orm.Or(Recipes.Title.ContainsFold(data.Search), needed))
	}
	if data.Tag != "" {
		q = q.Where(Recipes.Tags.Any(Tags.Name.Eq(data.Tag)))
	}
	if data.Minutes > 0 {
		q = q.Where(Recipes.Minutes.Le(int64(data.Minutes)))
	}
	if data.Recipes, err = q.Page(ctx, page, 12); err != nil {
		return err
	}
	count := orm.Via(Tags.Recipes, orm.Count[Recipe]())
	tags := orm.Select[tagged](orm.From[Tag](b.host.DB).OrderBy(Tags.Name.Asc()), Tags.Name, orm.As("Recipes", count))
	if data.Tags, err = tags.All(ctx); err != nil {
		return err
	}
	return b.host.Render(w, r, indexPage.With(data))
}

// find returns the recipe that the address names, with all that belongs to it.
func (b *Box) find(r *http.Request) (Recipe, error) {
	return orm.From[Recipe](b.host.DB).
		Where(Recipes.Slug.Eq(r.PathValue("slug"))).
		With(Recipes.Tags, Recipes.Amounts.Then(Amounts.Ingredient)).
		Get(r.Context())
}

func (b *Box) recipe(w http.ResponseWriter, r *http.Request) error {
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	return b.host.Render(w, r, recipePage.With(recipe))
}

func (b *Box) rate(w http.ResponseWriter, r *http.Request) error {
	stars, err := number("stars", r.PostFormValue("stars"), 1, 5)
	if err != nil {
		return err
	}
	slug := r.PathValue("slug")
	found, err := orm.From[Recipe](b.host.DB).Where(Recipes.Slug.Eq(slug)).
		Update(r.Context(), Recipes.Stars.Increment(int64(stars)), Recipes.Ratings.Increment(1))
	if err != nil {
		return err
	}
	if found == 0 {
		return orm.ErrNotFound
	}
	target, err := b.host.URL("recipes:recipe", slug)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, target, http.StatusSeeOther)
}

// number reads a whole number that a visitor or a file gave.
func number(name, text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fault.Newf(fault.Invalid, "%s must be a number from %d to %d, not %q", name, least, most, text)
	}
	return n, nil
}
