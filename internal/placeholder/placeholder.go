// Package placeholder fills named values into texts: "{name}" in
// "Hello, {name}!".
package placeholder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// next finds the first name in braces, from a place of a text on: text[from:to]
// is "{name}". ok is false if there is none. Braces around anything else are text.
func next(text string, at int) (from, to int, name string, ok bool) {
	for {
		i := strings.IndexByte(text[at:], '{')
		if i < 0 {
			return 0, 0, "", false
		}
		from = at + i
		end := from + 1
		for end < len(text) && isNameByte(text[end], end == from+1) {
			end++
		}
		if end > from+1 && end < len(text) && text[end] == '}' {
			return from, end + 1, text[from+1 : end], true
		}
		at = from + 1
	}
}

// isNameByte reports whether names of values may have c: letters, digits and
// underscores of ASCII, a letter first.
func isNameByte(c byte, first bool) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || !first && ('0' <= c && c <= '9' || c == '_')
}

// Names returns the names of the values in a text, each once, in their order.
func Names(text string) []string {
	var names []string
	for at := 0; ; {
		_, to, name, ok := next(text, at)
		if !ok {
			return names
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		at = to
	}
}

// Fill returns a text with its values, which are given as names and values in turn.
// What is not given stays as it is written. count is the value of {n} unless it is
// given, "" for none. isolate is given the text so far with the place at which a value
// begins in it, and returns it with the value as it is to be; nil leaves values as they are.
func Fill(text, count string, values []any, isolate func(text []byte, at int) []byte) string {
	from, to, name, ok := next(text, 0)
	if !ok {
		return text
	}
	out := make([]byte, 0, len(text)+16*len(values))
	at := 0
	for ok {
		out = append(out, text[at:from]...)
		if v, given := valueOf(name, values); given {
			begin := len(out)
			if out = appendValue(out, v); isolate != nil {
				out = isolate(out, begin)
			}
		} else if name == "n" && count != "" {
			out = append(out, count...)
		} else {
			out = append(out, text[from:to]...)
		}
		at = to
		from, to, name, ok = next(text, at)
	}
	return string(append(out, text[at:]...))
}

// valueOf finds a value by its name.
func valueOf(name string, values []any) (any, bool) {
	for i := 0; i+1 < len(values); i += 2 {
		if values[i] == name {
			return values[i+1], true
		}
	}
	return nil, false
}

func appendValue(out []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(out, v...)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case int64:
		return strconv.AppendInt(out, v, 10)
	}
	return fmt.Append(out, v)
}
