package orm

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/schema"
)

// decimal reads a decimal number: a string, or a type that is written as text.
func (f *field) decimal(p unsafe.Pointer) (any, error) {
	if f.base.Kind() == reflect.String {
		return decimalText(*(*string)(p), f.store)
	}
	text, err := reflect.NewAt(f.base, p).Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return nil, err
	}
	return decimalText(string(text), f.store)
}

// putDecimal writes the text of a decimal number into the variable at p.
func (f *field) putDecimal(p unsafe.Pointer, src any) error {
	text, ok := src.(string)
	if b, isBytes := src.([]byte); isBytes {
		text, ok = string(b), true
	}
	if !ok {
		return fmt.Errorf("a %T is no decimal number", src)
	}
	text, err := decimalText(text, f.store)
	if err != nil {
		return err
	}
	if f.base.Kind() == reflect.String {
		*(*string)(p) = text
		return nil
	}
	return reflect.NewAt(f.base, p).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}

// decimalText brings a number into the form that codecs take: with as many
// digits after the point as the type has, no plus, no exponent, no zeros in
// front, no minus zero. What the type cannot hold exactly is refused, not
// rounded.
func decimalText(s string, t schema.Type) (string, error) {
	whole, fraction, negative, ok := parseDecimal(s)
	if !ok {
		return "", fmt.Errorf("%.40q is not a decimal number", s)
	}
	if len(fraction) > t.Scale {
		return "", fmt.Errorf("%.40s has %d digits after the point, and at most %d are kept", s, len(fraction), t.Scale)
	}
	if len(whole) > t.Precision-t.Scale {
		return "", fmt.Errorf("%.40s has %d digits before the point, and at most %d are kept", s, len(whole), t.Precision-t.Scale)
	}
	var b strings.Builder
	b.Grow(t.Precision + 3)
	if negative && whole+fraction != "" {
		b.WriteByte('-')
	}
	if whole == "" {
		b.WriteByte('0')
	}
	b.WriteString(whole)
	if t.Scale > 0 {
		b.WriteByte('.')
		b.WriteString(fraction)
		for range t.Scale - len(fraction) {
			b.WriteByte('0')
		}
	}
	return b.String(), nil
}

// parseDecimal takes a number apart into the digits before the point, without
// zeros in front, and those after it, without zeros at the end. The number is
// of the form [+-]digits[.digits][e[+-]digits].
func parseDecimal(s string) (whole, fraction string, negative, ok bool) {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative, s = s[0] == '-', s[1:]
	}
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		// Beyond this no column has room, and there is no need to write zeros.
		if err != nil || e > 2*maxPrecision || e < -2*maxPrecision {
			return "", "", false, false
		}
		exponent, s = e, s[:i]
	}
	whole, fraction, _ = strings.Cut(s, ".")
	if whole+fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return "", "", false, false
	}
	switch {
	case exponent > 0:
		fraction += strings.Repeat("0", max(0, exponent-len(fraction)))
		whole, fraction = whole+fraction[:exponent], fraction[exponent:]
	case exponent < 0:
		whole = strings.Repeat("0", max(0, -exponent-len(whole))) + whole
		cut := len(whole) + exponent
		whole, fraction = whole[:cut], whole[cut:]+fraction
	}
	return strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0"), negative, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
