package templates

import (
	"fmt"
	"time"

	"github.com/volaweb/vola/i18n"
)

// date writes a time in Go's layout. A nil pointer and the zero time, which
// stand for "not yet" and "unknown", are written as nothing.
func date(layout string, value any) (string, error) {
	t, ok, err := timeOf("date", value)
	if !ok {
		return "", err
	}
	return t.Format(layout), nil
}

// timeOf returns the time that a value is; false for nil and the zero time.
func timeOf(function string, value any) (t time.Time, ok bool, err error) {
	switch v := value.(type) {
	case nil:
		return t, false, nil
	case *time.Time:
		if v == nil {
			return t, false, nil
		}
		t = *v
	case time.Time:
		t = v
	default:
		return t, false, fmt.Errorf("%s: %T is not a time", function, value)
	}
	return t, !t.IsZero(), nil
}

// timeSince is the function timesince: how long ago a time was, in at most two units that
// follow each other. What is not in the past is "0 minutes" ago.
func timeSince(l *i18n.Language, now time.Time, value any) (string, error) {
	t, ok, err := timeOf("timesince", value)
	if !ok {
		return "", err
	}
	return span(l, t, now), nil
}

// timeUntil is the function timeuntil: how long it is until a time.
func timeUntil(l *i18n.Language, now time.Time, value any) (string, error) {
	t, ok, err := timeOf("timeuntil", value)
	if !ok {
		return "", err
	}
	return span(l, now, t), nil
}

// span writes the time from one moment to another. Years and months are those
// of the calendar, so that a month is over on the same day of the next one.
func span(l *i18n.Language, from, to time.Time) string {
	from = from.In(to.Location())
	if !from.Before(to) {
		return countOf(l, 0, "minute")
	}
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	for months > 0 && addMonths(from, months).After(to) {
		months--
	}
	rest := to.Sub(addMonths(from, months))
	days := int(rest / (24 * time.Hour))
	counts := [...]int{months / 12, months % 12, days / 7, days % 7, int(rest/time.Hour) % 24, int(rest/time.Minute) % 60}
	units := [...]string{"year", "month", "week", "day", "hour", "minute"}
	for i, n := range counts {
		if n == 0 {
			continue
		}
		text := countOf(l, n, units[i])
		if i+1 < len(counts) && counts[i+1] > 0 {
			text += ", " + countOf(l, counts[i+1], units[i+1])
		}
		return text
	}
	return countOf(l, 0, "minute")
}

// addMonths is AddDate that stays in the month: the 31st becomes the last day
// of a shorter one.
func addMonths(t time.Time, months int) time.Time {
	moved := t.AddDate(0, months, 0)
	if moved.Day() != t.Day() {
		moved = moved.AddDate(0, 0, -moved.Day())
	}
	return moved
}

// countOf writes a number of units of time, such as "3 days".
func countOf(l *i18n.Language, n int, unit string) string {
	text, err := l.Unit(n, unit, i18n.Long)
	if err != nil {
		return fmt.Sprint(n, " ", unit)
	}
	return text
}
