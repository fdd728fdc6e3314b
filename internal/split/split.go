// Package split splits texts from their end.
package split

import "strings"

// Last is strings.Cut at the last sep: of "a:b:c" it returns "a:b" and "c". Without sep, before is
// the whole text.
func Last(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
