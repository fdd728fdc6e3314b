package templates_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/volaweb/vola/templates"
)

type benchRow struct {
	ID    int
	Name  string
	Email string
	Admin bool
}

type benchData struct {
	Title string
	Rows  []benchRow
}

func benchSet(b *testing.B) (*templates.Set, templates.Rendering) {
	b.Helper()
	page := templates.Page[benchData]("list.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{
			"base.html": "<!DOCTYPE html>\n<html><head><title>{{block `title` .}}Site{{end}}</title></head>\n<body>{{block `content` .}}{{end}}</body></html>\n",
			"list.html": "{{extends `base.html`}}{{block `title` .}}{{.Title}} - {{super}}{{end}}\n{{block `content` .}}<h1>{{.Title}}</h1><table>{{range .Rows}}{{template `row.html` .}}{{end}}</table>{{end}}",
			"row.html":  "<tr{{if .Admin}} class=\"admin\"{{end}}><td>{{.ID}}</td><td><a href=\"/users/{{.ID}}\">{{.Name}}</a></td><td>{{.Email}}</td></tr>\n",
		}},
		Pages: []templates.Checked{page},
	})
	if err != nil {
		b.Fatal(err)
	}
	data := benchData{Title: "Users & friends"}
	for i := range 100 {
		data.Rows = append(data.Rows, benchRow{i, fmt.Sprintf("User <%d>", i), fmt.Sprintf("user%d@example.com", i), i%10 == 0})
	}
	return set, page.Data(data)
}

// BenchmarkRender is a page of 100 rows with a base, two blocks and a partial.
func BenchmarkRender(b *testing.B) {
	set, rendering := benchSet(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := set.Render(b.Context(), io.Discard, rendering); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReload loads, joins and escapes the three files of that page.
func BenchmarkReload(b *testing.B) {
	set, _ := benchSet(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := set.Reload(); err != nil {
			b.Fatal(err)
		}
	}
}
