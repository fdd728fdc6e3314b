package civil_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/volaweb/vola/civil"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func ExampleDate_Moments() {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	// snippet: moments
	half := civil.NewClock(2, 30, 0, 0)
	fmt.Println(civil.NewDate(2026, time.March, 8).Moments(half, newYork))
	for _, t := range civil.NewDate(2026, time.November, 1).Moments(civil.NewClock(1, 30, 0, 0), newYork) {
		fmt.Println(t)
	}
	// end snippet

	// Output:
	// []
	// 2026-11-01 01:30:00 -0400 EDT
	// 2026-11-01 01:30:00 -0500 EST
}

// TestMoments compares with a walk through all minutes around changes of clocks, among
// them one by half an hour, at midnight, of a whole day, and back to winter in summer.
func TestMoments(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	skipped, twice := 0, 0
	for _, around := range []struct {
		zone string
		at   time.Time
	}{
		{"Europe/Rome", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)},
		{"Europe/Rome", time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)},
		{"Australia/Lord_Howe", time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC)},
		{"Australia/Lord_Howe", time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC)},
		{"America/Santiago", time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC)},
		{"Pacific/Apia", time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)},
		{"Europe/Dublin", time.Date(1972, 10, 29, 2, 0, 0, 0, time.UTC)},
		{"Africa/Casablanca", time.Date(2026, 2, 15, 2, 0, 0, 0, time.UTC)},
		{"Asia/Kathmandu", time.Date(2026, 2, 15, 2, 0, 0, 0, time.UTC)},
	} {
		loc := zone(t, around.zone)
		for range 60 {
			// What the clock shows around the change, whether or not it does in the zone.
			_, offset := around.at.In(loc).Zone()
			shown := around.at.Add(time.Duration(offset)*time.Second + time.Duration(random.IntN(6*60)-3*60)*time.Minute)
			if random.IntN(4) == 0 {
				shown = shown.Add(time.Duration(random.IntN(48*60)-24*60) * time.Minute)
			}
			date, clock := civil.DateOf(shown), civil.ClockOf(shown)
			var want []time.Time
			for moment := shown.Add(-27 * time.Hour); moment.Before(shown.Add(27 * time.Hour)); moment = moment.Add(time.Minute) {
				if in := moment.In(loc); civil.DateOf(in) == date && civil.ClockOf(in) == clock {
					want = append(want, in)
				}
			}
			got := date.Moments(clock, loc)
			if len(got) != len(want) || len(got) > 0 && !got[0].Equal(want[0]) || len(got) > 1 && !got[1].Equal(want[1]) {
				t.Errorf("%s %s %s: %v, want %v", around.zone, date, clock, got, want)
			}
			switch len(want) {
			case 0:
				skipped++
			case 2:
				twice++
			}
		}
	}
	if skipped < 15 || twice < 15 {
		t.Errorf("only %d times that are skipped and %d that are repeated were tested", skipped, twice)
	}
}
