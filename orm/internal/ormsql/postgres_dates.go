package ormsql

import (
	"fmt"
	"strings"

	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/schema"
)

func (postgres) DatePart(p DatePart, zone string, k schema.Kind) string {
	x := "§"
	if k == schema.Time {
		x = "(§ AT TIME ZONE '" + orUTC(zone) + "')"
	}
	name := [...]string{Year: "year", Quarter: "quarter", Month: "month", Day: "day", Hour: "hour", Minute: "minute", Second: "second", Weekday: "dow", YearDay: "doy"}[p]
	x = "CAST(floor(extract(" + name + " FROM " + x + ")) AS bigint)"
	if p == Year && zone != "" {
		x = "nullif(nullif(" + x + ", -1), 10000)" // beyond either end
	}
	return x
}

func (postgres) Trunc(p DatePart, name, zone string, k schema.Kind, unusual func() []zone.Unusual) string {
	switch {
	case k == schema.Date:
		return "CAST(date_trunc('" + name + "', CAST(§ AS timestamp)) AS date)"
	case zone == "":
		return "date_trunc('" + name + "', §, 'UTC')"
	}
	x := "date_trunc('" + name + "', §, '" + zone + "')"
	if p != Hour && p != Minute && p != Second {
		x = midnight(x, name, zone, unusual())
	}
	const before = "CAST('0001-12-31 23:59:59+00 BC' AS timestamptz)" // year 1
	return "nullif(greatest(" + x + ", " + before + "), " + before + ")"
}

// listedDates is how many unusual dates of a zone are listed in a statement.
const listedDates = 8

// midnight returns what PostgreSQL has as the beginning of a day, x, such that it
// is the first moment of it: of two midnights PostgreSQL takes the second, and
// where the clocks skip one it adds to what they showed before. Few zones have
// such days, and most of those a few; they are listed. In others, such as
// America/Havana, it is every year: there 26 hours are added to what clocks show
// so long before, which gives the first midnight.
func midnight(x, name, zoneName string, unusual []zone.Unusual) string {
	list := len(unusual) <= listedDates
	if !list {
		clock := "date_trunc('" + name + "', § AT TIME ZONE '" + zoneName + "')"
		first := "((" + clock + " - interval '26 hours') AT TIME ZONE '" + zoneName + "' + interval '26 hours')"
		x = "least(" + x + ", CASE WHEN " + first + " AT TIME ZONE '" + zoneName + "' = " + clock + " THEN " + first + " END)"
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
