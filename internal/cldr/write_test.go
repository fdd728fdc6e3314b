package cldr_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/internal/cldr"
)

func TestNumbersAreRoundedHalfEven(t *testing.T) {
	t.Parallel()
	en := load(t, "en")
	tests := []struct {
		text      string
		low, high int
		want      string
	}{
		{"0.5", 0, 0, "0"}, {"1.5", 0, 0, "2"}, {"2.5", 0, 0, "2"}, {"2.5001", 0, 0, "3"}, {"-0.5", 0, 0, "0"}, {"-1.5", 0, 0, "-2"},
		{"0.05", 0, 1, "0"}, {"0.15", 0, 1, "0.2"}, {"0.049", 0, 1, "0"}, {"0.051", 0, 1, "0.1"}, {"0.0501", 0, 1, "0.1"},
		{"9.995", 2, 2, "10.00"}, {"99.5", 0, 0, "100"}, {"999.5", 0, 0, "1,000"}, {"999999.5", 0, 0, "1,000,000"}, {"0.95", 1, 1, "1.0"},
		{"1.500", 0, 3, "1.5"}, {"1.500", 2, 3, "1.50"}, {"1", 2, 4, "1.00"}, {"1e3", 0, 3, "1,000"}, {"5e-10", 0, 3, "0"},
		{"1", -5, -1, "1"}, {"1.26", 1, 0, "1.3"}, {"1.26", 0, math.MaxInt, "1.26"}, {"0", math.MinInt, math.MinInt, "0"},
		{"-0.001", 2, 2, "0.00"}, {"-0.00", 0, 2, "0"},
		{strings.Repeat("9", 100), 0, 0, "9" + strings.Repeat(",999", 33)},
		{"0." + strings.Repeat("9", 100), 0, 99, "1"},
		{"99." + strings.Repeat("9", 98), 0, 97, "100"},
	}
	for _, test := range tests {
		if got := string(en.AppendNumber(nil, number(t, test.text), test.low, test.high)); got != test.want {
			t.Errorf("AppendNumber(%.20s, %d, %d) = %s, want %s", test.text, test.low, test.high, got, test.want)
		}
	}
	if got := string(en.AppendNumber(nil, cldr.Int(1), 1_000_000, 0)); got != "1."+strings.Repeat("0", 100) {
		t.Errorf("a million of fraction digits are %d bytes", len(got))
	}
	if got := string(en.AppendInt([]byte("n = "), math.MinInt64)); got != "n = -9,223,372,036,854,775,808" {
		t.Error(got)
	}
}

func TestNumbersOfManyLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, text, want string }{
		{"hi", "1234567.5", "12,34,567.5"},
		{"es", "1234", "1234"}, {"es", "12345", "12.345"},
		{"de-CH", "1234567", "1'234'567"},
		{"sv", "-1234.5", "\u22121\u00a0234,5"},
		{"ar-EG", "-1234.5", "\u061c-\u0661\u066c\u0662\u0663\u0664\u066b\u0665"},
		{"ar-EG-u-nu-latn", "-1234.5", "\u200e-1,234.5"},
		{"ar-u-nu-arab", "1234.5", "\u0661\u066c\u0662\u0663\u0664\u066b\u0665"},
		{"fa", "12", "\u06f1\u06f2"},
		{"bn", "12", "\u09e7\u09e8"},
		{"en", "12e99", "12" + strings.Repeat(",000", 33)},
	}
	for _, test := range tests {
		if got := string(load(t, test.tag).AppendNumber(nil, number(t, test.text), 0, 3)); got != test.want {
			t.Errorf("%s in %s is %q, want %q", test.text, test.tag, got, test.want)
		}
	}
	for _, tag := range []string{"en-u-nu-arab", "de-u-nu-xxxx", "ar-u-nu-latn1"} {
		if _, err := cldr.Load(tag); err == nil {
			t.Errorf("Load(%q) works", tag)
		}
	}
}

func TestCurrencies(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, amount, code, want string }{
		{"en", "1234.5", "EUR", "€1,234.50"}, {"en", "1234.5", "JPY", "¥1,234"}, {"en", "-1", "USD", "-$1.00"}, {"en", "1", "CHF", "CHF\u00a01.00"},
		{"en", "1", "QQQ", "QQQ\u00a01.00"}, {"en", "1.2345", "KWD", "KWD\u00a01.234"},
		{"de", "1234.5", "EUR", "1.234,50\u00a0€"}, {"de-AT", "-1234.5", "EUR", "-€\u00a01.234,50"}, {"de-CH", "-1234.5", "CHF", "CHF-1'234.50"},
	}
	for _, test := range tests {
		got, err := load(t, test.tag).AppendCurrency(nil, number(t, test.amount), test.code)
		if err != nil || string(got) != test.want {
			t.Errorf("%s %s in %s is %q, %v, want %q", test.amount, test.code, test.tag, got, err, test.want)
		}
	}
	for _, code := range []string{"", "eur", "EU", "EURO", "E1R", "€€€", "\xff\xff\xff", "E\tR", strings.Repeat("E", 10_000)} {
		if got, err := load(t, "en").AppendCurrency([]byte("x"), cldr.Int(1), code); err == nil || string(got) != "x" || len(err.Error()) > 300 {
			t.Errorf("the currency %.10q is %q, %v", code, got, err)
		}
	}
}

func TestDatesThatAreNot(t *testing.T) {
	t.Parallel()
	en := load(t, "en")
	for _, year := range []int{-1, 0, 10_000, math.MaxInt32, math.MinInt32} {
		day := time.Date(year, 3, 4, 5, 6, 7, 0, time.UTC)
		if got, err := en.AppendDate([]byte("x"), day, cldr.Long); err == nil || string(got) != "x" {
			t.Errorf("the year %d is %q, %v", year, got, err)
		}
		if got, err := en.AppendDateTime([]byte("x"), day, cldr.Long, cldr.Short); err == nil || string(got) != "x" {
			t.Errorf("the year %d is %q, %v", year, got, err)
		}
	}
	day := time.Date(2026, 11, 30, 15, 4, 5, 0, time.UTC)
	for _, style := range []cldr.Style{cldr.MonthDay + 1, 255} {
		if got, err := en.AppendDate(nil, day, style); err == nil {
			t.Errorf("the style %d is %q", style, got)
		}
	}
	for _, style := range []cldr.Style{cldr.YearMonth, cldr.MonthDay, 255} {
		if got, err := en.AppendTime(nil, day, style); err == nil {
			t.Errorf("the style %d is %q", style, got)
		}
		if got, err := en.AppendDateTime(nil, day, style, cldr.Short); err == nil {
			t.Errorf("the style %d is %q", style, got)
		}
		if got, err := en.AppendDateTime([]byte("x"), day, cldr.Short, style); err == nil || string(got) != "x" {
			t.Errorf("the style %d is %q, %v", style, got, err)
		}
	}
	for _, name := range []string{en.Month(0, cldr.Wide), en.Month(13, cldr.Wide), en.Month(-1, cldr.Wide), en.Month(1, 4), en.Weekday(7, cldr.Wide), en.Weekday(-1, cldr.Wide)} {
		if name != "" {
			t.Errorf("there is a month or a day %q", name)
		}
	}
	if got, err := en.AppendDate(nil, time.Time{}, cldr.Long); err != nil || string(got) != "January 1, 1" {
		t.Errorf("the zero time is %q, %v", got, err)
	}
}

func TestNamesInTheirForms(t *testing.T) {
	t.Parallel()
	pl := load(t, "pl")
	for form, want := range map[cldr.NameForm]string{cldr.Wide: "stycznia", cldr.WideAlone: "styczeń", cldr.Abbreviated: "sty", cldr.AbbreviatedAlone: "sty"} {
		if got := pl.Month(time.January, form); got != want {
			t.Errorf("January is %q in the form %d, want %q", got, form, want)
		}
	}
	if got := pl.Weekday(time.Saturday, cldr.Wide); got != "sobota" {
		t.Error(got)
	}
}

// TestWeeksBeginByRegion: also where a dialect has no other data than its language.
func TestWeeksBeginByRegion(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]time.Weekday{
		"en": time.Sunday, "en-GB": time.Monday, "en-AU": time.Monday, "en-CA": time.Sunday, "en-001": time.Monday, "de": time.Monday, "ar": time.Saturday,
		"ar-MA": time.Monday, "ar-AE": time.Monday, "pt": time.Sunday, "pt-PT": time.Sunday, "ar-MV": time.Friday, "he": time.Sunday, "fa-AF": time.Saturday,
	} {
		if got := load(t, tag).FirstDay(); got != want {
			t.Errorf("weeks begin on %s in %s, want %s", got, tag, want)
		}
	}
}

// TestAppendingNeedsOnlyTheBuffer counts allocations, which are of the whole process.
func TestAppendingNeedsOnlyTheBuffer(t *testing.T) {
	buf := make([]byte, 0, 1000)
	n := number(t, "-1234567.891")
	day := time.Date(2026, 11, 30, 15, 4, 5, 0, time.UTC)
	for _, tag := range []string{"en", "de-AT", "ar-EG", "zh-Hant", "fa"} {
		l := load(t, tag)
		for name, appendTo := range appenders(l, n, day) {
			if got := testing.AllocsPerRun(10, func() { appendTo(buf[:0]) }); got > 0 {
				t.Errorf("%s: %s allocates %v times", tag, name, got)
			}
		}
	}
}

func appenders(l *cldr.Locale, n cldr.Number, day time.Time) map[string]func([]byte) {
	items := []string{"a", "b", "c"}
	return map[string]func([]byte){
		"AppendInt":      func(b []byte) { l.AppendInt(b, -1234567) },
		"AppendNumber":   func(b []byte) { l.AppendNumber(b, n, 2, 2) },
		"AppendPercent":  func(b []byte) { l.AppendPercent(b, n, 0, 1) },
		"AppendCurrency": func(b []byte) { _, _ = l.AppendCurrency(b, n, "USD") },
		"AppendCompact":  func(b []byte) { l.AppendCompact(b, n) },
		"AppendDate":     func(b []byte) { _, _ = l.AppendDate(b, day, cldr.Full) },
		"AppendTime":     func(b []byte) { _, _ = l.AppendTime(b, day, cldr.Short) },
		"AppendRelative": func(b []byte) { _, _ = l.AppendRelative(b, -3, cldr.Day, true) },
		"AppendUnit":     func(b []byte) { _, _ = l.AppendUnit(b, n, cldr.Kilometer, cldr.Long, 0, 1) },
		"AppendList":     func(b []byte) { l.AppendList(b, items, cldr.Or) },
		"AppendDateTime": func(b []byte) { _, _ = l.AppendDateTime(b, day, cldr.Medium, cldr.Short) },
	}
}
