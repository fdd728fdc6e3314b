package markup

import (
	"strings"

	"golang.org/x/net/html"
)

// PlainText returns what text, which is HTML, says: without tags, entities
// resolved, with single spaces, also between blocks. References to footnotes are
// left out. It is text, not HTML: escape it where it goes into a page.
func PlainText(text string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	skip := "" // the element that is being left out
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if skip == "" {
				b.WriteString(z.Token().Data)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			if skip == "" && isSilent(tag) {
				skip = tag.Data
			}
			if !isInline(tag.Data) {
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			name := z.Token().Data
			if name == skip {
				skip = ""
			}
			if !isInline(name) {
				b.WriteByte(' ')
			}
		}
	}
}

// isSilent reports whether what an element holds is not part of the text. None
// of these holds another of its name.
func isSilent(tag html.Token) bool {
	switch tag.Data {
	case "script", "style":
		return true
	case "sup":
		return isNote(tag)
	case "a":
		for _, a := range tag.Attr {
			if a.Key == "class" && a.Val == "footnote-backref" {
				return true
			}
		}
	}
	return false
}

// isInline reports whether an element can stand inside a word.
func isInline(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
		"kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr":
		return true
	}
	return false
}
