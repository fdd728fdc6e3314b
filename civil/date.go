// Package civil has the two kinds of time that have no time zone: a day of the
// calendar ([Date]) and a time of day ([Clock]). A birthday and opening hours
// are such things; a point in time is a [time.Time].
//
// Both types are small values that are compared with ==, used as keys of maps
// and stored by package orm. The calendar is the Gregorian one, also for the
// days before it was introduced (ISO 8601), as in package time.
package civil

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Date is a day of the calendar. There is no Date that is not a day. Its zero
// value is 1 January of the year 1, as that of [time.Time] is; use IsZero to
// ask for it, and a pointer for a date that may be absent.
//
// Years from 1 to 9999 can be written and stored; days outside of them come
// about by arithmetic only.
type Date struct {
	days int32 // since the zero value
}

// NewDate returns the day. A month or day outside its range is carried over as
// [time.Date] does it: 30 February is 1 or 2 March.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the day that t falls on in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return Date{int32((midnight.Unix() - zeroUnix) / secondsPerDay)}
}

const (
	secondsPerDay = 24 * 60 * 60
	// zeroUnix is the zero time in seconds since 1970.
	zeroUnix = -62135596800
)

// ParseDate reads a date of the form 2006-01-02, with a year of four digits
// from 0001 on (ISO 8601, RFC 3339's full-date).
func ParseDate(s string) (Date, error) {
	bad := func() (Date, error) {
		return Date{}, fmt.Errorf("%.40q is not a date of the form 2006-01-02", s)
	}
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return bad()
	}
	y, ok1 := digits(s[0:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 || y < 1 {
		return bad()
	}
	date := NewDate(y, time.Month(m), d)
	if _, month, day := date.Date(); int(month) != m || day != d {
		return Date{}, fmt.Errorf("%.40q is not a day of the calendar", s)
	}
	return date, nil
}

// digits returns the number that s, which holds at most nine characters,
// writes in decimal digits.
func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0
}

// midnight returns the beginning of the day in UTC.
func (d Date) midnight() time.Time {
	return time.Unix(zeroUnix+int64(d.days)*secondsPerDay, 0).UTC()
}

// Date returns the year, the month and the day of the month.
func (d Date) Date() (year int, month time.Month, day int) { return d.midnight().Date() }

// Year returns the year.
func (d Date) Year() int { return d.midnight().Year() }

// Month returns the month.
func (d Date) Month() time.Month { return d.midnight().Month() }

// Day returns the day of the month.
func (d Date) Day() int { return d.midnight().Day() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// AddDays returns the day n days later; a negative n is earlier.
func (d Date) AddDays(n int) Date { return Date{d.days + int32(n)} }

// Sub returns the number of days from o to d: 1 if o is the day before d.
func (d Date) Sub(o Date) int { return int(d.days) - int(o.days) }

// At returns the point in time when clocks in loc show c on that day. A time
// that daylight saving skips or repeats is taken as [time.Date] does.
func (d Date) At(c Clock, loc *time.Location) time.Time {
	year, month, day := d.Date()
	return time.Date(year, month, day, c.Hour(), c.Minute(), c.Second(), c.Microsecond()*1000, loc)
}

// Compare returns -1 if d is before o, +1 if it is after o, and else 0.
func (d Date) Compare(o Date) int { return cmp.Compare(d.days, o.days) }

// Before reports whether d is before o.
func (d Date) Before(o Date) bool { return d.days < o.days }

// After reports whether d is after o.
func (d Date) After(o Date) bool { return d.days > o.days }

// Equal reports whether d and o are the same day, as d == o does.
func (d Date) Equal(o Date) bool { return d == o }

// IsZero reports whether d is 1 January of the year 1.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the day in the form 2006-01-02.
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// Format returns the day in the layout of [time.Time.Format].
func (d Date) Format(layout string) string { return d.midnight().Format(layout) }

// AppendText implements [encoding.TextAppender], in the form of String. The
// error says that the year is not between 1 and 9999.
func (d Date) AppendText(b []byte) ([]byte, error) {
	t := d.midnight()
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("a date in the year %d, which is not between 1 and 9999, has no text", y)
	}
	return t.AppendFormat(b, time.DateOnly), nil
}

// MarshalText implements [encoding.TextMarshaler]: see AppendText. JSON uses it
// too.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler]: see [ParseDate].
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Moments returns the points in time when clocks in loc show c on that day, in their
// order: one on most days, none if a change of clocks skips it, two if it is repeated. So
// a program can say that a time does not exist, or ask which of two is meant.
func (d Date) Moments(c Clock, loc *time.Location) []time.Time {
	// What the clocks show is kept as if they were of UTC. No zone is further than that
	// from it, and no offset lasts shorter than an hour.
	const around = 26 * time.Hour
	shown := d.At(c, time.UTC)
	var out []time.Time
	last := 1 << 30 // an offset that no zone has
	for t := shown.Add(-around); !t.After(shown.Add(around)); t = t.Add(time.Hour) {
		_, offset := t.In(loc).Zone()
		if offset == last {
			continue
		}
		last = offset
		moment := shown.Add(-time.Duration(offset) * time.Second).In(loc)
		if _, has := moment.Zone(); has == offset && !slices.ContainsFunc(out, moment.Equal) {
			out = append(out, moment)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}
