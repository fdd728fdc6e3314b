package vola

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/devpage"
	"github.com/volaweb/vola/web/middleware"
)

// ErrorPage is the data of the templates 404.html, 500.html and error.html,
// which a site or a module may bring: 404.html is used for pages that do not
// exist, 500.html for errors of the site, error.html for everything else
// that goes wrong and in place of the other two. Without them visitors get a
// plain page.
type ErrorPage struct {
	Status    int    // such as 404
	Title     string // such as "Not Found"
	Message   string // what the visitor may know of the cause; often empty
	RequestID string // to be told to the operator
}

// errorTemplates are the names of the templates for errors, without ".html".
var errorTemplates = [...]string{"404", "500", "error"}

func errorPage(name string) templates.PageOf[ErrorPage] {
	return templates.Page[ErrorPage](name + ".html")
}

// handleError answers a request that failed, and logs what the operator should
// know of it.
func (s *Site) handleError(w http.ResponseWriter, r *http.Request, err error) {
	status := web.Status(err)
	// The page is rendered although the time of the request may be over.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	data := ErrorPage{
		Status: status, Title: web.Title(r.Context(), status),
		Message: fault.MessageIn(err, i18n.From(r.Context()).T), RequestID: middleware.RequestIDFrom(r.Context()),
	}
	if panicked, ok := errors.AsType[*middleware.PanicError](err); !ok || panicked == nil {
		s.logError(w, r, status, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case status == web.StatusClientClosedRequest:
		w.WriteHeader(status) // nobody is there to read
	case s.opts.Dev && (status >= 500 || s.devNotFound(w, r, status)):
		devpage.Write(w, r, status, err, s.mux)
	case web.WantsJSON(w, r):
		web.WriteProblem(w, r, err, data.RequestID)
	default:
		s.sendErrorPage(w, r, data, err)
	}
}

// devNotFound reports whether a page that was not found is shown with what
// there is, in development: where no route leads to it, or where the site has
// no page of its own to show.
func (s *Site) devNotFound(w http.ResponseWriter, r *http.Request, status int) bool {
	if status != http.StatusNotFound || web.WantsJSON(w, r) {
		return false
	}
	return r.Pattern == "" || s.pages == nil || !s.pages.has(errorPage("404")) && !s.pages.has(errorPage("error"))
}

func (s *Site) logError(w http.ResponseWriter, r *http.Request, status int, err error) {
	log := s.opts.Log.Debug
	if status >= 500 && status != http.StatusServiceUnavailable {
		log = s.opts.Log.Error
	}
	log("request failed", "error", err, "status", status, "method", r.Method, "path", web.LogPath(w, r),
		"id", middleware.RequestIDFrom(r.Context()))
}

// sendErrorPage sends the site's own page for the status, or the plain one.
func (s *Site) sendErrorPage(w http.ResponseWriter, r *http.Request, data ErrorPage, cause error) {
	names := []string{"error"}
	if data.Status == http.StatusNotFound || data.Status == http.StatusInternalServerError {
		names = []string{strconv.Itoa(data.Status), "error"}
	}
	for _, name := range names {
		page := errorPage(name)
		if s.pages == nil || !s.pages.has(page) {
			continue
		}
		err := s.host.RenderStatus(w, r, data.Status, page.Data(data))
		if err == nil {
			return
		}
		if rw, ok := w.(*web.Response); ok && rw.Written() {
			return // it was rendered, but the client did not take it
		}
		s.opts.Log.Error("the page for errors failed", "template", page.TemplateName(), "error", err)
	}
	web.WriteError(w, r, cause)
}

var _ module.URLs = urls{}
