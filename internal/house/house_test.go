package house_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/volaweb/vola/internal/house"
)

var update = flag.Bool("update", false, "write what was found into testdata as what is wanted")

// TestRules runs each rule on a module that breaks it. Each file of testdata is
// such a module, with what is wanted of the rule as its last file.
func TestRules(t *testing.T) {
	t.Parallel()
	rules := map[string]func(*house.Module, string) ([]house.Finding, error){
		"layers":        layers,
		"chain":         layers,
		"docs":          always((*house.Module).InterfaceDocs),
		"inits":         always((*house.Module).Inits),
		"contextfields": always((*house.Module).ContextFields),
		"examples":      always((*house.Module).Examples),
		"printing":      always((*house.Module).Printing),
		"variables":     func(m *house.Module, _ string) ([]house.Finding, error) { return m.Variables() },
		"sizes":         always(func(m *house.Module) []house.Finding { return m.Sizes(smallLimits()) }),
		"words":         func(m *house.Module, _ string) ([]house.Finding, error) { return m.Words("secret-tool") },
		"links":         func(m *house.Module, _ string) ([]house.Finding, error) { return m.Links("docs", "site") },
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) != len(rules) {
		t.Fatalf("%d files in testdata for %d rules (%v)", len(files), len(rules), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule := rules[name]
			if rule == nil {
				t.Fatalf("no rule for %s", file)
			}
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			slash, at := strings.NewReplacer("@", "/"), strings.NewReplacer("/", "@")
			if name != "words" { // whose text would break the rule that it is about
				slash, at = strings.NewReplacer(), strings.NewReplacer()
			}
			for i, file := range archive.Files {
				archive.Files[i].Data = []byte(slash.Replace(string(file.Data)))
			}
			want := &archive.Files[len(archive.Files)-1]
			dir := write(t, archive)
			m, err := house.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			found, err := rule(m, dir)
			if err != nil {
				t.Fatal(err)
			}
			got := lines(found)
			if *update {
				for i, file := range archive.Files {
					archive.Files[i].Data = []byte(at.Replace(string(file.Data)))
				}
				want.Data = []byte(at.Replace(got))
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpreadCountsFromManyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "go.mod", "module example.com/shop\n")
	for i := range 4 {
		writeFile(t, dir, fmt.Sprintf("a%d.go", i), "package a\n"+strings.Repeat("\n", 3*i))
	}
	m, err := house.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	limits := smallLimits()
	limits.Spread = []house.Share{{Percent: 50, Under: 5}, {Percent: 90, Under: 9}}
	if got := lines(m.Sizes(limits)); got != ".: 3 of 4 files have under 9 lines, it should be 90 %\n" {
		t.Errorf("with 4 files: %q", got)
	}
	limits.SpreadFrom = 5
	if got := lines(m.Sizes(limits)); got != "" {
		t.Errorf("below the number from which it counts: %q", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files []string // name, text, name, text ...
		want  string
	}{
		{"no go.mod", nil, "go.mod"},
		{"no module line", []string{"go.mod", "go 1.26\n"}, "declares no module"},
		{"bad source", []string{"go.mod", "module x\n", "a.go", "package\n"}, "a.go:1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for pair := range slices.Chunk(test.files, 2) {
				writeFile(t, dir, pair[0], pair[1])
			}
			if _, err := house.Load(dir); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want one about %q", err, test.want)
			}
		})
	}
}

// TestVariablesRefusesBrokenSource proves that a module that does not compile
// is not taken for one that keeps the rule.
func TestVariablesRefusesBrokenSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "go.mod", "module example.com/shop\n\ngo 1.26\n")
	writeFile(t, dir, "a.go", "package a\n\nvar x int = missing[:]\n")
	m, err := house.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Variables(); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("err = %v, want one about the name that is missing", err)
	}
}

func layers(m *house.Module, dir string) ([]house.Finding, error) {
	text, err := os.ReadFile(filepath.Join(dir, "policy"))
	if err != nil {
		return nil, err
	}
	policy, err := house.ParsePolicy("shop", string(text))
	if err != nil {
		return nil, err
	}
	return m.Layers(policy), nil
}

func always(rule func(*house.Module) []house.Finding) func(*house.Module, string) ([]house.Finding, error) {
	return func(m *house.Module, _ string) ([]house.Finding, error) { return rule(m), nil }
}

func smallLimits() house.Limits {
	return house.Limits{
		Methods: 2, Depth: 2,
		InterfaceMethods: func(string) int { return 2 },
		Names:            func(string) int { return 3 },
		Spread:           []house.Share{{Percent: 50, Under: 5}},
	}
}

// write lays out an archive as a module and returns its directory.
func write(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "go.mod", "module example.com/shop\n\ngo 1.26\n")
	for _, file := range archive.Files[:len(archive.Files)-1] {
		writeFile(t, dir, file.Name, string(file.Data))
	}
	return dir
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// lines returns findings as sorted lines of text.
func lines(found []house.Finding) string {
	var all []string
	for _, finding := range found {
		all = append(all, finding.String()+"\n")
	}
	slices.Sort(all)
	return strings.Join(all, "")
}
