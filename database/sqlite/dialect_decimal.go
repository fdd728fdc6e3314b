package sqlite

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// SQLite has no decimal numbers. Up to 15 digits a float64 holds a decimal
// without doubt: it becomes the same 15 digits again, and floats stand in the
// order of the decimals that they are for. Those are stored as numbers, which
// is what Django writes and reads. Longer ones, which Django cuts, are stored
// as text of a form that is exact and sorts right.
const floatDigits = 15

// longDecimal reports whether decimals of the type are stored as text.
func longDecimal(t schema.Type) bool {
	return t.Kind == schema.Decimal && t.Precision > floatDigits
}

func decimalCodec(t schema.Type) (database.Codec, error) {
	if longDecimal(t) {
		return database.Codec{
			Encode:     func(v any) (any, error) { return encodeLong(v.(string), t), nil },
			NewScanner: newScanner(readLong),
			Add: func(column, arg string) (string, error) {
				return "", fmt.Errorf("sqlite cannot add to a decimal of more than %d digits", floatDigits)
			},
		}, nil
	}
	return database.Codec{
		Encode:     func(v any) (any, error) { return encodeShort(v.(string)) },
		NewScanner: newScanner(func(src any) (string, error) { return readShort(src, t.Scale) }),
		// A sum of floats is rounded to the float that the decimal has.
		Add: func(column, arg string) (string, error) {
			return "round(" + column + " + " + arg + ", " + strconv.Itoa(t.Scale) + ")", nil
		},
	}, nil
}

// encodeShort returns the number that stands for a decimal of few digits: the
// integer where it is one, as the column would make of it.
func encodeShort(text string) (any, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.Trim(fraction, "0") == "" {
		return strconv.ParseInt(whole, 10, 64)
	}
	return strconv.ParseFloat(text, 64)
}

func readShort(src any, scale int) (string, error) {
	switch v := src.(type) {
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", fmt.Errorf("%v is no decimal number", v)
		}
		return strconv.FormatFloat(v, 'f', scale, 64), nil
	case string:
		return v, nil
	}
	return "", fmt.Errorf("a %T is no decimal number", src)
}

// encodeLong writes a decimal, which has as many digits after the point as the
// type, so that the texts stand in the order of the numbers: p and as many
// digits as the type has, or n and the difference of each digit to nine. No
// database takes such a text for a number.
func encodeLong(text string, t schema.Type) string {
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	b := make([]byte, 0, t.Precision+2)
	b = append(b, 'p')
	for range t.Precision - t.Scale - len(whole) {
		b = append(b, '0')
	}
	if t.Precision > t.Scale { // else whole is the 0 before the point
		b = append(b, whole...)
	}
	if t.Scale > 0 {
		b = append(append(b, '.'), fraction...)
	}
	if negative {
		b[0] = 'n'
		complement(b[1:])
	}
	return string(b)
}

// complement replaces each digit with its difference to nine.
func complement(b []byte) {
	for i, c := range b {
		if c >= '0' && c <= '9' {
			b[i] = '0' + '9' - c
		}
	}
}

var errNotLong = errors.New("the column does not hold decimals of more than 15 digits as Vola stores them; " +
	"if it is Django's, declare the field with at most 15 digits: Django keeps no more")

func readLong(src any) (string, error) {
	text, ok := src.(string)
	if !ok || text == "" {
		return "", errNotLong
	}
	switch text[0] {
	case 'p':
		return text[1:], nil
	case 'n':
		b := []byte(text)
		b[0] = '-'
		complement(b[1:])
		return string(b), nil
	}
	return "", errNotLong
}
