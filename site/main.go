// Command site is Vola's reference site: a publishing site that is finished,
// and that runs everything the framework has.
package main

import (
	"embed"
	"io/fs"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/site/demo"
	"github.com/volaweb/vola/site/front"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

//go:embed templates static content content/_pages/*.md messages
var files embed.FS

func main() { vola.Main(site()) }

// site says what the site is made of.
func site() vola.Config {
	demos := demo.New()
	content, _ := fs.Sub(files, "content") // fails only for a name that is not a path
	posts := blog.New(content)
	posts.Demonstrations = demos.All()
	home := front.New(posts)
	home.Guides = []string{"first-page", "one-struct-one-page", "queries-writes-and-races", "a-change-you-can-take-back", "where-the-errors-go"}
	return vola.Config{
		Name:    "Vola",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Modules: []module.Module{
			jobs.New(jobs.Config{}),
			module.At("/", home),
			posts,
			demos,
			module.At("/", posts.Root()),
		},
		Middleware:    []web.Middleware{posts.OldPaths},
		Languages:     []string{"en-GB", "de"},
		LanguagePaths: true,
		Messages:      files,
		Templates:     files,
		Static:        files,
		StaticCodings: []assets.Coding{brotli.Coding{}},
	}
}
