package cldr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/internal/cldr"
)

// some returns languages that differ in what is read.
func some(f *testing.F) []*cldr.Locale {
	var all []*cldr.Locale
	for _, tag := range []string{"en", "de", "fr", "de-CH", "hi", "ar-EG", "fa", "he", "tr", "el", "zh-Hant", "ko", "vi", "bg", "fr-CA", "es-MX"} {
		all = append(all, load(f, tag))
	}
	return all
}

func FuzzNumber(f *testing.F) {
	for _, text := range []string{"0", "-0.00", "1e-400", "999999.5", "-1.5e15", "9e399", "1.2c6", "1e999999999"} {
		f.Add(text, 2, 3)
	}
	day := time.Date(2026, 11, 30, 15, 4, 5, 0, time.UTC)
	all := some(f)
	f.Fuzz(func(t *testing.T, text string, low, high int) {
		n, err := cldr.ParseNumber(text)
		if err != nil {
			return
		}
		if again, err := cldr.ParseNumber(n.String()); err != nil || again.String() != n.String() {
			t.Errorf("ParseNumber(%q) is %s, and %s, %v", text, n, again, err)
		}
		for _, l := range all {
			for _, appendTo := range appenders(l, n, day) {
				appendTo(nil)
			}
			if got := l.AppendNumber(nil, n, low, high); len(got) > 5000 {
				t.Errorf("AppendNumber(%q, %d, %d) in %s has %d bytes", text, low, high, l.Tag(), len(got))
			}
			l.Plural(n)
			l.Ordinal(n)
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, text := range []string{"1,234.5", "1.234,5", "-1 234,5", "1'234", "12,34,567", "١٬٢٣٤٫٥", "\u200e−۱۲", ".5", "5.", "0,123", "1e5"} {
		f.Add(text)
	}
	all := some(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range all {
			got, err := l.ParseDecimal(text)
			if err != nil {
				continue
			}
			n := number(t, got)
			if n.String() != got {
				t.Errorf("ParseDecimal(%q) in %s = %q, and it is %q", text, l.Tag(), got, n.String())
			}
			_, fraction, _ := strings.Cut(got, ".")
			if len(fraction) > 100 {
				continue
			}
			written := string(l.AppendNumber(nil, n, len(fraction), len(fraction)))
			if again, err := l.ParseDecimal(written); err != nil || again != got {
				t.Errorf("ParseDecimal(%q) in %s = %q, which is written %q and read %q, %v", text, l.Tag(), got, written, again, err)
			}
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, text := range []string{"2026-11-30", "11/30/26", "30.11.2026", "Nov 30, 2026", "30 nov. 2026", "٣٠/١١/٢٠٢٦", "2026年11月30日", "30 thg 11, 2026", "30 בנוב׳ 2026"} {
		f.Add(text)
	}
	all := some(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range all {
			y, m, d, err := l.ParseDate(text)
			if err != nil {
				continue
			}
			day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
			if day.Year() != y || day.Month() != m || day.Day() != d || y < 1 || y > 9999 {
				t.Errorf("ParseDate(%q) in %s = %d-%d-%d", text, l.Tag(), y, m, d)
			}
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, text := range []string{"15:04", "15:04:05", "3:04 PM", "15 h 04", "下午3:04", "오후 3:04", "٣:٠٤ م", "3:04 p. m.", "3:04 μ.μ."} {
		f.Add(text)
	}
	all := some(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range all {
			h, m, s, err := l.ParseTime(text)
			if err == nil && (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) {
				t.Errorf("ParseTime(%q) in %s = %d:%d:%d", text, l.Tag(), h, m, s)
			}
		}
	})
}
