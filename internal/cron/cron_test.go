package cron_test

import (
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/internal/cron"
)

func TestNext(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, zone, from, want string }{
		{"* * * * *", "UTC", "2026-11-30T10:00:00Z", "2026-11-30T10:01:00Z"},
		{"*/15 * * * *", "UTC", "2026-11-30T10:14:59Z", "2026-11-30T10:15:00Z"},
		{"0 4 * * 1", "UTC", "2026-11-30T04:00:00Z", "2026-12-07T04:00:00Z"}, // a Monday
		{"0 4 * * mon", "UTC", "2026-11-29T04:00:00Z", "2026-11-30T04:00:00Z"},
		{"0 0 29 2 *", "UTC", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 29 feb *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"0 0 13 * 5", "UTC", "2026-11-30T00:00:00Z", "2026-12-04T00:00:00Z"}, // a 13th or a Friday
		{"0 0 */2 * 5", "UTC", "2026-11-30T00:00:00Z", "2026-12-11T00:00:00Z"},
		{"5-7,10 1 * * *", "UTC", "2026-11-30T01:07:00Z", "2026-11-30T01:10:00Z"},
		{"0 12 * * 7", "UTC", "2026-11-30T00:00:00Z", "2026-12-06T12:00:00Z"},
		{"@daily", "UTC", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"30 10/4 * * *", "UTC", "2026-12-31T14:31:00Z", "2026-12-31T18:30:00Z"},
		// Clocks in Berlin go from 2 to 3 on 28 March 2027, and from 3 to 2 on 31 October.
		{"30 2 * * *", "Europe/Berlin", "2027-03-27T03:00:00+01:00", "2027-03-28T03:00:00+02:00"},
		{"30 2 * * *", "Europe/Berlin", "2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"},
		{"30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00+02:00", "2027-10-31T02:30:00+02:00"},
		{"30 2 * * *", "Europe/Berlin", "2027-10-31T02:30:00+02:00", "2027-11-01T02:30:00+01:00"},
		{"0 4 * * *", "Europe/Berlin", "2027-10-31T02:30:00+02:00", "2027-10-31T04:00:00+01:00"},
		{"*/30 * * * *", "Europe/Berlin", "2027-10-31T02:30:00+02:00", "2027-10-31T02:00:00+01:00"},
		// Half an hour in Lord Howe, and midnight is skipped in Havana.
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00"},
		{"0 0 * * *", "America/Havana", "2026-03-07T12:00:00-05:00", "2026-03-08T01:00:00-04:00"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		e, err := cron.Parse(test.text)
		if err != nil {
			t.Error(err)
			continue
		}
		from, err := time.Parse(time.RFC3339, test.from)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := e.Next(from.In(zone)); !ok || got.Format(time.RFC3339) != test.want {
			t.Errorf("%s in %s after %s: %s, %v, want %s", test.text, test.zone, test.from, got.Format(time.RFC3339), ok, test.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":              "has 0 fields",
		"* * * *":       "has 4 fields",
		"60 * * * *":    "minute",
		"* * 0 * *":     "day",
		"* * * foo *":   "month",
		"* * * * 8":     "weekday",
		"*/0 * * * *":   "step",
		"5-1 * * * *":   "ends before it begins",
		"0 0 30 2 *":    "never due",
		"0 0 31 2,4 *":  "never due",
		"1-2-3 * * * *": "minute",
		"-1 * * * *":    "minute",
		", * * * *":     "minute",
	} {
		if _, err := cron.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

// FuzzParse: what is accepted is due some time, and always later than the time before.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"* * * * *", "*/7 1-5 13 feb-nov/2 mon,fri", "0 0 29 2 *", "@weekly", "59 23 31 12 7"} {
		f.Add(text)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := cron.Parse(text)
		if err != nil {
			return
		}
		at := time.Date(2027, 3, 27, 22, 0, 0, 0, zone)
		for range 5 {
			next, ok := e.Next(at)
			if !ok || !next.After(at) {
				t.Fatalf("%q after %v: %v, %v", text, at, next, ok)
			}
			at = next
		}
	})
}
