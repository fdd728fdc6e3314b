package templates

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// truncateWords returns the first words of a plain text, joined by single
// spaces and followed by "…" when some were left out.
func truncateWords(count int, text string) (string, error) {
	if count < 0 {
		return "", fmt.Errorf("truncatewords: %d words cannot be kept", count)
	}
	out := make([]byte, 0, min(len(text), 8*min(count, 1<<16))+len("…"))
	for word := range strings.FieldsSeq(text) {
		if count == 0 {
			return string(append(out, "…"...)), nil
		}
		count--
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, word...)
	}
	return string(out), nil
}

// truncateChars returns the first characters of a plain text; where some are
// left out, the last that is kept is "…".
func truncateChars(count int, text string) (string, error) {
	if count < 0 {
		return "", fmt.Errorf("truncatechars: %d characters cannot be kept", count)
	}
	if count == 0 {
		return "", nil
	}
	end, seen := len(text), 0
	for i := range text {
		if seen++; seen == count {
			end = i
		} else if seen > count {
			return text[:end] + "…", nil
		}
	}
	return text, nil
}

// wordCount returns the number of words in a plain text.
func wordCount(text string) int { return len(strings.Fields(text)) }

// capFirst returns a text with its first letter as a capital.
func capFirst(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || r == utf8.RuneError {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

// slugify makes the part of a URL that stands for a title: lower-case ASCII
// letters and digits, words joined by "-". Latin letters lose their accents;
// what has no ASCII form is left out, so the result may be empty.
func slugify(text string) string {
	var slug strings.Builder
	gap := false // a separator is due before the next letter
	for _, r := range strings.ToLower(text) {
		letters := asciiForm(r)
		switch {
		case letters != "":
			if gap && slug.Len() > 0 {
				slug.WriteByte('-')
			}
			gap = false
			slug.WriteString(letters)
		case r == '-' || r == '_' || r == '/' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
			gap = true
		}
	}
	return slug.String()
}

// asciiForm returns the ASCII letters or digit for a lower-case character;
// "" for one that has none. Letters with accents are those of Latin-1 and
// Latin Extended-A.
func asciiForm(r rune) string {
	switch {
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		return string(r)
	case r < 0x80:
		return ""
	}
	for _, fold := range [...]struct{ accented, ascii string }{
		{"àáâãäåāăą", "a"}, {"çćĉċč", "c"}, {"ďđð", "d"}, {"èéêëēĕėęě", "e"},
		{"ĝğġģ", "g"}, {"ĥħ", "h"}, {"ìíîïĩīĭįı", "i"}, {"ĵ", "j"}, {"ķĸ", "k"},
		{"ĺļľŀł", "l"}, {"ñńņňŉŋ", "n"}, {"òóôõöøōŏő", "o"}, {"ŕŗř", "r"},
		{"śŝşšſș", "s"}, {"ţťŧț", "t"}, {"ùúûüũūŭůűų", "u"}, {"ŵ", "w"},
		{"ýÿŷ", "y"}, {"źżž", "z"}, {"æ", "ae"}, {"œ", "oe"}, {"ĳ", "ij"},
		{"ß", "ss"}, {"þ", "th"},
	} {
		if strings.ContainsRune(fold.accented, r) {
			return fold.ascii
		}
	}
	return ""
}
