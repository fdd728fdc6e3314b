// Package nearest finds what people meant by a name that is not known.
package nearest

import (
	"slices"
	"strings"
)

// Name returns the one of the known names that is most like name, or "" when
// none is much like it: when more than one in three characters, and one more,
// would have to change. Case does not count. Of several that are equally near
// it is the first in the alphabet.
func Name(name string, known []string) string { return Within(name, known, 1+len(name)/3) }

// Within is [Name] for names in which no more than most characters would have to
// change.
func Within(name string, known []string, most int) string {
	best, bestDistance := "", most+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// Hint returns `; did you mean x?` for the name that [Name] finds, to be put
// after a message, and "" where it finds none.
func Hint(name string, known []string) string {
	if n := Name(name, known); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}

// distance is the number of characters to insert, delete or replace to make b
// of a (Levenshtein).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j := range t {
			replaced := diagonal
			if s[i] != t[j] {
				replaced++
			}
			diagonal, row[j+1] = row[j+1], min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}
