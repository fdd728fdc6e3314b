package orm_test

import (
	"encoding/json"
	"math/big"
	"reflect"
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
	for _, s := range []string{`{}`, `{"b":1,"a":[1.0,null,"\u00e9\ud83d\ude00"]}`, `"\u0000"`, `"\\u0000"`, `"\ud800"`, `[1e400]`, `{"a":1,"a":2}`, `1 2`, "\"\xff\"", `"\u12`, `"\`} {
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
