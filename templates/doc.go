// Package templates finds, joins and renders HTML templates.
//
// The language is that of [html/template], with its escaping by context, and
// four additions:
//
//	{{extends "base.html"}}             first action of a file: fill the blocks of another
//	{{super}}                           inside a block: what the file extended has there
//	{{template "partials/row.html" .}}  another file, found by the loaders
//	{{template "list.html#row" .}}      one block or define of another file
//
// A file that extends another may hold only {{block}} and {{define}} outside
// its first action; a block overrides the one of the same name in the files
// above it, to any depth. {{super}} runs the overridden one with the data the
// block was given, {{super .X}} with .X. The blocks of an included file are
// its own: they neither override nor are overridden by those of the including
// one. A name in {{template}} is a block of the file or of the files it
// extends when there is one, otherwise a file.
//
// A program declares its pages with the type of their data, and makes one
// [Set] of them. [New] loads, parses, joins and escapes every page and reports
// all mistakes at once, so that a page that can be rendered at all cannot fail
// because a template is missing or malformed:
//
//	var indexPage = templates.Page[indexData]("blog/index.html")
//
//	set, err := templates.New(templates.Config{
//		Loaders: []templates.Loader{templates.Dir("templates")},
//		Pages:   []templates.Checked{indexPage},
//	})
//	err = set.Render(ctx, w, indexPage.With(indexData{Posts: posts}))
//
// The package knows neither HTTP nor models: functions such as url and static
// are handed to it in [Config].Funcs.
//
// # Functions
//
// Besides those of [text/template], every template has the following. The
// value comes last, so that each reads well in a pipeline. All return plain
// text, which is escaped where it is used.
//
//	{{.Published | date "2 January 2006"}}      a time in Go's layout; nothing for nil and the zero time
//	{{.Body | truncatewords 30}}                the first words, then "…"
//	{{.Count | pluralize "reply" "replies"}}    the word for a number, or for a length
//	{{.Name | default "anonymous"}}             the value, or the default where it is empty
//	{{.Title | slugify}}                        "Café Müller" becomes "cafe-muller"
//	{{.Page | add 1}}                           the sum of two whole numbers
package templates
