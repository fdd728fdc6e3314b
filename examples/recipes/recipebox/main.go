// Command recipebox is a site that is just the recipe box. With some recipes in
// it, from the root of this repository:
//
//	go run ./examples/recipes/recipebox migrate
//	go run ./examples/recipes/recipebox import examples/recipes/testdata/recipes.csv
//	go run ./examples/recipes/recipebox
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/once"
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
		Modules: []module.Module{once.New(), module.At("/", recipes.New())},
	})
}
