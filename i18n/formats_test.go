package i18n_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
)

func ExampleLanguage_ParseNumber() {
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en", "de"}})
	if err != nil {
		panic(err)
	}
	for _, lang := range texts.Languages() {
		number, _ := lang.ParseNumber("1.234")
		date, _ := lang.ParseDate(lang.Day(civil.NewDate(2026, time.November, 30), i18n.Medium))
		fmt.Println(number, date)
	}
	_, err = texts.Language("de").ParseNumber("1.23")
	fmt.Println(fault.Message(err))
	// Output:
	// 1.234 2026-11-30
	// 1234 2026-11-30
	// Write a number, such as 1.234,5.
}

type money struct{ cents int }

func (m *money) String() string { return fmt.Sprintf("%d.%02d", m.cents/100, m.cents%100) }

// TestNumbersOfAllTypes writes what may be a number, and refuses the rest.
func TestNumbersOfAllTypes(t *testing.T) {
	t.Parallel()
	l := load(t, "de").Default()
	small, none := 7, (*int)(nil)
	for _, tt := range []struct {
		value any
		want  string
	}{
		{1234, "1.234"}, {int8(-5), "-5"}, {uint64(math.MaxUint64), "18.446.744.073.709.551.615"}, {float32(0.5), "0,5"}, {1e21, "1.000.000.000.000.000.000.000"},
		{"1234.50", "1.234,5"}, {&money{123456}, "1.234,56"}, {&small, "7"}, {time.Duration(5), ""}, {none, ""}, {(*money)(nil), ""}, {nil, ""},
		{math.NaN(), ""}, {math.Inf(1), ""}, {"1e999999999", ""}, {"1,5", ""}, {"", ""}, {[]int{1}, ""}, {true, ""}, {strings.Repeat("9", 100_000), ""},
	} {
		got, err := l.Number(tt.value)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%.20v (%T): %q, %v", tt.value, tt.value, got, err)
		}
	}
	if _, err := l.Money(1, "euro"); err == nil {
		t.Error("euro is not a code of a currency")
	}
	if _, err := l.Unit(1, "parsec", i18n.Long); err == nil {
		t.Error("the unit parsec is known")
	}
}

// TestAgo says how far times are from now, in two languages.
func TestAgo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	texts := load(t, "en de")
	en, de := texts.Language("en"), texts.Language("de")
	for _, tt := range []struct {
		at     time.Time
		en, de string
	}{
		{now.Add(-59 * time.Second), "now", "jetzt"},
		{now.Add(-time.Minute), "1 minute ago", "vor 1 Minute"},
		{now.Add(90 * time.Minute), "in 1 hour", "in 1 Stunde"},
		{now.Add(-23 * time.Hour), "23 hours ago", "vor 23 Stunden"},
		{now.Add(-24 * time.Hour), "yesterday", "gestern"},
		{now.Add(35 * time.Hour), "tomorrow", "morgen"},
		{now.AddDate(0, 0, -6), "6 days ago", "vor 6 Tagen"},
		{now.AddDate(0, 0, 8), "next week", "nächste Woche"},
		{now.AddDate(0, 0, -29), "4 weeks ago", "vor 4 Wochen"},
		{now.AddDate(0, -2, 0), "2 months ago", "vor 2 Monaten"},
		{now.AddDate(0, 12, 0), "next year", "nächstes Jahr"},
		{now.AddDate(-30, 0, 0), "30 years ago", "vor 30 Jahren"},
		{time.Time{}, "2,025 years ago", "vor 2.025 Jahren"},
	} {
		if got := [2]string{en.Ago(tt.at, now), de.Ago(tt.at, now)}; got != [2]string{tt.en, tt.de} {
			t.Errorf("%v: %q, want %q, %q", tt.at, got, tt.en, tt.de)
		}
	}
}

// TestAgoByTheCalendar: "last week", "next month" and "last year" are those of the calendar.
func TestAgoByTheCalendar(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ now, at, american, german string }{
		{"2026-11-30", "2026-11-17", "1 week ago", "vor 1 Woche"},  // a Monday, and the Tuesday two weeks before
		{"2026-11-29", "2026-11-16", "1 week ago", "letzte Woche"}, // a Sunday, which begins a week in America
		{"2026-11-29", "2026-11-22", "last week", "letzte Woche"},
		{"2026-11-26", "2026-12-05", "next week", "nächste Woche"},
		{"2026-01-31", "2026-03-02", "in 1 month", "in 1 Monat"},
		{"2026-12-31", "2027-02-01", "in 1 month", "in 1 Monat"},
		{"2026-07-31", "2026-08-30", "next month", "nächsten Monat"},
		{"2026-03-31", "2026-02-28", "last month", "letzten Monat"},
		{"2026-03-01", "2026-01-30", "1 month ago", "vor 1 Monat"},
		{"2026-11-30", "2026-08-31", "2 months ago", "vor 2 Monaten"},
		{"2026-11-30", "2025-12-01", "11 months ago", "vor 11 Monaten"},
		{"2026-01-15", "2024-12-10", "1 year ago", "vor 1 Jahr"},
		{"2026-12-15", "2025-01-10", "last year", "letztes Jahr"},
		{"2026-12-15", "2028-01-20", "in 1 year", "in 1 Jahr"},
	} {
		now, err := time.Parse(time.DateOnly, tt.now)
		at, err2 := time.Parse(time.DateOnly, tt.at)
		texts := load(t, "en de")
		got := [2]string{texts.Language("en").Ago(at, now), texts.Language("de").Ago(at, now)}
		if want := [2]string{tt.american, tt.german}; err != nil || err2 != nil || got != want {
			t.Errorf("%s from %s: %q, want %q", tt.at, tt.now, got, want)
		}
	}
}

// TestFormatsFallBack: a dialect has the formats of its language, a language without data
// those of the first, and a year that no calendar has is written in digits.
func TestFormatsFallBack(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 15, 4, 0, 0, time.UTC)
	texts := load(t, "de de-LI tlh en-AU")
	for tag, want := range map[string]string{
		"de": "1. März 2026 Deutsch März Sonntag Monday", "de-LI": "1. März 2026 Deutsch (Liechtenstein) März Sonntag Monday",
		"tlh": "1. März 2026 tlh März Sonntag Monday", "en-AU": "1 March 2026 English March Sunday Monday",
	} {
		l := texts.Language(tag)
		if got := fmt.Sprint(l.Date(day, i18n.Long), " ", l.Name(), " ", l.Month(time.March), " ", l.Weekday(time.Sunday), " ", l.FirstDay()); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	for tags, want := range map[string]string{"pt-BR en": "[português English]", "pt-BR pt-PT": "[português português europeu]", "zh-Hant-TW zh": "[繁體中文 中文]", "fr-BJ": "[français]", "tlh": "[tlh]"} {
		var names []string
		for _, l := range load(t, tags).Languages() {
			names = append(names, l.Name())
		}
		if got := fmt.Sprint(names); got != want {
			t.Errorf("%s: %s, want %s", tags, got, want)
		}
	}
	l := texts.Default()
	if got := l.Date(time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), i18n.Full); got != "12026-01-01" {
		t.Error(got)
	}
	if got := l.DateTime(time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), i18n.Full, i18n.Short); got != "-0005-01-01 00:00:00" {
		t.Error(got)
	}
}

// TestStylesAreThoseOfCLDR writes one date in all styles.
func TestStylesAreThoseOfCLDR(t *testing.T) {
	t.Parallel()
	l := new(i18n.Language)
	at := time.Date(2026, 11, 30, 15, 4, 5, 0, time.UTC)
	for style, want := range map[i18n.Style][2]string{
		i18n.Full: {"Monday, November 30, 2026", "3:04:05\u202fPM"}, i18n.Long: {"November 30, 2026", "3:04:05\u202fPM"},
		i18n.Medium: {"Nov 30, 2026", "3:04:05\u202fPM"}, i18n.Short: {"11/30/26", "3:04\u202fPM"},
		i18n.YearMonth: {"November 2026", "15:04:05"}, i18n.MonthDay: {"November 30", "15:04:05"},
	} {
		if got := [2]string{l.Date(at, style), l.Time(at, style)}; got != want {
			t.Errorf("%d: %q, want %q", style, got, want)
		}
	}
}
