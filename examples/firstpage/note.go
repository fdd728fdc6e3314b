package main

import (
	"net/http"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var notePage = templates.Page[Note]("note.html")

func (h *Home) note(w http.ResponseWriter, r *http.Request) error {
	note, err := orm.From[Note](h.DB).Where(Notes.ID.Eq(web.Int(r, "id"))).Get(r.Context())
	if err != nil {
		return err // "no such note" becomes a page with status 404
	}
	return h.Render(w, r, notePage.Data(note))
}
