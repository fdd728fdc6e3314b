package recipes

import (
	"context"
	"errors"
	"net/http"

	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var addPage = templates.Page[*forms.Bound[Recipe]]("recipes/add.html")

// snippet: form

// Start makes the form of a recipe from its model.
func (b *box) Start(ctx context.Context, h *module.Host) (err error) {
	if err := b.Base.Start(ctx, h); err != nil {
		return err
	}
	b.form, err = ormforms.New(b.DB, Recipes.Title, Recipes.Minutes, Recipes.Servings, Recipes.Method)
	return errors.Join(err, b.startEditor())
}

// end snippet

// snippet: add

func (b *box) add(w http.ResponseWriter, r *http.Request) error {
	form := b.form.BindNew(r.Context(), Recipe{Servings: 4})
	form.Once()
	ok, err := form.Read(r)
	to := ""
	if ok {
		to, ok, err = once.Save(r.Context(), b.DB, form, func(ctx context.Context, tx *database.Tx) (string, error) {
			if err := orm.Create(ctx, tx, form.Value); err != nil {
				return "", err
			}
			return b.URLFor(ctx, "recipes:recipe", form.Value.ID)
		})
	}
	switch {
	case err != nil:
		return err
	case ok:
		return web.Redirect(w, r, to, http.StatusSeeOther)
	}
	return b.RenderStatus(w, r, form.Status(), addPage.Data(form))
}

// end snippet
