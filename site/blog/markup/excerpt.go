package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// ExcerptWords is the number of words that lists show of a text.
const ExcerptWords = 100

// Excerpt returns the beginning of text, which is HTML, up to the given number
// of words, and whether anything was cut. Where it is, " ..." follows directly
// on the last word, and open elements are closed after it.
//
// A word is a run that starts with a letter, a digit or an underscore and goes
// on with those or hyphens, outside of tags and entities: "it's" counts two,
// "&amp;" none. This is how old versions of Django counted, so excerpts of a
// site that moves stay what they were. In scripts that have no spaces between
// words, such as Chinese and Thai, four letters count as one.
//
// The excerpt also ends before it has more than 200 bytes for each of the words,
// as where a picture is in the text itself, or a text has no words.
//
// Excerpts of several texts fit on one page: ids and links to them are removed,
// and so are references to footnotes and the footnotes themselves, which count
// as words nevertheless. The excerpt is as clean as text. The time is linear.
func Excerpt(text string, words int) (excerpt string, cut bool) {
	e := excerpter{limit: max(words, 0), room: bytesPerWord * max(min(words, 1<<40), 0)}
	z := html.NewTokenizer(strings.NewReader(text))
	for !e.over {
		switch z.Next() {
		case html.ErrorToken:
			e.closeAll(e.open)
			return e.out.String(), false
		case html.TextToken:
			e.text(string(z.Raw()))
		case html.StartTagToken:
			e.start(string(z.Raw()), z.Token())
		case html.SelfClosingTagToken:
			e.single(string(z.Raw()), z.Token())
		case html.EndTagToken:
			e.end(z.Token().Data)
		}
	}
	if e.limit == 0 {
		return "", true
	}
	if e.full {
		e.cutAt, e.cutOpen = e.out.Len(), e.open
	}
	kept := e.out.String()[:e.cutAt]
	e.out.Reset()
	e.out.WriteString(kept + " ...")
	e.closeAll(e.cutOpen)
	return e.out.String(), true
}

// bytesPerWord is how many bytes an excerpt may have for each of its words.
const bytesPerWord = 200

// excerpter copies tokens until it has seen one word more than the limit.
type excerpter struct {
	limit, count int
	room         int  // bytes that the output may have
	full         bool // it would have more
	out          strings.Builder
	open         []string // elements in the output that are open
	hidden       string   // the element that is being left out
	depth        int      // how many of that name are open in it

	over    bool     // there is more than the limit
	cutAt   int      // length of the output after the last word
	cutOpen []string // open there
}

// text counts the words of raw text.
func (e *excerpter) text(raw string) {
	from := 0 // raw[:from] is written
	for at := 0; at < len(raw); {
		if n := entity(raw[at:]); n > 0 {
			at += n
			continue
		}
		n := word(raw[at:])
		if n == 0 {
			_, size := utf8.DecodeRuneInString(raw[at:])
			at += size
			continue
		}
		if e.count++; e.count > e.limit {
			e.over = true
			return
		}
		at += n
		for at < len(raw) { // accents and vowels of the last letter
			r, size := utf8.DecodeRuneInString(raw[at:])
			if !unicode.Is(unicode.M, r) {
				break
			}
			at += size
		}
		if e.count == e.limit {
			e.write(literal(raw[from:at]))
			from = at
			e.cutAt = e.out.Len()
			e.cutOpen = append([]string(nil), e.open...)
		}
	}
	e.write(literal(raw[from:]))
}

// literal escapes what begins no tag where it stands, but might do so where it
// comes to stand.
func literal(raw string) string { return strings.ReplaceAll(raw, "<", "&lt;") }

func (e *excerpter) write(raw string) {
	switch {
	case e.hidden != "" || e.full:
	case e.out.Len()+len(raw) > e.room:
		e.full, e.over = true, true
	default:
		e.out.WriteString(raw)
	}
}

func (e *excerpter) start(raw string, tag html.Token) {
	switch {
	case isVoid(tag.Data):
		e.single(raw, tag)
	case e.hidden != "":
		if tag.Data == e.hidden {
			e.depth++
		}
	case isNote(tag) || isRaw(tag.Data):
		e.hidden, e.depth = tag.Data, 1
	default:
		if e.write(withoutIDs(raw, tag)); !e.full {
			e.open = append(e.open, tag.Data)
		}
	}
}

// single handles an element that has no end. Of others, "/>" is an error that
// browsers overlook.
func (e *excerpter) single(raw string, tag html.Token) {
	if !isVoid(tag.Data) {
		tag.Type = html.StartTagToken
		e.start(tag.String(), tag)
		return
	}
	e.write(withoutIDs(raw, tag))
}

// end closes an element and those that were left open in it. The end of an
// element that is not open is left out.
func (e *excerpter) end(name string) {
	if e.hidden != "" {
		if name == e.hidden {
			if e.depth--; e.depth == 0 {
				e.hidden = ""
			}
		}
		return
	}
	for i := len(e.open) - 1; i >= 0; i-- {
		if e.open[i] == name {
			e.closeAll(e.open[i:])
			e.open = e.open[:i]
			return
		}
	}
}

func (e *excerpter) closeAll(names []string) {
	for i := len(names) - 1; i >= 0; i-- {
		e.out.WriteString("</" + names[i] + ">")
	}
}

// isNote recognises a reference to a footnote, and the list of footnotes.
func isNote(tag html.Token) bool {
	for _, a := range tag.Attr {
		switch {
		case tag.Data == "sup" && a.Key == "id" && strings.Contains(a.Val, "fnref"):
			return true
		case tag.Data == "div" && a.Key == "class" && a.Val == "footnotes":
			return true
		}
	}
	return false
}

// isRaw reports whether what is in an element is not HTML, but for instance a
// script. Clean text has none.
func isRaw(name string) bool {
	switch name {
	case "script", "style", "textarea", "title", "iframe", "noembed", "noframes", "noscript", "plaintext", "xmp":
		return true
	}
	return false
}

// withoutIDs returns the tag, raw if there is nothing to take from it.
func withoutIDs(raw string, tag html.Token) string {
	var keep []html.Attribute
	for _, a := range tag.Attr {
		if a.Key == "id" || a.Key == "href" && strings.HasPrefix(a.Val, "#") {
			continue
		}
		keep = append(keep, a)
	}
	if len(keep) == len(tag.Attr) {
		return raw
	}
	tag.Attr = keep
	return tag.String()
}

// spaceless are the scripts that have no spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan}

// spacelessWord is how many letters of these scripts count as a word.
const spacelessWord = 4

// word returns the length of the word that begins s, or 0.
func word(s string) int {
	letters := 0
	for i, r := range s {
		if r > 0xe00 && unicode.In(r, spaceless...) {
			if letters++; letters > spacelessWord {
				return i
			}
		}
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_' && (r != '-' || i == 0) {
			return i
		}
	}
	return len(s)
}

// entity returns the length of the entity that begins s, or 0.
func entity(s string) int {
	if s[0] != '&' {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), 40)], ';')
	if end < 2 || strings.Trim(strings.TrimPrefix(s[1:end], "#"), "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return 0
	}
	return end + 1
}

func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}
