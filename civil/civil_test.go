package civil_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/civil"
)

func Example() {
	opening := civil.NewDate(2026, time.November, 23)
	fmt.Println(opening.AddDays(10), opening.Weekday())

	doors := civil.NewClock(18, 30, 0, 0)
	fmt.Println(doors, opening.At(doors, time.UTC).Format(time.RFC3339))
	// Output:
	// 2026-12-03 Monday
	// 18:30:00 2026-11-23T18:30:00Z
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	good := map[string]civil.Date{
		"0001-01-01": {},
		"1582-10-10": civil.NewDate(1582, 10, 10),
		"2024-02-29": civil.NewDate(2024, 2, 29),
		"2024-12-31": civil.NewDate(2024, 13, 0),
		"9999-12-31": civil.NewDate(9999, 12, 31),
	}
	for text, want := range good {
		got, err := civil.ParseDate(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseDate(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "2024", "2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01", "-001-01-01", "2024-1-01",
		"2024/01/01", "20240101", "2024-01-01 ", "2024-01-01T00:00:00", "２024-01-0", "+024-01-01",
	} {
		if got, err := civil.ParseDate(text); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", text, got)
		}
	}
}

// The calendar is checked against package time.
func TestDateAgreesWithTime(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		at := time.Date(1+rng.IntN(9999), 1, 1+rng.IntN(366), rng.IntN(24), 0, 0, 0, time.UTC)
		d, n := civil.DateOf(at), rng.IntN(100_000)-50_000
		if got, want := d.AddDays(n), civil.DateOf(at.AddDate(0, 0, n)); got != want || got.Sub(d) != n {
			t.Fatalf("%v and %d days is %v, want %v", d, n, got, want)
		}
		if y, m, day := d.Date(); y != at.Year() || m != at.Month() || day != at.Day() ||
			y != d.Year() || m != d.Month() || day != d.Day() || d.Weekday() != at.Weekday() {
			t.Fatalf("%v has the parts %d %v %d", at, y, m, day)
		}
		if got := d.Format("Jan 2, 2006"); got != at.Format("Jan 2, 2006") {
			t.Fatalf("%v is formatted %q", at, got)
		}
	}
}

func TestDateOfUsesTheLocation(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	if got := civil.DateOf(at.In(time.FixedZone("east", 3600))); got != civil.NewDate(2026, 11, 24) {
		t.Errorf("in the east it is %v", got)
	}
	if got := civil.DateOf(at.In(time.FixedZone("west", -23*3600-1800))); got != civil.NewDate(2026, 11, 23) {
		t.Errorf("in the west it is %v", got)
	}
	if got := civil.ClockOf(at.In(time.FixedZone("east", 3600))); got != civil.NewClock(0, 30, 0, 0) {
		t.Errorf("clocks in the east show %v", got)
	}
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"00:00": "00:00:00", "23:59:59.999999": "23:59:59.999999", "12:34:56.7": "12:34:56.700000",
		"08:09:10": "08:09:10", "08:09:10.000000": "08:09:10",
	}
	for text, want := range good {
		got, err := civil.ParseClock(text)
		if err != nil || got.String() != want {
			t.Errorf("ParseClock(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "1", "24:00", "23:60", "23:59:60", "1:02", "01:02:03.", "01:02:03.1234567", "01:02.5", "01:02:03 PM", "01-02", "aa:bb",
		"01:02:3x", "01:02.000001",
	} {
		if got, err := civil.ParseClock(text); err == nil {
			t.Errorf("ParseClock(%q) = %v, want an error", text, got)
		}
	}
}

func TestClockArithmetic(t *testing.T) {
	t.Parallel()
	tests := []struct{ got, want civil.Clock }{
		{civil.NewClock(23, 90, 0, 0), civil.NewClock(0, 30, 0, 0)},
		{civil.NewClock(0, 0, 0, -1), civil.NewClock(23, 59, 59, 999999)},
		{civil.NewClock(0, 0, -1, 1_000_000), civil.Clock{}},
		{civil.NewClock(22, 0, 0, 0).Add(3 * time.Hour), civil.NewClock(1, 0, 0, 0)},
		{civil.NewClock(1, 0, 0, 0).Add(-50 * time.Hour), civil.NewClock(23, 0, 0, 0)},
		{civil.NewClock(1, 0, 0, 0).Add(999), civil.NewClock(1, 0, 0, 0)},
	}
	for i, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%d: got %v, want %v", i, tt.got, tt.want)
		}
	}
	if c := civil.NewClock(1, 2, 3, 4); c.SinceMidnight() != time.Hour+2*time.Minute+3*time.Second+4*time.Microsecond {
		t.Errorf("since midnight: %v", c.SinceMidnight())
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	a, b := civil.NewDate(2026, 1, 31), civil.NewDate(2026, 2, 1)
	if !a.Before(b) || !b.After(a) || a.After(b) || a.Compare(b) != -1 || b.Compare(a) != 1 || a.Compare(a) != 0 || a.Equal(b) || !(civil.Date{}).IsZero() || a.IsZero() {
		t.Error("dates are out of order")
	}
	c, d := civil.NewClock(9, 0, 0, 0), civil.NewClock(10, 0, 0, 0)
	if !c.Before(d) || !d.After(c) || c.After(d) || c.Compare(d) != -1 || d.Compare(c) != 1 || c.Compare(c) != 0 || c.Equal(d) || !(civil.Clock{}).IsZero() || c.IsZero() {
		t.Error("times of day are out of order")
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type event struct {
		On    civil.Date           `json:"on"`
		Doors *civil.Clock         `json:"doors,omitzero"`
		Days  map[civil.Date]int   `json:"days"`
		Empty civil.Clock          `json:"empty,omitzero"`
		Other map[civil.Clock]bool `json:"other,omitzero"`
	}
	doors := civil.NewClock(18, 30, 0, 5)
	in := event{On: civil.NewDate(2026, 11, 23), Doors: &doors, Days: map[civil.Date]int{civil.NewDate(2027, 1, 1): 3}}
	text, err := json.Marshal(in)
	if want := `{"on":"2026-11-23","doors":"18:30:00.000005","days":{"2027-01-01":3}}`; err != nil || string(text) != want {
		t.Fatalf("JSON is %s, %v; want %s", text, err, want)
	}
	var out event
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
	if err := json.Unmarshal([]byte(`{"on":"2026-02-30"}`), &out); err == nil {
		t.Error("30 February was read")
	}
	if err := json.Unmarshal([]byte(`{"doors":"25:00"}`), &out); err == nil {
		t.Error("25 o'clock was read")
	}
	if text, err := json.Marshal(civil.NewDate(10000, 1, 1)); err == nil {
		t.Errorf("the year 10000 was written as %s", text)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-23", "0001-01-01", "2023-02-29", "9999-99-99", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := civil.ParseDate(s)
		if err == nil && d.String() != s {
			t.Errorf("%q was read as %v", s, d)
		}
		if _, err2 := time.Parse(time.DateOnly, s); err == nil && err2 != nil {
			t.Errorf("%q was read, and package time does not: %v", s, err2)
		}
	})
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"15:04", "15:04:05", "15:04:05.000001", "24:00", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := civil.ParseClock(s)
		if err != nil {
			return
		}
		if again, err := civil.ParseClock(c.String()); err != nil || again != c {
			t.Errorf("%q was read as %v, and that as %v, %v", s, c, again, err)
		}
	})
}
