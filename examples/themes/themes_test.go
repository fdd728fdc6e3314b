package themes_test

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/themes"
)

// pack writes a theme of one file.
func pack(t *testing.T, path, name, text string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	w, err := archive.Create(name)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err := errors.Join(err, archive.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestThemes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "theme.zip")
	pack(t, path, "themes/shop.html", `{{extends "themes/shop.html"}}{{block "head" .}}<h1>Themed {{site.Name}}</h1>{{end}}`)
	site := func() vola.Config {
		return vola.Config{Name: "Corner", Modules: []module.Module{module.At("/", &themes.Shop{Theme: path})}}
	}
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		c.Get("/").WantText("h1", "Themed Corner").WantCount("li", 2)

		// What is edited goes before the theme, and changes a part of it.
		edited := `{{extends "themes/shop.html"}}{{block "foot" .}}<footer>Open till {{len .}}</footer>{{end}}`
		c.Post("/admin/template/", webtest.Values{"name": "themes/shop.html", "body": edited}).WantRedirect("/")
		c.Get("/").WantText("h1", "Themed Corner").WantText("footer", "Open till 2")

		// A template with an error changes nothing.
		c.Post("/admin/template/", webtest.Values{"name": "themes/shop.html", "body": "{{.Nothing}}"}).WantRedirect("/")
		c.Get("/").WantStatus(200).WantText("footer", "Open till 2")
		c.Post("/admin/template/", webtest.Values{"name": "themes/shop.html"}).WantStatus(400).WantBody("The value of body is missing.")
	})
}

// TestWithoutTheme: a theme that does not exist is none.
func TestWithoutTheme(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, vola.Config{Modules: []module.Module{&themes.Shop{Theme: filepath.Join(t.TempDir(), "none.zip")}}})
	c.Get("/themes/").WantText("h1", "Shop")
}
