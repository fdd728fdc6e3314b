package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Part is a piece of an extract.
type Part struct {
	Text string
	Mark bool // it is what was looked for
}

// Ellipsis is the part that begins an extract before which something is left
// out.
const Ellipsis = "... "

// Extract returns about length bytes of text around the first of the terms
// that occurs in it, with the terms marked, and "..." where something is left
// out. Where none occurs it is the beginning of the text. The terms are folded,
// the text is as it was written.
//
// The text is looked at in pieces, so that the memory does not grow with it.
func Extract(text string, terms []string, length int) []Part {
	from := Find(text, terms)
	from, to := window(text, max(from, 0)-length/3, length)
	f := foldPositions(text[from:to])
	var out []Part
	add := func(s string, mark bool) {
		if s != "" {
			out = append(out, Part{s, mark})
		}
	}
	if from > 0 {
		add(Ellipsis, false)
	}
	at := from
	for _, m := range f.matches(terms) {
		m.from, m.to = m.from+from, m.to+from
		if m.from < at {
			continue
		}
		add(text[at:m.from], false)
		add(text[m.from:m.to], true)
		at = m.to
	}
	add(text[at:to], false)
	if to < len(text) {
		add(" ...", false)
	}
	return out
}

// piece is how many bytes of a text are folded at a time.
const piece = 8 << 10

// Find returns where the first of the terms that occurs in text begins, as an
// index of a byte, or -1. The terms are folded, the text is as it was written.
// A term that has more than 4 kB of the text in it may be overlooked.
func Find(text string, terms []string) int {
	for from := 0; ; {
		to := min(from+piece, len(text))
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
		folded, first := Fold(text[from:to]), -1
		for _, term := range terms {
			if i := strings.Index(folded, term); term != "" && i >= 0 && (first < 0 || i < first) {
				first = i
			}
		}
		if first >= 0 {
			return from + foldPositions(text[from:to]).at[first]
		}
		if to == len(text) {
			return -1
		}
		// Half of it again, for what begins in this piece and ends in the next.
		from += piece / 2
		for from < to && !utf8.RuneStart(text[from]) {
			from++
		}
	}
}

// window returns the part of text of about that length that begins near from,
// in whole words where there are words.
func window(text string, from, length int) (int, int) {
	to := min(max(from, 0)+length, len(text))
	from = max(min(from, to-length), 0)
	if from > 0 {
		if i := strings.IndexFunc(text[from:to], unicode.IsSpace); i >= 0 && i < length/4 {
			from += i
		}
		for from < to && !utf8.RuneStart(text[from]) {
			from++
		}
		from += len(text[from:to]) - len(strings.TrimLeftFunc(text[from:to], unicode.IsSpace))
	}
	if to < len(text) {
		if i := strings.LastIndexFunc(text[from:to], unicode.IsSpace); i > length*3/4 {
			to = from + i
		}
		for to > from && !utf8.RuneStart(text[to]) {
			to--
		}
	}
	return from, to
}

// folding is a folded text that knows where its bytes come from.
type folding struct {
	folded string
	at     []int // for each byte, and the end, where its rune begins in the text
}

// foldPositions folds text as [Fold] does.
func foldPositions(text string) folding {
	var out strings.Builder
	at := make([]int, 0, len(text)+1)
	space := true
	for i, r := range text {
		if unicode.IsSpace(r) {
			if !space {
				out.WriteByte(' ')
			}
			space = true
		} else {
			space = false
			foldRune(&out, r)
		}
		for len(at) < out.Len() {
			at = append(at, i)
		}
	}
	return folding{out.String(), append(at, len(text))}
}

// span is a part of a text.
type span struct{ from, to int }

// matches returns where the terms occur, in order, the longer one first where
// two begin at the same place.
func (f folding) matches(terms []string) []span {
	var out []span
	for _, term := range terms {
		for i := 0; term != "" && i < len(f.folded); {
			n := strings.Index(f.folded[i:], term)
			if n < 0 {
				break
			}
			end := i + n + len(term)
			// Half of what one rune was folded to is no match of that rune.
			if s := (span{f.at[i+n], f.at[end]}); s.to > s.from {
				out = append(out, s)
			}
			i = end
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	return out
}
