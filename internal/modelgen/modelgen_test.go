package modelgen_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/volaweb/vola/internal/modelgen"
)

var update = flag.Bool("update", false, "write what was generated into testdata as what is wanted")

// unpack writes the files of an archive, but for the last one, into a module
// of their own.
func unpack(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	root := t.TempDir()
	files := append([]txtar.File{{Name: "go.mod", Data: []byte("module example.com/site\n\ngo 1.26\n")}}, a.Files...)
	for _, f := range files {
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestGenerate generates the descriptors of the package in the folder blog of
// each archive in testdata. Its last file holds what is wanted: the generated
// text, or the errors.
func TestGenerate(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no tests", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := &archive.Files[len(archive.Files)-1]
			if want.Name != "want" {
				t.Fatalf("the last file is %s", want.Name)
			}
			input := *archive
			input.Files = archive.Files[:len(archive.Files)-1]
			root := unpack(t, &input)
			file, err := modelgen.Generate(filepath.Join(root, "blog"))
			got := string(file.Text)
			if err != nil {
				got = strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(root)+"/", "") + "\n"
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAGeneratedFileGoesStale(t *testing.T) {
	t.Parallel()
	const with = `package blog
import "github.com/volaweb/vola/orm"
type Post struct { ID int64 }
var _ = orm.Model[Post]()
`
	root := unpack(t, &txtar.Archive{Files: []txtar.File{{Name: "blog/blog.go", Data: []byte(with)}}})
	dir := filepath.Join(root, "blog")
	generate := func() modelgen.File {
		t.Helper()
		f, err := modelgen.Generate(dir)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	rewrite := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "blog.go"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	first := generate()
	if !first.Changed || cmp.Diff([]string{"Post"}, first.Models) != "" {
		t.Errorf("at first: changed %v, models %v", first.Changed, first.Models)
	}
	if err := first.Write(); err != nil {
		t.Fatal(err)
	}
	if again := generate(); again.Changed || again.Write() != nil {
		t.Error("a file that is up to date is to be written again")
	}
	rewrite(strings.Replace(with, "ID int64", "ID int64; Title string", 1))
	if f := generate(); !f.Changed || !strings.Contains(string(f.Text), "Title *orm.Text[*Post, string]") {
		t.Errorf("a new field is missing: %s", f.Text)
	}
	rewrite("package blog\n")
	f := generate()
	if !f.Changed || f.Text != nil {
		t.Errorf("without models: changed %v, %s", f.Changed, f.Text)
	}
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(f.Path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if f := generate(); f.Changed {
		t.Error("a package without models is to be changed")
	}
}

func TestDirs(t *testing.T) {
	t.Parallel()
	var a txtar.Archive
	for _, name := range []string{"main.go", "blog/blog.go", "blog/testdata/x.go", "empty/readme.md", ".hidden/x.go", "_old/x.go", "vendor/v/v.go", "other/go.mod", "other/o.go"} {
		a.Files = append(a.Files, txtar.File{Name: name})
	}
	root := unpack(t, &a)
	dirs, err := modelgen.Dirs(root)
	if diff := cmp.Diff([]string{root, filepath.Join(root, "blog")}, dirs); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
