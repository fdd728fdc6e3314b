// Package recipes is a recipe box: a module with four models, a list to search,
// ratings, JSON and an import.
package recipes

import (
	"embed"
	"io/fs"

	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/recipes/migrations"
)

//go:embed templates static
var files embed.FS

type box struct {
	module.Base
	form    *forms.Form[Recipe]
	editor  *forms.Form[editor]
	amounts *ormforms.Rows[Amount]
}

// New returns the module.
func New() module.Module { return &box{} }

func (b *box) Name() string                    { return "recipes" }
func (b *box) Migrations() []migrate.Migration { return migrations.All() }
func (b *box) Pages() []templates.Checked {
	return []templates.Checked{indexPage, recipePage, addPage, editPage}
}
func (b *box) Templates() fs.FS { return files }
func (b *box) Static() fs.FS    { return files }

func (b *box) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Recipe](), orm.Model[Ingredient](), orm.Model[Tag](),
		orm.Model[Amount](orm.Unique("Recipe", "Ingredient"))}
}

func (b *box) Commands() []module.Command {
	return []module.Command{
		{Name: "import", Args: "FILE", Help: "store the recipes of a CSV file", Run: importFile},
		{Name: "export", Help: "print all recipes as a CSV file", Run: export},
		{Name: "best", Help: "print the best recipe of each tag", Run: best},
	}
}

func (b *box) Routes(r *web.Router) {
	r.Get("/", b.index).Name("index")
	r.Get("/add/", b.add).Name("add")
	r.Post("/add/", b.add)
	r.Get("/{id:int}/", b.recipe).Name("recipe")
	r.Get("/{id:int}/edit/", b.edit).Name("edit")
	r.Post("/{id:int}/edit/", b.edit)
	r.Get("/{id:int}.json", b.recipeJSON).Name("json")
	r.Post("/{id:int}/rate/", b.rate).Name("rate")
	r.Get("/latest.json", b.latest).Name("latest")
}
