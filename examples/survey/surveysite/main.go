// Command surveysite is a site that is just the survey:
//
//	go run ./examples/survey/surveysite
//
// Write the questions at /questions/ first.
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/survey"
)

func main() {
	vola.Main(vola.Config{
		Name:    "Survey",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{once.New(), module.At("/", survey.New())},
	})
}
