// Command clubsite is a site that is just the club:
//
//	go run ./examples/club/clubsite
//
// Everybody can make an account; mails are printed. The command accounts createuser makes
// somebody who may do everything.
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/club"
)

// snippet: main

func main() {
	vola.Main(vola.Config{
		Name:    "Rowing club",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{auth.New(auth.Config{SignUp: true}), module.At("/", club.New())},
	})
}

// end snippet
