// Package shelf is a list of books that changes in place: pages, a search, a form with errors, and a
// button to like a book. Without JavaScript the same handlers send whole pages.
package shelf

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/middleware"

	"github.com/volaweb/vola/examples/shelf/migrations"
)

//go:embed templates static
var files embed.FS

// snippet: page

type pageData struct {
	Query string
	Books orm.Page[Book]
	Form  *forms.Bound[Book]
}

var shelfPage = templates.Page[pageData]("shelf/books.html")

// end snippet

type shelf struct {
	module.Base
	form *forms.Form[Book]
}

// New returns the module. The site needs jobs.New too.
func New() module.Module { return &shelf{} }

func (*shelf) Name() string                    { return "shelf" }
func (*shelf) Migrations() []migrate.Migration { return migrations.All() }
func (*shelf) Models() []orm.Declaration       { return []orm.Declaration{orm.Model[Book]()} }
func (*shelf) Pages() []templates.Checked {
	return []templates.Checked{shelfPage, importPage, progressPage}
}
func (*shelf) Templates() fs.FS { return files }
func (*shelf) Static() fs.FS    { return files }

func (s *shelf) Routes(r *web.Router) {
	r.Get("/", s.books).Name("books")
	r.Post("/", s.books)
	r.Post("/{id:int}/like/", s.like).Name("like")
	r.Get("/import/", s.importTitles).Name("import")
	r.Wrap(middleware.MaxBody(25<<20)).Post("/import/", s.importTitles).Deadline(5 * time.Minute)
	r.Get("/import/{id:int}/", s.importProgress).Name("import-progress")
}

func (s *shelf) Start(ctx context.Context, h *module.Host) (err error) {
	if err := s.Base.Start(ctx, h); err != nil {
		return err
	}
	s.form, err = ormforms.New(s.DB, Books.Title)
	return err
}

// snippet: books

// books shows the books, and adds one.
func (s *shelf) books(w http.ResponseWriter, r *http.Request) error {
	form := s.form.BindNew(r.Context(), Book{})
	ok, err := form.Read(r)
	if ok {
		if ok, err = ormforms.Save(r.Context(), s.DB, form, func(ctx context.Context, tx *database.Tx) error {
			return orm.Create(ctx, tx, form.Value)
		}); ok {
			if err := messages.Success(r.Context(), i18n.From(r.Context()).T("The book was added.")); err != nil {
				return err
			}
			return s.back(w, r)
		}
	}
	if err != nil {
		return err
	}
	data := pageData{Form: form}
	q := web.Query(r)
	data.Query = q.String("q", "")
	page := q.Int("page", 1)
	if err := q.Err(); err != nil {
		return err
	}
	books := orm.From[Book](s.DB).OrderBy(Books.Added.Desc(), Books.ID.Desc())
	if data.Query != "" {
		books = books.Where(Books.Title.ContainsFold(data.Query))
	}
	if data.Books, err = books.Page(r.Context(), page, 5); err != nil {
		return err
	}
	return s.RenderStatus(w, r, form.Status(), shelfPage.Data(data))
}

// end snippet

// like counts one more who likes a book.
func (s *shelf) like(w http.ResponseWriter, r *http.Request) error {
	id := web.Int(r, "id")
	n, err := orm.From[Book](s.DB).Where(Books.ID.Eq(id)).Update(r.Context(), Books.Likes.Increment(1))
	if err != nil {
		return err
	}
	if n == 0 {
		return orm.ErrNotFound
	}
	return s.back(w, r)
}

// back leads to the page that the form was on.
func (s *shelf) back(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, web.SafeNext(r, r.Referer(), "/"), http.StatusSeeOther)
}
