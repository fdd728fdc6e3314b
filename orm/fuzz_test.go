package orm_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/volaweb/vola/orm"
)

func FuzzParseTag(f *testing.F) {
	for _, s := range []string{"", "-", "size=3,unique", "default='a,''b',index", "generated=f(a, 'x)', (b))", "decimal=10.2", "'", "(", ",,", "a=b=c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		precision, scale, err := orm.ParseTag(s)
		if err == nil && (scale < 0 || scale > precision || precision > 1000) {
			t.Errorf("%q gives a decimal(%d,%d)", s, precision, scale)
		}
	})
}

// A number that is taken has the same value as before, and fits the type.
func FuzzDecimalText(f *testing.F) {
	for _, s := range []string{"0", "-0.00", "12.5", "+1e2", "1e-3", ".5", "5.", "1_000", "0x10", "-", "1e999999999", "NaN", "00012.3400", "12.345"} {
		f.Add(s, 9, 3)
	}
	f.Fuzz(func(t *testing.T, s string, precision, scale int) {
		if precision < 1 || precision > 60 || scale < 0 || scale > precision {
			return
		}
		text, err := orm.DecimalText(s, precision, scale)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		got, ok2 := new(big.Rat).SetString(text)
		if !ok || !ok2 || want.Cmp(got) != 0 {
			t.Fatalf("%q became %q", s, text)
		}
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
		if len(fraction) != scale || len(strings.TrimLeft(whole, "0")) > precision-scale || len(whole) > 1 && whole[0] == '0' || got.Sign() == 0 && text[0] == '-' {
			t.Errorf("%q became %q, for a decimal(%d,%d)", s, text, precision, scale)
		}
	})
}

// A document that is taken has the same value as before; its form is fixed.
func FuzzCanonicalJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"b":1,"a":[1.0,null,"\u00e9\ud83d\ude00"]}`, `"\u0000"`, `"\\u0000"`, `"\ud800"`, `[1e400]`, `{"a":1,"a":2}`, `1 2`, "\"\xff\"", `"\u12`, `"\`, `[-0,-0.0,-0e5,{"a":-0}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := orm.CanonicalJSON(s)
		if err != nil {
			return
		}
		var want, got any
		if json.Unmarshal([]byte(s), &want) != nil || json.Unmarshal([]byte(text), &got) != nil || !reflect.DeepEqual(want, got) {
			t.Fatalf("%q became %q", s, text)
		}
		if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			t.Errorf("%q became %q", s, text)
		}
		if again, err := orm.CanonicalJSON(text); err != nil || again != text {
			t.Errorf("%q became %q, and that %q (%v)", s, text, again, err)
		}
	})
}

// Equal numbers in documents are equal texts, and no digit is lost.
func FuzzCanonicalNumber(f *testing.F) {
	f.Add(int64(0), 3, uint8(0))
	f.Add(int64(-1), 0, uint8(2))
	f.Add(int64(1200), -2, uint8(1))
	f.Add(int64(7), 20, uint8(0))
	f.Add(int64(7), 21, uint8(0))
	f.Add(int64(-9223372036854775808), -25, uint8(3))
	f.Fuzz(func(t *testing.T, n int64, exponent int, zeros uint8) {
		exponent %= 250
		plain := strconv.FormatInt(n, 10) + "e" + strconv.Itoa(exponent)
		want, _ := new(big.Rat).SetString(plain)
		var text string
		for i, form := range []string{
			plain,
			strconv.FormatInt(n, 10) + "." + strings.Repeat("0", int(zeros)+1) + "E+0" + strconv.Itoa(max(exponent, 0)),
			strconv.FormatInt(n, 10) + strings.Repeat("0", int(zeros)) + "e" + strconv.Itoa(exponent-int(zeros)),
			want.FloatString(300),
		} {
			if i == 1 && exponent < 0 || i == 2 && n == 0 { // not the same number, not JSON
				continue
			}
			got, err := orm.CanonicalJSON(form)
			if err != nil {
				t.Fatalf("%q: %v", form, err)
			}
			if text == "" {
				text = got
			}
			if value, ok := new(big.Rat).SetString(got); !ok || value.Cmp(want) != 0 || got != text {
				t.Errorf("%q became %q, and %q became %q", plain, text, form, got)
			}
		}
	})
}

func TestCanonicalNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"0", "0"}, {"-0", "0"}, {"-0.0e7", "0"}, {"1.0", "1"}, {"1e0", "1"}, {"10E-1", "1"}, {"-12.50", "-12.5"},
		{"0.000001", "0.000001"}, {"0.0000001", "1e-7"}, {"1e20", "100000000000000000000"}, {"1e+21", "1000000000000000000000"}, {"1e22", "1e22"},
		{"100000000000000000000000", "1e23"}, {"123456789012345678901234567890", "123456789012345678901234567890"},
		{"0.1000000000000000000000001", "0.1000000000000000000000001"}, {"-0e99999999999999999999", "0"},
	} {
		if got, err := orm.CanonicalJSON(c[0]); err != nil || got != c[1] {
			t.Errorf("%s became %s, %v; want %s", c[0], got, err, c[1])
		}
	}
}
