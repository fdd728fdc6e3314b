package cldr

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ParseDate reads a date that a visitor typed: as [Locale.AppendDate] writes it in the styles
// Long, Medium and Short, the last also with "-", "/" or "." between its numbers (points not where
// the month comes first), and as in ISO 8601, "2026-11-30". Names may be in
// their other forms and in any case; zeros in front of days and months, spaces, the point of an
// abbreviation and text behind the last field may be left out. Digits are those of ASCII or of
// the language.
//
// Years have four digits. Where the language writes two in the style Short, two are read as well:
// 00 to 68 are of this century, 69 to 99 of the last one. All else is an error, also a day that
// the month does not have, and a text that is a date in two ways.
func (l *Locale) ParseDate(text string) (year int, month time.Month, day int, err error) {
	if err := checkInput("date", text); err != nil {
		return 0, 0, 0, err
	}
	found, ok := l.scan(text, "y-MM-dd", true)
	if !ok {
		for _, pattern := range l.datePatterns() {
			other, too := l.scan(text, pattern, false)
			if ok && too && found != other {
				return 0, 0, 0, fmt.Errorf("%s is %04d-%02d-%02d or %04d-%02d-%02d",
					quote(text), found.year, found.month, found.day, other.year, other.month, other.day)
			}
			if too {
				found, ok = other, true
			}
		}
	}
	if !ok {
		example, _ := l.AppendDate(nil, time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC), Short)
		return 0, 0, 0, fmt.Errorf("%s is not a date of the form %s or \"2026-11-30\"", quote(text), quote(plain(string(example))))
	}
	if found.year < 1 || found.month < 1 || found.month > 12 {
		return 0, 0, 0, fmt.Errorf("%s is not a date: years are from 1 to 9999, months from 1 to 12", quote(text))
	}
	last := time.Date(found.year, time.Month(found.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if found.day < 1 || found.day > last {
		return 0, 0, 0, fmt.Errorf("%s is not a date: the days of %04d-%02d are from 1 to %d", quote(text), found.year, found.month, last)
	}
	return found.year, time.Month(found.month), found.day, nil
}

// datePatterns returns the patterns that dates are read by.
func (l *Locale) datePatterns() []string {
	patterns := []string{l.calendar.dates[Long], l.calendar.dates[Medium], l.calendar.dates[Short]}
	short := l.calendar.dates[Short]
	for _, separator := range []string{"-", "/", "."} {
		if separator == "." && short[0] == 'M' {
			continue // where months come first, people who write points mean the day
		}
		if p, ok := numbersBetween(short, separator); ok {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// numbersBetween returns a pattern of numbers with another separator between them; false if
// it has names, or more than separators.
func numbersBetween(pattern, separator string) (string, bool) {
	var out strings.Builder
	between := false // a separator is due before the next field
	for hasField(pattern) {
		var field byte
		var width int
		var literal string
		field, width, literal, pattern = nextField(pattern)
		switch {
		case field == 'M' && width <= 2, field == 'd', field == 'y':
			if between {
				out.WriteString(separator)
			}
			between = true
			out.WriteString(strings.Repeat(string(field), width))
		case field != 0, strings.ContainsFunc(literal, unicode.IsLetter):
			return "", false
		}
	}
	return out.String(), true
}

// ParseTime reads a time of day that a visitor typed, in one of three forms: as
// [Locale.AppendTime] writes it in the style Medium or Short, and with 24 hours as in ISO 8601,
// "15:04" or "15:04:05", with two digits each. Where the language has 12 hours, "3:04" without
// a half of the day is an error, as it would be a guess. Digits and spaces are as for
// [Locale.ParseDate].
func (l *Locale) ParseTime(text string) (hour, minute, second int, err error) {
	if err := checkInput("time", text); err != nil {
		return 0, 0, 0, err
	}
	for i, pattern := range [...]string{"HH:mm", "HH:mm:ss", l.calendar.times[0], l.calendar.times[1]} {
		m, ok := l.scan(text, pattern, i < 2)
		if !ok {
			continue
		}
		if m.hour > 23 || m.minute > 59 || m.second > 59 {
			return 0, 0, 0, fmt.Errorf("%s is not a time: the last of a day is 23:59:59", quote(text))
		}
		return m.hour, m.minute, m.second, nil
	}
	example, _ := l.AppendTime(nil, time.Date(2026, time.November, 30, 15, 4, 5, 0, time.UTC), Short)
	return 0, 0, 0, fmt.Errorf("%s is not a time of the form %s or \"15:04\"", quote(text), quote(plain(string(example))))
}

func checkInput(kind, text string) error {
	if len(text) > maxInput {
		return fmt.Errorf("the %s %s has %d bytes, and %d is the limit", kind, quote(text), len(text), maxInput)
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("the %s %s is not valid UTF-8", kind, quote(text))
	}
	return nil
}

// moment is what was read.
type moment struct{ year, month, day, hour, minute, second int }

// scanner reads a text by a pattern.
type scanner struct {
	l      *Locale
	text   string  // what is left, folded
	digits *system // those of the numbers so far
	iso    bool    // numbers have as many digits as the pattern says
	m      moment
	half   int    // 1 for the hours before noon, 2 for those after
	part   string // of the day, by its name
}

// scan reads a text that is as a pattern says. The numbers may be too large.
func (l *Locale) scan(text, pattern string, iso bool) (moment, bool) {
	s := scanner{l: l, text: strings.TrimSpace(fold(text)), iso: iso}
	twelve := false
	for pattern != "" {
		var field byte
		var width int
		var literal string
		field, width, literal, pattern = nextField(pattern)
		twelve = twelve || field == 'h'
		if field == 0 {
			if s.text == "" && !hasField(pattern) {
				break // what is behind the last field may be left out
			}
			if !s.literal(fold(literal)) {
				return moment{}, false
			}
		} else if !s.field(field, width, pattern) {
			return moment{}, false
		}
	}
	if strings.TrimSpace(s.text) != "" || twelve && !s.to24() {
		return moment{}, false
	}
	return s.m, true
}

// hasField reports whether a pattern has a field.
func hasField(pattern string) bool {
	for pattern != "" {
		var field byte
		if field, _, _, pattern = nextField(pattern); field != 0 {
			return true
		}
	}
	return false
}

// literal reads text of the pattern, of which the spaces may be left out.
func (s *scanner) literal(text string) bool {
	for _, r := range text {
		if r == ' ' {
			s.spaces()
			continue
		}
		s.spaces()
		rest, ok := strings.CutPrefix(s.text, string(r))
		if !ok {
			return false
		}
		s.text = rest
	}
	return true
}

func (s *scanner) spaces() {
	if !s.iso {
		s.text = strings.TrimLeft(s.text, " ")
	}
}

// field reads a field; rest is the pattern behind it.
func (s *scanner) field(field byte, width int, rest string) bool {
	s.spaces()
	least := 1
	if s.iso {
		least = 2
	}
	switch field {
	case 'y':
		return s.year(width)
	case 'G':
		return s.literal(fold(s.l.calendar.era))
	case 'M', 'L':
		if width > 2 {
			return s.monthName(rest)
		}
		return s.number(&s.m.month, least, 2)
	case 'd':
		return s.number(&s.m.day, least, 2)
	case 'H', 'h':
		return s.number(&s.m.hour, least, 2)
	case 'm':
		return s.number(&s.m.minute, 2, 2)
	case 's':
		return s.number(&s.m.second, 2, 2)
	case 'a', 'B':
		return s.period()
	}
	return false
}

// number reads all digits that are next, if they are as many as asked for.
func (s *scanner) number(into *int, least, most int) bool {
	count, value := 0, 0
	for s.text != "" {
		r, size := utf8.DecodeRuneInString(s.text)
		if s.digits == nil {
			s.digits = s.l.systemOf(s.text[:size])
		}
		if s.digits == nil {
			break
		}
		digit, ok := s.digits.value(r)
		if !ok {
			break
		}
		if count++; count > most {
			return false
		}
		value, s.text = value*10+digit, s.text[size:]
	}
	*into = value
	return count >= least
}

// year reads a year of four digits, or of two if the pattern has two.
func (s *scanner) year(width int) bool {
	before := s.text
	least := 4
	if width == 2 {
		least = 2
	}
	if !s.number(&s.m.year, least, 4) {
		return false
	}
	switch utf8.RuneCountInString(before) - utf8.RuneCountInString(s.text) {
	case 2:
		s.m.year += 1900
		if s.m.year < 1969 {
			s.m.year += 100
		}
	case 3:
		return false
	}
	return true
}

// monthName reads the name of a month in any of its forms, with the point of an abbreviation or
// without it.
func (s *scanner) monthName(rest string) bool {
	best := 0
	for _, names := range s.l.calendar.months {
		for i, name := range names {
			name = strings.TrimRight(fold(name), ".")
			if len(name) > best && strings.HasPrefix(s.text, name) && !continues(name, s.text[len(name):]) {
				best, s.m.month = len(name), i+1
			}
		}
	}
	s.text = s.text[best:]
	if !strings.HasPrefix(rest, ".") {
		s.text = strings.TrimPrefix(s.text, ".")
	}
	return best > 0
}

// continues reports whether a text goes on with a word or a number that a name is the beginning of.
func continues(name, text string) bool {
	last, _ := utf8.DecodeLastRuneInString(name)
	next, _ := utf8.DecodeRuneInString(text)
	if unicode.IsDigit(last) {
		return unicode.IsDigit(next)
	}
	return text != "" && unicode.IsLetter(last) && unicode.IsLetter(next)
}

// period reads a half of the day or, where the language has names for those, a part of it.
func (s *scanner) period() bool {
	best := 0
	for _, part := range s.l.calendar.parts {
		name := part[len("15:04="):]
		if n := prefixOf(s.text, name); n > best {
			best, s.part = n, name
		}
	}
	for _, names := range append(s.l.calendar.periods[:], []string{"am", "pm"}) {
		for i, name := range names {
			if n := prefixOf(s.text, name); n > best || n == best && n > 0 && s.part != "" {
				best, s.half = n, i+1
			}
		}
	}
	s.text = s.text[best:]
	return best > 0
}

// prefixOf returns how much of a text a name is, which may have points and spaces where the text has
// none, and the other way round; 0 if the text does not begin with the name.
func prefixOf(text, name string) int {
	rest := text
	for _, r := range fold(name) {
		if r == '.' || r == ' ' {
			continue
		}
		rest = strings.TrimLeft(rest, ". ")
		next, ok := strings.CutPrefix(rest, string(r))
		if !ok {
			return 0
		}
		rest = next
	}
	if continues(name, rest) {
		return 0
	}
	return len(text) - len(strings.TrimLeft(rest, "."))
}

// to24 makes an hour of 24 out of one of 12.
func (s *scanner) to24() bool {
	if s.m.hour < 1 || s.m.hour > 12 {
		return false
	}
	hour := s.m.hour % 12
	var fits []int
	for _, h := range [...]int{hour, hour + 12} {
		if s.part != "" && s.l.partOfDay(time.Date(2026, time.November, 30, h, 0, 0, 0, time.UTC)) == s.part {
			fits = append(fits, h)
		}
	}
	switch {
	case len(fits) == 1:
		s.m.hour = fits[0]
	case s.half > 0:
		s.m.hour = hour + (s.half-1)*12
	default:
		return false
	}
	return true
}

// fold makes texts equal that are so to a reader: in lower case, with plain spaces, with the
// letters that depend on their place or language as one, and without the accents that Greek
// has not in upper case.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); r {
		case 'ı':
			return 'i'
		case 'ς':
			return 'σ'
		case 'ά':
			return 'α'
		case 'έ':
			return 'ε'
		case 'ή':
			return 'η'
		case 'ί', 'ϊ', 'ΐ':
			return 'ι'
		case 'ό':
			return 'ο'
		case 'ύ', 'ϋ', 'ΰ':
			return 'υ'
		case 'ώ':
			return 'ω'
		}
		return r
	}, plain(text))
}
