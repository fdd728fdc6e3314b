// Package vola runs sites made of modules: it joins their models, migrations,
// routes, templates and commands into one program.
//
// A program is one value and one call:
//
//	func main() {
//		vola.Main(vola.Config{
//			Name:    "mysite",
//			Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
//			Modules: []module.Module{blog.New()},
//		})
//	}
//
// It then has the commands serve (the default), migrate, makemigrations, check,
// routes, settings, version, and those of its modules. Everything that can be
// wrong with the parts (a template, a model, two routes that clash) is found
// before the first request and reported together.
package vola
