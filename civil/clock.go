package civil

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Clock is a time of day, to the microsecond, on no particular day: what a
// clock on the wall shows. Its zero value is midnight.
type Clock struct {
	micros int64 // since midnight, less than a day
}

const microsPerDay = secondsPerDay * 1_000_000

// NewClock returns the time of day. Values outside their ranges are carried
// over, and whole days dropped: 23:90 is 00:30.
func NewClock(hour, minute, second, microsecond int) Clock {
	seconds := (int64(hour)*60+int64(minute))*60 + int64(second)
	return clock(seconds%secondsPerDay*1_000_000 + int64(microsecond))
}

// clock brings a number of microseconds into the day.
func clock(micros int64) Clock {
	return Clock{((micros % microsPerDay) + microsPerDay) % microsPerDay}
}

// ClockOf returns what clocks show at t in its own location, cut to the
// microsecond.
func ClockOf(t time.Time) Clock {
	return NewClock(t.Hour(), t.Minute(), t.Second(), t.Nanosecond()/1000)
}

// ParseClock reads a time of day of the form 15:04, 15:04:05 or 15:04:05.000000
// with one to six digits of fraction (ISO 8601).
func ParseClock(s string) (Clock, error) {
	bad := func() (Clock, error) {
		return Clock{}, fmt.Errorf("%.40q is not a time of day of the form 15:04:05", s)
	}
	whole, fraction, hasFraction := strings.Cut(s, ".")
	if len(whole) != len("15:04") && len(whole) != len("15:04:05") || whole[2] != ':' {
		return bad()
	}
	h, ok1 := digits(whole[0:2])
	m, ok2 := digits(whole[3:5])
	sec, ok3 := 0, !hasFraction // a fraction is one of seconds
	if len(whole) > len("15:04") {
		sec, ok3 = digits(whole[6:8])
		ok3 = ok3 && whole[5] == ':'
	}
	micros, ok4 := 0, true
	if hasFraction {
		micros, ok4 = digits((fraction + "000000")[:6])
		ok4 = ok4 && len(fraction) >= 1 && len(fraction) <= 6
	}
	if !ok1 || !ok2 || !ok3 || !ok4 || h > 23 || m > 59 || sec > 59 {
		return bad()
	}
	return NewClock(h, m, sec, micros), nil
}

// Hour returns the hour, from 0 to 23.
func (c Clock) Hour() int { return int(c.micros / (60 * 60 * 1_000_000)) }

// Minute returns the minute of the hour, from 0 to 59.
func (c Clock) Minute() int { return int(c.micros / (60 * 1_000_000) % 60) }

// Second returns the second of the minute, from 0 to 59.
func (c Clock) Second() int { return int(c.micros / 1_000_000 % 60) }

// Microsecond returns the microsecond of the second, from 0 to 999999.
func (c Clock) Microsecond() int { return int(c.micros % 1_000_000) }

// SinceMidnight returns the time from midnight to c on a day without a change
// of daylight saving.
func (c Clock) SinceMidnight() time.Duration { return time.Duration(c.micros) * time.Microsecond }

// Add returns the time of day that is d later, past midnight if need be, cut
// to the microsecond.
func (c Clock) Add(d time.Duration) Clock { return clock(c.micros + d.Microseconds()%microsPerDay) }

// Compare returns -1 if c is earlier than o, +1 if it is later, and else 0.
func (c Clock) Compare(o Clock) int { return cmp.Compare(c.micros, o.micros) }

// Before reports whether c is earlier than o.
func (c Clock) Before(o Clock) bool { return c.micros < o.micros }

// After reports whether c is later than o.
func (c Clock) After(o Clock) bool { return c.micros > o.micros }

// Equal reports whether c and o are the same time of day, as c == o does.
func (c Clock) Equal(o Clock) bool { return c == o }

// IsZero reports whether c is midnight.
func (c Clock) IsZero() bool { return c == Clock{} }

// String returns the time of day in the form 15:04:05, with six digits of
// fraction after it unless they are all zero. As text these stand in the
// order of time.
func (c Clock) String() string {
	b, _ := c.AppendText(nil)
	return string(b)
}

// Format returns the time of day in the layout of [time.Time.Format].
func (c Clock) Format(layout string) string { return c.onSomeDay().Format(layout) }

func (c Clock) onSomeDay() time.Time { return Date{}.At(c, time.UTC) }

// AppendText implements [encoding.TextAppender], in the form of String. The
// error is always nil.
func (c Clock) AppendText(b []byte) ([]byte, error) {
	if c.Microsecond() == 0 {
		return c.onSomeDay().AppendFormat(b, "15:04:05"), nil
	}
	return c.onSomeDay().AppendFormat(b, "15:04:05.000000"), nil
}

// MarshalText implements [encoding.TextMarshaler]: see AppendText. JSON uses it
// too.
func (c Clock) MarshalText() ([]byte, error) { return c.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler]: see [ParseClock].
func (c *Clock) UnmarshalText(text []byte) error {
	parsed, err := ParseClock(string(text))
	if err == nil {
		*c = parsed
	}
	return err
}
