// Package themes is a module whose templates can be changed while the site
// runs: a theme is a zip archive that replaces the site's own files, and
// single templates can be edited in the browser. What is edited is a row of the
// database and goes before both.
package themes

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/templates/dbloader"
	"github.com/volaweb/vola/templates/ziploader"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/themes/migrations"
)

//go:embed templates
var files embed.FS

var shopPage = templates.Page[[]string]("themes/shop.html")

// Shop is the module.
type Shop struct {
	module.Base
	Theme string // the path of the zip archive with the theme
}

// Name begins the names of the module's tables and routes.
func (s *Shop) Name() string { return "themes" }

// Models has the templates that are edited.
func (s *Shop) Models() []orm.Declaration { return []orm.Declaration{dbloader.Model()} }

// Migrations makes their table.
func (s *Shop) Migrations() []migrate.Migration { return migrations.All() }

// Pages has the page of the shop.
func (s *Shop) Pages() []templates.Checked { return []templates.Checked{shopPage} }

// Templates has the files that themes change.
func (s *Shop) Templates() fs.FS { return files }

// snippet: loaders

// Loaders has the templates that are edited, and those of the theme.
func (s *Shop) Loaders(h *module.Host) []templates.Loader {
	return []templates.Loader{
		dbloader.New(func() *database.DB { return h.DB }),
		ziploader.New(s.Theme),
	}
}

// end snippet

// Routes has the page, and what stores a template. Only the person who runs the
// site may reach the latter: a template is a program.
func (s *Shop) Routes(r *web.Router) {
	r.Get("/", s.index).Name("index")
	r.Group("/admin/", func(r *web.Router) {
		r.Post("/template/", s.store).Name("store")
	})
}

func (s *Shop) index(w http.ResponseWriter, r *http.Request) error {
	return s.Render(w, r, shopPage.Data([]string{"soap", "candles"}))
}

// store stores a template that was edited. If the site's pages cannot be shown
// with it, they stay as they were, and the log says why.
func (s *Shop) store(w http.ResponseWriter, r *http.Request) error {
	form := web.Form(r).Required("name", "body")
	name, body := form.String("name", ""), form.String("body", "")
	if err := form.Err(); err != nil {
		return err
	}
	if err := dbloader.Put(r.Context(), s.DB, name, body); err != nil {
		return err
	}
	return web.Redirect(w, r, "../../", http.StatusSeeOther)
}
