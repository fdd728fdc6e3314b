package templates_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// hostile would end every context it is put into, were it not escaped.
const hostile = `</title></script></style>"'><script>alert(1)</script>&` + "`${x}` javascript:alert(1) -->"

// TestContexts puts data into every context, by way of a block that a child
// overrides, of super, and of a partial. html/template escapes the three as
// copies of the trees, which is where it could go wrong.
func TestContexts(t *testing.T) {
	t.Parallel()
	contexts := []struct{ name, before, after, want string }{
		{"text", "<p>", "</p>", `&lt;/title&gt;&lt;/script&gt;&lt;/style&gt;&#34;&#39;&gt;&lt;script&gt;`},
		{"title", "<title>", "</title>", `&lt;/title&gt;&lt;/script&gt;`},
		{"textarea", "<textarea>", "</textarea>", `&lt;/title&gt;&lt;/script&gt;`},
		{"quoted attribute", `<a title="`, `">x</a>`, `&lt;/title&gt;&lt;/script&gt;&lt;/style&gt;&#34;&#39;&gt;`},
		{"single quotes", `<a title='`, `'>x</a>`, `&lt;/title&gt;&lt;/script&gt;&lt;/style&gt;&#34;&#39;&gt;`},
		{"unquoted attribute", `<a title=`, ` >x</a>`, `&lt;/title&gt;&lt;/script&gt;&lt;/style&gt;&#34;&#39;&gt;`},
		{"url", `<a href="/?q=`, `">x</a>`, `%3c%2ftitle%3e%3c%2fscript%3e`},
		{"script", `<script>var x = `, `;</script>`, `"\u003c/title\u003e\u003c/script\u003e`},
		{"script string", `<script>var x = "`, `";</script>`, `\u003c\/title\u003e\u003c\/script\u003e`},
		{"json", `<script type="application/json">{"x": `, `}</script>`, `"\u003c/title\u003e\u003c/script\u003e`},
		{"event handler", `<a onclick="go(`, `)">x</a>`, `&#34;\u003c/title\u003e`},
		{"style", `<style>p { color: `, ` }</style>`, `ZgotmplZ`},
		{"style attribute", `<p style="color: `, `">x</p>`, `ZgotmplZ`},
		{"whole url", `<a href="`, `">x</a>`, `%3c/title%3e`},
	}
	ways := map[string]templates.Memory{
		"block":   {"page.html": `{{extends "base.html"}}{{block "x" .}}{{.}}{{end}}`},
		"super":   {"page.html": `{{extends "base.html"}}{{block "x" .}}{{super}}{{end}}`},
		"partial": {"page.html": `{{extends "base.html"}}{{block "x" .}}{{template "part.html" .}}{{end}}`, "part.html": `{{.}}`},
		"recursive": {"page.html": `{{extends "base.html"}}{{block "x" .}}{{template "part.html" .}}{{end}}`,
			"part.html": `{{if not .}}{{template "part.html" .}}{{end}}{{.}}`},
	}
	for _, tt := range contexts {
		for way, files := range ways {
			t.Run(tt.name+" "+way, func(t *testing.T) {
				t.Parallel()
				base := templates.Memory{"base.html": tt.before + `{{block "x" .}}{{.}}{{end}}` + tt.after}
				got, err := renderString(t, hostile, base, files)
				if err != nil {
					t.Fatal(err)
				}
				inner := strings.TrimSuffix(strings.TrimPrefix(got, tt.before), tt.after)
				if !strings.HasPrefix(inner, tt.want) {
					t.Errorf("got %s, want it to begin with %s", inner, tt.want)
				}
				if strings.ContainsAny(inner, "<>\n") {
					t.Errorf("%q leaves its context", inner)
				}
			})
		}
	}
}

// renderString renders page.html of the loaders with data.
func renderString[T any](t testing.TB, data T, loaders ...templates.Loader) (string, error) {
	t.Helper()
	page := templates.Page[T]("page.html")
	set, err := templates.New(templates.Config{Loaders: loaders, Pages: []templates.Checked{page}})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = set.Render(t.Context(), &out, page.Data(data))
	return out.String(), err
}
