// Command gallerysite is a site that is just the gallery:
//
//	go run ./examples/gallery/gallerysite
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/gallery"
)

func main() {
	vola.Main(vola.Config{
		Name:    "Gallery",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{files.New(files.Config{}), once.New(), module.At("/", gallery.New())},
	})
}
