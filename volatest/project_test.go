package volatest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// project is a site of two packages: the program with a frame, and a module
// whose page extends it.
func project() map[string]string {
	return map[string]string{
		"main.go":                       "// Command project is a site.\npackage main\n\nfunc main() {}\n",
		"templates/base.html":           "<title>{{site.Name}}</title><link href=\"{{static \"site.css\"}}\">{{block \"content\" .}}{{end}}",
		"static/site.css":               "p {}",
		"shop/templates/shop/list.html": "{{extends \"base.html\"}}{{block \"content\" .}}<p>{{.}}</p>{{end}}",
		"shop/shop.go": `package shop

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

//go:embed templates
var files embed.FS

var list = templates.Page[string]("shop/list.html")

type Shop struct{ host *module.Host }

func (*Shop) Name() string               { return "shop" }
func (*Shop) Pages() []templates.Checked { return []templates.Checked{list} }
func (*Shop) Templates() fs.FS           { out, _ := fs.Sub(files, "templates"); return out }
func (s *Shop) Start(_ context.Context, h *module.Host) error {
	s.host = h
	return nil
}
func (s *Shop) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return s.host.Render(w, r, list.Data("soap")) })
}
`,
		"shop/shop_test.go": `package shop_test

import (
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"

	"project/shop"
)

func TestList(t *testing.T) {
	c := volatest.New(t, vola.Config{Name: "Project", Modules: []module.Module{&shop.Shop{}}})
	c.Get("/shop/").WantStatus(200).WantText("title", "Project").WantText("p", "soap")
}
`,
	}
}

// TestModulesSeeTheProject runs the test of a module whose page extends a
// template of the project, as "go test ./..." does it.
func TestModulesSeeTheProject(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root, dir, files := filepath.Dir(here), t.TempDir(), project()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = strings.Replace(string(mod), "module github.com/volaweb/vola", "module project", 1) +
		"\nrequire github.com/volaweb/vola v0.0.0\n\nreplace github.com/volaweb/vola => " + root + "\n"
	files["go.sum"] = string(sum)
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-mod=mod", "./shop")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
