package recipes

import (
	"context"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var editPage = templates.Page[*forms.Bound[editor]]("recipes/edit.html")

// snippet: rows

// editor is a recipe with what it is made of.
type editor struct {
	Recipe  Recipe
	Amounts []Amount `form:"min=1,max=40,extra=2" label:"Ingredients" row:"Ingredient"`
}

// startEditor makes the form of both models.
func (b *box) startEditor() error {
	parts, err := ormforms.Fields(b.DB, "Recipe", Recipes.Title, Recipes.Minutes, Recipes.Servings, Recipes.Method)
	if err != nil {
		return err
	}
	b.amounts, err = ormforms.RowsOf(b.DB, "Amounts", []orm.Field[Amount]{Amounts.Ingredient, Amounts.Quantity, Amounts.Unit})
	if err != nil {
		return err
	}
	b.editor = forms.Of[editor](append(parts, b.amounts.Part())...)
	return b.editor.Check()
}

func (b *box) edit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	recipe, err := b.find(r)
	if err != nil {
		return err
	}
	form := b.editor.Bind(ctx, editor{recipe, recipe.Amounts.Rows()})
	known, err := orm.From[Ingredient](b.DB).OrderBy(Ingredients.Name.Asc()).All(ctx)
	if err != nil {
		return err
	}
	var choices []forms.Choice
	for _, i := range known {
		choices = append(choices, forms.Choice{Value: i.ID, Label: i.Name})
	}
	if err := forms.ChooseEach(form.Values, func(a *Amount) any { return &a.Ingredient.ID }, choices...); err != nil {
		return err
	}
	ok, err := form.Read(r)
	if ok {
		ok, err = ormforms.Save(ctx, b.DB, form, func(ctx context.Context, tx *database.Tx) error {
			if err := orm.Update(ctx, tx, &form.Value.Recipe, Recipes.Title, Recipes.Minutes, Recipes.Servings, Recipes.Method); err != nil {
				return err
			}
			return b.amounts.Save(ctx, tx, form.Values, &form.Value.Amounts, func(a *Amount) { a.Recipe = orm.RefTo[Recipe](recipe.ID) })
		})
	}
	if err != nil {
		return err
	}
	if !ok {
		return b.RenderStatus(w, r, form.Status(), editPage.Data(form))
	}
	to, err := b.URLFor(ctx, "recipes:recipe", recipe.ID)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// end snippet
