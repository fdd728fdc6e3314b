package forms

import (
	"embed"
	"io/fs"
)

// files are the templates of forms, and the script of rows.
//
//go:embed templates static
var files embed.FS

// Templates returns the templates that show forms, "forms/form.html" and others. A site
// uses them where neither it nor its modules have files of the same names.
func Templates() fs.FS { return folder("templates") }

// Static returns the static files of forms, "forms/rows.js".
func Static() fs.FS { return folder("static") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is a path
	}
	return sub
}
