package htmlcompile_test

import (
	"fmt"
	"html/template"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// TestPrivate: html/template still has the names and texts that the package
// relies on. If it fails with a new version of Go, read what changed in
// html/template/escape.go before anything else.
func TestPrivate(t *testing.T) {
	t.Parallel()
	set := template.Must(template.New("page").Parse(`<title>{{template "x" .}}</title><p title="{{.}}">{{.}}</p>{{define "x"}}{{.}}{{end}}`))
	if err := set.Execute(io.Discard, "a"); err != nil {
		t.Fatal(err)
	}
	names := htmlcompile.DefinedNames(set)
	slices.Sort(names)
	if want := []string{"page", "x", "x" + htmlcompile.DerivedMark + "stateRCDATA_elementTitle"}; !slices.Equal(names, want) {
		t.Errorf("templates %q, want %q: the name of a copy for a context, or the text of DefinedTemplates, is another", names, want)
	}
	page := set.Lookup("page").Tree.Root.String()
	for _, want := range []string{"{{. | _html_template_attrescaper}}", "{{. | _html_template_htmlescaper}}"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not in %s", want, page)
		}
	}
}

// TestEscapersAreKnown: there is no escaper in html/template that the package
// does not know.
func TestEscapersAreKnown(t *testing.T) {
	t.Parallel()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src/html/template/escape.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(htmlcompile.EscaperPrefix+`\w+`).FindAllString(string(source), -1)
	if len(found) < 16 {
		t.Errorf("only %d escapers are named in html/template/escape.go", len(found))
	}
	for _, name := range found {
		if !htmlcompile.Known(name) {
			t.Errorf("html/template has the escaper %s, which is not known here", name)
		}
	}
}

// TestUnescapedIsRefused: a tree that is not the escaped one is not compiled.
func TestUnescapedIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"<p>text</p>":          "",
		"{{.}}":                "not compiled: {{.}} is not escaped",
		"{{if .}}{{.}}{{end}}": "not compiled: {{.}} is not escaped",
		"{{. | print}}":        "not compiled: {{. | print}} is not escaped",
		"{{$x := .}}{{$x}}":    "not compiled: {{$x}} is not escaped",
		"{{template `x` .}}{{define `x`}}{{.A}}{{end}}": "not compiled: {{.A}} is not escaped",
		"{{template `x$htmltemplate_stateRCDATA` .}}":   "not compiled: there is no escaped tree \"x$htmltemplate_stateRCDATA\"",
		"{{. | html}}": "",
	} {
		err := htmlcompile.CompileUnescaped(text)
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func ExamplePage() {
	tree := template.Must(template.New("page").Parse("<p>{{.}}</p>\n")).Tree
	trees := &htmlcompile.Trees{Entry: "page", Order: []string{"page"}, Trees: map[string]*parse.Tree{"page": tree}, Contexts: map[string][]string{}}
	escaped, err := trees.Escape()
	if err != nil {
		panic(err)
	}
	page, err := new(htmlcompile.Compiler).Compile(escaped)
	if err != nil {
		panic(err)
	}
	x := new(htmlcompile.Execution)
	if err := page.Execute(x, "5 < 7"); err != nil {
		panic(err)
	}
	fmt.Printf("%s", x.Out)
	// Output: <p>5 &lt; 7</p>
}
