package web

import (
	"net/http"
	"time"

	"github.com/volaweb/vola/internal/accept"
)

// routeOptions is what a route says of itself beside its name.
type routeOptions struct {
	allLanguages bool
	api          bool
	secret       bool
	stream       bool
	atWork       int
	deadline     time.Duration
	setLimits    bool // Deadline or MaxAtWork was called
	description  any
}

// Deadline sets how long a request of this route may take, instead of what
// the whole site has: the context of the request ends then. What waits for it,
// such as the database, fails, and the answer is 504. A handler that never
// looks at the context is not stopped. 0 means no deadline.
func (r *Route) Deadline(d time.Duration) *Route {
	r.options.deadline, r.options.setLimits = d, true
	if d == 0 {
		r.options.deadline = NoDeadline
	}
	return r
}

// NoDeadline is the Deadline of a [RouteInfo] whose route has none.
const NoDeadline time.Duration = -1

// MaxAtWork lets at most n requests of this route be at work at a time; more
// wait as for a place among all requests. For what takes much memory or time.
// 0, the default, means no limit of the route's own.
func (r *Route) MaxAtWork(n int) *Route {
	r.options.atWork, r.options.setLimits = n, true
	return r
}

// Stream declares that an answer of this route may go on for as long as the
// client listens, such as events or a large file. It takes no place among the
// requests at work and has no deadline. At most max run at a time, others get
// 503 at once; 0 means no limit. Its context ends when the client leaves or
// the server stops.
func (r *Route) Stream(max int) *Route {
	r.options.stream, r.options.atWork = true, max
	return r
}

// API declares that programs ask this route: its errors are JSON, whatever the
// request says that it accepts.
func (r *Route) API() *Route {
	r.options.api = true
	return r
}

// Secret declares that the path holds something that must not be in a log,
// such as the key of a link to reset a password. [LogPath] then returns the
// pattern.
func (r *Route) Secret() *Route {
	r.options.secret = true
	return r
}

// AllLanguages declares that the answers of this route are the same in all languages,
// such as files: it has one path on a site whose languages have paths of their own.
func (r *Route) AllLanguages() *Route {
	r.options.allLanguages = true
	return r
}

// API returns a view of the same router whose later routes are all declared
// with [Route.API]. A path below which there are only such routes has errors in
// JSON as well if no route matches it. r itself is not changed.
func (r *Router) API() *Router {
	view := *r
	view.api = true
	return &view
}

// RouteOf returns the route that answers, for middleware: nil where none
// matches the request and where w is not from a [Mux]. It must not be changed.
func RouteOf(w http.ResponseWriter) *RouteInfo {
	if rw := responseOf(w); rw != nil && rw.route != nil {
		return &rw.route.info
	}
	return nil
}

// MuxOf returns the Mux that w is from, nil where it is from none.
func MuxOf(w http.ResponseWriter) *Mux {
	if rw := responseOf(w); rw != nil {
		return rw.mux
	}
	return nil
}

// LogPath returns the path of the request as it may be logged: escaped,
// or the pattern of a route that is declared with [Route.Secret].
func LogPath(w http.ResponseWriter, r *http.Request) string {
	if rw := responseOf(w); rw != nil && rw.secret != "" {
		return rw.secret
	}
	return r.URL.EscapedPath()
}

// WantsJSON reports whether an error is to be answered in JSON: to a route that
// is declared with API, or to a client that wants "application/json" more than
// "text/html" by its Accept header.
func WantsJSON(w http.ResponseWriter, r *http.Request) bool {
	if rw := responseOf(w); rw != nil && rw.api {
		return true
	}
	header := r.Header.Get("Accept")
	json, exactJSON := accept.Weight(header, "application/json")
	if problem, exact := accept.Weight(header, "application/problem+json"); problem > json || exact > exactJSON {
		json, exactJSON = problem, exact
	}
	html, exactHTML := accept.Weight(header, "text/html")
	return json > html || json > 0 && json == html && exactJSON > exactHTML
}

// responseOf returns the Response that a Mux made and w is or wraps.
func responseOf(w http.ResponseWriter) *Response {
	for w != nil {
		if rw, ok := w.(*Response); ok && rw.mux != nil {
			return rw
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		w = u.Unwrap()
	}
	return nil
}

// onlyAPI reports whether all routes at and below n, of which there are some,
// are declared with API.
func (n *node) onlyAPI() bool {
	found := false
	for _, l := range []*leaf{n.leaf, n.rest, n.subtree} {
		if l == nil {
			continue
		}
		for _, e := range l.routes {
			if found = true; !e.info.API {
				return false
			}
		}
	}
	var below []*node
	for _, e := range n.static {
		below = append(below, e.node)
	}
	for _, e := range n.params {
		below = append(below, e.node)
	}
	for _, child := range below {
		if !child.api {
			return false
		}
		found = true
	}
	return found
}

// markAPI sets api in n and below it.
func (n *node) markAPI() {
	for _, e := range n.static {
		e.node.markAPI()
	}
	for _, e := range n.params {
		e.node.markAPI()
	}
	n.api = n.onlyAPI()
}
