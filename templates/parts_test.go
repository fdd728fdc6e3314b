package templates_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

type shelf struct {
	Name  string
	Books []string
}

var shelfPage = templates.Page[shelf]("shelf.html")

func shelves(t *testing.T, files templates.Memory) *templates.Set {
	t.Helper()
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{files}, Pages: []templates.Checked{shelfPage}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// chosen is a writer that takes some parts of a page.
type chosen struct {
	bytes.Buffer
	only, have []string
}

func (c *chosen) ChooseParts(have []string) ([]string, error) {
	c.have = have
	return c.only, nil
}

// partsOf returns the parts of a page.
func partsOf(t *testing.T, set *templates.Set) []string {
	t.Helper()
	var c chosen
	if err := set.Render(t.Context(), &c, shelfPage.Data(shelf{Name: "x", Books: []string{"y"}})); err != nil {
		t.Fatal(err)
	}
	return c.have
}

// TestParts: which blocks can be rendered without the rest of their page.
func TestParts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []string
	}{
		"a list":                        {"{{block `list` .}}<ul id=\"list\"></ul>{{end}}", []string{"list"}},
		"in single quotes, not first":   {"{{block `list` .}}\n <ul class='x' id='list'>{{end}}</ul>", []string{"list"}},
		"without quotes":                {"{{block `list` .}}<ul id=list></ul>{{end}}", []string{"list"}},
		"after an action in the tag":    {"{{block `list` .}}<ul class=\"{{.Name}}\" id=\"list\"></ul>{{end}}", nil},
		"after a variable":              {"{{block `list` .}}{{$x := .Name}}<ul id=\"list\">{{$x}}</ul>{{end}}", []string{"list"}},
		"after a comment":               {"{{block `list` .}}{{/* x */}}<ul id=\"list\"></ul>{{end}}", []string{"list"}},
		"with $":                        {"{{block `list` $}}<ul id=\"list\"></ul>{{end}}", []string{"list"}},
		"in a part":                     {"{{block `all` .}}<div id=\"all\">{{block `list` .}}<ul id=\"list\"></ul>{{end}}</div>{{end}}", []string{"all", "list"}},
		"in another file":               {"{{template `list.html` .}}", []string{"rows"}},
		"of another id":                 {"{{block `list` .}}<ul id=\"list2\"></ul>{{end}}", nil},
		"with data-id":                  {"{{block `list` .}}<ul data-id=\"list\"></ul>{{end}}", nil},
		"text before it":                {"{{block `list` .}}x<ul id=\"list\"></ul>{{end}}", nil},
		"an action before it":           {"{{block `list` .}}{{.Name}}<ul id=\"list\"></ul>{{end}}", nil},
		"another element before it":     {"{{block `list` .}}<hr><ul id=\"list\"></ul>{{end}}", nil},
		"a part of the data":            {"{{block `list` .Books}}<ul id=\"list\"></ul>{{end}}", nil},
		"under a condition":             {"{{if .Name}}{{block `list` .}}<ul id=\"list\"></ul>{{end}}{{end}}", nil},
		"for each row":                  {"{{range .Books}}{{block `list` .}}<ul id=\"list\"></ul>{{end}}{{end}}", nil},
		"that overrides one":            {"{{extends `base.html`}}{{block `rows` .}}<b>x</b>{{super}}{{end}}", nil},
		"that is overridden":            {"{{extends `base.html`}}{{block `rows` .}}<ol id=\"rows\">x</ol>{{end}}", []string{"rows"}},
		"with a condition inside":       {"{{block `list` .}}<ul id=\"list\">{{if .Name}}x{{end}}</ul>{{end}}", []string{"list"}},
		"only a title":                  {"<title>{{block `title` .}}{{.Name}}{{end}}</title>", nil},
		"a condition round the element": {"{{block `list` .}}{{if .Name}}<ul id=\"list\"></ul>{{end}}{{end}}", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := shelves(t, templates.Memory{"shelf.html": test.text, "list.html": "<p>{{block `rows` .}}<ol id=\"rows\"></ol>{{end}}", "base.html": "{{block `rows` .}}<ol id=\"rows\"></ol>{{end}}"})
			if got := partsOf(t, set); !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// TestRenderOnly: parts are the bytes that they are in the page, after its title.
func TestRenderOnly(t *testing.T) {
	t.Parallel()
	set := shelves(t, templates.Memory{
		"base.html":  "<!doctype html><title>{{block `title` .}}Site{{end}}</title>\n<main>{{block `main` .}}{{end}}</main>{{block `pager` .}}<nav id=\"pager\">1</nav>{{end}}",
		"shelf.html": "{{extends `base.html`}} {{block `title` .}}{{.Name}} – {{super}}{{end}} {{block `main` .}}<h1>{{.Name}}</h1>{{block `list` .}}<ul id=\"list\" title=\"{{.Name}}\">{{range .Books}}<li>{{.}}{{end}}</ul>{{end}}{{end}} {{block `pager` .}}<nav id=\"pager\">of {{.Name}}, {{super}}</nav>{{end}}",
	})
	all := shelfPage.Data(shelf{Name: "<Red>", Books: []string{"A&B", "C"}})
	if got := partsOf(t, set); !slices.Equal(got, []string{"list", "pager"}) {
		t.Fatal(got)
	}
	var whole bytes.Buffer
	parts := chosen{only: []string{"pager", "list"}}
	if err := set.Render(t.Context(), &whole, all); err != nil {
		t.Fatal(err)
	}
	if err := set.Render(t.Context(), &parts, all); err != nil {
		t.Fatal(err)
	}
	const list = `<ul id="list" title="&lt;Red&gt;"><li>A&amp;B<li>C</ul>`
	const pager = `<nav id="pager">of &lt;Red&gt;, <nav id="pager">1</nav></nav>`
	if want := "<title>&lt;Red&gt; – Site</title>\n" + pager + "\n" + list + "\n"; parts.String() != want {
		t.Errorf("%q, want %q", parts.String(), want)
	}
	for _, part := range []string{list, pager} {
		if !strings.Contains(whole.String(), part) {
			t.Errorf("the page does not have %s: %s", part, whole.String())
		}
	}
	none := chosen{only: []string{"list", "main"}}
	if err := set.Render(t.Context(), &none, all); err == nil || none.Len() > 0 || !strings.Contains(err.Error(), `page shelf.html has no part "main"`) {
		t.Errorf("%v, %q", err, none.String())
	}
}

// TestSwaps: a part that no element of the page has is a mistake, with its place.
func TestSwaps(t *testing.T) {
	t.Parallel()
	const list = `{{block "list" .}}<ul id="list"></ul>{{end}}`
	tests := map[string]struct{ text, want string }{
		"an element of the page":    {list + `<a data-swap="list">x</a>`, ""},
		"with a way and a mark":     {list + `<a data-swap='list:append other?'>x</a>`, ""},
		"with an unknown way":       {list + `<a data-swap="list:apend">x</a>`, `shelf.html:1:59: data-swap: "apend" is no way to change a part; did you mean "append"?`},
		"in another file":           {`<a data-swap="rows">x</a>{{template "list.html" .}}`, ""},
		"misspelt":                  {list + "\n<a\n data-swap=\"list lsit\">x</a>", `shelf.html:3:13: data-swap: no element of the page shelf.html has the id "lsit"; did you mean "list"?`},
		"not there":                 {`<a data-swap="cart">x</a>` + list, `shelf.html:1:15: data-swap: no element of the page shelf.html has the id "cart"`},
		"perhaps by the data":       {`<a data-swap="cart">x</a><p id="{{.Name}}">`, ""},
		"misspelt, by the data":     {`<a data-swap="lisst">x</a><p id="{{.Name}}">` + list, `the id "lisst"; did you mean "list"?`},
		"of rows":                   {`<a data-swap="cart">x</a>{{range .Books}}<p id="book-{{.}}">{{end}}`, `the id "cart"`},
		"named by the data":         {`<a data-swap="{{.Name}}">x</a>`, ""},
		"partly named by the data":  {`<a data-swap="book-{{.Name}} list">x</a>`, ""},
		"text that only looks so":   {`<p title="data-swap=">data-swap</p>`, ""},
		"in a part of another page": {`{{define "unused"}}<a data-swap="nothing">x</a>{{end}}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := templates.New(templates.Config{
				Loaders: []templates.Loader{templates.Memory{"shelf.html": test.text, "list.html": `{{block "rows" .}}<ol id="rows"></ol>{{end}}`}},
				Pages:   []templates.Checked{shelfPage},
			})
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}
