package web

import (
	"net/http"
	"net/url"
)

// redirectSlash sends the client to the same path with or without the slash.
// The path matched no route before and does after, so it cannot begin with two
// slashes, and EscapedPath has escaped a backslash: the target stays on this
// host.
//
// Browsers keep the redirect for ever. So where a parameter is part of the
// path, the handler of the target is asked first whether it has anything there.
func (m *Mux) redirectSlash(w http.ResponseWriter, r *http.Request) error {
	target := url.URL{Path: toggleSlash(r.URL.Path), RawQuery: r.URL.RawQuery}
	if r.URL.RawPath != "" {
		target.RawPath = toggleSlash(r.URL.RawPath)
	}
	if err := m.nothingAt(w, r, &target); err != nil {
		return err
	}
	return Redirect(w, r, target.String(), http.StatusPermanentRedirect)
}

// nothingAt returns the error with which the handler of target says that there
// is nothing; nil where there is something, and where it is better not to ask.
func (m *Mux) nothingAt(w http.ResponseWriter, r *http.Request, target *url.URL) error {
	path, ok := matchable(target)
	if !ok {
		return notFound(w, r)
	}
	s := m.search(r.Method, path)
	e := s.below(m.root, path[1:], 0)
	if e == nil || len(e.params) == 0 || e.info.Stream {
		return nil
	}
	ask := r.Clone(r.Context())
	ask.Method, ask.URL = http.MethodHead, target
	ask.RequestURI = target.RequestURI()
	s.set(ask, e)
	var failed error
	rw := &Response{w: discard{http.Header{}}, mux: m, fail: func(w http.ResponseWriter, _ *http.Request, err error) {
		failed = err
		w.WriteHeader(Status(err))
	}}
	rw.answeredBy(e)
	if gaveUp := answer(e.inner, rw, ask); gaveUp {
		return nil // there was something
	}
	switch status := rw.Status(); {
	case failed == nil && (status == http.StatusNotFound || status == http.StatusGone):
		return notFound(w, r)
	case status == http.StatusNotFound, status == http.StatusGone, status >= 500:
		return failed
	}
	return nil
}

// answer calls the handler. It reports whether the handler gave up an answer
// that it had begun, with a panic of [http.ErrAbortHandler].
func answer(h http.Handler, w http.ResponseWriter, r *http.Request) (gaveUp bool) {
	defer func() {
		switch value := recover(); value {
		case nil:
		case http.ErrAbortHandler:
			gaveUp = true
		default:
			panic(value)
		}
	}()
	h.ServeHTTP(w, r)
	return false
}
