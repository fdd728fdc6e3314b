// Package recipes is a recipe box: a module with four models, a list to search,
// ratings, JSON and an import.
package recipes

import (
	"context"
	"embed"
	"io/fs"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/recipes/migrations"
)

//go:embed templates static
var files embed.FS

// Box is the module. Its zero value is ready for use.
type Box struct{ host *module.Host }

func (b *Box) Name() string                    { return "recipes" }
func (b *Box) Migrations() []migrate.Migration { return migrations.All() }
func (b *Box) Pages() []templates.Checked      { return []templates.Checked{indexPage, recipePage} }
func (b *Box) Templates() fs.FS                { return folder("templates") }
func (b *Box) Static() fs.FS                   { return folder("static") }

func (b *Box) Commands() []module.Command {
	return []module.Command{
		{Name: "import", Args: "FILE...", Help: "store the recipes of CSV files", Run: importFiles},
		{Name: "best", Help: "print the best recipe of each tag", Run: best},
	}
}

func (b *Box) Routes(r *web.Router) {
	r.Get("/", b.index).Name("index")
	r.Get("/latest.json", b.latest).Name("latest")
	r.Get("/{slug}/", b.recipe).Name("recipe")
	r.Get("/{slug}.json", b.recipeJSON).Name("json")
	r.Post("/{slug}/rate/", b.rate).Name("rate")
}

func (b *Box) Start(_ context.Context, host *module.Host) error {
	b.host = host
	return nil
}

func folder(name string) fs.FS {
	sub, _ := fs.Sub(files, name) // fails only for a name that is not a path
	return sub
}
