package cldr_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/internal/cldr"
)

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, text, want string }{
		{"en", "1.234", "1.234"}, {"de", "1.234", "1234"}, {"en", "1,234", "1234"}, {"de", "1,234", "1.234"},
		{"en", "1,234,567.50", "1234567.50"}, {"de", "1.234.567,50", "1234567.50"}, {"en", "1234567.5", "1234567.5"},
		{"en", " -5 ", "-5"}, {"en", "+5", "5"}, {"en", ".5", "0.5"}, {"de", ",5", "0.5"}, {"en", "007", "7"}, {"en", "-0", "0"}, {"en", "-0.00", "0.00"},
		{"en", "\u22125", "-5"}, {"sv", "-5", "-5"}, {"en", "0", "0"}, {"en", "00.10", "0.10"},
		{"fr", "1 234,5", "1234.5"}, {"fr", "1\u00a0234,5", "1234.5"}, {"fr", "1\u202f234,5", "1234.5"}, {"pl", "1 234", "1234"}, {"pl", "12 345", "12345"},
		{"es", "1.234", "1234"}, {"de-CH", "1'234.5", "1234.5"}, {"de-CH", "1\u2019234.5", "1234.5"},
		{"de-AT", "1.234,50", "1234.50"}, {"de-AT", "1 234,50", "1234.50"},
		{"hi", "12,34,567.5", "1234567.5"}, {"hi", "१२,३४,५६७", "1234567"},
		{"ar-EG", "١٬٢٣٤٫٥", "1234.5"}, {"ar-EG", "1,234.5", "1234.5"}, {"ar-EG", "\u061c-١٢", "-12"}, {"ar", "١٬٢٣٤٫٥", "1234.5"}, {"ar", "1,234.5", "1234.5"},
		{"fa", "۱۲٫۵", "12.5"}, {"fa", "\u200e−۱۲", "-12"}, {"fa-u-nu-latn", "۱۲", "12"}, {"bn", "১২.৫", "12.5"}, {"th", "๑๒", "12"},
		{"es-AR", "1.234", "1234"}, {"es-MX", "1.234", "1.234"}, {"ar-MA", "1.234,5", "1234.5"}, {"en-ZA", "1 234,5", "1234.5"}, {"en-DE", "1.234", "1234"},
		{"en", strings.Repeat("9", 100), strings.Repeat("9", 100)},
	}
	for _, test := range tests {
		if got, err := load(t, test.tag).ParseDecimal(test.text); err != nil || got != test.want {
			t.Errorf("ParseDecimal(%q) in %s = %q, %v, want %q", test.text, test.tag, got, err, test.want)
		}
	}
}

func TestParseDecimalRefuses(t *testing.T) {
	t.Parallel()
	for tag, texts := range map[string][]string{
		"en": {
			"", " ", "-", "+", ".", ",", "-.", "5.", "1.", "1.2.3", "1,23", "12,34", "1234,567", "1,2345", ",123", "1,,234", "1,234,", "0,123", "00,123",
			"1.234,567", "1,234.567,8", "--5", "+-5", "5-", "- 5", "(5)", "1 234", "1'234", "1_000", "1e5", "1E5", "0x10", "5%", "$5", "NaN", "Inf", "∞",
			"one", "１２", "١٢", "1٢", "½", "\xff", "1\xff", "5\x00", "1\n2", strings.Repeat("9", 101), strings.Repeat("0", 501), strings.Repeat("1,", 10_000),
		},
		"de":    {"1.23", "1.2345", "1,234.5", "1.234.5", "0.123", "1 234", "1,2,3", "12.34,5"},
		"fr":    {"1.5", "1.234", "1,234 5", "1  234", "12 34", " 1 2 "},
		"de-CH": {"1,5", "1'23", "1'234\u2019", "1.234'5"},
		"hi":    {"1,234,567", "123,45,678", "1२", "१2"},
		"ar-EG": {"١.٥", "١,٢٣٤", "1٫5", "1٬234", "١2", "۱۲", "1,23"},
		"fa":    {"۱2", "٣", "۱/۵", "۱.۵"},
		"de-AT": {"1.23", "1.234 567", "1 234.567"},
	} {
		for _, text := range texts {
			got, err := load(t, tag).ParseDecimal(text)
			if err == nil {
				t.Errorf("ParseDecimal(%.20q) in %s = %q", text, tag, got)
			} else if message := err.Error(); len(message) > 300 || strings.Contains(message, "\n") {
				t.Errorf("ParseDecimal(%.20q) in %s: %s", text, tag, message)
			}
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, text, want string }{
		{"en", "2026-11-30", "2026-11-30"}, {"de", " 2026-11-30 ", "2026-11-30"}, {"ar-EG", "2026-11-30", "2026-11-30"},
		{"en", "11/30/26", "2026-11-30"}, {"en", "11/30/2026", "2026-11-30"}, {"en", "1/5/68", "2068-01-05"}, {"en", "1/5/69", "1969-01-05"},
		{"en", "Nov 30, 2026", "2026-11-30"}, {"en", "november 30 , 2026", "2026-11-30"}, {"en", "NOV. 30, 2026", "2026-11-30"}, {"en", "Nov30,2026", "2026-11-30"},
		{"en-GB", "30/11/2026", "2026-11-30"}, {"en-GB", "30 Nov 2026", "2026-11-30"}, {"en-GB", "5 Sept 2026", "2026-09-05"},
		{"de", "30.11.26", "2026-11-30"}, {"de", "30.11.2026", "2026-11-30"}, {"de", "1.2.2026", "2026-02-01"}, {"de", "1. 2. 2026", "2026-02-01"},
		{"cs", "30.11.2026", "2026-11-30"}, {"fr", "30 nov. 2026", "2026-11-30"}, {"fr", "30 nov 2026", "2026-11-30"}, {"fr", "30 Novembre 2026", "2026-11-30"},
		{"fr", "1 févr. 2026", "2026-02-01"}, {"fr-CA", "2026-11-30", "2026-11-30"}, {"pl", "1 stycznia 2026", "2026-01-01"}, {"pl", "1 STY 2026", "2026-01-01"},
		{"hr", "30. stu 2026.", "2026-11-30"}, {"hr", "30. 11. 2026", "2026-11-30"}, {"bg", "30.11.2026", "2026-11-30"}, {"bg", "30.11.2026 г.", "2026-11-30"},
		{"ru", "30 нояб. 2026 г.", "2026-11-30"}, {"ru", "30 ноября 2026", "2026-11-30"}, {"tr", "30 KAS 2026", "2026-11-30"}, {"tr", "30 Kasım 2026", "2026-11-30"},
		{"tr", "30 KASIM 2026", "2026-11-30"}, {"tr", "5 NİSAN 2026", "2026-04-05"}, {"el", "30 Νοε 2026", "2026-11-30"}, {"el", "30 ΝΟΕΜΒΡΙΟΣ 2026", "2026-11-30"},
		{"ja", "2026/11/30", "2026-11-30"}, {"zh", "2026年11月30日", "2026-11-30"}, {"zh", "2026/1/5", "2026-01-05"}, {"ko", "26. 11. 30.", "2026-11-30"},
		{"ar-EG", "٣٠/١١/٢٠٢٦", "2026-11-30"}, {"ar-EG", "30/11/2026", "2026-11-30"}, {"fa", "۲۰۲۶/۱۱/۳۰", "2026-11-30"}, {"he", "30 בנוב׳ 2026", "2026-11-30"},
		{"vi", "30 thg 1, 2026", "2026-01-30"}, {"vi", "30 thg 11, 2026", "2026-11-30"}, {"en", "2/29/2024", "2024-02-29"}, {"de", "01.01.0001", "0001-01-01"},
		{"en", "9999-12-31", "9999-12-31"},
		{"de", "4. Mai 2026", "2026-05-04"}, {"ar", "4 مايو 2026", "2026-05-04"}, {"en", "November 30, 2026", "2026-11-30"}, {"ja", "2026年5月4日", "2026-05-04"},
		{"fr", "24-12-2026", "2026-12-24"}, {"fr", "24.12.2026", "2026-12-24"}, {"fr", "24 décembre 2026", "2026-12-24"}, {"de", "30-11-2026", "2026-11-30"},
		{"de", "30/11/26", "2026-11-30"}, {"en", "11-30-2026", "2026-11-30"}, {"zh", "2026-1-5", "2026-01-05"}, {"hr", "30/11/2026", "2026-11-30"}, {"ar-EG", "30-11-2026", "2026-11-30"},
	}
	for _, test := range tests {
		y, m, d, err := load(t, test.tag).ParseDate(test.text)
		if got := fmt.Sprintf("%04d-%02d-%02d", y, m, d); err != nil || got != test.want {
			t.Errorf("ParseDate(%q) in %s = %s, %v, want %s", test.text, test.tag, got, err, test.want)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for tag, texts := range map[string][]string{
		"en": {
			"", " ", "30/11/2026", "13/1/2026", "11.30.2026", "11/30", "11/30/2", "11/30/202", "11/30/20266", "111/30/26", "2/29/2026", "2/30/2024", "11/31/26",
			"0/1/2026", "1/0/2026", "Nov 2026", "Nov 30", "Novem 30, 2026", "Nov 30 2026 x", "2026-11-31", "2026-13-01", "2026-1-1", "2026 -11-30", "0000-01-01",
			"10000-01-01", "-2026-11-30", "2026-11-30T00:00:00Z", "20261130", "١١/٣٠/٢٦", "1١/30/26", "\xff", "11/30/26\x00", "today",
			strings.Repeat("1", 10_000), strings.Repeat("1/", 10_000), "99999999999999999999/1/2026",
		},
		"de":    {"11/30/2026", "30.11", "30.11-2026", "30.11.126", "31.4.2026", "29.2.2025"},
		"ar-EG": {"٣٠/11/٢٠٢٦", "۳۰/۱۱/۲۰۲۶"},
		"pl":    {"1.05.26", "1 maj 26", "1 majx 2026"},
		"vi":    {"30 thg 13, 2026", "30 thg 111, 2026"},
	} {
		for _, text := range texts {
			y, m, d, err := load(t, tag).ParseDate(text)
			if err == nil {
				t.Errorf("ParseDate(%.20q) in %s = %d-%d-%d", text, tag, y, m, d)
			} else if message := err.Error(); len(message) > 300 || strings.Contains(message, "\n") {
				t.Errorf("ParseDate(%.20q) in %s: %s", text, tag, message)
			}
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, text, want string }{
		{"en", "15:04", "15:04:00"}, {"en", "03:04", "03:04:00"}, {"en", "03:04:05", "03:04:05"}, {"en", "3:04 PM", "15:04:00"}, {"en", "3:04pm", "15:04:00"},
		{"en", "3:04 p.m.", "15:04:00"}, {"en", "12:00 AM", "00:00:00"}, {"en", "12:00 pm", "12:00:00"}, {"en", "3:04:05\u202fPM", "15:04:05"},
		{"de", "15:04", "15:04:00"}, {"de", "3:04", "03:04:00"}, {"fi", "15.04", "15:04:00"}, {"fi", "15:04", "15:04:00"}, {"fr-CA", "15 h 04", "15:04:00"},
		{"fr-CA", "15h04", "15:04:00"}, {"es-MX", "3:04 p. m.", "15:04:00"}, {"es-MX", "3:04 pm", "15:04:00"}, {"ko", "오후 3:04", "15:04:00"}, {"ko", "PM 3:04", "15:04:00"},
		{"zh-Hant", "下午3:04", "15:04:00"}, {"zh-Hant", "凌晨12:30", "00:30:00"}, {"zh-Hant", "中午12:30", "12:30:00"}, {"zh-Hant", "晚上11:59", "23:59:00"},
		{"zh-Hant", "上午5:00", "05:00:00"}, {"zh-Hant", "下午12:30", "12:30:00"},
		{"ar-EG", "٣:٠٤ م", "15:04:00"}, {"ar-EG", "3:04 م", "15:04:00"}, {"fa", "۱۵:۰۴", "15:04:00"}, {"el", "3:04 μ.μ.", "15:04:00"}, {"el", "3:04 ΜΜ", "15:04:00"},
		{"ja", "0:00", "00:00:00"}, {"ja", "23:59:59", "23:59:59"},
	}
	for _, test := range tests {
		h, m, s, err := load(t, test.tag).ParseTime(test.text)
		if got := fmt.Sprintf("%02d:%02d:%02d", h, m, s); err != nil || got != test.want {
			t.Errorf("ParseTime(%q) in %s = %s, %v, want %s", test.text, test.tag, got, err, test.want)
		}
	}
	for tag, texts := range map[string][]string{
		"en": {
			"", " ", "3:04", "15:04 PM", "0:04 AM", "13:00 am", "24:00", "23:60", "23:59:60", "3 PM", "3:4 PM", "3:04 XM", "3:04 PMM", "3:04PM PM", "3:04:5 PM", "003:04",
			"15.04", "15:04:05.5", "15:04Z", "1٥:04", "-3:04", "\xff", "15:04\x00", strings.Repeat("1:", 10_000),
		},
		"de":      {"3:04 pm", "15.04", "24:00", "15:4", "15"},
		"zh-Hant": {"3:04", "凌晨7:00", "清晨3:00"},
		"fa":      {"۱۵:04"},
	} {
		for _, text := range texts {
			h, m, s, err := load(t, tag).ParseTime(text)
			if err == nil {
				t.Errorf("ParseTime(%.20q) in %s = %d:%d:%d", text, tag, h, m, s)
			} else if message := err.Error(); len(message) > 300 || strings.Contains(message, "\n") {
				t.Errorf("ParseTime(%.20q) in %s: %s", text, tag, message)
			}
		}
	}
}

// TestWhatIsWrittenIsRead: in all languages, with their own digits and with those of ASCII.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	more := languages(t)
	for _, tag := range locales(t) {
		for _, numbers := range []string{"", "-u-nu-latn"} {
			l := load(t, tag+numbers)
			random := rand.New(rand.NewPCG(1, 2))
			times := 50
			if slices.Contains(more, tag) {
				times = 300
			}
			for range times {
				readNumber(t, l, random)
				readDate(t, l, random)
				readTime(t, l, random)
			}
		}
	}
}

func readNumber(t *testing.T, l *cldr.Locale, random *rand.Rand) {
	t.Helper()
	text := fmt.Sprintf("%.*f", random.IntN(7), (random.Float64()-0.5)*float64(uint64(1)<<random.IntN(60)))
	n := number(t, text)
	written := string(l.AppendNumber(nil, n, 0, 100))
	got, err := l.ParseDecimal(written)
	if err != nil {
		t.Errorf("%s: %s is written %q: %v", l.Tag(), text, written, err)
		return
	}
	if again := string(l.AppendNumber(nil, number(t, got), 0, 100)); again != written {
		t.Errorf("%s: %s is written %q, and read %s", l.Tag(), text, written, got)
	}
}

func readDate(t *testing.T, l *cldr.Locale, random *rand.Rand) {
	t.Helper()
	for style, years := range map[cldr.Style][2]int{cldr.Long: {1000, 9999}, cldr.Medium: {1000, 9999}, cldr.Short: {1969, 2068}} {
		want := time.Date(years[0]+random.IntN(years[1]-years[0]+1), 1, 1+random.IntN(366), 0, 0, 0, 0, time.UTC)
		if want.Year() > years[1] {
			continue
		}
		text, err := l.AppendDate(nil, want, style)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d, err := l.ParseDate(string(text))
		if got := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
			t.Errorf("%s: %s is written %q, and read %s, %v", l.Tag(), want.Format(time.DateOnly), text, got.Format(time.DateOnly), err)
		}
	}
}

func readTime(t *testing.T, l *cldr.Locale, random *rand.Rand) {
	t.Helper()
	want := time.Date(2026, 11, 30, random.IntN(24), random.IntN(60), random.IntN(60), 0, time.UTC)
	for _, style := range []cldr.Style{cldr.Medium, cldr.Short} {
		text, err := l.AppendTime(nil, want, style)
		if err != nil {
			t.Fatal(err)
		}
		if style == cldr.Short {
			want = want.Truncate(time.Minute)
		}
		h, m, s, err := l.ParseTime(string(text))
		if got := time.Date(2026, 11, 30, h, m, s, 0, time.UTC); err != nil || !got.Equal(want) {
			t.Errorf("%s: %s is written %q, and read %s, %v", l.Tag(), want.Format(time.TimeOnly), text, got.Format(time.TimeOnly), err)
		}
	}
}
