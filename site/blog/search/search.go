// Package search finds words in texts the way readers expect it of the search
// box of a site: whatever they type is looked for, "cafe" finds "Café", and
// there is no syntax to get wrong.
//
//	terms := search.Terms(`Café "web server"`)       // "cafe", "web server"
//	folded := search.Fold(post.Text)                  // stored, looked at by the database
//	extract := search.Extract(post.Text, terms, 160)  // what the page of results shows
//
// All functions are pure.
package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What is looked at of what somebody types.
const (
	maxQuery = 400 // bytes
	maxTerms = 12
)

// Fold returns s as it is compared: lower case, accents taken off, every run
// of white space one space.
func Fold(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	space := true
	for _, r := range s {
		if unicode.IsSpace(r) {
			if !space {
				out.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		foldRune(&out, r)
	}
	return strings.TrimRight(out.String(), " ")
}

// foldRune writes what a rune is compared as, which may be nothing.
func foldRune(out *strings.Builder, r rune) {
	if r < utf8.RuneSelf {
		out.WriteByte(byte(unicode.ToLower(r)))
		return
	}
	for _, d := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, d) && !unicode.IsControl(d) && d != utf8.RuneError {
			out.WriteRune(unicode.ToLower(d))
		}
	}
}

// Terms returns what to look for, folded, each once: the words of query, and
// phrases that it has in double quotes. All must occur in what is found. Of a
// query that is very long, or has very many words, only the beginning counts.
func Terms(query string) []string {
	if len(query) > maxQuery {
		query = query[:maxQuery]
		if i := strings.LastIndexByte(query, ' '); i > 0 {
			query = query[:i]
		}
	}
	query = strings.ToValidUTF8(query, "")
	query = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`).Replace(query)
	var terms []string
	seen := map[string]bool{}
	add := func(s string) {
		// A NUL is in no text, and databases refuse to look for it.
		s = Fold(strings.ReplaceAll(s, "\x00", ""))
		if s != "" && !seen[s] && len(terms) < maxTerms {
			seen[s] = true
			terms = append(terms, s)
		}
	}
	for i, part := range strings.Split(query, `"`) {
		if i%2 == 1 {
			add(part)
			continue
		}
		for _, word := range strings.Fields(part) {
			// Nothing that is written is made of signs alone.
			if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
				add(strings.TrimFunc(word, func(r rune) bool { return strings.ContainsRune(`.,;:!?'()[]{}<>`, r) }))
			}
		}
	}
	return terms
}
