package i18n

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The marks around a text whose direction is its own (Unicode Standard Annex 9).
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// isolate puts a value at the end of a text, which begins at a place, between marks if it
// has letters of the other direction than the language: a Hebrew name in an English
// sentence would turn the order of what is around it. Controls of direction in the value
// are dropped if they could end the isolation.
func (l *Language) isolate(text []byte, at int) []byte {
	value := text[at:]
	if l.isEnglish() && isASCII(value) {
		return text
	}
	turns, controls := false, false
	rtl := l.Dir() == "rtl"
	for _, r := range string(value) {
		turns = turns || unicode.IsLetter(r) && isRTL(r) != rtl
		controls = controls || isDirectional(r)
	}
	if controls && !isClosed(string(value)) {
		value = bytes.Map(func(r rune) rune {
			if isDirectional(r) {
				return -1
			}
			return r
		}, value)
		text = append(text[:at], value...)
	}
	if !turns {
		return text
	}
	value = bytes.Clone(text[at:])
	text = append(text[:at], firstStrongIsolate...)
	return append(append(text, value...), popIsolate...)
}

// isClosed reports whether the controls of direction in a text are isolates that end in it,
// as those of a list of this package.
func isClosed(text string) bool {
	open := 0
	for _, r := range text {
		switch {
		case 0x202a <= r && r <= 0x202e:
			return false
		case 0x2066 <= r && r <= 0x2068:
			open++
		case r == 0x2069:
			if open--; open < 0 {
				return false
			}
		}
	}
	return open == 0
}

// isolated returns the items of a list in the same way.
func (l *Language) isolated(items []string) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = string(l.isolate([]byte(item), 0))
	}
	return out
}

func (l *Language) isEnglish() bool {
	return l.tag == "" || l.tag == "en" || strings.HasPrefix(l.tag, "en-")
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isDirectional reports whether a character is a control that embeds, overrides or
// isolates text.
func isDirectional(r rune) bool { return 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 }

// isRTL reports whether a letter is written from right to left: those of the blocks that
// Unicode keeps for such scripts (DerivedBidiClass.txt).
func isRTL(r rune) bool {
	return 0x590 <= r && r <= 0x8ff || 0xfb1d <= r && r <= 0xfdff || 0xfe70 <= r && r <= 0xfeff ||
		0x10800 <= r && r <= 0x10fff || 0x1e800 <= r && r <= 0x1efff
}
