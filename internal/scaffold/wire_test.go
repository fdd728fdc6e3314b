package scaffold_test

import (
	"errors"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/volaweb/vola/internal/scaffold"
)

var shop = scaffold.Module{Name: "shop", Path: "example.org/mysite/shop"}

// TestWire runs the archives in testdata/wire: a file before.go, and either
// after.go or the error in want.err.
func TestWire(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var before, after, wantErr string
			for _, f := range archive.Files {
				switch f.Name {
				case "before.go":
					before = string(f.Data)
				case "after.go":
					after = string(f.Data)
				case "want.err":
					wantErr = strings.TrimSpace(string(f.Data))
				default:
					t.Fatalf("unknown file %s", f.Name)
				}
			}
			got, err := scaffold.Wire("main.go", []byte(before), shop)
			if wantErr != "" {
				if err == nil || err.Error() != wantErr {
					t.Fatalf("error %v, want %s", err, wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(after, string(got)); diff != "" {
				t.Errorf("the file is not as wanted (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWireTwice adds two modules one after the other, and the same one again.
func TestWireTwice(t *testing.T) {
	t.Parallel()
	files, err := scaffold.Site{Name: "mysite", Module: "example.org/mysite"}.Files()
	if err != nil {
		t.Fatal(err)
	}
	main, _ := find(files, "main.go")
	one, err := scaffold.Wire("main.go", main.Text, shop)
	if err != nil {
		t.Fatal(err)
	}
	two, err := scaffold.Wire("main.go", one, scaffold.Module{Name: "blog", Path: "example.org/mysite/blog"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `module.At("/", &Home{}), shop.New(), blog.New()}`; !strings.Contains(string(two), want) {
		t.Errorf("%s is not in\n%s", want, two)
	}
	if _, err := scaffold.Wire("main.go", two, shop); err == nil {
		t.Error("the same module was added twice")
	}
}

func FuzzWire(f *testing.F) {
	names, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(text).Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := scaffold.Wire("main.go", src, shop)
		if err != nil {
			return
		}
		if _, err := format.Source(got); err != nil {
			t.Fatalf("what comes out is not Go: %v\n%s", err, got)
		}
		if !strings.Contains(string(got), "shop.New()") || !strings.Contains(string(got), `"example.org/mysite/shop"`) {
			t.Fatalf("the module is not in\n%s", got)
		}
		if _, err := scaffold.Wire("main.go", got, shop); err == nil || errors.Is(err, scaffold.ErrNoModules) {
			t.Fatalf("a second time: %v", err)
		}
	})
}
