package cldr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxInput is the longest text that is read as a number, a date or a time, in bytes.
const maxInput = 500

// ParseDecimal reads a number that a visitor typed, and returns it as [ParseNumber] has it:
// "1.234,5" in German is "1234.5". The digits are those of ASCII or of the language, not mixed,
// with the separators that the language has for them: "1.234" is 1234 in German, and 1.234 in
// English. Groups may be left out; if there are some they must be complete, so "12.34" is an
// error in German. Spaces of all kinds are taken for each other where the language has one
// between groups, and the ASCII apostrophe for the typographic one. Spaces around the number
// do not matter. Fraction digits stay as they are: "1,50" is "1.50".
//
// What is not such a number is an error, as are exponents, signs of currencies or percent, and
// what is beyond the limits of a [Number].
func (l *Locale) ParseDecimal(text string) (string, error) {
	if len(text) > maxInput {
		return "", fmt.Errorf("the number %s has %d bytes, and %d is the limit", quote(text), len(text), maxInput)
	}
	decimal, ok := "", false
	if utf8.ValidString(text) {
		decimal, ok = l.parseDecimal(strings.TrimSpace(plain(text)))
	}
	if ok {
		_, err := ParseNumber(decimal)
		ok = err == nil
	}
	if !ok {
		example := l.AppendNumber(nil, Number{n: 6, exponent: -1, digits: [maxDigits]byte{1, 2, 3, 4, 5, 6}}, 0, 1)
		return "", fmt.Errorf("%s is not a number of the form %s", quote(text), quote(plain(string(example))))
	}
	return decimal, nil
}

// parseDecimal reads a number without spaces around it and without what plain removes.
func (l *Locale) parseDecimal(text string) (string, bool) {
	sign := ""
	switch r, size := utf8.DecodeRuneInString(text); r {
	case '-', '\u2212': // the minus of ASCII, and the typographic one
		sign, text = "-", text[size:]
	case '+':
		text = text[size:]
	}
	sys := l.systemOf(text)
	if sys == nil {
		return "", false
	}
	whole, fraction, hasFraction := strings.Cut(text, plain(sys.decimal))
	if whole == "" && !hasFraction || hasFraction && fraction == "" {
		return "", false
	}
	whole, ok := sys.joinGroups(whole, splitPattern(sys.decimalPattern, false))
	if !ok {
		return "", false
	}
	fraction, ok = sys.ascii(fraction)
	if !ok {
		return "", false
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if strings.Trim(whole+fraction, "0") == "" {
		sign = ""
	}
	if hasFraction {
		fraction = "." + fraction
	}
	return sign + whole + fraction, true
}

// systemOf returns the digits that are the first of a text. Texts without digits have none.
func (l *Locale) systemOf(text string) *system {
	for _, r := range text {
		for i := range l.systems {
			if _, ok := l.systems[i].value(r); ok {
				return &l.systems[i]
			}
		}
	}
	return nil
}

// value returns the value of a digit.
func (sys *system) value(r rune) (int, bool) {
	for i, digit := range sys.digits {
		if first, _ := utf8.DecodeRuneInString(digit); first == r {
			return i, true
		}
	}
	return 0, false
}

// ascii returns digits as those of ASCII.
func (sys *system) ascii(text string) (string, bool) {
	var b strings.Builder
	for _, r := range text {
		value, ok := sys.value(r)
		if !ok {
			return "", false
		}
		b.WriteByte('0' + byte(value))
	}
	return b.String(), true
}

// joinGroups returns the digits before the decimal point, which must be in complete groups or in
// none.
func (sys *system) joinGroups(text string, a affixes) (string, bool) {
	for _, separator := range [...]string{sys.group, sys.moneyGroup} {
		groups := splitSeparator(text, separator)
		if len(groups) == 1 {
			continue
		}
		var b strings.Builder
		for i, group := range groups {
			digits, ok := sys.ascii(group)
			size := a.secondary
			if i == len(groups)-1 {
				size = a.primary
			}
			// A number with groups does not begin with a zero: "0.123" was meant as something else.
			if !ok || i > 0 && len(digits) != size || i == 0 && (len(digits) < 1 || len(digits) > size || digits[0] == '0') {
				return "", false
			}
			b.WriteString(digits)
		}
		return b.String(), true
	}
	return sys.ascii(text)
}

// splitSeparator splits a text at a separator, or at what is typed for it.
func splitSeparator(text, separator string) []string {
	separator = plain(separator)
	if separator == "\u2019" || separator == "'" { // typographic apostrophes are rare on keyboards
		text, separator = strings.ReplaceAll(text, "\u2019", "'"), "'"
	}
	return strings.Split(text, separator)
}

// plain replaces all kinds of spaces by that of ASCII, and removes marks of direction, which
// CLDR has around signs and nobody types.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u200e' || r == '\u200f' || r == '\u061c':
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, text)
}
