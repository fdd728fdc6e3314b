package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/volaweb/vola/fault"
)

// Mux is a built [Router]: it finds the route of a request and builds the URL
// of a route. It never changes and is safe for concurrent use.
type Mux struct {
	root   *node
	static map[string]*leaf // the literal patterns, which need no search
	names  map[string]*boundRoute
	routes []*boundRoute
	fail   ErrorHandler
	maxURL int
	json   jsonAnswers
	// languages are the first segments of the paths of languages.
	languages []string

	notFound, notAllowed, tooLong, options, redirect http.Handler
}

// ServeHTTP passes the request to the handler of its route, with the request's
// Pattern and path values set.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rw := &Response{w: w, fail: m.fail, mux: m}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &watchedBody{r.Body, rw}
	}
	m.handler(rw, r).ServeHTTP(rw, r)
	rw.end(r)
}

// handler finds what answers the request.
func (m *Mux) handler(rw *Response, r *http.Request) http.Handler {
	if m.maxURL > 0 && urlLength(r) > m.maxURL {
		return m.tooLong
	}
	if r.URL.RawPath == "" {
		if place := m.static[r.URL.Path]; place != nil {
			if e := place.find(r.Method, false); e != nil {
				r.Pattern = e.pattern
				rw.answeredBy(e)
				return e.handler
			}
		}
	}
	path, ok := matchable(r.URL)
	if !ok {
		if strings.HasPrefix(r.URL.Path, "/") {
			_, rw.secret = m.root.reach(r.URL.Path)
		}
		return m.notFound
	}
	s := m.search(r.Method, path)
	if e := s.below(m.root, path[1:], 0); e != nil {
		s.set(r, e)
		rw.answeredBy(e)
		return e.handler
	}
	var near *node
	near, rw.secret = m.root.reach(path)
	rw.api = near.api
	if s.missed {
		rw.Header().Set("Allow", m.allow(path))
		if r.Method == http.MethodOptions {
			return m.options
		}
		return m.notAllowed
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if other := toggleSlash(path); other != "" {
			if s := m.search(r.Method, other); s.below(m.root, other[1:], 0) != nil {
				return m.redirect
			}
		}
	}
	return m.notFound
}

// answeredBy notes what is special about the route.
func (rw *Response) answeredBy(e *endpoint) {
	rw.route, rw.api = e, e.info.API
	if e.info.Secret {
		rw.secret = e.pattern
	}
}

// set gives the request what the search found.
func (s *search) set(r *http.Request, e *endpoint) {
	r.Pattern = e.pattern
	for i, name := range e.params {
		r.SetPathValue(name, s.values[i])
	}
}

// allow returns the methods that path answers, as the Allow header has them.
func (m *Mux) allow(path string) string {
	methods := []string{http.MethodOptions}
	s := m.search(" ", path) // no route has this method, so every place is visited
	s.allow = &methods
	s.below(m.root, path[1:], 0)
	methods = slices.DeleteFunc(methods, func(method string) bool { return method == "" })
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	return strings.Join(slices.Compact(methods), ", ")
}

// urlLength returns the length of the URL as sent, as far as it is known.
func urlLength(r *http.Request) int {
	if r.RequestURI != "" {
		return len(r.RequestURI)
	}
	return max(len(r.URL.Path), len(r.URL.RawPath)) + len(r.URL.RawQuery)
}

func notFound(w http.ResponseWriter, r *http.Request) error {
	return fault.Wrap(fault.NotFound, errors.New("no route matches "+LogPath(w, r)), "There is no page at this address.")
}

func methodNotAllowed(w http.ResponseWriter, r *http.Request) error {
	cause := errors.New(r.Method + " " + LogPath(w, r) + ": the routes here allow " + w.Header().Get("Allow"))
	return fault.Wrap(fault.MethodNotAllowed, cause, "This page cannot be used in this way.")
}

func urlTooLong(http.ResponseWriter, *http.Request) error {
	return WithStatus(http.StatusRequestURITooLong, fault.New(fault.TooLarge, "The address is too long."))
}

func answerOptions(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// stripSegments passes requests on to h without the first n segments.
func stripSegments(n int, h http.Handler) http.Handler {
	if n == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stripped := new(http.Request)
		*stripped = *r
		stripped.URL = new(url.URL)
		*stripped.URL = *r.URL
		stripped.URL.Path = afterSegments(r.URL.Path, n)
		stripped.URL.RawPath = afterSegments(r.URL.RawPath, n)
		h.ServeHTTP(w, stripped)
	})
}

// afterSegments returns path without its first n segments, "" if it has no
// more than those.
func afterSegments(path string, n int) string {
	for range n {
		i := strings.IndexByte(strings.TrimPrefix(path, "/"), '/')
		if i < 0 {
			return ""
		}
		path = path[i+1:]
	}
	return path
}
