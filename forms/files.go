package forms

import (
	"embed"
	"io/fs"
)

// files are the templates of forms.
//
//go:embed templates
var files embed.FS

// Templates returns the templates that show forms, "forms/form.html" and others. A site
// uses them where neither it nor its modules have files of the same names.
func Templates() fs.FS {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a path
	}
	return sub
}
