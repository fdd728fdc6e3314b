package cldr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unit is a unit of measurement.
type Unit uint8

// The units. Those from Second on are for relative times as well.
const (
	Byte Unit = iota
	Kilobyte
	Megabyte
	Gigabyte
	Terabyte
	Meter
	Kilometer
	Celsius
	Percent
	Second
	Minute
	Hour
	Day
	Week
	Month
	Year
)

// unitCount is how many there are.
const unitCount = int(Year) + 1

// String returns the name of the unit in CLDR, such as "kilometer".
func (u Unit) String() string {
	if int(u) >= unitCount {
		return fmt.Sprintf("Unit(%d)", uint8(u))
	}
	names := [unitCount]string{"byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "meter", "kilometer", "celsius", "percent",
		"second", "minute", "hour", "day", "week", "month", "year"}
	return names[u]
}

func parseUnit(name string) (Unit, bool) {
	for u := Byte; u <= Year; u++ {
		if u.String() == name {
			return u, true
		}
	}
	return 0, false
}

// AppendUnit appends a number of units: "5 kilometers" in the style Long, "5 km" in the style
// Short. The fraction digits are as for [Locale.AppendNumber]. Other styles and units are an
// error.
func (l *Locale) AppendUnit(dst []byte, n Number, unit Unit, style Style, minFraction, maxFraction int) ([]byte, error) {
	if int(unit) >= unitCount {
		return dst, fmt.Errorf("there is no unit %d", unit)
	}
	texts := &l.shortUnits
	switch style {
	case Long:
		texts = &l.longUnits
	case Short:
	default:
		return dst, fmt.Errorf("units have no style %d: it is Long or Short", style)
	}
	n.round(minFraction, maxFraction)
	if unit == Percent && style == Short { // which is as a share in percent is written
		return l.appendPattern(dst, l.system.percentPattern, &n, fill{}), nil
	}
	return l.appendText(dst, texts[unit][l.Plural(n)], &n), nil
}

// appendText appends a text with a number in it, which has been rounded.
func (l *Locale) appendText(dst []byte, text string, n *Number) []byte {
	before, after, ok := strings.Cut(text, "{0}")
	dst = append(dst, before...)
	if ok {
		dst = l.appendPattern(dst, l.system.decimalPattern, n, fill{})
	}
	return append(dst, after...)
}

// relative is how a language tells of times before and after now, in one unit.
type relative struct {
	words        string // as "-1=yesterday", with tabs between them
	past, future forms
}

// AppendRelative appends a time before now, if n is negative, or after it: "3 days ago", "in 2
// hours". With words it is "yesterday" for one day before, and the like for what else the
// language has a word for, which all languages have for 0: "now", "this hour". Units before
// Second are an error.
func (l *Locale) AppendRelative(dst []byte, n int64, unit Unit, words bool) ([]byte, error) {
	if unit < Second || int(unit) >= unitCount {
		return dst, fmt.Errorf("there are no times in the unit %s", unit)
	}
	r := &l.relative[unit-Second]
	if words && -2 <= n && n <= 2 {
		keys := [...]string{"-2", "-1", "0", "1", "2"}
		if word := find(r.words, keys[n+2]); word != "" {
			return append(dst, word...), nil
		}
	}
	number := Int(n)
	number.negative = false
	texts := &r.future
	if n < 0 {
		texts = &r.past
	}
	return l.appendText(dst, texts[l.Plural(number)], &number), nil
}

// ListKind is what the items of a list are to each other.
type ListKind uint8

// The kinds of lists.
const (
	And ListKind = iota // "a, b, and c"
	Or                  // "a, b, or c"
)

// list is what is between the items of a list.
type list struct{ start, middle, end, two string }

// AppendList appends the items of a list: "a, b, and c". The items are not changed; other kinds
// than And are taken for Or.
func (l *Locale) AppendList(dst []byte, items []string, kind ListKind) []byte {
	between := &l.lists[min(kind, Or)]
	for i, item := range items {
		switch {
		case i == 0:
		case len(items) == 2:
			dst = append(dst, l.conjunction(between.two, item)...)
		case i == 1:
			dst = append(dst, between.start...)
		case i < len(items)-1:
			dst = append(dst, between.middle...)
		default:
			dst = append(dst, l.conjunction(between.end, item)...)
		}
		dst = append(dst, item...)
	}
	return dst
}

// conjunction returns what is before the last item, which in Spanish depends on the sound that
// follows, and in Hebrew on the script. CLDR has this in its notes, and ICU in its code.
func (l *Locale) conjunction(text, item string) string {
	language, _, _ := strings.Cut(l.tag, "-")
	first, _ := utf8.DecodeRuneInString(item)
	switch {
	case language == "es" && text == " y " && soundsLikeI(item):
		return " e "
	case language == "es" && text == " o " && soundsLikeO(item):
		return " u "
	case language == "he" && text == " ו" && !unicode.Is(unicode.Hebrew, first):
		return " ו-"
	}
	return text
}

// soundsLikeI: "i" and "hi", but not "hia" and "hie".
func soundsLikeI(item string) bool {
	return hasPrefix(item, "i") || hasPrefix(item, "hi") && !hasPrefix(item, "hia") && !hasPrefix(item, "hie")
}

// soundsLikeO: "o", "ho", and the numbers that begin with ocho, and once.
func soundsLikeO(item string) bool {
	return hasPrefix(item, "o") || hasPrefix(item, "ho") || hasPrefix(item, "8") || item == "11" || hasPrefix(item, "11 ")
}

// hasPrefix ignores the case of ASCII letters.
func hasPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}
