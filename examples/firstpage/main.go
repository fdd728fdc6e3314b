// Command firstpage is a web site.
package main

import (
	"embed"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
)

//go:embed static templates
var files embed.FS

func main() { vola.Main(site()) }

// site says what the site is made of.
func site() vola.Config {
	return vola.Config{
		Name:      "firstpage",
		Drivers:   []database.Driver{sqlite.Driver},
		Modules:   []module.Module{module.At("/", &Home{})},
		Static:    files,
		Templates: files,
	}
}
