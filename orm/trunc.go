package orm

import (
	"fmt"
	"strings"
	"time"

	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/schema"
)

// trunc returns how the database writes the beginning of a part, with § for the
// date or time, which may stand there several times.
func (b *binding) trunc(d dated, k schema.Kind) string {
	name := d.part.String()
	if b.dialect.Name() == "sqlite" {
		return "vola_trunc(§, '" + name + "', '" + orUTC(d.zoned()) + "')"
	}
	if k == schema.Date {
		return "CAST(date_trunc('" + name + "', CAST(§ AS timestamp)) AS date)"
	}
	if d.zoned() == "" {
		return "date_trunc('" + name + "', §, 'UTC')"
	}
	x := "date_trunc('" + name + "', §, '" + d.zoned() + "')"
	if d.part != Hour && d.part != Minute && d.part != Second {
		x = b.midnight(d, x)
	}
	const before = "CAST('0001-12-31 23:59:59+00 BC' AS timestamptz)" // year 1
	return "nullif(greatest(" + x + ", " + before + "), " + before + ")"
}

// zoneDates is the key of the unusual dates of a zone.
type zoneDates string

// listedDates is how many unusual dates of a zone are listed in a statement.
const listedDates = 8

// midnight returns what PostgreSQL has as the beginning of a day, x, such that it
// is the first moment of it: of two midnights PostgreSQL takes the second, and
// where the clocks skip one it adds to what they showed before. Few zones have
// such days, and most of those a few; they are listed. In others, such as
// America/Havana, it is every year: there 26 hours are added to what clocks show
// so long before, which gives the first midnight.
func (b *binding) midnight(d dated, x string) string {
	var unusual []zone.Unusual
	if have, ok := b.zones.Load(zoneDates(d.zoned())); ok {
		unusual = have.([]zone.Unusual)
	} else {
		unusual = zone.UnusualDates(d.zone)
		b.zones.Store(zoneDates(d.zoned()), unusual)
	}
	list := len(unusual) <= listedDates
	if !list {
		clock := "date_trunc('" + d.part.String() + "', § AT TIME ZONE '" + d.zoned() + "')"
		first := "((" + clock + " - interval '26 hours') AT TIME ZONE '" + d.zoned() + "' + interval '26 hours')"
		x = "least(" + x + ", CASE WHEN " + first + " AT TIME ZONE '" + d.zoned() + "' = " + clock + " THEN " + first + " END)"
	}
	var when strings.Builder
	for _, u := range unusual {
		if list || !u.Twice {
			const form = "2006-01-02 15:04:05Z07:00"
			fmt.Fprintf(&when, " WHEN timestamptz '%s' THEN timestamptz '%s'", u.Other.UTC().Format(form), u.Begin.UTC().Format(form))
		}
	}
	if when.Len() == 0 {
		return x
	}
	return "(CASE " + x + when.String() + " ELSE " + x + " END)"
}

// orUTC returns the name of a zone.
func orUTC(name string) string {
	if name == "" {
		return time.UTC.String()
	}
	return name
}
