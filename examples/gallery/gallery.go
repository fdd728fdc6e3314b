// Package gallery is a gallery of pictures that people send: a form with a file, small
// versions of pictures made once, and papers that only some may have.
package gallery

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"

	"github.com/volaweb/vola/examples/gallery/migrations"
)

//go:embed templates static
var files embed.FS

var (
	indexPage = templates.Page[[]Photo]("gallery/index.html")
	photoPage = templates.Page[Photo]("gallery/photo.html")
	writePage = templates.Page[*forms.Bound[Photo]]("gallery/write.html")
)

type gallery struct {
	module.Base
	form *forms.Form[Photo]
}

// New returns the module. The site needs once.New and files.New too.
func New() module.Module { return &gallery{} }

func (g *gallery) Name() string                    { return "gallery" }
func (g *gallery) Migrations() []migrate.Migration { return migrations.All() }
func (g *gallery) Models() []orm.Declaration       { return []orm.Declaration{orm.Model[Photo]()} }
func (g *gallery) Pages() []templates.Checked {
	return []templates.Checked{indexPage, photoPage, writePage}
}
func (g *gallery) Templates() fs.FS { return files }
func (g *gallery) Static() fs.FS    { return files }

// snippet: routes

func (g *gallery) Routes(r *web.Router) {
	r.Get("/", g.index).Name("index")
	r.Get("/{id:int}/", g.photo).Name("photo")
	r.Get("/add/", g.add).Name("add")
	r.Get("/{id:int}/change/", g.change).Name("change")
	uploads := r.Wrap(middleware.MaxBody(30 << 20)) // 30 MB: a picture and its papers
	uploads.Post("/add/", g.add).Deadline(5 * time.Minute)
	uploads.Post("/{id:int}/change/", g.change).Deadline(5 * time.Minute)
}

// end snippet

func (g *gallery) Start(ctx context.Context, h *module.Host) (err error) {
	if err := g.Base.Start(ctx, h); err != nil {
		return err
	}
	g.form, err = ormforms.New(g.DB, Photos.Title, Photos.Picture, Photos.Taken, Photos.Release)
	return err
}

func (g *gallery) index(w http.ResponseWriter, r *http.Request) error {
	photos, err := orm.From[Photo](g.DB).OrderBy(Photos.ID.Desc()).Limit(100).All(r.Context())
	if err != nil {
		return err
	}
	return g.Render(w, r, indexPage.Data(photos))
}

func (g *gallery) photo(w http.ResponseWriter, r *http.Request) error {
	photo, err := orm.Find[Photo](r.Context(), g.DB, web.Int(r, "id"))
	if err != nil {
		return err
	}
	return g.Render(w, r, photoPage.Data(photo))
}

// snippet: add

func (g *gallery) add(w http.ResponseWriter, r *http.Request) error {
	return g.write(w, r, g.form.BindNew(r.Context(), Photo{}), orm.Create)
}

func (g *gallery) change(w http.ResponseWriter, r *http.Request) error {
	photo, err := orm.Find[Photo](r.Context(), g.DB, web.Int(r, "id"))
	if err != nil {
		return err
	}
	return g.write(w, r, g.form.Bind(r.Context(), photo), func(ctx context.Context, h database.Handle, p *Photo) error {
		return orm.Update(ctx, h, p, Photos.Title, Photos.Picture, Photos.Taken, Photos.Release)
	})
}

// write reads the form, with its files, and stores the photo.
func (g *gallery) write(w http.ResponseWriter, r *http.Request, form *forms.Bound[Photo], store func(context.Context, database.Handle, *Photo) error) error {
	form.Accept(g.Uploads())
	form.Once()
	ok, err := form.Read(r)
	to := ""
	if ok {
		to, ok, err = once.Save(r.Context(), g.DB, form, func(ctx context.Context, tx *database.Tx) (string, error) {
			if err := store(ctx, tx, form.Value); err != nil {
				return "", err
			}
			return g.URLFor(ctx, "gallery:photo", form.Value.ID)
		})
	}
	switch {
	case err != nil:
		return err
	case ok:
		return web.Redirect(w, r, to, http.StatusSeeOther)
	}
	return g.RenderStatus(w, r, form.Status(), writePage.Data(form))
}

// end snippet
