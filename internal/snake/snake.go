// Package snake writes names of Go as those of columns and fields of forms.
package snake

import (
	"strings"
	"unicode"
)

// Case turns a Go name into snake case: PublishedAt is published_at, HTMLBody
// is html_body, AuthorID is author_id.
func Case(name string) string {
	var b strings.Builder
	rs := []rune(name)
	for i, r := range rs {
		if unicode.IsUpper(r) && i > 0 {
			afterLower := unicode.IsLower(rs[i-1]) || unicode.IsDigit(rs[i-1])
			beforeLower := i+1 < len(rs) && unicode.IsLower(rs[i+1])
			if (afterLower || beforeLower && unicode.IsUpper(rs[i-1])) && rs[i-1] != '_' {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
