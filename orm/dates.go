package orm

import (
	"fmt"
	"reflect"
	"time"

	"github.com/volaweb/vola/orm/internal/ormsql"
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
func Part[M, V any](part DatePart, x Expression[M, V]) *Expr[*M, int64] {
	return PartIn(part, x, nil)
}

// PartIn is [Part] of a time as clocks in the zone show it. The zone is one of
// the IANA database, as time.LoadLocation makes it, or time.UTC; others, such
// as time.FixedZone makes, are an error when the query runs. The Year is NULL
// where it is not between 1 and 9999 in the zone, as may be next to the ends
// of time.
func PartIn[M, V any](part DatePart, x Expression[M, V], zone *time.Location) *Expr[*M, int64] {
	e := call(ormsql.Part, reflect.TypeFor[int64](), x.expression(nil, nil))
	e.value = dated{part, zone}
	return (*Expr[*M, int64])(e)
}

// Trunc is the beginning of the year, month and so on that a date, or a time in
// UTC, lies in. It is used to group rows by month or by day.
func Trunc[M, V any](part DatePart, x Expression[M, V]) *Expr[*M, V] {
	return TruncIn(part, x, nil)
}

// TruncIn is [Trunc] of a time by the clocks of the zone, which is as in
// [PartIn]. It is the first moment at which they show the part: later than
// midnight where midnight is skipped, and the first of two. It is NULL where the
// beginning lies before the year 1 of UTC.
func TruncIn[M, V any](part DatePart, x Expression[M, V], zone *time.Location) *Expr[*M, V] {
	e := call(ormsql.Trunc, nil, x.expression(nil, nil))
	e.value = dated{part, zone}
	return (*Expr[*M, V])(e)
}

// dated is what ormsql.Part and ormsql.Trunc need to know.
type dated struct {
	part DatePart
	zone *time.Location
}

// zoned returns the name of the zone, empty for UTC.
func (d dated) zoned() string {
	if d.utc() {
		return ""
	}
	return d.zone.String()
}

// utc reports whether the zone is UTC, by its name and by its offsets:
// time.Parse makes zones without a name for all offsets.
func (d dated) utc() bool {
	if d.zone == nil || d.zone == time.UTC {
		return true
	}
	name := d.zone.String()
	return (name == "" || name == "UTC") && sameOffsets(d.zone, time.UTC)
}

// checkZone refuses zones that the databases do not know as Go does. They are
// told no more of a zone than its name.
func (b *binding) checkZone(zone *time.Location) error {
	name := zone.String()
	if like := likeAbbreviation(name); like != "" {
		return fmt.Errorf("orm: PostgreSQL takes the zone %s for the same offset all year, or all time; use %s", name, like)
	}
	// All names of the database begin with a capital letter. Links of some
	// systems, such as posix/Europe/Berlin, do not.
	if name == "" || name == "Local" || name[0] < 'A' || name[0] > 'Z' {
		return noZone(name)
	}
	known, ok := b.zones.Load(name)
	if !ok {
		loaded, err := time.LoadLocation(name) // reads a file
		if err != nil {
			return noZone(name)
		}
		known, _ = b.zones.LoadOrStore(name, loaded)
	}
	if !sameOffsets(zone, known.(*time.Location)) {
		return fmt.Errorf("orm: the zone %q has other offsets than the IANA database has for that name; make it with time.LoadLocation", name)
	}
	return nil
}

func noZone(name string) error {
	return fmt.Errorf("orm: %q is no zone of the IANA database; make one with time.LoadLocation, such as Europe/Berlin, or Etc/GMT-1 for one hour east of UTC all year", name)
}

// likeAbbreviation returns what to use instead of the zones whose names are
// abbreviations to PostgreSQL, and empty for others. GMT, UCT and Zulu mean
// the same either way.
func likeAbbreviation(name string) string {
	switch name {
	case "CET", "MET":
		return "Europe/Brussels"
	case "EET":
		return "Europe/Athens"
	case "WET":
		return "Europe/Lisbon"
	case "EST":
		return "America/Panama"
	case "MST":
		return "America/Phoenix"
	case "HST":
		return "Pacific/Honolulu"
	}
	return ""
}

// sameOffsets compares two zones in both halves of some years.
func sameOffsets(a, b *time.Location) bool {
	for _, year := range [...]int{1900, 1970, 2000, 2026} {
		for _, month := range [...]time.Month{time.January, time.July} {
			t := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
			_, x := t.In(a).Zone()
			_, y := t.In(b).Zone()
			if x != y {
				return false
			}
		}
	}
	return true
}
