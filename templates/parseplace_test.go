package templates_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// TestParseErrorsHaveColumns: Go's parser knows the line only.
func TestParseErrorsHaveColumns(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"a\n é{{.A}}{{if}}x{{end}}", "2:11: missing value for if"},
		{"a\n  {{if .A}}\n{{range .B}}x{{end}}\n", "2:5: {{if}} has no {{end}}"},
		{"{{block `a` .}}{{with .B}}{{else}}", "1:18: {{with}} has no {{end}}"},
		{"{{if .A}}{{/* {{end}} */}}{{`{{end}}`}}{{\"{{end}}\\\"}}\"}}", "1:3: {{if}} has no {{end}}"},
		{"{{.A}} {{end}}", "1:10: unexpected {{end}}"},
		{"{{.A}}\n{{.B}} {{- else}}x", "2:12: unexpected {{else}}"},
		{"{{.A}}\n{{.B}} {{.C", "2:10: unclosed action"},
		{"{{.A}}\n{{.B}} {{.C}\n{{.D}}", "2:10: bad character U+007D '}'"},
		{"{{.A}}\n{{/* x", "2:3: unclosed comment"},
		{"{{`a}}", "1:3: unterminated raw quoted string"},
		{"{{if .A}}\"{{print \"a}}{{end}}", "1:13: unterminated quoted string"},
		{"{{.A}}{{define `x`}}1{{end}}\n{{define `x`}}2{{end}}{{.B}}", "2:3: multiple definition of template \"x\""},
		{"{{.A}}{{break}}", "1:9: {{break}} outside {{range}}"},
		{"{{template x}}", "1:3: unexpected \"x\" in template clause"},
		{"{{$x}} {{$y := 1}}{{$z}}", "1:3: undefined variable \"$x\""},
		{"{{1 | 2}}", "1:3: non executable command in pipeline stage 2"},
	}
	for _, tt := range tests {
		_, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"p.html": tt.text}}, Pages: []templates.Checked{templates.Page[any]("p.html")}})
		if err == nil || err.Error() != "p.html:"+tt.want {
			t.Errorf("%q\n got  %v\n want %s", tt.text, err, tt.want)
		}
	}
}

// FuzzParseErrors: whatever the parser refuses is reported at a place in the
// text, and what it accepts is not.
func FuzzParseErrors(f *testing.F) {
	for _, seed := range []string{"{{", "{{if}}", "{{- /*", "{{'", "{{\"\\", "{{end}}", "{{`}}", "{{if .}}{{", "\n{{.\n}}", "{{{}}", "{{-", "é{{x y z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"p": text}}, Pages: []templates.Checked{templates.Page[any]("p")}})
		var list templates.ErrorList
		if err == nil {
			return
		}
		list = err.(templates.ErrorList)
		for _, e := range list {
			if e.Line > 1+strings.Count(text, "\n") || e.Col > 1+len(text) {
				t.Errorf("%q: %v", text, e)
			}
		}
	})
}
