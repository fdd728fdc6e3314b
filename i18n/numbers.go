package i18n

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/volaweb/vola/internal/cldr"
)

// locales loads what CLDR says of a language when it is first asked for: of a language
// without data it is that of the other one, and at last English.
func locales(tag string, other func() *cldr.Locale) func() *cldr.Locale {
	return sync.OnceValue(func() *cldr.Locale {
		l, err := cldr.Load(tag)
		if err == nil {
			return l
		}
		return other()
	})
}

// english is the locale of the zero Language.
func english() *cldr.Locale {
	l, err := cldr.Load("en")
	if err != nil {
		panic(err) // a test of package cldr loads it
	}
	return l
}

func (l *Language) cldr() *cldr.Locale {
	if l.locale == nil {
		return english()
	}
	return l.locale()
}

// Dir returns the direction of its script, for the attribute dir of HTML: "ltr" or "rtl".
func (l *Language) Dir() string {
	if l.locale == nil {
		return "ltr"
	}
	locale := l.cldr()
	if base, _, _ := strings.Cut(l.Tag(), "-"); !strings.HasPrefix(locale.Tag(), base) && isRTLWithoutData(base) {
		return "rtl"
	}
	return locale.Dir()
}

// isRTLWithoutData reports whether a language that package cldr has no data of is written
// from right to left.
func isRTLWithoutData(language string) bool {
	return slices.Contains([]string{"ckb", "dv", "ks", "lrc", "nqo", "ps", "rhg", "sd", "syr", "ug", "ur", "yi"}, language)
}

// Name returns what the language calls itself, such as "Deutsch": with its region, such as
// "português europeu", on a site that has it for several; its tag if there is no name.
func (l *Language) Name() string { return cmp.Or(l.cldr().NameOf(cmp.Or(l.named, l.Tag())), l.Tag()) }

// withoutRegion returns a tag without its region: "zh-Hant" for "zh-Hant-TW".
func withoutRegion(tag string) string {
	language, rest, _ := strings.Cut(tag, "-")
	const script = 4 // letters
	if first, _, _ := strings.Cut(rest, "-"); len(first) == script && (first[0] > '9') {
		return language + "-" + first
	}
	return language
}

// Number writes a number as the language does: "1,234.5", "1.234,5". It is of any type
// of numbers, or a decimal number as text such as "0.10", or a fmt.Stringer that writes
// one; another value is an error. Fractions have at most six digits and no zeros at their
// end; halves are rounded to the even digit.
func (l *Language) Number(n any) (string, error) { return l.Decimal(n, 0, 6) }

// Decimal is Number with at least and at most so many digits of the fraction.
func (l *Language) Decimal(n any, least, most int) (string, error) {
	x, err := decimal(n)
	if err != nil {
		return "", err
	}
	return string(l.cldr().AppendNumber(nil, x, least, most)), nil
}

// Percent writes a share as percent, with at most one digit of the fraction: 0.256 is
// "25.6%".
func (l *Language) Percent(n any) (string, error) {
	x, err := decimal(n)
	if err != nil {
		return "", err
	}
	return string(l.cldr().AppendPercent(nil, x, 0, 1)), nil
}

// Money writes an amount in a currency (ISO 4217), such as "EUR", with the symbol that
// the language has for it and the digits of the currency: "€1,234.50", "1.234,50 €".
func (l *Language) Money(amount any, currency string) (string, error) {
	x, err := decimal(amount)
	if err != nil {
		return "", err
	}
	out, err := l.cldr().AppendCurrency(nil, x, currency)
	return string(out), err
}

// Compact writes a large number in a short form: "12K", "1.5M".
func (l *Language) Compact(n any) (string, error) {
	x, err := decimal(n)
	if err != nil {
		return "", err
	}
	return string(l.cldr().AppendCompact(nil, x)), nil
}

// decimal returns the number that a value is.
func decimal(n any) (cldr.Number, error) {
	switch n := n.(type) {
	case int:
		return cldr.Int(int64(n)), nil
	case string:
		return cldr.ParseNumber(n)
	case fmt.Stringer:
		if v := reflect.ValueOf(n); v.Kind() == reflect.Pointer && v.IsNil() {
			return cldr.Number{}, fmt.Errorf("a nil %T is not a number", n)
		}
		return cldr.ParseNumber(n.String())
	}
	switch v := reflect.Indirect(reflect.ValueOf(n)); {
	case v.CanInt():
		return cldr.Int(v.Int()), nil
	case v.CanUint():
		return cldr.ParseNumber(fmt.Sprint(v.Uint()))
	case v.CanFloat():
		return cldr.Float(v.Float())
	case v.Kind() == reflect.String:
		return cldr.ParseNumber(v.String())
	}
	return cldr.Number{}, fmt.Errorf("a %T is not a number", n)
}

// Plain writes a number as a field of a form has it, so that it is easy to change: without
// groups, in ASCII digits, with the decimal separator of the language. The number is a
// decimal number as text; another text is returned as it is.
func (l *Language) Plain(n string) string {
	whole, fraction, has := strings.Cut(n, ".")
	if !has {
		return n
	}
	half, err := l.Decimal("0.5", 1, 1)
	if err != nil {
		return n
	}
	runes := []rune(half)
	if runes[0] != '0' { // its own digits, and a separator that goes with them
		return n
	}
	return whole + string(runes[1:len(runes)-1]) + fraction
}
