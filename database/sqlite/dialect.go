package sqlite

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

type dialect struct{}

func (dialect) Name() string { return "sqlite" }

func (dialect) AppendPlaceholder(b []byte, n int) []byte { return append(b, '?') }

func (dialect) Features() database.Features {
	return database.Features{TxDDL: true, MaxArgs: 32766}
}

func (dialect) Editor() database.Editor { return editor{} }

// Codec returns how SQLite, which knows only numbers, text and bytes, stores a
// type: the way Django does.
func (dialect) Codec(t schema.Type) (database.Codec, error) {
	switch t.Kind {
	case schema.Bool, schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Text, schema.Bytes:
		return database.Codec{}, nil
	case schema.Time:
		return database.Codec{
			Encode:     encodeTime,
			NewScanner: func() database.Scanner { return new(timeScanner) },
			// The engine parses columns declared datetime by trying forms one
			// after the other; an expression has no declared type and comes as
			// the text that it is.
			SelectPrefix: "+",
		}, nil
	case schema.Duration:
		return database.Codec{
			Encode:     encodeDuration,
			NewScanner: func() database.Scanner { return new(durationScanner) },
		}, nil
	}
	return database.Codec{}, fmt.Errorf("sqlite has no column type for %v", t)
}

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

// timeScanner reads a time as Vola and Django write it, and the other forms
// that SQLite's own functions understand.
type timeScanner struct{ dest any }

func (s *timeScanner) Reset(dest any) { s.dest = dest }

func (s *timeScanner) Scan(src any) error {
	var t time.Time
	var err error
	switch v := src.(type) {
	case nil:
		return setNull[time.Time](s.dest)
	case string:
		t, err = parseTime(v)
	case []byte:
		t, err = parseTime(string(v))
	case time.Time:
		t = v.UTC()
	case int64:
		t = time.Unix(v, 0).UTC()
	default:
		err = fmt.Errorf("a %T is no time", src)
	}
	if err != nil {
		return err
	}
	return set(s.dest, t)
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
	return time.Time{}, fmt.Errorf("%q is no time", s)
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

func encodeDuration(v any) (any, error) {
	d := v.(time.Duration)
	if d%time.Microsecond != 0 {
		return nil, fmt.Errorf("%v is not a whole number of microseconds", d)
	}
	return d.Microseconds(), nil
}

// durationScanner reads a number of microseconds.
type durationScanner struct{ dest any }

func (s *durationScanner) Reset(dest any) { s.dest = dest }

func (s *durationScanner) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return setNull[time.Duration](s.dest)
	case int64:
		if v > int64(1<<63-1)/1000 || v < -int64(1<<63-1)/1000 {
			return fmt.Errorf("%d microseconds are more than a duration can hold", v)
		}
		return set(s.dest, time.Duration(v)*time.Microsecond)
	}
	return fmt.Errorf("a %T is no duration", src)
}

// set stores v in the variable that dest points to.
func set[T any](dest any, v T) error {
	switch d := dest.(type) {
	case *T:
		*d = v
	case **T:
		*d = &v
	case *sql.Null[T]:
		*d = sql.Null[T]{V: v, Valid: true}
	default:
		return fmt.Errorf("a %T does not fit a %T", v, dest)
	}
	return nil
}

// setNull stores NULL in the variable that dest points to.
func setNull[T any](dest any) error {
	switch d := dest.(type) {
	case **T:
		*d = nil
	case *sql.Null[T]:
		*d = sql.Null[T]{}
	default:
		return fmt.Errorf("NULL does not fit a %T", dest)
	}
	return nil
}
