package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// DefaultMaxURL is the longest URL answered unless [BuildConfig] says
// otherwise, in bytes.
const DefaultMaxURL = 8 << 10

// BuildConfig is what [Router.Build] needs besides the routes. The zero value
// is ready to use.
type BuildConfig struct {
	// ErrorHandler answers requests that failed. Defaults to [WriteError].
	ErrorHandler ErrorHandler

	// Middleware wraps every answer, those without a route too; the first is
	// outermost. It runs after the route was found, so that the request's
	// Pattern and path values are set already.
	Middleware []Middleware

	// LanguagePaths are the first segments of the paths of languages, such as "de":
	// each route has a second path "/de/..." there, and a second name "de:...", but
	// for those with [Route.AllLanguages]. A path that begins so leads to no route of
	// the first language, and a route that is written so is an error.
	LanguagePaths []string

	// MaxURL is the longest URL answered, in bytes as sent; longer ones get
	// 414. Defaults to [DefaultMaxURL]; negative means no limit.
	MaxURL int
}

// boundRoute is a route with all that mounts and groups add to it.
type boundRoute struct {
	*Route
	pattern pattern
	name    string
	mw      []Middleware
	api     bool
	// language is what its path begins with, "" for that of the first language.
	language string
}

// methods returns the route's method for people, "ANY" for every method.
func (b *boundRoute) methods() string {
	if b.method == "" {
		return "ANY"
	}
	return b.method
}

func (b *boundRoute) String() string {
	return fmt.Sprintf("route %s %q", b.methods(), b.pattern.text)
}

// Build checks all routes and returns the handler that serves them. When there
// are errors it returns every one of them, joined, each with the file and
// line of the registration: invalid patterns, routes that match the
// same requests, names used twice. The router may be built again after more
// registrations; that does not change what was built before.
func (r *Router) Build(cfg BuildConfig) (*Mux, error) {
	b := builder{cfg: cfg, root: &node{}}
	b.checkLanguagePaths()
	b.flatten(r.table, mounting{}, nil)
	mux := &Mux{
		root:   b.root,
		static: map[string]*leaf{},
		names:  map[string]*boundRoute{},
		fail:   cfg.ErrorHandler,
		maxURL: cfg.MaxURL,

		languages: slices.Clone(cfg.LanguagePaths),
	}
	if mux.fail == nil {
		mux.fail = WriteError
	}
	if mux.maxURL == 0 {
		mux.maxURL = DefaultMaxURL
	}
	for _, route := range b.routes {
		b.insert(mux, route)
		b.name(mux, route)
	}
	mux.routes = b.routes
	mux.root.markAPI()
	b.answers(mux)
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	return mux, nil
}

// builder collects routes and errors.
type builder struct {
	cfg    BuildConfig
	root   *node
	routes []*boundRoute
	errs   []error
}

func (b *builder) errorf(source, format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("%s: %w", source, fmt.Errorf(format, args...)))
}

// mounting is what mounts add to the routes of a table.
type mounting struct {
	prefix, space string
	mw            []Middleware
	api           bool
	language      string
}

// flatten appends the routes of t and of all routers mounted in it. The
// tables that lead here are in above.
func (b *builder) flatten(t *table, m mounting, above []*table) {
	above = append(above, t)
	for _, it := range t.items {
		in := mounting{m.prefix + it.prefix, joinName(m.space, it.space), slices.Concat(m.mw, it.mw), m.api || it.api, ""}
		if it.route != nil {
			b.bind(it.route, in)
			b.bindLanguages(it.route, in)
			continue
		}
		switch {
		case it.sub == nil:
			b.errorf(it.source, "mount %q: the router is nil", it.prefix)
		case slices.Contains(above, it.sub):
			b.errorf(it.source, "mount %q: the router is mounted in itself", it.prefix)
		default:
			b.flatten(it.sub, in, above)
		}
	}
}

func joinName(space, name string) string {
	if space == "" || name == "" {
		return space + name
	}
	return space + ":" + name
}

// bind appends one route, if its own parts are right.
func (b *builder) bind(route *Route, in mounting) {
	p, err := parsePattern(subtreeText(in.prefix+route.pattern, route.subtree))
	p.subtree = route.subtree
	bound := &boundRoute{Route: route, pattern: p, mw: in.mw, api: in.api || route.options.api, language: in.language}
	if p.subtree {
		p.segments = p.segments[:max(0, len(p.segments)-1)]
		bound.pattern = p
	}
	if err != nil {
		b.errorf(route.source, "%v: %w", bound, err)
	}
	if route.invalid != nil {
		b.errorf(route.source, "%v: %w", bound, route.invalid)
	}
	if route.label == "" {
		b.errorf(route.source, "%v: the handler is nil", bound)
	}
	if !isMethod(route.method) {
		b.errorf(route.source, "%v: the method must be upper-case letters", bound)
	}
	if slices.ContainsFunc(in.mw, func(m Middleware) bool { return m == nil }) {
		b.errorf(route.source, "%v: a middleware is nil", bound)
	}
	switch o := route.options; {
	case o.atWork < 0 || o.deadline < 0 && o.deadline != NoDeadline:
		b.errorf(route.source, "%v: a limit is negative", bound)
	case o.stream && o.setLimits:
		b.errorf(route.source, "%v: a stream has neither Deadline nor MaxAtWork; its limit is the argument of Stream", bound)
	}
	if route.named {
		bound.name = joinName(in.space, route.name)
		if route.name == "" || strings.ContainsFunc(bound.name, notInName) {
			b.errorf(route.source, "%v: the name %q must be letters, digits and any of _-.:", bound, bound.name)
		}
	}
	if err == nil {
		b.checkFirst(bound)
		b.routes = append(b.routes, bound)
	}
}

// subtreeText is the pattern that a mounted handler is listed under.
func subtreeText(text string, subtree bool) string {
	if subtree {
		return text + "/..."
	}
	return text
}

func isMethod(m string) bool {
	return strings.IndexFunc(m, func(c rune) bool { return (c < 'A' || c > 'Z') && c != '-' }) < 0
}

func notInName(c rune) bool {
	return c > 0x7f || !isAlnum(byte(c)) && !strings.ContainsRune("_-.:", c)
}

// insert puts the route into the tree unless it conflicts with one there.
func (b *builder) insert(mux *Mux, route *boundRoute) {
	place := b.root.place(&route.pattern)
	for _, e := range place.routes {
		if e.method == route.method || e.method == "" || route.method == "" {
			b.errorf(route.source, "%v conflicts with %v at %s: both match the same requests",
				route, e.route, e.route.source)
			return
		}
	}
	e := &endpoint{method: route.method, pattern: route.pattern.text, route: route, info: route.info(), first: b.inFirst(route)}
	for _, s := range route.pattern.params() {
		e.params = append(e.params, s.param)
	}
	h := route.handler
	if route.pattern.subtree {
		h = stripSegments(len(route.pattern.segments), h)
	}
	e.inner = b.wrapIn(route.source, h, route.mw)
	e.handler = b.wrapIn(route.source, e.inner, b.cfg.Middleware)
	if e.info.Secret {
		b.root.hide(&route.pattern)
	}
	place.routes = append(place.routes, e)
	if route.pattern.literal() {
		mux.static[route.pattern.text] = place
	}
}

// wrapIn puts h into mw.
func (b *builder) wrapIn(source string, h http.Handler, mw []Middleware) http.Handler {
	for _, m := range slices.Backward(mw) {
		if m == nil || h == nil {
			continue // reported elsewhere
		}
		if h = m(h); h == nil {
			b.errorf(source, "a middleware of this route returned nil")
		}
	}
	return h
}

// name enters the route's name.
func (b *builder) name(mux *Mux, route *boundRoute) {
	if route.name == "" {
		return
	}
	first, taken := mux.names[route.name]
	switch {
	case !taken:
		mux.names[route.name] = route
	case first.pattern.text != route.pattern.text:
		b.errorf(route.source, "%v is named %q like %v at %s: two URLs cannot share a name",
			route, route.name, first, first.source)
	}
}

// answers makes the handlers for requests without a route.
func (b *builder) answers(mux *Mux) {
	if slices.ContainsFunc(b.cfg.Middleware, func(m Middleware) bool { return m == nil }) {
		b.errs = append(b.errs, errors.New("a middleware in BuildConfig is nil"))
	}
	wrap := func(h http.Handler) http.Handler { return b.wrapIn("BuildConfig", h, b.cfg.Middleware) }
	mux.notFound = wrap(HandlerFunc(notFound))
	mux.notAllowed = wrap(HandlerFunc(methodNotAllowed))
	mux.tooLong = wrap(HandlerFunc(urlTooLong))
	mux.options = wrap(HandlerFunc(answerOptions))
	mux.redirect = wrap(HandlerFunc(mux.redirectSlash))
}
