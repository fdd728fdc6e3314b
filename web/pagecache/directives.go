package pagecache

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	list "github.com/volaweb/vola/internal/directives"
)

// directives are what a Cache-Control says to a cache that several visitors share (RFC 9111, section
// 5.2.2).
type directives struct {
	forbid         bool // private, no-store, no-cache, or not understood
	exact          bool // not to be used any more when it is too old
	shared, maxAge string
	hasShared      bool
	hasMaxAge      bool
}

// directivesOf reads all lines of Cache-Control. Names do not depend on case; one that is there
// twice with different values is not understood.
func directivesOf(h http.Header) (d directives) {
	for name, lines := range h {
		if !strings.EqualFold(name, "Cache-Control") {
			continue
		}
		for element := range list.All(lines) {
			d.add(strings.ToLower(element.Name), element.Value)
		}
	}
	return d
}

func (d *directives) add(name, value string) {
	switch name {
	case "private", "no-store", "no-cache": // also with names of fields: then the rest is of use, but seldom
		d.forbid = true
	case "must-revalidate", "proxy-revalidate":
		d.exact = true
	case "s-maxage":
		d.forbid = d.forbid || d.hasShared && d.shared != value
		d.shared, d.hasShared, d.exact = value, true, true // section 5.2.2.10
	case "max-age":
		d.forbid = d.forbid || d.hasMaxAge && d.maxAge != value
		d.maxAge, d.hasMaxAge = value, true
	}
}

// life returns how long an answer is good, at most longest; false for not at all.
func (d *directives) life(h http.Header, now time.Time, longest time.Duration) (time.Duration, bool) {
	age := ""
	switch {
	case d.hasShared:
		age = d.shared
	case d.hasMaxAge:
		age = d.maxAge
	case len(h["Expires"]) > 0:
		at, err := http.ParseTime(h["Expires"][0])
		if err != nil || len(h["Expires"]) > 1 || !at.After(now) {
			return 0, false // section 5.3: "0" is in the past
		}
		return min(longest, at.Sub(now)), true
	default:
		return longest, true
	}
	seconds, err := strconv.ParseUint(age, 10, 31)
	if isRange(err) {
		return longest, true
	}
	if err != nil || seconds == 0 {
		return 0, false
	}
	return min(longest, time.Duration(seconds)*time.Second), true
}

// isRange reports whether a number has the right form and is too large.
func isRange(err error) bool {
	n, ok := err.(*strconv.NumError)
	return ok && n.Err == strconv.ErrRange
}

// varies reports whether the answer depends on nothing that is not in the key of the page.
func (rec *recorder) varies(cfg *Config) bool {
	for name, lines := range rec.sent {
		switch {
		case strings.EqualFold(name, "Content-Encoding"), strings.EqualFold(name, "Content-Range"), strings.EqualFold(name, "Trailer"):
			return false
		case !strings.EqualFold(name, "Vary"):
			continue
		}
		for _, line := range lines {
			for on := range strings.SplitSeq(line, ",") {
				on = http.CanonicalHeaderKey(strings.TrimSpace(on))
				if on != "" && on != "Accept" && on != "Accept-Language" && !slices.Contains(cfg.Headers, on) {
					return false
				}
			}
		}
	}
	return true
}

// setsCookie reports whether the answer is for one visitor.
func (rec *recorder) setsCookie() bool {
	for name := range rec.sent {
		if strings.EqualFold(name, "Set-Cookie") || strings.EqualFold(name, "Set-Cookie2") {
			return true
		}
	}
	return false
}
