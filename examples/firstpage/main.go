// Command firstpage is a web site.
package main

import (
	"embed"
	"io/fs"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
)

//go:embed static templates
var files embed.FS

func main() { vola.Main(site()) }

// site says what the site is made of.
func site() vola.Config {
	static, _ := fs.Sub(files, "static") // fails only for a name that is no path
	templates, _ := fs.Sub(files, "templates")
	return vola.Config{
		Name:      "firstpage",
		Drivers:   []database.Driver{sqlite.Driver, postgres.Driver},
		Modules:   []module.Module{module.At("/", &Home{})},
		Static:    static,
		Templates: templates,
	}
}
