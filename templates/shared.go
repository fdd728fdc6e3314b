package templates

import (
	"embed"
	"io/fs"
)

// builtinFiles are the templates that pages of every site can use.
//
//go:embed builtin
var builtinFiles embed.FS

// Builtin returns templates that pages of every site can use; a site uses them where neither it nor
// its modules have files of the same names:
//
//	{{component "lists/pages.html" "page" .Posts "query" .Query}}
//	{{component "lists/parts.html" "part" .Posts "query" .Query}}
//
// The first links the pages of a list, which has the fields Number, Pages, Prev and Next, as the Page of
// package orm has, by the parameter "page" of the address; the second the parts before and after one by cursors, the
// fields Prev and Next of a Slice, by the parameter "cursor". Query are the parameters of the address
// that stay.
func Builtin() fs.FS {
	sub, err := fs.Sub(builtinFiles, "builtin")
	if err != nil {
		panic(err) // the name is a path
	}
	return sub
}
