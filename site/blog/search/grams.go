package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Grams returns the pieces that an index of a folded text is made of: all runs
// of two and of three letters or digits that its words have in them, each once,
// in the order of the text. A text contains a term only if it has all of
// [Needed] of the term.
func Grams(folded string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(gram string) {
		if !seen[gram] {
			seen[gram] = true
			out = append(out, gram)
		}
	}
	for word := range words(folded) {
		for two := range runs(word, 2) {
			add(two)
		}
		for three := range runs(word, 3) {
			add(three)
		}
	}
	return out
}

// Anything stands in an index for a text that has too many different grams to
// be indexed. It is longer than a gram.
const Anything = "anything"

// maxGrams is how many grams of a text are indexed: far more than those of a
// text in any alphabet, and so few that PostgreSQL, which takes a megabyte,
// takes them of a book in Chinese too.
const maxGrams = 40_000

// Index returns what an index has of a folded text: its grams with spaces
// between them, or [Anything].
func Index(folded string) string {
	grams := Grams(folded)
	if len(grams) > maxGrams {
		return Anything
	}
	return strings.Join(grams, " ")
}

// Needed returns what of the grams of a text every text has that contains all
// the folded terms. It is nothing for terms of single letters and of signs:
// then an index says nothing about them.
func Needed(terms ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, term := range terms {
		for word := range words(term) {
			size := 3
			if utf8.RuneCountInString(word) == 2 {
				size = 2
			}
			for gram := range runs(word, size) {
				if !seen[gram] {
					seen[gram] = true
					out = append(out, gram)
				}
			}
		}
	}
	return out
}

// words yields the runs of letters and digits. Other signs are not looked at by
// an index, and differ between those of the databases.
func words(s string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// runs yields all runs of so many characters.
func runs(word string, size int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var starts [3]int // of the last characters
		n := 0
		for i, r := range word {
			starts[n%size] = i
			if n++; n >= size && !yield(word[starts[n%size]:i+utf8.RuneLen(r)]) {
				return
			}
		}
	}
}
