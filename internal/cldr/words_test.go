package cldr_test

import (
	"math"
	"testing"

	"github.com/volaweb/vola/internal/cldr"
)

func TestRelativeTimes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag   string
		n     int64
		unit  cldr.Unit
		words bool
		want  string
	}{
		{"en", -3, cldr.Day, true, "3 days ago"}, {"en", -1, cldr.Day, true, "yesterday"}, {"en", -1, cldr.Day, false, "1 day ago"},
		{"en", 2, cldr.Hour, true, "in 2 hours"}, {"en", 0, cldr.Second, true, "now"}, {"en", 0, cldr.Second, false, "in 0 seconds"},
		{"de", -2, cldr.Day, true, "vorgestern"}, {"de", 2, cldr.Week, true, "in 2 Wochen"}, {"pl", 5, cldr.Year, true, "za 5 lat"},
		{"ru", 21, cldr.Minute, true, "через 21 минуту"}, {"ja", -10, cldr.Month, true, "10 か月前"},
		{"en", math.MinInt64, cldr.Second, true, "9,223,372,036,854,775,808 seconds ago"},
	}
	for _, test := range tests {
		got, err := load(t, test.tag).AppendRelative(nil, test.n, test.unit, test.words)
		if err != nil || string(got) != test.want {
			t.Errorf("%d %s in %s is %q, %v, want %q", test.n, test.unit, test.tag, got, err, test.want)
		}
	}
	for _, unit := range []cldr.Unit{cldr.Byte, cldr.Percent, cldr.Year + 1, 255} {
		if got, err := load(t, "en").AppendRelative([]byte("x"), 1, unit, true); err == nil || string(got) != "x" {
			t.Errorf("in 1 %s is %q, %v", unit, got, err)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag   string
		kind  cldr.ListKind
		items []string
		want  string
	}{
		{"en", cldr.And, nil, ""}, {"en", cldr.And, []string{"a"}, "a"}, {"en", cldr.And, []string{"a", "b"}, "a and b"},
		{"en", cldr.And, []string{"a", "b", "c", "d"}, "a, b, c, and d"}, {"en", cldr.Or, []string{"a", "b", "c"}, "a, b, or c"},
		{"en-GB", cldr.And, []string{"a", "b", "c"}, "a, b and c"}, {"en", 9, []string{"a", "b"}, "a or b"}, {"en", cldr.And, []string{"", ""}, " and "},
		{"es", cldr.And, []string{"padre", "Hijo"}, "padre e Hijo"}, {"es", cldr.And, []string{"agua", "hielo"}, "agua y hielo"},
		{"es-MX", cldr.Or, []string{"7", "8"}, "7 u 8"}, {"es", cldr.Or, []string{"10", "110"}, "10 o 110"}, {"es", cldr.Or, []string{"10", "11"}, "10 u 11"}, {"es", cldr.Or, []string{"a", "11 b"}, "a u 11 b"}, {"es", cldr.And, []string{"a", "h"}, "a y h"},
		{"he", cldr.And, []string{"דן", "Ann"}, "דן ו-Ann"}, {"he", cldr.And, []string{"דן", "דן"}, "דן ודן"}, {"he", cldr.And, []string{"דן", "\xff"}, "דן ו-\xff"},
		{"ja", cldr.And, []string{"a", "b", "c"}, "a、b、c"}, {"en", cldr.And, []string{"{0}", "{1}"}, "{0} and {1}"},
	}
	for _, test := range tests {
		if got := string(load(t, test.tag).AppendList(nil, test.items, test.kind)); got != test.want {
			t.Errorf("%q in %s is %q, want %q", test.items, test.tag, got, test.want)
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag, text string
		unit      cldr.Unit
		style     cldr.Style
		want      string
	}{
		{"en", "1", cldr.Kilometer, cldr.Long, "1 kilometer"}, {"en", "1.0", cldr.Kilometer, cldr.Long, "1 kilometer"},
		{"en", "1234.56", cldr.Kilobyte, cldr.Short, "1,234.6 kB"}, {"en", "-5", cldr.Celsius, cldr.Short, "-5°C"},
		{"de", "2", cldr.Week, cldr.Long, "2 Wochen"}, {"ar", "2", cldr.Day, cldr.Long, "يومان"}, {"fr", "1.5", cldr.Hour, cldr.Long, "1,5\u00a0heure"},
		{"de", "12", cldr.Percent, cldr.Short, "12\u00a0%"},
	}
	for _, test := range tests {
		got, err := load(t, test.tag).AppendUnit(nil, number(t, test.text), test.unit, test.style, 0, 1)
		if err != nil || string(got) != test.want {
			t.Errorf("%s %s in %s is %q, %v, want %q", test.text, test.unit, test.tag, got, err, test.want)
		}
	}
	en := load(t, "en")
	for _, style := range []cldr.Style{cldr.Full, cldr.Medium, cldr.YearMonth, 255} {
		if got, err := en.AppendUnit([]byte("x"), cldr.Int(1), cldr.Day, style, 0, 0); err == nil || string(got) != "x" {
			t.Errorf("the style %d is %q, %v", style, got, err)
		}
	}
	for _, unit := range []cldr.Unit{cldr.Year + 1, 255} {
		if got, err := en.AppendUnit([]byte("x"), cldr.Int(1), unit, cldr.Long, 0, 0); err == nil || string(got) != "x" {
			t.Errorf("the unit %d is %q, %v", unit, got, err)
		}
	}
}
