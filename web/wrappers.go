package web

import (
	"net/http"
	"path"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Chain makes one middleware of several, the first outermost: a request goes
// through A, B and C to the handler, and the answer through C, B and A back.
//
//	members := web.Chain(middleware.MaxBody(5<<20), auth.LoginRequired)
//
// Each is called once, when the router is built. What has settings is a struct with
// a method, whose value is a middleware as well: web.Chain(log.Wrap, limit.Wrap).
//
//go:noinline
func Chain(mw ...Middleware) Middleware {
	return func(next http.Handler) http.Handler {
		if probe, ok := next.(*wrapperProbe); ok {
			probe.mw = slices.Concat(probe.mw, mw)
			return next
		}
		for _, m := range slices.Backward(mw) {
			if m == nil || next == nil {
				return nil // which Build reports
			}
			next = m(next)
		}
		return next
	}
}

// Described gives middleware a description for programs that list routes: what was said of the middleware
// of a route is [RouteInfo.Guards]. Package web/api has there what a request must have to pass a guard.
// Package web does not look at it.
//
//go:noinline
func Described(mw Middleware, description any) Middleware {
	return func(next http.Handler) http.Handler {
		if probe, ok := next.(*wrapperProbe); ok {
			probe.mw, probe.said = append(probe.mw, mw), append(probe.said, description)
			return next
		}
		if mw == nil {
			return nil // which Build reports
		}
		return mw(next)
	}
}

// wrapperProbe asks what a Chain is made of, and what Described was told.
type wrapperProbe struct {
	mw   []Middleware
	said []any
}

func (*wrapperProbe) ServeHTTP(http.ResponseWriter, *http.Request) {}

// partsOf returns what middleware is made of by [Chain] and [Described]: each part that is made of
// nothing else, the first outermost, and what was said of any.
func partsOf(mw []Middleware) (parts []Middleware, said []any) {
	chain, described := reflect.ValueOf(Chain()).Pointer(), reflect.ValueOf(Described(nil, nil)).Pointer() // of the code, which all have
	for _, m := range mw {
		if m == nil {
			continue // an error, which Build reports
		}
		if code := reflect.ValueOf(m).Pointer(); code != chain && code != described {
			parts = append(parts, m)
			continue
		}
		var probe wrapperProbe
		m(&probe)
		inner, more := partsOf(probe.mw)
		parts, said = append(parts, inner...), slices.Concat(said, probe.said, more)
	}
	return parts, said
}

// WrapperNames returns what middleware is called in lists of routes: its names in Go, those of a
// [Chain] one by one.
func WrapperNames(mw ...Middleware) []string {
	parts, _ := partsOf(mw)
	var out []string
	for _, m := range parts {
		out = append(out, FuncName(m))
	}
	return out
}

// FuncName returns what a function is called in Go, without the path of its package:
// "auth.LoginRequired", or "middleware.MaxBody" for the function that MaxBody returns. A handler that
// is no function has the name of its type.
func FuncName(f any) string {
	v := reflect.ValueOf(f)
	switch {
	case !v.IsValid(), (v.Kind() == reflect.Func || v.Kind() == reflect.Pointer) && v.IsNil():
		return ""
	case v.Kind() != reflect.Func:
		return v.Type().String()
	}
	code := runtime.FuncForPC(v.Pointer())
	if code == nil {
		return "func"
	}
	name := strings.TrimSuffix(strings.ReplaceAll(code.Name(), "[...]", ""), "-fm")
	name = name[strings.LastIndexByte(name, '/')+1:]
	short := inner.ReplaceAllString(name, "")
	if short == name {
		return name
	}
	// The compiler may have put the code of the constructor into its caller, by whose name the
	// function goes then; the file is still that of the constructor.
	file, _ := code.FileLine(code.Entry())
	dir := path.Base(path.Dir(file))
	pkg, own, _ := strings.Cut(short, ".")
	own = strings.TrimPrefix(own, "(")
	if method, ok := strings.CutPrefix(own, "*"); ok {
		_, own, _ = strings.Cut(method, ".") // without the receiver
	}
	if strings.Contains(own, ".") && dir != pkg && !strings.HasSuffix(file, "_test.go") && !version.MatchString(dir) {
		short = dir + short[strings.LastIndexByte(short, '.'):]
	}
	return short
}

// version is the directory of a module of a later version.
var version = regexp.MustCompile(`^v\d+$|@`)

// inner is what the compiler adds for a function in a function.
var inner = regexp.MustCompile(`(\.func\d+(\.\d+)*|\.gowrap\d+)+$`)

// For says that the handler of the route was made of fn by the package that calls
// For, as package web/api makes handlers of typed functions: lists show fn, and where
// that package was called.
func (r *Route) For(fn any) *Route {
	r.label, r.entry = "", 0 // nil, which Build reports
	if v := reflect.ValueOf(fn); v.Kind() == reflect.Func && !v.IsNil() {
		r.label, r.entry = FuncName(fn), v.Pointer()
	}
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	first, more := frames.Next()
	for frame := first; ; frame, more = frames.Next() {
		if packageOf(frame.Function) != packageOf(first.Function) {
			r.source = frameSource(frame)
			return r
		}
		if !more {
			return r
		}
	}
}

// Describe gives the route a description for programs that list routes, which is
// [RouteInfo.Description]: package web/api has its Operation there. Package web does not look at it.
func (r *Route) Describe(description any) *Route {
	r.options.description = description
	return r
}

// Invalid makes Build fail with err, unless it is nil, for packages that make handlers: registering never fails.
func (r *Route) Invalid(err error) *Route {
	if err != nil {
		r.invalid = err
	}
	return r
}

func packageOf(function string) string {
	slash := strings.LastIndexByte(function, '/')
	dot := strings.IndexByte(function[slash+1:], '.')
	return function[:slash+1+max(dot, 0)]
}
