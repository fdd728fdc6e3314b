package scaffold_test

import (
	"go/format"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/gomod"
	"github.com/volaweb/vola/internal/scaffold"
)

// A new site must be small enough to be read at one go.
const (
	maxFiles = 10
	maxLines = 160
)

func TestSiteIsSmall(t *testing.T) {
	t.Parallel()
	files, err := scaffold.Site{Name: "mysite", Module: "example.org/mysite"}.Files()
	if err != nil {
		t.Fatal(err)
	}
	mod := scaffold.GoMod{Module: "example.org/mysite", Version: "v0.0.0", Replace: "/src/vola"}
	files = append(files, mod.File())
	lines := 0
	for _, f := range files {
		lines += f.Lines()
	}
	if len(files) > maxFiles || lines > maxLines {
		t.Errorf("a new site has %d files and %d lines, of which at most %d and %d are wanted", len(files), lines, maxFiles, maxLines)
	}
	for _, want := range []string{
		"main.go", "home.go", "home_test.go", "templates/home.html", "templates/404.html", "static/site.css", "README.md", ".gitignore", "go.mod",
	} {
		if _, ok := find(files, want); !ok {
			t.Errorf("a new site has no file %s", want)
		}
	}
}

func TestTextsAreWhole(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files func() ([]scaffold.File, error)
	}{
		{"site", scaffold.Site{Name: "s", Module: "s"}.Files},
		{"site with a long name", scaffold.Site{Name: "the-site-of-a-long-name", Module: "example.org/a/b/c"}.Files},
		{"module", scaffold.Module{Name: "a", Path: "s/a"}.Files},
		{"module with a long name", scaffold.Module{Name: "zz_a_module_of_a_long_name", Path: "s/zz_a_module_of_a_long_name"}.Files},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files, err := test.files()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				text := string(f.Text)
				if strings.Contains(text, "<<.") || strings.Contains(text, "<no value>") || strings.Contains(f.Path, ".tmpl") {
					t.Errorf("%s is not filled in:\n%s", f.Path, text)
				}
				if !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") {
					t.Errorf("%s does not end in one newline", f.Path)
				}
				if path.Ext(f.Path) != ".go" {
					continue
				}
				if want, err := format.Source(f.Text); err != nil || string(want) != text {
					t.Errorf("%s is not in the form of gofmt (%v):\n%s", f.Path, err, text)
				}
			}
		})
	}
}

// TestExampleBeginsAsASite keeps the example that the documentation quotes what
// a new site is, as far as the documentation does not change it.
func TestExampleBeginsAsASite(t *testing.T) {
	t.Parallel()
	files, err := scaffold.Site{Name: "firstpage", Module: scaffold.VolaPath + "/examples/firstpage"}.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.go", "home_test.go", "static/site.css"} {
		f, _ := find(files, name)
		got, err := os.ReadFile("../../examples/firstpage/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(f.Text), string(got)); diff != "" {
			t.Errorf("examples/firstpage/%s is not as in a new site (-new site +example):\n%s", name, diff)
		}
	}
}

func TestModuleFiles(t *testing.T) {
	t.Parallel()
	files, err := scaffold.Module{Name: "shop", Path: "mysite/shop"}.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"shop.go", "shop_test.go", "templates/shop/index.html"} {
		if _, ok := find(files, want); !ok {
			t.Errorf("a new module has no file %s", want)
		}
	}
	f, _ := find(files, "shop.go")
	for _, want := range []string{"package shop\n", `"mysite/shop/migrations"`, `return "shop"`} {
		if !strings.Contains(string(f.Text), want) {
			t.Errorf("shop.go does not hold %s:\n%s", want, f.Text)
		}
	}
}

func TestGoMod(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		mod  scaffold.GoMod
		want string
	}{
		{
			"published", scaffold.GoMod{Module: "mysite", Version: "v0.3.1"},
			"module mysite\n\ngo " + scaffold.GoVersion + "\n\nrequire github.com/volaweb/vola v0.3.1\n",
		},
		{
			"from source", scaffold.GoMod{Module: "mysite", Version: "v0.0.0", Replace: "/src/vola"},
			"module mysite\n\ngo " + scaffold.GoVersion + "\n\nrequire github.com/volaweb/vola v0.0.0\n\nreplace github.com/volaweb/vola => /src/vola\n",
		},
		{
			"a folder with a space", scaffold.GoMod{Module: "mysite", Version: "v0.0.0", Replace: "/my src/vola"},
			"module mysite\n\ngo " + scaffold.GoVersion + "\n\nrequire github.com/volaweb/vola v0.0.0\n\nreplace github.com/volaweb/vola => \"/my src/vola\"\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := test.mod.File()
			if got := string(f.Text); f.Path != "go.mod" || got != test.want {
				t.Errorf("%s is\n%s\nwant\n%s", f.Path, got, test.want)
			}
			if got := gomod.Path(f.Text); got != "mysite" {
				t.Errorf("its module is %q", got)
			}
		})
	}
}

func TestGoVersionIsThatOfVola(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(text)
	if m == nil || string(m[1]) != scaffold.GoVersion {
		t.Errorf("new sites ask for Go %s, Vola for %s", scaffold.GoVersion, m[1])
	}
	if got := gomod.Path(text); got != scaffold.VolaPath {
		t.Errorf("Vola's module is %q, new sites ask for %q", got, scaffold.VolaPath)
	}
}

func find(files []scaffold.File, path string) (scaffold.File, bool) {
	for _, f := range files {
		if f.Path == path {
			return f, true
		}
	}
	return scaffold.File{}, false
}
