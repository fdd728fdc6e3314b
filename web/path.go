package web

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// matchable returns the path in the form that the tree is searched with: each
// segment decoded, an encoded slash as NUL. It returns false for a path that
// no route may match.
func matchable(u *url.URL) (string, bool) {
	if !cleanPath(u.Path) {
		return "", false
	}
	if u.RawPath == "" {
		return u.Path, true
	}
	escaped := u.EscapedPath()
	if !strings.Contains(escaped, "%2F") && !strings.Contains(escaped, "%2f") {
		return u.Path, true
	}
	// cleanPath has refused every NUL that was sent, so one that is there now
	// can only be a slash that was encoded.
	escaped = strings.ReplaceAll(escaped, "%2F", "%00")
	escaped = strings.ReplaceAll(escaped, "%2f", "%00")
	path, err := url.PathUnescape(escaped)
	return path, err == nil
}

// cleanPath reports whether a decoded path begins with a slash, is valid UTF-8
// without control characters, and has no segment "." or "..".
func cleanPath(p string) bool {
	if p == "" || p[0] != '/' {
		return false
	}
	ascii := true
	for i := range len(p) {
		switch c := p[i]; {
		case c < ' ' || c == 0x7f:
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		case c == '.' && p[i-1] == '/' && dotSegment(p[i:]):
			return false
		}
	}
	return ascii || utf8.ValidString(p) && strings.IndexFunc(p, unicode.IsControl) < 0
}

// dotSegment reports whether p begins with the segment "." or "..".
func dotSegment(p string) bool {
	p = strings.TrimPrefix(p[1:], ".")
	return p == "" || p[0] == '/'
}

// toggleSlash adds the trailing slash that is missing, or takes away the one
// that is there. It returns "" for the root and where two slashes end the path.
func toggleSlash(path string) string {
	switch {
	case path == "/" || strings.HasSuffix(path, "//"):
		return ""
	case path[len(path)-1] == '/':
		return path[:len(path)-1]
	}
	return path + "/"
}
