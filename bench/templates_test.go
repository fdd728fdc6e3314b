package bench

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	"testing"
	texttemplate "text/template"
	"time"

	"github.com/flosch/pongo2/v6"

	"github.com/volaweb/vola/bench/peers"
	"github.com/volaweb/vola/templates"
)

// pageRows is how many rows the page has.
const pageRows = 100

func pageData() peers.Data {
	d := peers.Data{Title: "Users & friends"}
	for i := range pageRows {
		d.Rows = append(d.Rows, peers.Row{ID: i, Name: fmt.Sprintf("User <%d>", i), Email: fmt.Sprintf("user%d@example.com", i), Admin: i%10 == 0})
	}
	return d
}

// The page in the language of html/template, for Vola in three files.
const (
	baseText = "<!DOCTYPE html>\n<html><head><title>{{block `title` .}}Site{{end}}</title></head>\n<body>{{block `content` .}}{{end}}</body></html>\n"
	listText = "<h1>{{.Title}}</h1><table>{{range .Rows}}{{template `row.html` .}}{{end}}</table>"
	rowText  = "<tr{{if .Admin}} class=\"admin\"{{end}}><td>{{.ID}}</td><td><a href=\"/users/{{.ID}}\">{{.Name}}</a></td><td>{{.Email}}</td></tr>\n"
)

func volaPage(tb testing.TB) func(io.Writer) error {
	page := templates.Page[peers.Data]("list.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{
			"base.html": baseText, "row.html": rowText,
			"list.html": "{{extends `base.html`}}{{block `title` .}}{{.Title}} - {{super}}{{end}}{{block `content` .}}" + listText + "{{end}}",
		}},
		Pages: []templates.Checked{page},
	})
	if err != nil {
		tb.Fatal(err)
	}
	rendering := page.Data(pageData())
	return func(w io.Writer) error { return set.Render(tb.Context(), w, rendering) }
}

// standardPage is the page for html/template and text/template: the files in
// one, with the blocks where they are shown. Like Vola it is rendered whole
// before it is written.
func standardPage(execute func(w io.Writer, data any) error) func(io.Writer) error {
	data, buf := pageData(), new(bytes.Buffer)
	return func(w io.Writer) error {
		buf.Reset()
		if err := execute(buf, data); err != nil {
			return err
		}
		_, err := w.Write(buf.Bytes())
		return err
	}
}

func standardText() string {
	text := strings.Replace(baseText, "{{block `title` .}}Site{{end}}", "{{block `title` .}}{{.Title}} - Site{{end}}", 1)
	return strings.Replace(text, "{{block `content` .}}{{end}}", "{{block `content` .}}"+listText+"{{end}}", 1) + "{{define `row.html`}}" + rowText + "{{end}}"
}

func pongoPage(tb testing.TB) func(io.Writer) error {
	files := map[string]string{
		"base.html": "<!DOCTYPE html>\n<html><head><title>{% block title %}Site{% endblock %}</title></head>\n<body>{% block content %}{% endblock %}</body></html>\n",
		"list.html": "{% extends 'base.html' %}{% block title %}{{ d.Title }} - Site{% endblock %}{% block content %}<h1>{{ d.Title }}</h1><table>{% for row in d.Rows %}{% include 'row.html' %}{% endfor %}</table>{% endblock %}",
		"row.html":  "<tr{% if row.Admin %} class=\"admin\"{% endif %}><td>{{ row.ID }}</td><td><a href=\"/users/{{ row.ID }}\">{{ row.Name }}</a></td><td>{{ row.Email }}</td></tr>\n",
	}
	t, err := pongo2.NewSet("bench", pongoFiles(files)).FromFile("list.html")
	if err != nil {
		tb.Fatal(err)
	}
	data := pongo2.Context{"d": pageData()}
	return func(w io.Writer) error { return t.ExecuteWriter(data, w) }
}

type pongoFiles map[string]string

func (f pongoFiles) Abs(_, name string) string          { return name }
func (f pongoFiles) Get(name string) (io.Reader, error) { return strings.NewReader(f[name]), nil }

// contestants are the packages, each with a function that renders the page.
func contestants(tb testing.TB) []contestant {
	tb.Helper()
	html := htmltemplate.Must(htmltemplate.New("page").Parse(standardText()))
	text := texttemplate.Must(texttemplate.New("page").Parse(standardText()))
	data := pageData()
	return []contestant{
		{"vola", true, volaPage(tb)},
		{"html_template", true, standardPage(html.Execute)},
		{"text_template", false, standardPage(text.Execute)},
		{"templ", true, func(w io.Writer) error { return peers.TemplPage(data).Render(tb.Context(), w) }},
		{"quicktemplate", true, func(w io.Writer) error { peers.WriteQuickPage(w, data); return nil }},
		{"gomponents", true, func(w io.Writer) error { return peers.GomponentsPage(data).Render(w) }},
		{"pongo2", true, pongoPage(tb)},
	}
}

type contestant struct {
	name    string
	escapes bool
	render  func(io.Writer) error
}

// TestTemplatesAgree makes sure that all render the same page.
func TestTemplatesAgree(t *testing.T) {
	normal := strings.NewReplacer("&#34;", "&quot;", "\n", "", "\t", "", " class=\"admin\" >", " class=\"admin\">", "<!doctype html>", "<!DOCTYPE html>")
	var want string
	for _, c := range contestants(t) {
		var out strings.Builder
		if err := c.render(&out); err != nil {
			t.Fatal(c.name, err)
		}
		got := normal.Replace(out.String())
		if want == "" {
			want = got
		}
		if got != want && c.escapes {
			t.Errorf("%s renders another page:\n%.400s\nnot\n%.400s", c.name, got, want)
		}
	}
}

func BenchmarkTemplates(b *testing.B) {
	for _, c := range contestants(b) {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpu(b)
			for b.Loop() {
				if err := c.render(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu(b)-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkTemplatesStart reads, checks, escapes and compiles 500 pages that
// extend one base and call one partial.
func BenchmarkTemplatesStart(b *testing.B) {
	files := templates.Memory{"base.html": baseText, "row.html": rowText}
	config := templates.Config{Loaders: []templates.Loader{files}}
	for i := range 500 {
		name := fmt.Sprintf("page%d.html", i)
		files[name] = "{{extends `base.html`}}{{block `title` .}}{{.Title}} - {{super}}{{end}}{{block `content` .}}" + listText + "{{end}}"
		config.Pages = append(config.Pages, templates.Page[peers.Data](name))
	}
	start := cpu(b)
	for b.Loop() {
		if _, err := templates.New(config); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpu(b)-start)/time.Duration(b.N))/1e6, "cpu-ms/op")
}
