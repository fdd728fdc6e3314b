// Command recipebox is a site that is just the recipe box.
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/recipes"
)

func main() {
	vola.Main(vola.Config{
		Name:    "Recipe box",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{module.At("/", recipes.New())},
	})
}
