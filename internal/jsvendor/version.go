package jsvendor

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// version is one by Semantic Versioning 2.0.0.
type version struct {
	numbers [3]uint64
	pre     []string // of a version before a release
}

// parseVersion reads a whole version, such as 1.2.3 or 1.2.3-beta.1. What follows "+" does not count, but must be
// right too, as a version is a part of paths.
func parseVersion(text string) (version, bool) {
	var v version
	text, build, hasBuild := strings.Cut(text, "+")
	if _, ok := identifiers(build); hasBuild && !ok {
		return version{}, false
	}
	numbers, pre, hasPre := strings.Cut(text, "-")
	parts := strings.Split(numbers, ".")
	if len(parts) != 3 {
		return version{}, false
	}
	for i, part := range parts {
		n, ok := parseNumber(part)
		if !ok {
			return version{}, false
		}
		v.numbers[i] = n
	}
	if hasPre {
		var ok bool
		if v.pre, ok = identifiers(pre); !ok {
			return version{}, false
		}
	}
	return v, true
}

// identifiers splits what follows "-" or "+".
func identifiers(text string) ([]string, bool) {
	parts := strings.Split(text, ".")
	return parts, !slices.ContainsFunc(parts, func(part string) bool {
		return part == "" || strings.Trim(part, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != ""
	})
}

func parseNumber(text string) (uint64, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 53)
	return n, err == nil
}

// compare orders versions by their precedence (section 11).
func (v version) compare(w version) int {
	if c := slices.Compare(v.numbers[:], w.numbers[:]); c != 0 {
		return c
	}
	if len(v.pre) == 0 || len(w.pre) == 0 {
		return cmp.Compare(len(w.pre), len(v.pre)) // a release comes after its previews
	}
	return slices.CompareFunc(v.pre, w.pre, func(a, b string) int {
		m, aNumber := parseNumber(a)
		n, bNumber := parseNumber(b)
		switch {
		case aNumber && bNumber:
			return cmp.Compare(m, n)
		case aNumber:
			return -1
		case bNumber:
			return 1
		}
		return strings.Compare(a, b)
	})
}

// bound is a condition of a range: "<", ">=" and so on, with a version.
type bound struct {
	op string
	v  version
}

func (b bound) holds(v version) bool {
	switch c := v.compare(b.v); b.op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	default:
		return c == 0
	}
}

// versionRange is a range of versions as npm writes it: any of the sets of bounds, all of which hold.
type versionRange [][]bound

// parseRange reads a range, such as "^1.2.0 || >=3 <5", "~1.2", "1.x", "1.0 - 2.0" or "*".
func parseRange(text string) (versionRange, error) {
	var r versionRange
	for alternative := range strings.SplitSeq(text, "||") {
		bounds, err := parseBounds(alternative)
		if err != nil {
			return nil, fmt.Errorf("the range of versions %q cannot be read: %w", text, err)
		}
		r = append(r, bounds)
	}
	return r, nil
}

func parseBounds(text string) ([]bound, error) {
	words := strings.Fields(text)
	if len(words) == 3 && words[1] == "-" {
		low, err := parseBound(">=", words[0])
		if err != nil {
			return nil, err
		}
		high, err := parseBound("<=", words[2])
		return append(low, high...), err
	}
	out := []bound{}
	for i := 0; i < len(words); i++ {
		word := words[i]
		at := strings.IndexFunc(word, func(r rune) bool { return !strings.ContainsRune("<>=~^", r) })
		op := word
		if at >= 0 {
			op, word = word[:at], word[at:]
		} else if i++; i < len(words) { // ">= 1.2"
			word = words[i]
		} else {
			return nil, fmt.Errorf("%q has no version", op)
		}
		bounds, err := parseBound(op, word)
		if err != nil {
			return nil, err
		}
		out = append(out, bounds...)
	}
	return out, nil
}

// parseBound reads a version that may lack its last numbers, and says what a sign means with it.
func parseBound(op, text string) ([]bound, error) {
	low, known, err := parsePartial(text)
	if err != nil {
		return nil, err
	}
	if known == 0 {
		if op == "<" || op == ">" {
			return []bound{{"<", version{pre: []string{"0"}}}}, nil // nothing
		}
		return nil, nil
	}
	// next is the first version that differs in one of the first n numbers.
	next := func(n int) version {
		v := version{pre: []string{"0"}}
		copy(v.numbers[:n], low.numbers[:n])
		v.numbers[n-1]++
		return v
	}
	from := bound{">=", low}
	switch op {
	case "^":
		n := 1
		for n < known && low.numbers[n-1] == 0 {
			n++
		}
		return []bound{from, {"<", next(n)}}, nil
	case "~", "~>":
		return []bound{from, {"<", next(min(known, 2))}}, nil
	case "", "=":
		if known < 3 {
			return []bound{from, {"<", next(known)}}, nil
		}
		return []bound{{"=", low}}, nil
	case ">":
		if known < 3 {
			v := next(known)
			v.pre = nil
			return []bound{{">=", v}}, nil
		}
	case "<=":
		if known < 3 {
			return []bound{{"<", next(known)}}, nil
		}
	case "<", ">=":
	default:
		return nil, fmt.Errorf("%q is no sign", op)
	}
	return []bound{{op, low}}, nil
}

// parsePartial reads 1, 1.2, 1.x or a whole version; known says how many numbers it has.
func parsePartial(text string) (v version, known int, err error) {
	text = strings.TrimPrefix(text, "v")
	if v, ok := parseVersion(text); ok {
		return v, 3, nil
	}
	parts := strings.Split(text, ".")
	if len(parts) > 3 {
		return v, 0, fmt.Errorf("%q is no version", text)
	}
	for i, part := range parts {
		if part == "x" || part == "X" || part == "*" || part == "" && len(parts) == 1 {
			return v, i, nil
		}
		n, ok := parseNumber(part)
		if !ok {
			return v, 0, fmt.Errorf("%q is no version", text)
		}
		v.numbers[i] = n
	}
	return v, len(parts), nil
}

// has reports whether a version is in the range. One before a release is only where a bound names one of the
// same numbers.
func (r versionRange) has(v version) bool {
	for _, bounds := range r {
		previews := len(v.pre) == 0
		all := true
		for _, b := range bounds {
			all = all && b.holds(v)
			previews = previews || b.v.numbers == v.numbers && len(b.v.pre) > 0 && b.op != "<"
		}
		if all && previews {
			return true
		}
	}
	return false
}

// newest returns the newest of some versions that a filter accepts; "" if it accepts none.
func newest(versions []string, accept func(version) bool) string {
	best, found := version{}, ""
	for _, text := range versions {
		if v, ok := parseVersion(text); ok && accept(v) && (found == "" || v.compare(best) > 0) {
			best, found = v, text
		}
	}
	return found
}
