package main

// A new site is built for the first time by people who want to see it, not to
// wait. What it imports is therefore linked here as well: "go install" then
// leaves all of it in the build cache, and the first "go run ." of a site only
// compiles the site.
import (
	_ "github.com/volaweb/vola"
	_ "github.com/volaweb/vola/database/postgres"
	_ "github.com/volaweb/vola/database/sqlite"
)
