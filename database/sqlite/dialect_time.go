package sqlite

import (
	"fmt"
	"math"
	"time"

	"github.com/volaweb/vola/civil"
)

// Times are text in UTC, without a fraction or with six digits of it: what
// Django writes, and in the order of time when compared as text.
const (
	timeForm      = "2006-01-02 15:04:05"
	timeFormMicro = "2006-01-02 15:04:05.000000"
)

func encodeTime(v any) (any, error) {
	t := v.(time.Time).UTC().Truncate(time.Microsecond)
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("year %d is not between 1 and 9999", y)
	}
	if t.Nanosecond() == 0 {
		return t.Format(timeForm), nil
	}
	return t.Format(timeFormMicro), nil
}

// readTime reads a time as Vola and Django write it, and the other forms that
// SQLite's own functions understand.
func readTime(src any) (time.Time, error) {
	switch v := src.(type) {
	case string:
		return parseTime(v)
	case []byte:
		return parseTime(string(v))
	case time.Time:
		return v.UTC(), nil
	case int64:
		return time.Unix(v, 0).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("a %T is no time", src)
}

func parseTime(s string) (time.Time, error) {
	if t, ok := parseTimeFast(s); ok {
		return t, nil
	}
	for _, form := range [...]string{
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z07:00",
		"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
		"2006-01-02 15:04", "2006-01-02",
	} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time", s)
}

// parseTimeFast reads the two forms that encodeTime writes, without trying.
func parseTimeFast(s string) (time.Time, bool) {
	if len(s) != len(timeForm) && len(s) != len(timeFormMicro) ||
		s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	ok := true
	num := func(from, to int) (n int) {
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				ok = false
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	y, mo, d := num(0, 4), num(5, 7), num(8, 10)
	h, mi, sec, micro := num(11, 13), num(14, 16), num(17, 19), 0
	if len(s) == len(timeFormMicro) {
		ok = ok && s[19] == '.'
		micro = num(20, 26)
	}
	if !ok || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || sec > 59 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(mo), d, h, mi, sec, micro*1000, time.UTC)
	return t, t.Day() == d // the 31st of a shorter month is no date
}

// encodeDate writes ISO 8601's form; out of range is an error.
func encodeDate(v any) (any, error) {
	text, err := v.(civil.Date).MarshalText()
	return string(text), err
}

func readDate(src any) (civil.Date, error) {
	switch v := src.(type) {
	case string:
		return civil.ParseDate(v)
	case []byte:
		return civil.ParseDate(string(v))
	}
	return civil.Date{}, fmt.Errorf("a %T is no date", src)
}

// encodeClock writes the time of day as it stands in a time.
func encodeClock(v any) (any, error) { return v.(civil.Clock).String(), nil }

func readClock(src any) (civil.Clock, error) {
	switch v := src.(type) {
	case string:
		return civil.ParseClock(v)
	case []byte:
		return civil.ParseClock(string(v))
	}
	return civil.Clock{}, fmt.Errorf("a %T is no time of day", src)
}

// encodeDuration writes microseconds, as Django does.
func encodeDuration(v any) (any, error) {
	d := v.(time.Duration)
	if d%time.Microsecond != 0 {
		return nil, fmt.Errorf("%v is not a whole number of microseconds", d)
	}
	return d.Microseconds(), nil
}

func readDuration(src any) (time.Duration, error) {
	v, ok := src.(int64)
	if !ok {
		return 0, fmt.Errorf("a %T is no duration", src)
	}
	if v > math.MaxInt64/1000 || v < math.MinInt64/1000 {
		return 0, fmt.Errorf("%d microseconds are more than a duration can hold", v)
	}
	return time.Duration(v) * time.Microsecond, nil
}
