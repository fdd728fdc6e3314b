package web

import (
	"errors"
	"fmt"
	"strings"
)

// maxParams bounds the parameters of one pattern, so that a match needs no
// memory of its own.
const maxParams = 16

// pattern is a parsed pattern. The trailing slash of "/blog/" is a last
// segment that is the empty literal.
type pattern struct {
	text     string
	segments []segment
	subtree  bool // everything below, for handlers mounted whole
}

// segment is what stands between two slashes: literal text in prefix, or a
// parameter with literal text around it.
type segment struct {
	prefix, suffix string
	param          string // name of the parameter; "" in a literal
	conv           converter
}

// parsePattern parses a whole pattern, prefixes of groups and mounts included.
func parsePattern(text string) (pattern, error) {
	p := pattern{text: text}
	if text == "" || text[0] != '/' {
		return p, errors.New("a pattern must begin with a slash")
	}
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		return p, fmt.Errorf("%q: a pattern is only the path of a URL", text[i:])
	}
	if !cleanPath(text) {
		return p, errors.New("a pattern must not have control characters, invalid UTF-8 or dot segments")
	}
	parts := strings.Split(text[1:], "/")
	params := 0
	for i, part := range parts {
		last := i == len(parts)-1
		if part == "" && !last {
			return p, errors.New("two slashes in a row never match")
		}
		s, err := parseSegment(part)
		if err != nil {
			return p, err
		}
		if s.param != "" {
			if params++; params > maxParams {
				return p, fmt.Errorf("more than %d parameters", maxParams)
			}
			if p.hasParam(s.param) {
				return p, fmt.Errorf("the parameter %s is used twice", s.param)
			}
			if s.conv == convPath && (!last || s.prefix != "" || s.suffix != "") {
				return p, fmt.Errorf("the path parameter %s must be the whole last segment", s.param)
			}
		}
		p.segments = append(p.segments, s)
	}
	return p, nil
}

func parseSegment(part string) (segment, error) {
	prefix, rest, found := strings.Cut(part, "{")
	if !found {
		if strings.Contains(part, "}") {
			return segment{}, fmt.Errorf("segment %q: } without {", part)
		}
		return segment{prefix: part}, nil
	}
	inner, suffix, closed := strings.Cut(rest, "}")
	switch {
	case strings.Contains(prefix, "}"):
		return segment{}, fmt.Errorf("segment %q: } without {", part)
	case !closed:
		return segment{}, fmt.Errorf("segment %q: { without }", part)
	case strings.ContainsAny(suffix, "{}"):
		return segment{}, fmt.Errorf("segment %q: only one parameter fits between two slashes", part)
	}
	name, convName, typed := strings.Cut(inner, ":")
	if !isIdentifier(name) {
		return segment{}, fmt.Errorf("segment %q: the name %q is not made of letters, digits and _", part, name)
	}
	conv, ok := converterNamed(convName)
	if !ok || typed && convName == "" {
		return segment{}, fmt.Errorf("segment %q: unknown converter %q; use %s", part, convName, converterNames)
	}
	return segment{prefix: prefix, suffix: suffix, param: name, conv: conv}, nil
}

func isIdentifier(s string) bool {
	if s == "" || '0' <= s[0] && s[0] <= '9' {
		return false
	}
	for i := range len(s) {
		if !isAlnum(s[i]) && s[i] != '_' {
			return false
		}
	}
	return true
}

func (p *pattern) hasParam(name string) bool {
	for _, s := range p.segments {
		if s.param == name {
			return true
		}
	}
	return false
}

// params returns the parameters in the order of the pattern.
func (p *pattern) params() []segment {
	var list []segment
	for _, s := range p.segments {
		if s.param != "" {
			list = append(list, s)
		}
	}
	return list
}

// count returns how many parameters the pattern has.
func (p *pattern) count() (n int) {
	for i := range p.segments {
		if p.segments[i].param != "" {
			n++
		}
	}
	return n
}

// literal reports whether the pattern matches one path only: its text.
func (p *pattern) literal() bool {
	return !p.subtree && len(p.params()) == 0
}
