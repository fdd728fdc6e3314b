package web

import "time"

// RouteInfo describes one route, for listings and for checks before any
// request.
type RouteInfo struct {
	Method  string      // such as "GET"; "ANY" for every method
	Pattern string      // with all prefixes; a mounted handler ends in "/..."
	Name    string      // with its namespaces; "" if it has none
	Params  []ParamInfo // in the order of the pattern
	Handler string      // the Go name of the handler function, or its type
	Source  string      // file:line of the registration

	API          bool          // its errors are JSON
	AllLanguages bool          // it has one path, whatever the language
	Secret       bool          // its paths are not logged
	Stream       bool          // it is not one of the requests at work
	MaxAtWork    int           // requests at a time; 0 means no limit of its own
	Deadline     time.Duration // of a request; 0 is that of the site, [NoDeadline] none

	Wrappers    []string // the middleware of the route by its Go names, the first outermost; without that of BuildConfig
	Guards      []any    // what [Described] says of the middleware, the outermost first
	Description any      // given by [Route.Describe], else nil
}

// ParamInfo describes a parameter of a route.
type ParamInfo struct {
	Name      string
	Converter string // "str", "int", "slug", "uuid" or "path"
}

// Routes returns all routes in the order of registration, those of a mounted
// router at the place where it was mounted.
func (m *Mux) Routes() []RouteInfo {
	list := make([]RouteInfo, len(m.routes))
	for i, route := range m.routes {
		list[i] = route.info()
	}
	return list
}

// Lookup returns the route that [Mux.URL] uses for name, and whether there is
// one.
func (m *Mux) Lookup(name string) (RouteInfo, bool) {
	route := m.names[name]
	if route == nil {
		return RouteInfo{}, false
	}
	return route.info(), true
}

func (b *boundRoute) info() RouteInfo {
	info := RouteInfo{
		Method: b.methods(), Pattern: b.pattern.text, Name: b.name,
		Handler: b.label, Source: b.source,
		API: b.api, AllLanguages: b.options.allLanguages, Secret: b.options.secret, Stream: b.options.stream,
		MaxAtWork: b.options.atWork, Deadline: b.options.deadline,
		Wrappers: WrapperNames(b.mw...), Description: b.options.description,
	}
	_, info.Guards = partsOf(b.mw)
	for _, s := range b.pattern.params() {
		info.Params = append(info.Params, ParamInfo{Name: s.param, Converter: s.conv.String()})
	}
	return info
}
