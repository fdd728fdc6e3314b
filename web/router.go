package web

import (
	"fmt"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// HandlerFunc answers a request or returns why it could not. The error goes to
// the [ErrorHandler]; a handler that returns one should not have written yet
// (see [Fail] for what happens when it has). A HandlerFunc is an
// [http.Handler] too and may be used without a Router.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP calls f and passes its error to [Fail].
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rw := Observe(w)
	if err := f(rw, r); err != nil {
		Fail(rw, r, err)
	}
}

// Middleware wraps a handler in another one. It is called when the router is
// built, never while a request is served, and must not return nil.
type Middleware = func(http.Handler) http.Handler

// Router collects routes. Registering never fails: errors are found, all of
// them, by [Router.Build]. A Router is not safe for concurrent use; what Build
// returns is.
type Router struct {
	table  *table
	prefix string
	mw     []Middleware
	api    bool
}

// table is what all views of a router share.
type table struct {
	items []item
}

// item is a route, or a router mounted below a prefix.
type item struct {
	route  *Route
	sub    *table
	prefix string // of the view that registered it, and of a mount
	space  string // namespace of a mount
	mw     []Middleware
	api    bool
	source string
}

// Route is one registration. It exists to be named, and to say what is special
// about its requests: how long they may take, who asks.
type Route struct {
	method  string // "" is every method
	pattern string // without the prefixes of groups and mounts
	subtree bool
	handler http.Handler
	label   string  // what the handler is called in Go
	entry   uintptr // of its code; 0 if unknown
	source  string  // file:line of the registration
	name    string
	named   bool
	options routeOptions
	invalid error // what Build fails with
}

// Name names the route, so that [Mux.URL] finds it. A Mount puts its namespace
// before the name: "post" becomes "blog:post". Routes of one pattern may share
// a name.
func (r *Route) Name(name string) *Route {
	r.name, r.named = name, true
	return r
}

// NewRouter returns a router without routes.
func NewRouter() *Router { return &Router{table: &table{}} }

// Get registers h for GET and HEAD.
func (r *Router) Get(pattern string, h HandlerFunc) *Route {
	return r.add(http.MethodGet, pattern, h)
}

// Post registers h for POST.
func (r *Router) Post(pattern string, h HandlerFunc) *Route {
	return r.add(http.MethodPost, pattern, h)
}

// Put registers h for PUT.
func (r *Router) Put(pattern string, h HandlerFunc) *Route {
	return r.add(http.MethodPut, pattern, h)
}

// Patch registers h for PATCH.
func (r *Router) Patch(pattern string, h HandlerFunc) *Route {
	return r.add(http.MethodPatch, pattern, h)
}

// Delete registers h for DELETE.
func (r *Router) Delete(pattern string, h HandlerFunc) *Route {
	return r.add(http.MethodDelete, pattern, h)
}

// Method registers h for any one method, written as it is sent, such as
// "PROPFIND".
func (r *Router) Method(method, pattern string, h HandlerFunc) *Route {
	if method == "" {
		method = "(none)" // for Build to refuse: "" would mean every method
	}
	return r.add(method, pattern, h)
}

// Handle registers h for every method, OPTIONS included.
func (r *Router) Handle(pattern string, h http.Handler) *Route {
	return r.add("", pattern, h)
}

// MountHandler gives h every path below prefix, the prefix stripped as by
// [http.StripPrefix]: mounted at /static, h gets a request for /static/a.css
// as one for /a.css. The handler also gets the paths that no pattern matches
// because of an encoded or a doubled slash. Other routes below the prefix
// are tried first; the prefix itself is redirected to the prefix with a slash.
func (r *Router) MountHandler(prefix string, h http.Handler) *Route {
	route := r.add("", strings.TrimSuffix(prefix, "/"), h)
	route.subtree = true
	return route
}

// HasAPI reports whether a route of this router, or of one that is mounted in it, is declared
// with API.
func (r *Router) HasAPI() bool { return r.table.hasAPI(nil) }

func (t *table) hasAPI(above []*table) bool {
	if t == nil || slices.Contains(above, t) {
		return false // an error, which Build reports
	}
	above = append(above, t)
	return slices.ContainsFunc(t.items, func(it item) bool {
		if it.route != nil {
			return it.api || it.route.options.api
		}
		return it.sub.hasAPI(above)
	})
}

// Has reports whether a route is registered for exactly this pattern, in this
// router or in one that is mounted in it, whatever its method.
func (r *Router) Has(pattern string) bool { return r.table.has(pattern, "", nil) }

func (t *table) has(pattern, prefix string, above []*table) bool {
	if t == nil || slices.Contains(above, t) {
		return false // an error, which Build reports
	}
	above = append(above, t)
	return slices.ContainsFunc(t.items, func(it item) bool {
		if it.route != nil {
			return prefix+it.prefix+it.route.pattern == pattern
		}
		return it.sub.has(pattern, prefix+it.prefix, above)
	})
}

// Wrap returns a view of the same router whose later routes are wrapped by the
// middleware given, the first outermost. r itself is not changed.
func (r *Router) Wrap(mw ...Middleware) *Router {
	view := *r
	view.mw = slices.Concat(r.mw, mw)
	return &view
}

// Group calls routes with a view of the same router that puts prefix before
// every pattern. The prefix may hold parameters. In a group the pattern ""
// stands for the prefix itself.
func (r *Router) Group(prefix string, routes func(*Router)) {
	view := *r
	view.prefix += strings.TrimSuffix(prefix, "/")
	routes(&view)
}

// Mount includes all routes of sub, those registered later too, below prefix,
// which may hold parameters, and puts the namespace and a colon before their
// names, unless the namespace is empty. The middleware of r wraps that of sub.
// A router may be mounted several times.
func (r *Router) Mount(prefix, namespace string, sub *Router) {
	var t *table
	if sub != nil {
		t = sub.table
	}
	r.table.items = append(r.table.items, item{
		sub: t, prefix: r.prefix + strings.TrimSuffix(prefix, "/"), space: namespace, mw: r.mw, api: r.api, source: caller(2),
	})
}

// add registers a route for the exported method that calls it, whose caller is
// the source of the route.
func (r *Router) add(method, pattern string, h http.Handler) *Route {
	route := &Route{method: method, pattern: pattern, handler: h, label: handlerLabel(h), entry: handlerEntry(h), source: caller(3)}
	r.table.items = append(r.table.items, item{route: route, prefix: r.prefix, mw: r.mw, api: r.api, source: route.source})
	return route
}

// caller returns the file:line of the skip-th caller.
func caller(skip int) string {
	_, file, line, ok := runtime.Caller(skip)
	if !ok {
		return "unknown source"
	}
	return frameSource(runtime.Frame{File: file, Line: line})
}

func frameSource(f runtime.Frame) string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

// handlerLabel returns the name of the handler's function without the path of
// its package, or the type of a handler that is none, or "" for nil.
func handlerLabel(h http.Handler) string {
	v := reflect.ValueOf(h)
	switch {
	case !v.IsValid(), (v.Kind() == reflect.Func || v.Kind() == reflect.Pointer) && v.IsNil():
		return ""
	case v.Kind() != reflect.Func:
		return v.Type().String()
	}
	name := "func"
	if f := runtime.FuncForPC(v.Pointer()); f != nil {
		name = f.Name()
	}
	name = strings.TrimSuffix(name, "-fm")
	return name[strings.LastIndexByte(name, '/')+1:]
}
