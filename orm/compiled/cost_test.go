package compiled_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/modelgen"
)

// manyModels is the source of a package of 30 models with 12 columns each, of
// all the common kinds.
func manyModels() string {
	var b strings.Builder
	b.WriteString("package models\n\nimport (\n\t\"time\"\n\n\t\"github.com/volaweb/vola/orm\"\n)\n\n// Status is a named text.\ntype Status string\n")
	for i := range 30 {
		fmt.Fprintf(&b, `
type Model%02d struct {
	ID      int64
	Name    string
	Slug    string
	Body    *string
	Status  Status
	Hits    int64
	Rank    *int64
	Score   float64
	Done    bool
	Created time.Time
	Due     *time.Time
	Parent  orm.Ref[Model%02d]
}
`, i, (i+1)%30)
	}
	b.WriteString("\nvar All = []orm.Declaration{")
	for i := range 30 {
		fmt.Fprintf(&b, "orm.Model[Model%02d](), ", i)
	}
	b.WriteString("}\n")
	return b.String()
}

// usesOfModels is the source of a package that asks each model one query.
func usesOfModels(path string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package uses\n\nimport (\n\t\"context\"\n\n\t\"github.com/volaweb/vola/database\"\n\t\"github.com/volaweb/vola/orm\"\n\n\t. %q\n)\n", path)
	for i := range 30 {
		fmt.Fprintf(&b, `
func Ask%02d(ctx context.Context, db *database.DB) ([]Model%02d, error) {
	return orm.From[Model%02d](db).Where(Model%02ds.Name.Eq("x"), Model%02ds.Hits.Ge(3)).OrderBy(Model%02ds.Created.Desc()).Limit(10).All(ctx)
}
`, i, i, i, i, i, i)
	}
	return b.String()
}

// functions builds a package and returns how many functions the compiler made
// for it, by the symbols in its archive.
func functions(t *testing.T, overlay, pkg string) int {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "p.a")
	args := []string{"build", "-o", archive}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	if out, err := exec.Command("go", append(args, pkg)...).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	out, err := exec.Command("go", "tool", "nm", archive).Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		if f := strings.Fields(s.Text()); len(f) > 2 && (f[1] == "T" || f[1] == "t") {
			n++
		}
	}
	return n
}

// TestCompileCost bounds how many functions a package with models makes the
// compiler compile: the time that each edit costs. What decides it is told in
// docs/decisions/0502-descriptors.md.
func TestCompileCost(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp(".", "compilecost")
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(dir) // the files are in the overlay only; the name is free
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := "github.com/volaweb/vola/orm/compiled/" + filepath.Base(dir)

	src := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(src, name)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	models := write("models.go", manyModels())
	generated, err := modelgen.Generate(src)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(abs, "models", "models.go"):       models,
		filepath.Join(abs, "models", modelgen.FileName): write("generated.go", string(generated.Text)),
		filepath.Join(abs, "uses", "uses.go"):           write("uses.go", usesOfModels(path+"/models")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	with := write("overlay.json", string(overlay))

	for _, tt := range []struct {
		name, overlay, pkg string
		columns, most      int
	}{
		{"examples/hr", "", "github.com/volaweb/vola/examples/hr", 0, 800},
		{"30 models of 12 columns", with, path + "/models", 360, 25 * 360},
		{"a package that uses them", with, path + "/uses", 360, 25 * 360},
	} {
		n := functions(t, tt.overlay, tt.pkg)
		if tt.columns > 0 {
			t.Logf("%s: %d functions, %.1f a column", tt.name, n, float64(n)/float64(tt.columns))
		} else {
			t.Logf("%s: %d functions", tt.name, n)
		}
		if n > tt.most {
			t.Errorf("%s: the compiler makes %d functions, and at most %d are allowed; see docs/decisions/0502-descriptors.md", tt.name, n, tt.most)
		}
	}
}
