package orm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestZonesRefused asks by clocks of zones of which the databases would know
// no more than a name that means something else.
func TestZonesRefused(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		parsed, err := time.Parse(time.RFC3339, "2026-07-01T12:30:00+01:00")
		if err != nil {
			t.Fatal(err)
		}
		unnamed := time.FixedZone("", 3600)
		for _, tt := range []struct {
			zone *time.Location
			want string
		}{
			{unnamed, "Etc/GMT-1"},
			{parsed.In(unnamed).Location(), "no zone of the IANA database"},
			{time.FixedZone("UTC", 7200), "other offsets"},
			{time.FixedZone("Europe/Berlin", 3600), "other offsets"},
			{time.FixedZone("CET", 3600), "Europe/Brussels"},
			{load(t, "CET"), "Europe/Brussels"},
			{load(t, "EET"), "Europe/Athens"},
			{load(t, "MET"), "Europe/Brussels"},
			{load(t, "WET"), "Europe/Lisbon"},
			{load(t, "MST"), "America/Phoenix"},
			{time.FixedZone("nowhere", 0), "no zone of the IANA database"},
			{time.FixedZone("'", 0), "no zone of the IANA database"},
		} {
			q := orm.From[Employee](db)
			if _, err := orm.Select[*int64](q, orm.PartIn(orm.Hour, Employees.Joined, tt.zone)).All(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the hour in %q: %v, want %q", tt.zone, err, tt.want)
			}
			if _, err := orm.Select[*time.Time](q, orm.TruncIn(orm.Day, Employees.Joined, tt.zone)).All(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the day in %q: %v, want %q", tt.zone, err, tt.want)
			}
		}
	})
}

func load(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestZones compares parts and beginnings with what package time says, also at
// both ends of the years that can be stored.
func TestZones(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		it := Department{Name: "IT"}
		if err := orm.Create(t.Context(), db, &it); err != nil {
			t.Fatal(err)
		}
		var times []time.Time
		for i, at := range []time.Time{
			{},
			time.Date(1, 1, 2, 3, 4, 5, 0, time.UTC),
			time.Date(2026, 7, 1, 12, 30, 0, 0, time.UTC),
			time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC),
			time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		} {
			e := Employee{Name: fmt.Sprint(i), Department: orm.Ref[Department]{ID: it.ID}, Joined: &at}
			if err := orm.Create(t.Context(), db, &e); err != nil {
				t.Fatal(err)
			}
			times = append(times, at)
		}
		nobody := Employee{Name: "z", Department: orm.Ref[Department]{ID: it.ID}}
		if err := orm.Create(t.Context(), db, &nobody); err != nil {
			t.Fatal(err)
		}
		q := orm.From[Employee](db).OrderBy(Employees.Name.Asc())
		for _, zone := range []*time.Location{
			nil, time.UTC, time.FixedZone("", 0), time.FixedZone("UTC", 0), load(t, "GMT"), load(t, "Etc/GMT-1"),
			load(t, "Europe/Brussels"), load(t, "America/New_York"), load(t, "Asia/Tokyo"),
		} {
			for part := orm.Year; part <= orm.YearDay; part++ {
				got, err := orm.Select[*int64](q, orm.PartIn(part, Employees.Joined, zone)).All(t.Context())
				var want []string
				for _, at := range times {
					want = append(want, goPart(part, in(at, zone)))
				}
				if s := texts(got); err != nil || !slices.Equal(s, append(want, "NULL")) {
					t.Errorf("%v in %v: %v, %v; want %v", part, zone, s, err, want)
				}
			}
			for _, part := range []orm.DatePart{orm.Year, orm.Quarter, orm.Month, orm.Weekday, orm.Day} {
				got, err := orm.Select[*time.Time](q, orm.TruncIn(part, Employees.Joined, zone)).All(t.Context())
				var want []string
				for _, at := range times {
					want = append(want, goTrunc(part, in(at, zone)))
				}
				if s := texts(got); err != nil || !slices.Equal(s, append(want, "NULL")) {
					t.Errorf("beginning of %v in %v: %v, %v; want %v", part, zone, s, err, want)
				}
			}
		}
	})
}

func in(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone)
}

func texts[T any](list []*T) []string {
	var out []string
	for _, x := range list {
		if x == nil {
			out = append(out, "NULL")
			continue
		}
		out = append(out, fmt.Sprint(*x))
	}
	return out
}

func goPart(part orm.DatePart, t time.Time) string {
	if y := t.Year(); part == orm.Year && (y < 1 || y > 9999) {
		return "NULL"
	}
	return fmt.Sprint([...]int{
		0, t.Year(), (int(t.Month()) + 2) / 3, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), int(t.Weekday()), t.YearDay(),
	}[part])
}

func goTrunc(part orm.DatePart, t time.Time) string {
	y, m, d := t.Date()
	switch part {
	case orm.Year:
		m, d = 1, 1
	case orm.Quarter:
		m, d = (m-1)/3*3+1, 1
	case orm.Month:
		d = 1
	case orm.Weekday:
		d -= (int(t.Weekday()) + 6) % 7
	}
	begin := time.Date(y, m, d, 0, 0, 0, 0, t.Location()).UTC()
	if begin.Year() < 1 {
		return "NULL"
	}
	return fmt.Sprint(begin)
}
