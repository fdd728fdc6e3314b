package passwords

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/volaweb/vola/fault"
)

// Lengths of passwords, in code points of Unicode.
const (
	MinLength           = 12  // the default
	MinLengthWithFactor = 8   // for users who must have a second factor (NIST SP 800-63B-4), and the least for all
	MinLengthStrict     = 15  // what NIST SP 800-63B-4 asks of a password that is the only factor
	MaxLength           = 256 // a longer one is refused, as is one of more than [MaxBytes]
)

// Rules say which new passwords are too easy to guess, after NIST SP 800-63B-4: by their length,
// by a list of common passwords, by words about the user and the site, and by patterns. There are
// no rules about kinds of characters: they make passwords worse. The zero value has the default
// length and no words.
//
// The list has 100,000 passwords that became public, 44,010 of them with 12 characters or more:
// those that Django 5.2 refuses, and the most frequent of ten million. It is kept as prefixes of
// hashes, so that one in ten million other passwords is refused by mistake.
type Rules struct {
	// MinLength is how many code points a password has at least. Defaults to [MinLength]; below
	// [MinLengthWithFactor] it counts as that.
	MinLength int
	// Words are what others know of the user and the site: its name, the name of the user, the
	// e-mail address. They are split at whatever is not a letter or digit; parts of fewer than 3
	// characters do not count.
	Words []string
}

// Check returns nil for a password that may be set, and otherwise an error of kind
// [fault.Invalid] with a text for the visitor that can be translated. It does not change the
// password: spaces and capitals count. It refuses
//
//   - fewer code points than MinLength, more than [MaxLength], and what keyboards cannot type:
//     control characters and bytes that are not UTF-8;
//   - common passwords, also in capitals, or with up to 4 digits or signs after 8 characters;
//   - the words, alone or several of them, also in capitals, with fewer than 12 digits and signs
//     around them, or with signs in the place of letters: 0 for o, 1 and ! for i and l, 3 for e, 4
//     and @ for a, 5 and $ for s, 7 for t;
//   - what repeats a part that is itself too short, such as abcabcabcabc;
//   - sequences of letters, digits or keys beside each other, such as 123456789012, qwertyuiop12 or
//     1qaz2wsx3edc: each one of 3 characters or more counts as 2, each character that follows
//     itself does not count, and the rest must be more than half of MinLength.
func (r Rules) Check(password string) error {
	least := r.least()
	switch n := utf8.RuneCountInString(password); {
	case n < least:
		return fault.New(fault.Invalid, "The password is too short. It needs at least {n} characters.", "n", least)
	case n > MaxLength || len(password) > MaxBytes:
		return fault.New(fault.Invalid, "The password is too long. It can have at most {n} characters.", "n", MaxLength)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return fault.New(fault.Invalid, "The password has characters that cannot be typed.")
	}
	folded := fold(password)
	if isCommon(common, folded) || isCommon(common, withoutEnd(folded)) {
		return fault.New(fault.Invalid, "This password is one of the most common. Choose one that is harder to guess.")
	}
	if r.isWords(folded) {
		return fault.New(fault.Invalid, "This password is easy to guess from your name, your address or the name of this site.")
	}
	if isPattern([]rune(folded), least) {
		return fault.New(fault.Invalid, "This password is a simple pattern. Choose one that is harder to guess.")
	}
	return nil
}

// least returns the length that the rules ask for.
func (r Rules) least() int {
	if r.MinLength == 0 {
		return MinLength
	}
	return max(r.MinLength, MinLengthWithFactor)
}

// fold returns a text as it is compared.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// withoutEnd returns a password without up to 4 digits and signs at its end, if 8 characters or
// more are left.
func withoutEnd(s string) string {
	short := strings.TrimRightFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if cut := utf8.RuneCountInString(s[len(short):]); cut > 4 || utf8.RuneCountInString(short) < 8 {
		return s
	}
	return short
}

// standsFor says whether a character is written in the place of a letter.
func standsFor(written, letter rune) bool {
	switch written {
	case letter:
		return true
	case '0':
		return letter == 'o'
	case '1', '!':
		return letter == 'i' || letter == 'l'
	case '3':
		return letter == 'e'
	case '4', '@':
		return letter == 'a'
	case '5', '$':
		return letter == 's'
	case '7':
		return letter == 't'
	}
	return false
}

// isWords says whether a folded password is made of the words.
func (r Rules) isWords(password string) bool {
	var words [][]rune
	for _, word := range r.Words {
		for _, part := range strings.FieldsFunc(fold(word), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if n := utf8.RuneCountInString(part); n >= 3 && n <= MaxLength {
				words = append(words, []rune(part))
			}
		}
	}
	return len(words) > 0 && covered([]rune(password), words)
}

// covered says whether a text has nothing but the words and fewer than 12 digits and signs.
func covered(text []rune, words [][]rune) bool {
	const none = 1 << 30
	// fewest[i] is how many digits and signs the first i characters have at least beside words.
	fewest := slices.Repeat([]int{none}, len(text)+1)
	fewest[0] = 0
	for i, r := range text {
		if fewest[i] == none {
			continue
		}
		for _, word := range words {
			if beginsWith(text[i:], word) {
				fewest[i+len(word)] = min(fewest[i+len(word)], fewest[i])
			}
		}
		if !unicode.IsLetter(r) {
			fewest[i+1] = min(fewest[i+1], fewest[i]+1)
		}
	}
	n := fewest[len(text)]
	return n < MinLength && n < len(text)
}

func beginsWith(text, word []rune) bool {
	if len(text) < len(word) {
		return false
	}
	for i, letter := range word {
		if !standsFor(text[i], letter) {
			return false
		}
	}
	return true
}
