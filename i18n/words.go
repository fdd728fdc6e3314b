package i18n

import (
	"fmt"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/cldr"
)

// Ago writes when t is, as seen from now: "now" below a minute, "5 minutes ago", "in 2
// hours", and from 24 hours on by the days between them in the zone of now: "yesterday",
// "in 3 days", "2 weeks ago", "last month", "3 years ago". Weeks, months and years are whole
// ones. "last year" is said of the last year of the calendar; 13 months before a January are
// "1 year ago".
func (l *Language) Ago(t, now time.Time) string {
	n, unit, words := l.apart(t.In(now.Location()), now)
	out, err := l.cldr().AppendRelative(nil, n, unit, words)
	if err != nil { // of a unit of time there is none
		return l.Date(t, Medium)
	}
	return string(out)
}

// apart returns how far t is from now, in the unit that suits it; negative before it. words
// says that the calendar has as many weeks, months or years between them.
func (l *Language) apart(t, now time.Time) (n int64, unit cldr.Unit, words bool) {
	size := t.Sub(now).Abs()
	sign := int64(1)
	if t.Before(now) {
		sign = -1
	}
	switch {
	case size < time.Minute:
		return 0, cldr.Second, true
	case size < time.Hour:
		return sign * int64(size/time.Minute), cldr.Minute, true
	case size < 24*time.Hour:
		return sign * int64(size/time.Hour), cldr.Hour, true
	}
	const week, month = 7, 30 // days
	days := civil.DateOf(t).Sub(civil.DateOf(now)) * int(sign)
	months := ((t.Year()-now.Year())*12 + int(t.Month()) - int(now.Month())) * int(sign)
	whole := months
	if (t.Day()-now.Day())*int(sign) < 0 {
		whole = max(whole-1, min(months, 1))
	}
	switch {
	case days < week:
		return sign * int64(days), cldr.Day, true
	case days < month || months == 0:
		weeks := l.weekOf(t).Sub(l.weekOf(now)) / week * int(sign)
		return sign * int64(days/week), cldr.Week, weeks == days/week
	case whole < 12:
		return sign * int64(whole), cldr.Month, whole == months
	}
	years := (t.Year() - now.Year()) * int(sign)
	return sign * int64(whole/12), cldr.Year, whole/12 == years
}

// weekOf returns the first day of the week that a time is in.
func (l *Language) weekOf(t time.Time) civil.Date {
	return civil.DateOf(t).AddDays(-(int(t.Weekday()-l.FirstDay()) + 7) % 7)
}

// List writes the items of a list: "a, b, and c".
func (l *Language) List(items []string) string {
	return string(l.cldr().AppendList(nil, l.isolated(items), cldr.And))
}

// Either writes the items of a list of choices: "a, b, or c".
func (l *Language) Either(items []string) string {
	return string(l.cldr().AppendList(nil, l.isolated(items), cldr.Or))
}

// Unit writes a number of units, with at most one digit of the fraction: "5 kilometers"
// in the style Long, "5 km" in the style Short. The units are byte, kilobyte, megabyte,
// gigabyte, terabyte, meter, kilometer, celsius, percent, second, minute, hour, day, week,
// month and year; another one is an error, and so is another style.
func (l *Language) Unit(n any, unit string, style Style) (string, error) {
	x, err := decimal(n)
	if err != nil {
		return "", err
	}
	for u := cldr.Byte; u <= cldr.Year; u++ {
		if u.String() == unit {
			out, err := l.cldr().AppendUnit(nil, x, u, style.cldr(), 0, 1)
			return string(out), err
		}
	}
	return "", fmt.Errorf("the unit %.40q is not known", unit)
}
