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

// Extract returns about length bytes of text around the first of the terms
// that occurs in it, with the terms marked, and "..." where something is left
// out. Where none occurs it is the beginning of the text. The terms are folded,
// the text is as it was written.
func Extract(text string, terms []string, length int) []Part {
	parts, _ := ExtractFrom(func() (string, error) {
		n := min(len(text), pieceSize)
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n++
		}
		piece := text[:n]
		text = text[n:]
		return piece, nil
	}, terms, length)
	return parts
}

// pieceSize is how much of a text is looked at in one go, in bytes.
const pieceSize = 16 << 10

// spill is how much of the text before a piece is looked at again with it, in
// bytes, so that a term is found where it begins in one and ends in the other.
const spill = 2 << 10

// ExtractFrom is [Extract] of a text that is read in pieces, "" after the last.
// They end where runes do. Nothing is read after the piece that the extract
// ends in, and no more than two pieces are held.
func ExtractFrom(next func() (string, error), terms []string, length int) ([]Part, error) {
	var text, head string
	cut, more := false, true // something was before text; something is after it
	read := func() error {
		piece, err := next()
		text, more = text+piece, piece != ""
		return err
	}
	for {
		if err := read(); err != nil {
			return nil, err
		}
		f := foldPositions(text)
		first := f.first(terms)
		if first >= 0 {
			for more && len(text)-f.at[first] < 2*length {
				if err := read(); err != nil {
					return nil, err
				}
			}
			f = foldPositions(text)
			return extract(f, text, f.at[f.first(terms)]-length/3, length, terms, cut), nil
		}
		if head == "" {
			head = text
		}
		if !more {
			break
		}
		if keep := length + spill; len(text) > keep {
			from := len(text) - keep
			for from < len(text) && !utf8.RuneStart(text[from]) {
				from++
			}
			text, cut = text[from:], true
		}
	}
	parts := extract(foldPositions(head), head, 0, length, nil, false)
	if cut && len(head) <= length {
		parts = append(parts, Part{Text: " ..."})
	}
	return parts, nil
}

// extract returns the part of text that begins near from. Something was left
// out before the text if cut is true.
func extract(f folding, text string, from, length int, terms []string, cut bool) []Part {
	from, to := window(text, from, length)
	var out []Part
	add := func(s string, mark bool) {
		if s != "" {
			out = append(out, Part{s, mark})
		}
	}
	if from > 0 || cut {
		add("... ", false)
	}
	at := from
	for _, m := range f.matches(terms) {
		if m.from < at || m.to > to {
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

// first returns where the first of the terms begins, -1 for none.
func (f folding) first(terms []string) int {
	first := -1
	for _, term := range terms {
		if i := strings.Index(f.folded, term); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
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
