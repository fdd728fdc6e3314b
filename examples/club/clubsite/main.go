// Command clubsite is a site that is just the club:
//
//	go run ./examples/club/clubsite
//
// Everybody can make an account, and log in with passkeys where BASE_URL allows it; mails are
// printed. The command accounts createuser makes somebody who may do everything.
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/jobpages"
	"github.com/volaweb/vola/contrib/metrics"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/club"
)

// snippet: main

func main() {
	accounts := auth.New(auth.Config{SignUp: true, Scopes: []auth.Scope{
		{Name: "board:read", Help: "Read the notice board"},
		{Name: "board:write", Help: "Pin notices to the board, and change your own"},
	}})
	vola.Main(vola.Config{
		Name:    "Rowing club",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{
			metrics.New(), jobs.New(jobs.Config{}), accounts, passkeys.New(accounts, passkeys.Config{}),
			module.At("/jobs/", jobpages.New()), module.At("/", club.New()),
		},
	})
}

// end snippet
