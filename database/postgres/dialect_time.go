package postgres

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/dest"
)

// The scanners implement pgx's own interfaces, by which pgx hands them a value
// without boxing it, and Scan for columns of other types.

// target is the variable that a scanner writes into.
type target struct{ dest any }

func (t *target) Reset(dest any) { t.dest = dest }

func unfit(src any, what string) error { return fmt.Errorf("a %T is no %s", src, what) }

// inRange refuses the years that SQLite cannot hold.
func inRange(t time.Time) error {
	if y := t.Year(); y < 1 || y > 9999 {
		return fmt.Errorf("year %d is not between 1 and 9999", y)
	}
	return nil
}

var errInfinite = errors.New("the column holds infinity, which is no time")

// encodeTime cuts what PostgreSQL would round.
func encodeTime(v any) (any, error) {
	t := v.(time.Time).UTC().Truncate(time.Microsecond)
	if err := inRange(t); err != nil {
		return nil, err
	}
	return t, nil
}

type timeScanner struct{ target }

func (s *timeScanner) ScanTimestamptz(v pgtype.Timestamptz) error {
	switch {
	case !v.Valid:
		return dest.SetNull[time.Time](s.dest)
	case v.InfinityModifier != pgtype.Finite:
		return errInfinite
	}
	return s.set(v.Time)
}

func (s *timeScanner) set(t time.Time) error {
	t = t.UTC()
	if err := inRange(t); err != nil {
		return err
	}
	return dest.Set(s.dest, t)
}

func (s *timeScanner) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return dest.SetNull[time.Time](s.dest)
	case time.Time: // a timestamp without time zone, taken as UTC
		return s.set(v)
	}
	return unfit(src, "time")
}

func encodeDate(v any) (any, error) {
	t := v.(civil.Date).At(civil.Clock{}, time.UTC)
	if err := inRange(t); err != nil {
		return nil, err
	}
	return pgtype.Date{Time: t, Valid: true}, nil
}

type dateScanner struct{ target }

func (s *dateScanner) ScanDate(v pgtype.Date) error {
	switch {
	case !v.Valid:
		return dest.SetNull[civil.Date](s.dest)
	case v.InfinityModifier != pgtype.Finite:
		return errInfinite
	}
	if err := inRange(v.Time); err != nil {
		return err
	}
	return dest.Set(s.dest, civil.DateOf(v.Time))
}

func (s *dateScanner) Scan(src any) error {
	if src == nil {
		return dest.SetNull[civil.Date](s.dest)
	}
	return unfit(src, "date")
}

func encodeClock(v any) (any, error) {
	return pgtype.Time{Microseconds: v.(civil.Clock).SinceMidnight().Microseconds(), Valid: true}, nil
}

type clockScanner struct{ target }

func (s *clockScanner) ScanTime(v pgtype.Time) error {
	if !v.Valid {
		return dest.SetNull[civil.Clock](s.dest)
	}
	d := time.Duration(v.Microseconds) * time.Microsecond
	if d >= 24*time.Hour {
		return errors.New("24:00 is no time of day")
	}
	return dest.Set(s.dest, civil.Clock{}.Add(d))
}

func (s *clockScanner) Scan(src any) error {
	if src == nil {
		return dest.SetNull[civil.Clock](s.dest)
	}
	return unfit(src, "time of day")
}

func encodeDuration(v any) (any, error) {
	d := v.(time.Duration)
	if d%time.Microsecond != 0 {
		return nil, fmt.Errorf("%v is not a whole number of microseconds", d)
	}
	return d, nil
}

type durationScanner struct{ target }

func (s *durationScanner) ScanInterval(v pgtype.Interval) error {
	const perDay = 24 * int64(time.Hour/time.Microsecond)
	const most = math.MaxInt64 / 1000
	switch {
	case !v.Valid:
		return dest.SetNull[time.Duration](s.dest)
	case v.Months != 0:
		return fmt.Errorf("an interval of %d months is no duration: months have different lengths", v.Months)
	case int64(v.Days) > most/perDay || int64(v.Days) < -most/perDay:
		return fmt.Errorf("%d days are more than a duration can hold", v.Days)
	}
	days := int64(v.Days) * perDay
	if v.Microseconds > most-max(days, 0) || v.Microseconds < -most-min(days, 0) {
		return fmt.Errorf("%d microseconds are more than a duration can hold", v.Microseconds)
	}
	return dest.Set(s.dest, time.Duration(days+v.Microseconds)*time.Microsecond)
}

func (s *durationScanner) Scan(src any) error {
	if src == nil {
		return dest.SetNull[time.Duration](s.dest)
	}
	return unfit(src, "duration")
}
