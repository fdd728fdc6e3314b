// Package accept reads the header fields by which a client says what it takes,
// such as Accept and Accept-Encoding (RFC 9110, section 12.5).
package accept

import (
	"strconv"
	"strings"
)

// Weight returns how much the client that sent header wants the offer, a media
// type or a coding in lower case: from 0, not at all, to 1. How exactly the
// header names it is in specific: 0 not at all, 1 by "*" or "*/*", 2 by
// "type/*", 3 by its name; the most exact one counts. An entry with a weight
// that is no number is left out.
func Weight(header, offer string) (weight float64, specific int) {
	for entry := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(entry, ";")
		s := match(strings.ToLower(strings.TrimSpace(name)), offer)
		if s == 0 || s < specific {
			continue
		}
		if q, ok := Quality(params); ok && (s > specific || q > weight) {
			weight, specific = q, s
		}
	}
	return weight, specific
}

// match says how exactly a name or range of a header stands for the offer.
func match(name, offer string) int {
	kind, _, _ := strings.Cut(offer, "/")
	switch name {
	case offer:
		return 3
	case kind + "/*":
		return 2
	case "*/*", "*":
		return 1
	}
	return 0
}

// Quality returns the weight among the parameters of an entry, from 0 to 1, and 1
// where there is none. ok is false for one that is no number.
func Quality(params string) (float64, bool) {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		value = strings.TrimSpace(value)
		if value == "" || strings.Trim(value, "0123456789.") != "" {
			return 0, false // ParseFloat takes more: signs, exponents, Inf
		}
		q, err := strconv.ParseFloat(value, 64)
		return min(q, 1), err == nil
	}
	return 1, true
}
