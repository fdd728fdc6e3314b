package orm

import (
	"reflect"
	"time"
)

// DatePart is a part of a date or a time, for [Part] and [Trunc].
type DatePart byte

const (
	// Year is the year.
	Year DatePart = iota + 1
	// Quarter is 1 for January to March.
	Quarter
	// Month is 1 for January.
	Month
	// Day is the day of the month, from 1.
	Day
	// Hour is the hour of a time, 0 to 23.
	Hour
	// Minute is the minute of a time.
	Minute
	// Second is the second of a time, without its fraction.
	Second
	// Weekday is 0 for Sunday to 6 for Saturday, as in package time. It is for
	// Part; Trunc takes it for the Monday that begins the week.
	Weekday
	// YearDay is 1 for the first of January. It is for Part only.
	YearDay
)

// String returns the part's name in English, lower case.
func (p DatePart) String() string {
	names := [...]string{"DatePart(0)", "year", "quarter", "month", "day", "hour", "minute", "second", "week", "day of the year"}
	if int(p) < len(names) {
		return names[p]
	}
	return "DatePart"
}

// Part is a part of a date, or of a time in UTC, as a number:
//
//	orm.Part(orm.Year, Posts.Published)
func Part[M, V any](part DatePart, x Expression[M, V]) Expr[M, int64] {
	return PartIn(part, x, nil)
}

// PartIn is [Part] of a time as clocks in the zone show it. The zone is one of
// the IANA database, as time.LoadLocation makes it, or time.UTC.
func PartIn[M, V any](part DatePart, x Expression[M, V], zone *time.Location) Expr[M, int64] {
	e := call[M, int64](fnPart, reflect.TypeFor[int64](), x.expression(nil, nil))
	e.e.value = dated{part, zone}
	return e
}

// Trunc is the beginning of the year, month and so on that a date, or a time in
// UTC, lies in. It is used to group rows by month or by day.
func Trunc[M, V any](part DatePart, x Expression[M, V]) Expr[M, V] {
	return TruncIn(part, x, nil)
}

// TruncIn is [Trunc] of a time by the clocks of the zone, which is as in
// [PartIn].
func TruncIn[M, V any](part DatePart, x Expression[M, V], zone *time.Location) Expr[M, V] {
	e := call[M, V](fnTrunc, nil, x.expression(nil, nil))
	e.e.value = dated{part, zone}
	return e
}

// dated is what fnPart and fnTrunc need to know.
type dated struct {
	part DatePart
	zone *time.Location
}

// zoned returns the name of the zone, empty for UTC.
func (d dated) zoned() string {
	if d.zone == nil || d.zone == time.UTC || d.zone.String() == "UTC" {
		return ""
	}
	return d.zone.String()
}
