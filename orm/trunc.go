package orm

import (
	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// trunc returns how the database writes the beginning of a part, with § for the
// date or time, which may stand there several times.
func (b *binding) trunc(d dated, k schema.Kind) string {
	return b.grammar.Trunc(ormsql.DatePart(d.part), d.part.String(), d.zoned(), k, func() []zone.Unusual {
		if have, ok := b.zones.Load(zoneDates(d.zoned())); ok {
			return have.([]zone.Unusual)
		}
		unusual := zone.UnusualDates(d.zone)
		b.zones.Store(zoneDates(d.zoned()), unusual)
		return unusual
	})
}

// zoneDates is the key of the unusual dates of a zone.
type zoneDates string
