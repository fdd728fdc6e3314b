// Package cron reads cron expressions and says when they are due.
//
// The form is that of crontab(5), as POSIX describes it with its usual additions: minute, hour, day of the
// month, month and day of the week, each *, a number, a range, a list or one with a step; months and days also by
// the first three letters of their English names; Sunday is 0 or 7. If both the day of the month and that of
// the week are restricted, either is enough.
package cron

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Expression is when something is due.
type Expression struct {
	minutes, hours, days, months, weekdays uint64 // a bit for each
	anyDay, anyWeekday                     bool
}

// Parse reads an expression. One that is never due, such as of 30 February, is an error.
func Parse(text string) (Expression, error) {
	var e Expression
	switch strings.TrimSpace(text) {
	case "@hourly":
		text = "0 * * * *"
	case "@daily", "@midnight":
		text = "0 0 * * *"
	case "@weekly":
		text = "0 0 * * 0"
	case "@monthly":
		text = "0 0 1 * *"
	case "@yearly", "@annually":
		text = "0 0 1 1 *"
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return e, fmt.Errorf("%q has %d fields; a cron expression has five: minute, hour, day, month, weekday", text, len(fields))
	}
	for i, f := range []struct {
		name      string
		into      *uint64
		low, high int
		names     string
	}{
		{"minute", &e.minutes, 0, 59, ""}, {"hour", &e.hours, 0, 23, ""}, {"day", &e.days, 1, 31, ""},
		{"month", &e.months, 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"}, {"weekday", &e.weekdays, 0, 7, "sunmontuewedthufrisat"},
	} {
		for part := range strings.SplitSeq(fields[i], ",") {
			bits, err := parsePart(part, f.low, f.high, f.names)
			if err != nil {
				return e, fmt.Errorf("the %s %q of %q %w", f.name, fields[i], text, err)
			}
			*f.into |= bits
		}
	}
	if e.weekdays>>7&1 == 1 {
		e.weekdays |= 1
	}
	e.anyDay, e.anyWeekday = strings.HasPrefix(fields[2], "*"), strings.HasPrefix(fields[4], "*")
	if _, ok := e.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); !ok {
		return e, fmt.Errorf("%q is never due: there is no such day", text)
	}
	return e, nil
}

// parsePart reads *, N, N-M, each also with /STEP.
func parsePart(part string, low, high int, names string) (bits uint64, err error) {
	span, stepText, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
			return 0, errors.New("has a step that is not a number above 0")
		}
	}
	from, to := low, high
	if span != "*" {
		first, last, isRange := strings.Cut(span, "-")
		if from, err = parseValue(first, low, high, names); err != nil {
			return 0, err
		}
		switch {
		case isRange:
			if to, err = parseValue(last, low, high, names); err != nil {
				return 0, err
			}
			if to < from {
				return 0, errors.New("has a range that ends before it begins")
			}
		case !stepped:
			to = from
		}
	}
	for v := from; v <= to; v += step {
		bits |= 1 << v
	}
	return bits, nil
}

func parseValue(text string, low, high int, names string) (int, error) {
	if i := strings.Index(names, strings.ToLower(text)); names != "" && len(text) == 3 && i >= 0 && i%3 == 0 {
		return i/3 + low, nil
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < low || v > high {
		return 0, fmt.Errorf("is not of numbers from %d to %d", low, high)
	}
	return v, nil
}

// Next returns the first time after t that is due, in the zone of t. A time of day that the zone skips when
// its clocks go forward is due when they have gone; one that is there twice is due the first time. ok is
// false if there is none within 9 years.
func (e Expression) Next(t time.Time) (next time.Time, ok bool) {
	if e.hours == 1<<24-1 { // due in each hour, also one that is there twice
		at := t.Add(-time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
		for range 60 {
			at = at.Add(time.Minute)
			if e.minutes>>at.Minute()&1 == 1 && e.on(at) {
				return at, true
			}
		}
	}
	year, month, day := t.Date()
	for i := range 9 * 366 {
		date := time.Date(year, month, day+i, 12, 0, 0, 0, time.UTC)
		if !e.on(date) {
			continue
		}
		for hour := range 24 {
			if e.hours>>hour&1 == 0 {
				continue
			}
			for minute := range 60 {
				if e.minutes>>minute&1 == 0 {
					continue
				}
				if at := clock(date, hour, minute, t.Location()); at.After(t) {
					return at, true
				}
			}
		}
	}
	return t, false
}

func (e Expression) on(date time.Time) bool {
	if e.months>>date.Month()&1 == 0 {
		return false
	}
	day, weekday := e.days>>date.Day()&1 == 1, e.weekdays>>date.Weekday()&1 == 1
	if e.anyDay || e.anyWeekday {
		return day && weekday
	}
	return day || weekday
}

// clock returns when it is that time of day.
func clock(date time.Time, hour, minute int, zone *time.Location) time.Time {
	at := time.Date(date.Year(), date.Month(), date.Day(), hour, minute, 0, 0, zone)
	if at.Hour() != hour || at.Minute() != minute {
		// The clocks skip it. Half a day around there is one change.
		before, after := at.Add(-12*time.Hour), at.Add(12*time.Hour)
		_, offset := before.Zone()
		for after.Sub(before) > time.Second {
			middle := before.Add(after.Sub(before) / 2)
			if _, o := middle.Zone(); o == offset {
				before = middle
			} else {
				after = middle
			}
		}
		return after.Truncate(time.Second)
	}
	_, offset := at.Zone()
	if _, earlier := at.Add(-3 * time.Hour).Zone(); earlier != offset {
		if first := at.Add(time.Duration(offset-earlier) * time.Second); first.Before(at) && first.Hour() == hour && first.Minute() == minute {
			return first
		}
	}
	return at
}
