// Package directives takes apart fields of a header that are lists of names, some of which have
// a value, such as Cache-Control and Vary (RFC 9110, section 5.6; RFC 9111, section 5.2).
package directives

import (
	"iter"
	"strings"
)

// Directive is an element of such a list.
type Directive struct {
	Name     string // as it is written: case does not count
	Value    string // without the quotes around it
	HasValue bool   // it has one, which may be empty
}

// All returns the elements of all lines of a field. A comma in quotes does not end one, unless
// the quotes are never closed: of those nobody knows where they end. Empty elements are left
// out.
func All(lines []string) iter.Seq[Directive] {
	return func(yield func(Directive) bool) {
		for _, line := range lines {
			quotes := true
			for line != "" {
				at, closed := end(line, quotes)
				quotes = quotes && closed
				element := strings.TrimSpace(line[:at])
				line = line[min(at+1, len(line)):]
				if element == "" {
					continue
				}
				name, value, has := strings.Cut(element, "=")
				if !yield(Directive{strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`), has}) {
					return
				}
			}
		}
	}
}

// end returns where the first element of a line ends, and whether its quotes are closed.
func end(line string, quotes bool) (at int, closed bool) {
	quoted := false
	for i := 0; quotes && i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return i, true
		}
	}
	if at = strings.IndexByte(line, ','); at < 0 || quotes && !quoted {
		at = len(line)
	}
	return at, !quoted
}

// Has reports whether the lines of a field have an element of that name, with or without a value.
func Has(lines []string, name string) bool {
	for d := range All(lines) {
		if strings.EqualFold(d.Name, name) {
			return true
		}
	}
	return false
}
