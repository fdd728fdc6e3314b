// Package chitempl is the blog of bench/pages with chi and templ.
package chitempl

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/volaweb/vola/bench/pagepeers"
)

// Program returns the program.
func Program() pagepeers.Program {
	return pagepeers.Program{
		Name: "chi", About: "chi, templ, database/sql with prepared statements", Command: "chi",
		Serve: pagepeers.HandlerOf("chi", handler),
	}
}

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate -f blog.templ

// handler is the blog with chi and templ.
func handler(ctx context.Context, s *pagepeers.Stores) (http.Handler, error) {
	blog, err := pagepeers.NewSQLBlog(ctx, s)
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Get("/blog/", func(w http.ResponseWriter, r *http.Request) {
		number, err := pagepeers.PageNumber(r.URL.Query().Get("page"))
		if err != nil {
			pagepeers.Fail(w, err)
			return
		}
		p, err := blog.Page(r.Context(), number)
		sendTempl(w, r, indexTempl(p), err)
	})
	r.Get("/blog/{slug}/", func(w http.ResponseWriter, r *http.Request) {
		p, err := blog.PostBySlug(r.Context(), chi.URLParam(r, "slug"))
		sendTempl(w, r, postTempl(&p), err)
	})
	r.Get("/api/posts/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := pagepeers.PostID(chi.URLParam(r, "id"))
		if err != nil {
			pagepeers.Fail(w, err)
			return
		}
		p, err := blog.PostByID(r.Context(), id)
		sendJSON(w, p.API(), err)
	})
	r.Post("/hits/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := pagepeers.PostID(chi.URLParam(r, "id"))
		if err != nil {
			pagepeers.Fail(w, err)
			return
		}
		hits, err := blog.Hit(r.Context(), id)
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
	pagepeers.Send(w, pagepeers.HTMLType, b, err)
}

func sendJSON(w http.ResponseWriter, v any, err error) {
	if err != nil {
		pagepeers.Fail(w, err)
		return
	}
	text, err := json.Marshal(v)
	if err != nil {
		pagepeers.Fail(w, err)
		return
	}
	w.Header().Set("Content-Type", pagepeers.JSONType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}
