package web

import "net/http"

// MarkPersonal says that the answer to a request depends on who asks: somebody has looked at a
// session, a cookie or an account. Nothing that several visitors share keeps such an answer (see
// package pagecache). It may be called by any goroutine, at any time before the answer ends; what
// reads sessions does so. w is the writer of the request, or what wraps it.
func MarkPersonal(w http.ResponseWriter) {
	for rw := range responses(w) {
		rw.personal.Store(true)
	}
}

// Personal reports whether [MarkPersonal] was called for a request, by a handler or by what is
// around it.
func Personal(w http.ResponseWriter) bool {
	for rw := range responses(w) {
		if rw.personal.Load() {
			return true
		}
	}
	return false
}

// responses yields w and what it wraps, as far as that are Responses.
func responses(w http.ResponseWriter) func(yield func(*Response) bool) {
	return func(yield func(*Response) bool) {
		for w := w; w != nil; {
			if rw, ok := w.(*Response); ok && !yield(rw) {
				return
			}
			u, ok := w.(interface{ Unwrap() http.ResponseWriter })
			if !ok {
				return
			}
			w = u.Unwrap()
		}
	}
}

// Detach returns a Response that writes to another writer than w, of whose request it has the route
// and the [ErrorHandler]: for middleware that has an answer made to keep it. What is
// written, and what is registered with it, does not reach w.
func Detach(w, to http.ResponseWriter) *Response {
	d := &Response{w: to}
	if rw := responseOf(w); rw != nil {
		d.fail, d.mux, d.route, d.api, d.secret = rw.fail, rw.mux, rw.route, rw.api, rw.secret
	}
	return d
}
