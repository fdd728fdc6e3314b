package module_test

import (
	"context"
	"html/template"
	"net/http"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// store is a module with a page whose sidebar takes many queries.
type store struct{ module.Base }

// overview is what the sidebar shows.
type overview struct{ Products int64 }

// snippet: fragment

var (
	sidebarPart = templates.Page[overview]("store/list.html#sidebar")
	listPage    = templates.Page[listing]("store/list.html")

	sidebars = module.Fragments("store.sidebar", cache.For(10*time.Minute), cache.Stale(time.Hour))
)

// listing is the data of the page. The template has {{.Sidebar}} where that belongs.
type listing struct{ Sidebar template.HTML }

func (s *store) list(w http.ResponseWriter, r *http.Request) error {
	sidebar, err := s.Fragment(r.Context(), sidebars, "", func(ctx context.Context) (templates.Rendering, error) {
		o, err := s.overview(ctx) // only when it is not kept
		return sidebarPart.Data(o), err
	}, "products")
	if err != nil {
		return err
	}
	return s.Render(w, r, listPage.Data(listing{Sidebar: sidebar}))
}

// end snippet

// snippet: invalidate

func (s *store) remove(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := s.delete(ctx, tx, id); err != nil {
			return err
		}
		return s.Invalidate(ctx, tx, "products") // after the commit, or not at all
	})
}

// end snippet

// snippet: notmodified

func (s *store) changes(w http.ResponseWriter, r *http.Request) error {
	last, err := s.lastChange(r.Context()) // one cheap query
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	if web.NotModified(w, r, web.Validators{LastModified: last}) {
		return nil
	}
	return s.list(w, r) // all the others
}

// end snippet

func (s *store) overview(context.Context) (overview, error)           { return overview{}, nil }
func (s *store) delete(context.Context, database.Handle, int64) error { return nil }
func (s *store) lastChange(context.Context) (time.Time, error)        { return time.Time{}, nil }

var _ = []any{(*store).list, (*store).remove, (*store).changes}
