package cldr

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Style is how long a date or a time of day is.
type Style uint8

// The styles. What they look like in American English:
const (
	Full      Style = iota // Monday, November 30, 2026
	Long                   // November 30, 2026
	Medium                 // Nov 30, 2026
	Short                  // 11/30/26
	YearMonth              // November 2026
	MonthDay               // November 30
)

// styleCount is how many there are, of which the first four are for times as well.
const styleCount = int(MonthDay) + 1

// NameForm is the form of the name of a month or a day of the week. In many languages it
// is another one beside a number, as in "1 stycznia", than alone, as in "styczeń".
type NameForm uint8

// The forms.
const (
	Wide             NameForm = iota // "January" in a date
	Abbreviated                      // "Jan" in a date
	WideAlone                        // "January" as a heading
	AbbreviatedAlone                 // "Jan" as a heading
)

// nameForms is how many there are.
const nameForms = int(AbbreviatedAlone) + 1

// calendar is the Gregorian calendar of a language.
type calendar struct {
	months     [nameForms][]string
	days       [nameForms][]string
	periods    [3][]string        // names of the halves of the day: abbreviated, wide, narrow
	era        string             // the years since 1
	parts      []string           // of a day in the language, as "HH:MM=name"
	dates      [styleCount]string // patterns by style
	times      [2]string          // the patterns of Medium and Short
	joinedWith [4]string          // patterns of a date {1} and a time {0}, by the style of the date
}

// Month returns the name of a month; "" if there is none.
func (l *Locale) Month(m time.Month, form NameForm) string {
	return nameOf(&l.calendar.months, int(m)-1, form)
}

// Weekday returns the name of a day of the week; "" if there is none.
func (l *Locale) Weekday(d time.Weekday, form NameForm) string {
	return nameOf(&l.calendar.days, int(d), form)
}

func nameOf(names *[nameForms][]string, i int, form NameForm) string {
	if int(form) >= nameForms || i < 0 || i >= len(names[form]) {
		return ""
	}
	return names[form][i]
}

// FirstDay returns the day with which weeks begin in the region of the tag that was loaded,
// or in that where most speakers of the language live.
func (l *Locale) FirstDay() time.Weekday { return l.firstDay }

func firstDay(region string) time.Weekday {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(day.String()[:3], sharedKey("week", region)) {
			return day
		}
	}
	return time.Monday
}

// AppendDate appends the date of a time, in the time's zone. The calendar is the Gregorian
// one in all languages. Years before 1 and after 9999 are an error.
func (l *Locale) AppendDate(dst []byte, t time.Time, style Style) ([]byte, error) {
	if int(style) >= styleCount {
		return dst, fmt.Errorf("there is no style %d of dates", style)
	}
	if year := t.Year(); year < 1 || year > 9999 {
		return dst, fmt.Errorf("the year %d is not from 1 to 9999", year)
	}
	return l.appendFields(dst, l.calendar.dates[style], t), nil
}

// AppendTime appends the time of day of a time, in the time's zone, with hours up to 12 or
// 24 as the language has it: "3:04:05 PM". Short has no seconds; the other styles are the
// same, as names of zones are not known here. YearMonth and MonthDay are errors.
func (l *Locale) AppendTime(dst []byte, t time.Time, style Style) ([]byte, error) {
	if style > Short {
		return dst, fmt.Errorf("there is no style %d of times", style)
	}
	pattern := l.calendar.times[0]
	if style == Short {
		pattern = l.calendar.times[1]
	}
	return l.appendFields(dst, pattern, t), nil
}

// AppendDateTime appends the date and the time of day of a time: "November 30, 2026 at 3:04
// PM". The styles and errors are those of [Locale.AppendDate] and [Locale.AppendTime], and
// YearMonth and MonthDay are errors.
func (l *Locale) AppendDateTime(dst []byte, t time.Time, date, clock Style) ([]byte, error) {
	if date > Short {
		return dst, fmt.Errorf("there is no style %d of dates with a time", date)
	}
	size := len(dst)
	var err error
	pattern := l.calendar.joinedWith[date]
	for pattern != "" && err == nil {
		switch {
		case strings.HasPrefix(pattern, "{0}"):
			dst, err = l.AppendTime(dst, t, clock)
			pattern = pattern[3:]
		case strings.HasPrefix(pattern, "{1}"):
			dst, err = l.AppendDate(dst, t, date)
			pattern = pattern[3:]
		default:
			if pattern[0] != '\'' { // quotes are around the text
				dst = append(dst, pattern[0])
			}
			pattern = pattern[1:]
		}
	}
	if err != nil {
		return dst[:size], err
	}
	return dst, nil
}

// appendFields appends a time by a pattern of UTS 35, part 4, "Date Field Symbol Table".
func (l *Locale) appendFields(dst []byte, pattern string, t time.Time) []byte {
	for pattern != "" {
		var text string
		var field byte
		var width int
		if field, width, text, pattern = nextField(pattern); field == 0 {
			dst = append(dst, text...)
		} else {
			dst = l.appendField(dst, field, width, t)
		}
	}
	return dst
}

// nextField returns the first part of a pattern: a field, that is a letter and how often it is
// there, or else text.
func nextField(pattern string) (field byte, width int, text, rest string) {
	c := pattern[0]
	if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
		for width < len(pattern) && pattern[width] == c {
			width++
		}
		return c, width, "", pattern[width:]
	}
	if c == '\'' {
		text, rest, _ = strings.Cut(pattern[1:], "'")
		if text == "" { // two quotes are one
			text = "'"
		}
		return 0, 0, text, rest
	}
	_, size := utf8.DecodeRuneInString(pattern)
	return 0, 0, pattern[:size], pattern[size:]
}

func (l *Locale) appendField(dst []byte, field byte, width int, t time.Time) []byte {
	c := &l.calendar
	switch field {
	case 'G':
		return append(dst, c.era...)
	case 'y':
		if width == 2 {
			return l.appendPadded(dst, t.Year()%100, 2)
		}
		return l.appendPadded(dst, t.Year(), width)
	case 'M', 'L':
		if width <= 2 {
			return l.appendPadded(dst, int(t.Month()), width)
		}
		return append(dst, l.Month(t.Month(), nameForm(width == 4, field == 'L'))...)
	case 'E', 'c':
		return append(dst, l.Weekday(t.Weekday(), nameForm(width == 4, field == 'c'))...)
	case 'd':
		return l.appendPadded(dst, t.Day(), width)
	case 'H':
		return l.appendPadded(dst, t.Hour(), width)
	case 'h':
		return l.appendPadded(dst, (t.Hour()+11)%12+1, width)
	case 'm':
		return l.appendPadded(dst, t.Minute(), width)
	case 's':
		return l.appendPadded(dst, t.Second(), width)
	case 'a':
		return append(dst, c.periods[0][t.Hour()/12]...)
	case 'B':
		return append(dst, l.partOfDay(t)...)
	}
	return dst // the generator has refused all others
}

func nameForm(wide, alone bool) NameForm {
	form := Abbreviated
	if wide {
		form = Wide
	}
	if alone {
		form += WideAlone
	}
	return form
}

// partOfDay returns the name of the part of the day, which is not a half of it.
func (l *Locale) partOfDay(t time.Time) string {
	name := ""
	for _, part := range l.calendar.parts {
		hour := int(part[0]-'0')*10 + int(part[1]-'0')
		if t.Hour() >= hour { // all begin at a full hour
			name = part[len("15:04="):]
		}
	}
	return name
}

// appendPadded appends a number of a date, with zeros in front of it.
func (l *Locale) appendPadded(dst []byte, n, width int) []byte {
	for power := 1000; power > 0; power /= 10 {
		if n >= power || width >= 4 && power == 1000 || width >= 3 && power == 100 || width >= 2 && power == 10 || power == 1 {
			dst = append(dst, l.system.digits[n/power%10]...)
		}
	}
	return dst
}
