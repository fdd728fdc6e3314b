// Command ferry is a timetable in three languages, one of them written from right to left,
// and in the time zones of its visitors.
package main

import (
	"embed"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
)

//go:embed messages static templates
var files embed.FS

func main() { vola.Main(site()) }

// snippet: config

// site says what the site is made of.
func site() vola.Config {
	return vola.Config{
		Name:         "Ferry",
		Drivers:      []database.Driver{sqlite.Driver},
		Modules:      []module.Module{module.At("/", &Ferry{})},
		Languages:    []string{"en-GB", "de", "ar"},
		VisitorZones: true,
		Messages:     files,
		Static:       files,
		Templates:    files,
	}
}

// end snippet
