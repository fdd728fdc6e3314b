package programs

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/comparison.md")

const comparison = "../../docs/comparison.md"

// TestLines counts the lines of the programs and compares the table of
// docs/comparison.md with them. It also checks the rule for the length of lines.
func TestLines(t *testing.T) {
	t.Parallel()
	counts := []map[string]int{
		goLines(t, "vola.go", "vola"), djangoLines(t, "testdata/django.py"), goLines(t, "ent.go", "ent"), goLines(t, "bun.go", "bun"),
	}
	var table strings.Builder
	table.WriteString("| program | Vola | Django | ent | bun |\n|---|---|---|---|---|\n")
	var sums [4]int
	for _, p := range All() {
		fmt.Fprintf(&table, "| %s |", p.Name)
		for i, name := range []string{p.Function, snake(p.Function), p.Function, p.Function} {
			n := counts[i][name]
			if n == 0 {
				t.Errorf("there is no program %s in column %d", name, i+1)
			}
			sums[i] += n
			fmt.Fprintf(&table, " %d |", n)
		}
		table.WriteByte('\n')
	}
	fmt.Fprintf(&table, "| **all** | %d | %d | %d | %d |\n", sums[0], sums[1], sums[2], sums[3])

	text, err := os.ReadFile(comparison)
	if err != nil {
		t.Fatal(err)
	}
	old := regexp.MustCompile(`(?m)^\| program \|.*\n(\|.*\n)*`).FindString(string(text))
	switch {
	case old == "":
		t.Errorf("%s has no table that begins with | program |", comparison)
	case old == table.String():
	case *update:
		if err := os.WriteFile(comparison, []byte(strings.Replace(string(text), old, table.String(), 1)), 0o666); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("the table of %s is not what the programs have now; run: cd bench && go test ./programs -update; it should be\n%s", comparison, &table)
	}
}

// goLines returns how many lines each function of a file has that begins with
// prefix, by the rest of its name.
func goLines(t *testing.T, file, prefix string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	out := map[string]int{}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if name, ok := strings.CutPrefix(f.Name.Name, prefix); ok {
			out[name] = countLines(t, lines[fset.Position(f.Body.Lbrace).Line:fset.Position(f.Body.Rbrace).Line-1], "//")
		}
	}
	return out
}

// djangoLines does what goLines does, for functions of Python.
func djangoLines(t *testing.T, file string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^def (\w+)\(.*\):\n((?:(?:[ \t]+.*)?\n)+)`).FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = countLines(t, strings.Split(m[2], "\n"), "#")
	}
	return out
}

// countLines returns how many of the lines are neither empty nor a comment.
func countLines(t *testing.T, lines []string, comment string) (n int) {
	t.Helper()
	for _, line := range lines {
		if width := len(strings.ReplaceAll(line, "\t", "    ")); width > 110 {
			t.Errorf("a line of %d characters: %s", width, line)
		}
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, comment) {
			n++
		}
	}
	return n
}

// snake returns a name as Python writes it.
func snake(name string) string {
	name = regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(name, "${1}_$2")
	return strings.ToLower(name)
}
