package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxSlug is the length of a slug in characters.
const maxSlug = 150

// Slug returns s as it is used in addresses: lower case, words joined by single
// hyphens, accents taken off ("Čapek's Straße" is "capeks-strasse"). Letters
// that have no Latin form stay as they are. "C++" and "C#" are "cpp" and
// "csharp", or they would be one topic with "C".
//
// Slug is empty only if s has no letter and no digit, and at most 150 characters
// long, cut between words where possible. Slug(Slug(s)) is Slug(s).
func Slug(s string) string {
	var b strings.Builder
	var last rune // the letter, digit or mark just written; 0 at a word's end
	gap := false
	write := func(text string) {
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(text)
		last, _ = utf8.DecodeLastRuneInString(text)
	}
	text := norm.NFKD.String(strings.ToLower(s))
	for i, r := range text {
		rest := text[i+utf8.RuneLen(r):]
		switch {
		case unicode.Is(unicode.M, r):
			// On a Latin letter it is an accent. Elsewhere it may be a vowel.
			if last >= utf8.RuneSelf {
				b.WriteRune(r)
			}
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			write(latin(unicode.ToLower(r)))
		case r == '\'' || r == '’' || r == '\u200d' || r == '\u200c':
			// "it's" is one word in an address.
		case r == '+' && last != 0 && strings.HasPrefix(rest, "+") && wordEnds(rest[1:]):
			write("pp")
			last = 0
		case r == '#' && last != 0 && unicode.IsLetter(last) && wordEnds(rest):
			write("sharp")
			last = 0
		default:
			gap, last = true, 0
		}
	}
	return shorten(norm.NFC.String(b.String()))
}

func wordEnds(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !unicode.IsLetter(r) && !unicode.IsNumber(r)
}

// latin spells the letters that do not decompose.
func latin(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'đ', 'ð':
		return "d"
	case 'ł':
		return "l"
	case 'þ':
		return "th"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	}
	return string(r)
}

func shorten(slug string) string {
	if utf8.RuneCountInString(slug) <= maxSlug {
		return slug
	}
	short := Clip(slug, maxSlug)
	if at := strings.LastIndexByte(short, '-'); at > len(short)/2 && slug[len(short)] != '-' {
		short = short[:at]
	}
	return short
}
