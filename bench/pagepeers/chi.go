package pagepeers

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate -f blog.templ

// chiTempl is the blog with chi and templ.
func chiTempl(ctx context.Context, s *stores) (http.Handler, error) {
	blog, err := newSQLBlog(ctx, s)
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Get("/blog/", func(w http.ResponseWriter, r *http.Request) {
		number, err := pageNumber(r.URL.Query().Get("page"))
		if err != nil {
			fail(w, err)
			return
		}
		p, err := blog.page(r.Context(), number)
		sendTempl(w, r, indexTempl(p), err)
	})
	r.Get("/blog/{slug}/", func(w http.ResponseWriter, r *http.Request) {
		p, err := blog.postBy(r.Context(), blog.bySlug, chi.URLParam(r, "slug"))
		sendTempl(w, r, postTempl(&p), err)
	})
	r.Get("/api/posts/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := postID(chi.URLParam(r, "id"))
		if err != nil {
			fail(w, err)
			return
		}
		p, err := blog.postBy(r.Context(), blog.byID, id)
		sendJSON(w, p.api(), err)
	})
	r.Post("/hits/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := postID(chi.URLParam(r, "id"))
		if err != nil {
			fail(w, err)
			return
		}
		hits, err := blog.count1(r.Context(), id)
		sendJSON(w, hits, err)
	})
	return r, nil
}

// sendTempl answers with a page, which is whole before it is sent.
func sendTempl(w http.ResponseWriter, r *http.Request, c templ.Component, err error) {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err == nil {
		err = c.Render(r.Context(), b)
	}
	send(w, htmlType, b, err)
}

func sendJSON(w http.ResponseWriter, v any, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	text, err := json.Marshal(v)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}
