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
func (g *gallery) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Photo](), orm.Model[Person]()}
}
func (g *gallery) Pages() []templates.Checked {
	return []templates.Checked{indexPage, photoPage, writePage}
}
func (g *gallery) Commands() []module.Command {
	return []module.Command{{Name: "person", Args: "NAME", Help: "store a photographer", Run: func(ctx context.Context, env module.Env, args []string) error {
		return orm.Create(ctx, env.Host.DB, &Person{Name: args[0]})
	}}}
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
	g.form, err = ormforms.New(g.DB, Photos.Title, Photos.Picture, Photos.Taken, Photos.By, Photos.Release)
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
	photo, err := g.find(r)
	if err != nil {
		return err
	}
	return g.Render(w, r, photoPage.Data(photo))
}

// find returns the photo that the address names, with its photographer.
func (g *gallery) find(r *http.Request) (Photo, error) {
	return orm.From[Photo](g.DB).Where(Photos.ID.Eq(web.Int(r, "id"))).With(Photos.By).Get(r.Context())
}

// snippet: search

// people finds photographers by a part of their name.
func (g *gallery) people(ctx context.Context, text string) ([]forms.Choice, error) {
	found, err := orm.From[Person](g.DB).Where(People.Name.ContainsFold(text)).OrderBy(People.Name.Asc()).Limit(20).All(ctx)
	var out []forms.Choice
	for _, p := range found {
		out = append(out, forms.Choice{Value: p.ID, Label: p.Name})
	}
	return out, err
}

// end snippet

// snippet: add

func (g *gallery) add(w http.ResponseWriter, r *http.Request) error {
	return g.write(w, r, g.form.BindNew(r.Context(), Photo{}), orm.Create)
}

func (g *gallery) change(w http.ResponseWriter, r *http.Request) error {
	photo, err := g.find(r)
	if err != nil {
		return err
	}
	return g.write(w, r, g.form.Bind(r.Context(), photo), func(ctx context.Context, h database.Handle, p *Photo) error {
		return orm.Update(ctx, h, p, Photos.Title, Photos.Picture, Photos.Taken, Photos.By, Photos.Release)
	})
}

// write reads the form, with its files, and stores the photo.
func (g *gallery) write(w http.ResponseWriter, r *http.Request, form *forms.Bound[Photo], store func(context.Context, database.Handle, *Photo) error) error {
	by := ""
	if form.Value.By != nil {
		by = form.Value.By.Row().Name
	}
	if err := form.Search(&form.Value.By, by, g.people); err != nil {
		return err
	}
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
