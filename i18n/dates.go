package i18n

import (
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/cldr"
)

// Style is how long a date or a time of day is.
type Style uint8

// The styles, with what they look like in American English.
const (
	Full      Style = iota // Monday, November 30, 2026; 3:04:05 PM
	Long                   // November 30, 2026; 3:04:05 PM
	Medium                 // Nov 30, 2026; 3:04:05 PM
	Short                  // 11/30/26; 3:04 PM
	YearMonth              // November 2026; not for times of day
	MonthDay               // November 30; not for times of day
)

func (s Style) cldr() cldr.Style {
	switch s {
	case Long:
		return cldr.Long
	case Medium:
		return cldr.Medium
	case Short:
		return cldr.Short
	case YearMonth:
		return cldr.YearMonth
	case MonthDay:
		return cldr.MonthDay
	}
	return cldr.Full
}

// Date writes the date of a time, in the time's own zone (see [In]); in the Gregorian
// calendar. A year before 1 or after 9999 is written as ISO 8601 does.
func (l *Language) Date(t time.Time, style Style) string {
	out, err := l.cldr().AppendDate(nil, t, style.cldr())
	if err != nil {
		return t.Format(time.DateOnly)
	}
	return string(out)
}

// Day is Date for a day of the calendar.
func (l *Language) Day(d civil.Date, style Style) string {
	return l.Date(d.At(civil.Clock{}, time.UTC), style)
}

// Time writes the time of day of a time, in its own zone. Short is without seconds, all
// other styles have them.
func (l *Language) Time(t time.Time, style Style) string {
	out, err := l.cldr().AppendTime(nil, t, style.cldr())
	if err != nil {
		return t.Format(time.TimeOnly)
	}
	return string(out)
}

// Clock is Time for a time of day without a day.
func (l *Language) Clock(c civil.Clock, style Style) string {
	return l.Time(civil.NewDate(2000, time.January, 1).At(c, time.UTC), style)
}

// DateTime writes date and time of day: "November 30, 2026 at 3:04 PM".
func (l *Language) DateTime(t time.Time, date, clock Style) string {
	out, err := l.cldr().AppendDateTime(nil, t, date.cldr(), clock.cldr())
	if err != nil {
		return t.Format(time.DateTime)
	}
	return string(out)
}

// Month returns the name of a month as a heading has it, such as "November".
func (l *Language) Month(m time.Month) string { return l.cldr().Month(m, cldr.WideAlone) }

// Weekday returns the name of a day of the week as a heading has it, such as "Monday".
func (l *Language) Weekday(d time.Weekday) string { return l.cldr().Weekday(d, cldr.WideAlone) }

// FirstDay returns the day that weeks begin with.
func (l *Language) FirstDay() time.Weekday { return l.cldr().FirstDay() }
