package templates_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// FuzzCompose joins and renders three files of random text. Whatever they
// hold, the answer is a page or errors with a place, never a panic, and never
// half a page.
func FuzzCompose(f *testing.F) {
	for _, seed := range [][3]string{
		{`{{extends "base.html"}}{{block "a" .}}{{super}}{{end}}`, `<p>{{block "a" .}}{{.}}{{end}}</p>`, ``},
		{`{{template "part.html" .}}`, ``, `{{if .}}{{template "part.html#x" .}}{{end}}{{define "x"}}{{$}}{{end}}`},
		{`<title>{{block "a" .}}{{template "page.html#a" $}}{{end}}`, ``, ``},
		{`{{with component "part.html" "x" .}}{{.}}{{with slot "s"}}{{$}}{{end}}{{end}}`, ``, `{{$x := arg "x"}}{{$y := arg "y" 1}}{{$x}}{{slot}}{{if slot "s"}}{{slot "s"}}{{end}}`},
		{`{{component "base.html"}}<script>`, `{{component "part.html"}}`, `{{component "base.html"}}`},
		{`{{component "base.html" "a"}}{{slot}}{{arg "x"}}`, `{{$x := arg}}{{slot 1}}`, `{{with slot "x"}}{{end}}`},
		{`{{extends "part.html"}}`, `{{extends "page.html"}}`, `{{extends "base.html"}}`},
		{`{{range $i, $x := .}}{{with $y := $x}}{{else}}{{break}}{{end}}{{end}}`, `{{super}}`, `{{define ""}}{{end}}{{template "" .}}`},
		{`<script>{{template "part.html" .}}</script>`, ``, "{{if len .}}`{{template `page.html`}}{{end}}"},
		{"<script>)))){{template `part.html` .}}</scr\x7fpt.", "", "{{if len .}}\x7f{{template `page.html`}}{{end}}"},
		{`<a href="{{. | slugify | default "x"}}`, `{{.A.B}} {{(.A).B}} {{call .}} {{index . 1}}`, "\xff"},
		{`{{template "a" ""}}{{define "a"}}{{$ := 1}}{{if .}}{{template "a" $}}{{end}}{{end}}`, ``, `{{$x := super}}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, page, base, part string) {
		// html/template takes time exponential in nested ranges.
		if text := page + base + part; len(text) > 2000 || strings.Count(text, "range") > 6 {
			return
		}
		got, err := renderString(t, "<data>", templates.Memory{"page.html": page, "base.html": base, "part.html": part})
		if err == nil {
			return
		}
		var e *templates.Error
		if !errors.As(err, &e) || e.Name == "" || strings.Contains(err.Error(), "panic") {
			t.Errorf("%T: %v", err, err)
		}
		if got != "" {
			t.Errorf("half a page %q with %v", got, err)
		}
	})
}

// FuzzNames asks the stock loaders for any name; what lies beside their root
// never comes out.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"blog/post.html", "../secret", "above/secret", "blog/../../secret", "outside", "/etc/passwd", `..\secret`, "a\x00"} {
		f.Add(seed)
	}
	loaders := stock(f)
	f.Fuzz(func(t *testing.T, name string) {
		for kind, loader := range loaders {
			src, err := loader.Load(name)
			if err == nil && name != "blog/post.html" && src.Text != "on disk" {
				t.Errorf("%s.Load(%q) = %+v", kind, name, src)
			}
			if strings.Contains(src.Text, "hunter2") {
				t.Errorf("%s.Load(%q) left the root", kind, name)
			}
		}
	})
}
