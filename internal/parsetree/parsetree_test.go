package parsetree_test

import (
	"fmt"
	"testing"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// tree parses a text.
func tree(t testing.TB, text string) *parse.Tree {
	t.Helper()
	trees, err := parse.Parse("page", text, "", "", map[string]any{"index": 0, "print": 0})
	if err != nil {
		t.Fatal(err)
	}
	return trees["page"]
}

func TestInspect(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	parsetree.Inspect(tree(t, `{{if .A}}x{{else}}{{range .B}}{{(index .C 0).D}}{{end}}{{end}}{{with .E}}{{template "y" .}}{{end}}`).Root, func(n parse.Node) bool {
		kinds[fmt.Sprintf("%T", n)]++
		return n.Type() != parse.NodeWith // and nothing below
	})
	for kind, want := range map[string]int{"*parse.IfNode": 1, "*parse.RangeNode": 1, "*parse.ChainNode": 1, "*parse.WithNode": 1, "*parse.TemplateNode": 0, "*parse.TextNode": 1} {
		if kinds[kind] != want {
			t.Errorf("%s: %d, want %d", kind, kinds[kind], want)
		}
	}
}

// TestCopy: a copy shares nothing with the original.
func TestCopy(t *testing.T) {
	t.Parallel()
	original := tree(t, `{{(index .A 0).B}}`)
	text := original.Root.String()
	c := parsetree.Copy(original, "other")
	seen := 0
	parsetree.Inspect(c.Root, func(n parse.Node) bool {
		if field, ok := n.(*parse.FieldNode); ok {
			field.Ident[0] = "Changed"
			seen++
		}
		return true
	})
	if seen == 0 || c.Name != "other" || original.Name != "page" || original.Root.String() != text || c.Root.String() == text {
		t.Errorf("%d fields changed: %q is now %q, and its copy %q of name %s", seen, text, original.Root, c.Root, c.Name)
	}
}

func ExamplePipe() {
	fmt.Println(parsetree.Pipe(parse.NewIdentifier("print"), parsetree.Variable("$x", 0)))
	// Output: print $x
}
