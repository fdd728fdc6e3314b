package orm_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/orm"
)

type instant struct {
	ID int64
	At time.Time
}

var instantAt = orm.Descriptor[orm.Ordered[*instant, time.Time]]("At")

// TestSoakBeginningsOfDays compares the beginnings of days, weeks and so on with
// what package zone says, next to all changes of clocks at about midnight: in
// some zones, or with VOLA_SOAK in all.
func TestSoakBeginningsOfDays(t *testing.T) {
	t.Parallel()
	zones := []string{
		"America/Santiago", "America/Havana", "America/Toronto", "America/St_Johns", "America/Nuuk", "America/Juneau", "Africa/Cairo",
		"Antarctica/Troll", "Asia/Beirut", "Asia/Manila", "Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein",
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[instant]())
		zones := slices.Clone(zones)
		if os.Getenv("VOLA_SOAK") != "" && db.Dialect().Name() == "postgres" {
			names, err := db.Query(ctx, "SELECT name FROM pg_timezone_names WHERE name ~ '^[A-Z][a-z]+/' ORDER BY name")
			ok(t, err)
			for names.Next() {
				var name string
				ok(t, names.Scan(&name))
				zones = append(zones, name)
			}
			ok(t, names.Close())
		}
		for _, name := range zones {
			loc, err := time.LoadLocation(name)
			ok(t, err)
			_, err = orm.From[instant](db).Every().Delete(ctx)
			ok(t, err)
			rows := changesAtMidnight(loc)
			ok(t, orm.CreateAll(ctx, db, rows))
			q := orm.From[instant](db).OrderBy(orm.Descriptor[orm.Number[*instant, int64]]("ID").Asc())
			for _, part := range []orm.DatePart{orm.Year, orm.Quarter, orm.Month, orm.Weekday, orm.Day} {
				got, err := orm.Select[time.Time](q, orm.TruncIn(part, instantAt, loc)).All(ctx)
				ok(t, err)
				for i, at := range rows {
					if want := beginning(part, at.At, loc); !got[i].Equal(want) {
						t.Errorf("%s: the %s of %v begins at %v, want %v", name, part, at.At.In(loc), got[i].In(loc), want)
					}
				}
			}
		}
	})
}

// changesAtMidnight returns moments near the last changes of clocks that show
// less than three hours from midnight, and near the first ones.
func changesAtMidnight(loc *time.Location) []instant {
	var changes []time.Time
	first, last := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := first.In(loc); day.Before(last); {
		_, end := day.ZoneBounds()
		if end.IsZero() {
			break
		}
		if !end.After(day) { // some bounds are those of the rule before
			day = day.Add(time.Hour)
			continue
		}
		day = end
		_, before := end.Add(-time.Second).Zone()
		if _, after := end.Zone(); before == after {
			continue
		}
		at := end.UTC().Add(time.Minute - time.Second).Truncate(time.Minute)
		clock := at.Add(time.Duration(before) * time.Second)
		if hour := clock.Hour(); hour < 3 || hour >= 21 {
			changes = append(changes, at)
		}
	}
	if len(changes) > 24 {
		changes = slices.Concat(changes[:12], changes[len(changes)-12:])
	}
	rows := []instant{{At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}}
	for _, at := range changes {
		for _, d := range []time.Duration{-27 * time.Hour, -90 * time.Minute, -15 * time.Minute, 0, 10 * time.Minute, 40 * time.Minute, 100 * time.Minute, 13 * time.Hour, 30 * time.Hour} {
			rows = append(rows, instant{At: at.Add(d)})
		}
	}
	return rows
}

func beginning(part orm.DatePart, at time.Time, loc *time.Location) time.Time {
	at = at.In(loc)
	y, m, d := at.Date()
	switch part {
	case orm.Year:
		m, d = 1, 1
	case orm.Quarter:
		m, d = (m-1)/3*3+1, 1
	case orm.Month:
		d = 1
	case orm.Weekday:
		d -= (int(at.Weekday()) + 6) % 7
	}
	return zone.Begin(y, m, d, loc)
}

// TestDaysThatBeginLate groups by days of which midnight was skipped, and of
// which there were two.
func TestDaysThatBeginLate(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[instant]())
		for _, tt := range []struct{ zone, noon, want string }{
			{"America/Santiago", "2025-09-07T12:00:00-03:00", "2025-09-07T01:00:00-03:00"},
			{"America/Havana", "2025-03-09T12:00:00-04:00", "2025-03-09T01:00:00-04:00"},
			{"America/Havana", "2025-11-02T12:00:00-05:00", "2025-11-02T00:00:00-04:00"},
			{"America/Toronto", "1919-03-31T12:00:00-04:00", "1919-03-31T00:30:00-04:00"},
			{"Europe/Berlin", "2025-03-30T12:00:00+02:00", "2025-03-30T00:00:00+01:00"},
		} {
			loc, err := time.LoadLocation(tt.zone)
			ok(t, err)
			at, err := time.Parse(time.RFC3339, tt.noon)
			ok(t, err)
			row := instant{At: at}
			ok(t, orm.Create(t.Context(), db, &row))
			q := orm.From[instant](db).Where(orm.Descriptor[orm.Number[*instant, int64]]("ID").Eq(row.ID))
			day := orm.TruncIn(orm.Day, instantAt, loc)
			got, err := orm.Select[time.Time](q.Where(orm.Eq(day, orm.TruncIn(orm.Day, instantAt, loc))), day).Get(t.Context())
			if err != nil || got.In(loc).Format(time.RFC3339) != tt.want {
				t.Errorf("%s: %s begins at %v, want %s, %v", tt.zone, tt.noon, got.In(loc), tt.want, err)
			}
			last, err := orm.Select[*time.Time](q, orm.TruncIn(orm.Day, orm.Max(instantAt), loc)).Get(t.Context())
			if err != nil || fmt.Sprint(last.In(loc)) != fmt.Sprint(got.In(loc)) {
				t.Errorf("%s: of the last instant: %v, %v", tt.zone, last, err)
			}
		}
	})
}
