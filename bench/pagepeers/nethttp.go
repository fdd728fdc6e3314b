package pagepeers

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"sync"
)

// The types of content that all answer with.
const (
	HTMLType = "text/html; charset=utf-8"
	JSONType = "application/json"
)

//go:embed html
var htmlFiles embed.FS

// HTMLTemplates returns the pages in html/template, for all programs that use it.
func HTMLTemplates() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"excerpt": Excerpt}).ParseFS(htmlFiles, "html/*.html")
}

// netHTTP is the blog with the standard library.
func netHTTP(ctx context.Context, s *Stores) (http.Handler, error) {
	blog, err := NewSQLBlog(ctx, s)
	if err != nil {
		return nil, err
	}
	pages, err := HTMLTemplates()
	if err != nil {
		return nil, err
	}
	h := &netHTTPBlog{blog: blog, index: pages.Lookup("index.html"), post: pages.Lookup("post.html")}
	h.buffers.New = func() any { return new(bytes.Buffer) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /blog/{$}", h.serveIndex)
	mux.HandleFunc("GET /blog/{slug}/{$}", h.servePost)
	mux.HandleFunc("GET /api/posts/{id}", h.serveAPI)
	mux.HandleFunc("POST /hits/{id}", h.serveHit)
	return mux, nil
}

type netHTTPBlog struct {
	blog        *SQLBlog
	index, post *template.Template
	buffers     sync.Pool
}

func (h *netHTTPBlog) serveIndex(w http.ResponseWriter, r *http.Request) {
	number, err := PageNumber(r.URL.Query().Get("page"))
	if err != nil {
		Fail(w, err)
		return
	}
	p, err := h.blog.Page(r.Context(), number)
	h.html(w, h.index, p, err)
}

func (h *netHTTPBlog) servePost(w http.ResponseWriter, r *http.Request) {
	p, err := h.blog.PostBySlug(r.Context(), r.PathValue("slug"))
	h.html(w, h.post, &p, err)
}

func (h *netHTTPBlog) serveAPI(w http.ResponseWriter, r *http.Request) {
	id, err := PostID(r.PathValue("id"))
	if err != nil {
		Fail(w, err)
		return
	}
	p, err := h.blog.PostByID(r.Context(), id)
	h.json(w, p.API(), err)
}

func (h *netHTTPBlog) serveHit(w http.ResponseWriter, r *http.Request) {
	id, err := PostID(r.PathValue("id"))
	if err != nil {
		Fail(w, err)
		return
	}
	hits, err := h.blog.Hit(r.Context(), id)
	h.json(w, hits, err)
}

// html answers with a page, which is whole before it is sent.
func (h *netHTTPBlog) html(w http.ResponseWriter, t *template.Template, data any, err error) {
	b := h.buffers.Get().(*bytes.Buffer)
	defer h.buffers.Put(b)
	b.Reset()
	if err == nil {
		err = t.Execute(b, data)
	}
	Send(w, HTMLType, b, err)
}

func (h *netHTTPBlog) json(w http.ResponseWriter, v any, err error) {
	b := h.buffers.Get().(*bytes.Buffer)
	defer h.buffers.Put(b)
	b.Reset()
	if err == nil {
		err = json.NewEncoder(b).Encode(v)
	}
	Send(w, JSONType, b, err)
}

// Send answers with what is in b, or with the error.
func Send(w http.ResponseWriter, contentType string, b *bytes.Buffer, err error) {
	if err != nil {
		Fail(w, err)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.Write(b.Bytes())
}

// Fail answers with an error.
func Fail(w http.ResponseWriter, err error) {
	status := StatusOf(err)
	http.Error(w, http.StatusText(status), status)
}
