package web

import (
	"fmt"
	"slices"
	"strings"
)

// Paths of languages: each route has one more path in each of them, and a path that begins
// with one leads to none of the first language, such as "/{slug}/{page}/" for "/de/x/": what
// is there would be shown in the wrong language.

// checkLanguagePaths reports what is wrong with those of the configuration.
func (b *builder) checkLanguagePaths() {
	for i, tag := range b.cfg.LanguagePaths {
		switch {
		case tag == "" || strings.ContainsFunc(tag, func(c rune) bool { return c > 0x7f || !isAlnum(byte(c)) && c != '-' }):
			b.errs = append(b.errs, fmt.Errorf("BuildConfig.LanguagePaths: %q is not one segment of letters, digits and -", tag))
		case slices.Contains(b.cfg.LanguagePaths[:i], tag):
			b.errs = append(b.errs, fmt.Errorf("BuildConfig.LanguagePaths: %q is given twice", tag))
		}
	}
}

// bindLanguages appends a route once more for each language that has its own paths.
func (b *builder) bindLanguages(route *Route, in mounting) {
	if route.options.allLanguages {
		return
	}
	prefix, space := in.prefix, in.space
	for _, tag := range b.cfg.LanguagePaths {
		in.prefix, in.space, in.language = "/"+tag+prefix, joinName(tag, space), tag
		b.bind(route, in)
	}
}

// inFirst reports whether a route is in the first language alone, on a site whose others have
// paths of their own.
func (b *builder) inFirst(route *boundRoute) bool {
	return len(b.cfg.LanguagePaths) > 0 && route.language == "" && !route.options.allLanguages
}

// checkFirst reports a route of the first language that stands among those of another one.
func (b *builder) checkFirst(route *boundRoute) {
	p := &route.pattern
	if !b.inFirst(route) || len(p.segments) == 0 || len(p.segments) == 1 && !p.subtree {
		return
	}
	if first := p.segments[0]; first.param == "" && slices.Contains(b.cfg.LanguagePaths, first.prefix) {
		b.errorf(route.source, "%v: its path begins with /%s/, as those of a language do; give it another one", route, first.prefix)
	}
}

// search returns a search for the route of a path.
func (m *Mux) search(method, path string) search {
	first, _, below := strings.Cut(path[1:], "/")
	return search{method: method, language: below && slices.Contains(m.languages, first)}
}
