package cldr_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/cldr"
	"github.com/volaweb/vola/internal/po"
)

func number(t testing.TB, text string) cldr.Number {
	t.Helper()
	n, err := cldr.ParseNumber(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPluralsAgreeWithTheSamples: CLDR has samples with each rule, such as
// "@integer 2~4, 22, … @decimal 1.0~1.5, 1c6, …".
func TestPluralsAgreeWithTheSamples(t *testing.T) {
	t.Parallel()
	count := 0
	rows(t, "testdata/plurals.txt", func(line int, f []string) {
		tag, kind, category, samples := f[0], f[1], f[2], f[3]
		l := load(t, tag)
		all, of := l.Categories(), l.Plural
		if kind == "ordinal" {
			all, of = l.OrdinalCategories(), l.Ordinal
		}
		if !slices.ContainsFunc(all, func(c cldr.Category) bool { return c.String() == category }) {
			t.Errorf("line %d: %s has the %s categories %v", line, tag, kind, all)
		}
		for sample := range strings.FieldsFuncSeq(samples, func(r rune) bool { return r == ' ' || r == ',' }) {
			if sample == "@integer" || sample == "@decimal" || sample == "…" {
				continue
			}
			for _, text := range numbers(t, sample) {
				count++
				if got := of(number(t, text)); got.String() != category {
					t.Errorf("line %d: %s in %s is %s, want %s", line, text, tag, got, category)
				}
			}
		}
	})
	if count < 4000 {
		t.Errorf("there were only %d samples", count)
	}
	t.Logf("%d samples", count)
}

// numbers returns the numbers of a sample: "1.0~1.5" are all with one fraction digit.
func numbers(t *testing.T, sample string) []string {
	t.Helper()
	low, high, ok := strings.Cut(sample, "~")
	if !ok {
		return []string{sample}
	}
	whole, fraction, _ := strings.Cut(low, ".")
	format := fmt.Sprintf("%%.%df", len(fraction))
	if whole == "" {
		t.Fatal(sample)
	}
	var all []string
	var from, to float64
	if _, err := fmt.Sscan(low, &from); err != nil {
		t.Fatal(sample, err)
	}
	if _, err := fmt.Sscan(high, &to); err != nil {
		t.Fatal(sample, err)
	}
	for step := math.Pow10(-len(fraction)); from <= to+step/2; from += step {
		all = append(all, fmt.Sprintf(format, from))
	}
	return all
}

// TestPluralForms: gettext's expression finds the same forms.
func TestPluralForms(t *testing.T) {
	t.Parallel()
	for _, tag := range locales(t) {
		l := load(t, tag)
		count, header := l.PluralForms()
		plurals, err := po.ParsePlurals(header)
		if err != nil {
			t.Errorf("%s: %s: %v", tag, header, err)
			continue
		}
		if plurals.Forms != count {
			t.Errorf("%s: %d forms, and the header is %s", tag, count, header)
		}
		whole := map[cldr.Category]bool{}
		var all []uint64
		for n := range uint64(2001) {
			all = append(all, n)
		}
		for n := uint64(10_000); n <= 1e18; n *= 10 {
			all = append(all, n, n+1, n+2, n+11, 2*n, 5*n, 7*n, n-1)
		}
		for _, n := range all {
			whole[l.Plural(cldr.Int(int64(n)))] = true
		}
		used := slices.DeleteFunc(l.Categories(), func(c cldr.Category) bool { return !whole[c] })
		for _, n := range all {
			if want := slices.Index(used, l.Plural(cldr.Int(int64(n)))); plurals.Form(n) != want {
				t.Errorf("%s: form %d for %d, want %d; %s", tag, plurals.Form(n), n, want, header)
				break
			}
		}
		if len(used) != count {
			t.Errorf("%s: %d forms, and whole numbers have %v", tag, count, used)
		}
	}
	if _, got := load(t, "pl").PluralForms(); got !=
		"nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);" {
		t.Errorf("Polish: %s", got)
	}
}

func TestPluralOfAnyNumber(t *testing.T) {
	t.Parallel()
	fr, pl, ru := load(t, "fr"), load(t, "pl"), load(t, "ru")
	tests := []struct {
		l    *cldr.Locale
		text string
		want cldr.Category
	}{
		{fr, "1.5", cldr.One}, {fr, "-1", cldr.One}, {fr, "2", cldr.Other}, {fr, "1000000", cldr.Many}, {fr, "1000000.0", cldr.Other},
		{pl, "22", cldr.Few}, {pl, "1.0", cldr.Other}, {pl, "5", cldr.Many}, {pl, "1", cldr.One},
		{ru, "21", cldr.One}, {ru, "-21", cldr.One}, {ru, "11", cldr.Many}, {ru, "1.2", cldr.Other},
		{ru, "1" + strings.Repeat("0", 98) + "1", cldr.One}, {ru, "1e99", cldr.Many}, {ru, "0.00", cldr.Other},
		{ru, "1" + strings.Repeat("0", 120), cldr.Many}, {ru, "1" + strings.Repeat("0", 120) + ".0", cldr.Other},
	}
	for _, test := range tests {
		if got := test.l.Plural(number(t, test.text)); got != test.want {
			t.Errorf("%s in %s is %s, want %s", test.text, test.l.Tag(), got, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	zeros := "1" + strings.Repeat("0", 300)
	for text, want := range map[string]string{
		zeros: zeros, zeros + ".00": zeros + ".00", zeros + ".0e-1": zeros[:300] + ".00", "1e300": zeros, "0." + zeros[1:]: "0." + zeros[1:],
		"0": "0", "-0": "-0", "007": "7", "1.50": "1.50", "+12": "12", "1e3": "1000", "1.5e1": "15", "1.50e1": "15.0", "0.00": "0.00",
		"25e-1": "2.5", "1c6": "1000000", "1.2345E2": "123.45", "0e400": "0", "-12345678901234567890.5": "-12345678901234567890.5", "1e-3": "0.001",
	} {
		if got := number(t, text).String(); got != want {
			t.Errorf("ParseNumber(%q) = %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{
		"", "-", ".", "1.", ".5", "1.2.3", "1e", "1e+", "e5", "1c-2", "1e1c1", "NaN", "Inf", "-Inf", "0x10", "1_000", "1,5", "1 ", " 1", "\xff", "١",
		"1e999999999", "1e-999999999", "1e401", "1e-401", "1e99999999999999999999", strings.Repeat("1", 101), zeros + "1", zeros + ".1", zeros + zeros, strings.Repeat("0", 10_000), "1" + strings.Repeat("0", 5000),
	} {
		if n, err := cldr.ParseNumber(text); err == nil {
			t.Errorf("ParseNumber(%.20q) = %s", text, n)
		}
	}
	for f, want := range map[float64]string{0.1: "0.1", 1: "1", -2.5: "-2.5", 1e21: "1000000000000000000000", 1e-7: "0.0000001"} {
		if n, err := cldr.Float(f); err != nil || n.String() != want {
			t.Errorf("Float(%v) = %s, %v", f, n, err)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if n, err := cldr.Float(f); err == nil {
			t.Errorf("Float(%v) = %s", f, n)
		}
	}
	for _, f := range []float64{math.MaxFloat64, math.SmallestNonzeroFloat64, -math.MaxFloat64} {
		if _, err := cldr.Float(f); err != nil {
			t.Error(err)
		}
	}
	for _, n := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64} {
		if got := cldr.Int(n).String(); got != fmt.Sprint(n) {
			t.Errorf("Int(%d) = %s", n, got)
		}
	}
}
