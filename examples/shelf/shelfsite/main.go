// Command shelfsite is a site that is just the books:
//
//	go run ./examples/shelf/shelfsite serve --dev
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/shelf"
)

func main() {
	vola.Main(vola.Config{
		Name:    "Shelf",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{jobs.New(jobs.Config{}), module.At("/", shelf.New())},
	})
}
