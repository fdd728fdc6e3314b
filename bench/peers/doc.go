// Package peers is the page of the template benchmark in the languages of
// other template packages. Files whose names end in _templ.go and .qtpl.go are
// generated; see the go:generate lines.
package peers

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate
//go:generate go run github.com/valyala/quicktemplate/qtc@v1.8.0 -dir=.

// Row is a row of the page.
type Row struct {
	ID    int
	Name  string
	Email string
	Admin bool
}

// Data is what the page shows.
type Data struct {
	Title string
	Rows  []Row
}
