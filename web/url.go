package web

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
)

// URL returns the path of the route with the given name, its parameters
// replaced by args in the order of the pattern. Strings, integers, types
// based on these, and [fmt.Stringer] values are accepted where the parameter's
// converter accepts their text; each is escaped as one segment. It is an
// error when no route has the name or the arguments do not fit.
func (m *Mux) URL(name string, args ...any) (string, error) {
	route, err := m.named(name)
	if err != nil {
		return "", err
	}
	if len(args) != route.pattern.count() {
		return "", fmt.Errorf("route %q takes %s, %d given", name, countParams(route.pattern.params()), len(args))
	}
	return route.url(args)
}

// URLIn is [Mux.URL] in a language whose routes have paths of their own (see
// [BuildConfig]): that of the route there, else that of the route itself. tag is ""
// for the language without a path.
func (m *Mux) URLIn(tag, name string, args ...any) (string, error) {
	if tag != "" {
		if _, ok := m.names[tag+":"+name]; ok {
			name = tag + ":" + name
		}
	}
	return m.URL(name, args...)
}

// countParams says "3 parameters (year, month, slug)".
func countParams(params []segment) string {
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.param
	}
	switch len(params) {
	case 0:
		return "no parameters"
	case 1:
		return "1 parameter (" + names[0] + ")"
	}
	return fmt.Sprintf("%d parameters (%s)", len(params), strings.Join(names, ", "))
}

func (m *Mux) named(name string) (*boundRoute, error) {
	if route := m.names[name]; route != nil {
		return route, nil
	}
	if near := m.nearest(name); near != "" {
		return nil, fmt.Errorf("no route is named %q; did you mean %q?", name, near)
	}
	return nil, fmt.Errorf("no route is named %q", name)
}

func (b *boundRoute) url(args []any) (string, error) {
	var room [96]byte // most URLs are made without other memory than their own
	out := room[:0]
	for i := range b.pattern.segments {
		s := &b.pattern.segments[i]
		out = append(out, '/')
		if s.param == "" {
			out = appendEscaped(out, s.prefix)
			continue
		}
		text, err := argText(args[0])
		if err == nil {
			err = s.check(text)
		}
		if err != nil {
			return "", fmt.Errorf("route %q: parameter %s: %w", b.name, s.param, err)
		}
		args = args[1:]
		out = appendEscaped(out, s.prefix)
		for {
			part, rest, more := strings.Cut(text, "/")
			out = appendEscaped(out, part)
			if !more {
				break
			}
			out, text = append(out, '/'), rest
		}
		out = appendEscaped(out, s.suffix)
	}
	if b.pattern.subtree {
		out = append(out, '/')
	}
	return string(out), nil
}

// appendEscaped appends a part of a segment as [url.PathEscape] writes it.
func appendEscaped(out []byte, text string) []byte {
	if plain(text) {
		return append(out, text...)
	}
	return append(out, url.PathEscape(text)...)
}

// plain reports whether a text has nothing but ASCII letters, digits, hyphens and
// underscores.
func plain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// check reports why text cannot stand for the parameter of s: a URL made of it
// would not lead back to the route.
func (s *segment) check(text string) error {
	if s.conv != convPath && strings.Contains(text, "/") || !s.conv.accepts(text) {
		return fmt.Errorf("%q is not a value for %s", text, s.conv)
	}
	if text != "" && plain(text) {
		return nil // with what the pattern has around it, which was checked
	}
	if !cleanPath("/" + s.prefix + text + s.suffix) {
		return fmt.Errorf("%q has control characters, invalid UTF-8 or dot segments", text)
	}
	return nil
}

// argText returns the text of an argument of URL.
func argText(arg any) (string, error) {
	if s, ok := arg.(string); ok {
		return s, nil
	}
	v := reflect.ValueOf(arg)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return "", errors.New("the value is nil")
	}
	if s, ok := arg.(fmt.Stringer); ok {
		return s.String(), nil
	}
	switch {
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), nil
	}
	return "", fmt.Errorf("a %T is neither a string, an integer nor a fmt.Stringer", arg)
}

// nearest returns the name most like name, or "" if none is much like it. One
// that differs by its namespace alone comes first.
func (m *Mux) nearest(name string) string {
	known := slices.Sorted(maps.Keys(m.names))
	if i := slices.IndexFunc(known, func(k string) bool { return strings.HasSuffix(k, ":"+name) }); i >= 0 {
		return known[i]
	}
	return nearest.Name(name, known)
}
