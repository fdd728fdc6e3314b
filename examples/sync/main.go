// Command sync shows what GetOrCreate promises: several goroutines that find or
// create one row at the same time, while others delete it, and none of which
// fails.
//
//	$ go run . migrate
//	$ go run . sync 1 1 1 1 1
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
)

func main() { vola.Main(site()) }

// site says what the program is made of.
func site() vola.Config {
	return vola.Config{
		Name:    "sync",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{Catalogue{}},
	}
}
