package zone_test

import (
	"testing"
	"time"

	"github.com/volaweb/vola/internal/zone"
)

// unusual are zones whose clocks were changed at, over or next to midnight, by
// half an hour, by odd seconds, or by a day.
var unusual = []string{
	"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago", "America/Havana", "America/Sao_Paulo",
	"America/Toronto", "America/St_Johns", "America/Asuncion", "America/Scoresbysund", "America/Nuuk", "America/Juneau",
	"Africa/Cairo", "Africa/Monrovia", "Antarctica/Troll", "Asia/Beirut", "Asia/Gaza", "Asia/Manila", "Asia/Tehran", "Asia/Amman",
	"Atlantic/Azores", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Chatham",
}

// TestBegin checks, for all days around each change of clocks, that clocks show
// the date for the first time.
func TestBegin(t *testing.T) {
	t.Parallel()
	for _, name := range unusual {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for day := time.Date(1840, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2060; day = day.AddDate(0, 0, 1) {
			_, before := day.In(loc).Zone()
			_, after := day.AddDate(0, 0, 1).In(loc).Zone()
			if before == after {
				continue
			}
			for d := -2; d <= 3; d++ {
				at := day.AddDate(0, 0, d)
				checkBegin(t, at.Year(), at.Month(), at.Day(), loc)
				checked++
			}
		}
		if checked == 0 && name != "UTC" {
			t.Errorf("%s: clocks were never changed", name)
		}
	}
}

func checkBegin(t *testing.T, year int, month time.Month, day int, loc *time.Location) {
	t.Helper()
	got := zone.Begin(year, month, day, loc)
	// shows says that clocks show the date or a later one.
	shows := func(at time.Time) bool {
		y, m, d := at.In(loc).Date()
		return !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	}
	ok := shows(got) && !shows(got.Add(-time.Second))
	for back := time.Duration(1); back < 80; back++ {
		ok = ok && !shows(got.Add(-back*time.Hour/2))
	}
	if !ok {
		t.Errorf("%d-%02d-%02d in %v begins at %v", year, month, day, loc, got)
	}
}

// TestUnusualDates compares with some that are known.
func TestUnusualDates(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		listed bool
		date   zone.Unusual
	}{
		"America/Havana": {true, zone.Unusual{
			Begin: time.Date(2025, 11, 2, 4, 0, 0, 0, time.UTC), Other: time.Date(2025, 11, 2, 5, 0, 0, 0, time.UTC), Twice: true,
		}},
		"America/Toronto": {true, zone.Unusual{
			Begin: time.Date(1919, 3, 31, 4, 30, 0, 0, time.UTC), Other: time.Date(1919, 3, 31, 5, 0, 0, 0, time.UTC),
		}},
		"America/Santiago": {false, zone.Unusual{ // from midnight on: PostgreSQL adds to it and is right
			Begin: time.Date(2025, 9, 7, 4, 0, 0, 0, time.UTC), Other: time.Date(2025, 9, 7, 4, 0, 0, 0, time.UTC),
		}},
	} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		listed := false
		for _, u := range zone.UnusualDates(loc) {
			if u.Begin.Equal(want.date.Begin) {
				listed = true
				if !u.Other.Equal(want.date.Other) || u.Twice != want.date.Twice {
					t.Errorf("%s: %+v, want %+v", name, u, want.date)
				}
			}
		}
		if listed != want.listed {
			t.Errorf("%s: %v is listed: %v", name, want.date.Begin, listed)
		}
	}
}
