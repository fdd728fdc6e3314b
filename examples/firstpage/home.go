package main

import (
	"context"
	"net/http"
	"time"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/firstpage/migrations"
)

// snippet: model

// Note is a row of the table home_note.
type Note struct {
	ID      int64
	Title   string `db:"size=100"`
	Text    string
	Written time.Time `db:"auto_now_add"`
}

// end snippet

// snippet: home-page
var homePage = templates.Page[[]Note]("home.html")

// end snippet

// Home is the module that keeps the notes and shows them.
type Home struct{ module.Base }

func (h *Home) Name() string                    { return "home" }
func (h *Home) Models() []orm.Declaration       { return []orm.Declaration{orm.Model[Note]()} }
func (h *Home) Migrations() []migrate.Migration { return migrations.All() }

// snippet: pages

func (h *Home) Pages() []templates.Checked { return []templates.Checked{homePage, notePage} }

func (h *Home) Routes(r *web.Router) {
	r.Get("/", h.index).Name("index")
	r.Get("/notes/{id:int}/", h.note).Name("note")
}

// end snippet

// Seed writes the first note into a new database.
func (h *Home) Seed(ctx context.Context, host *module.Host) error {
	return orm.Create(ctx, host.DB, &Note{Title: "It flies.", Text: "This text is a row of the database."})
}

// snippet: home-page

func (h *Home) index(w http.ResponseWriter, r *http.Request) error {
	notes, err := orm.From[Note](h.DB).OrderBy(Notes.Written.Desc()).Limit(20).All(r.Context())
	if err != nil {
		return err
	}
	return h.Render(w, r, homePage.Data(notes))
}

// end snippet
