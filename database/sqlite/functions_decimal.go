package sqlite

import (
	"database/sql/driver"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	engine "modernc.org/sqlite"

	"github.com/volaweb/vola/schema"
)

// decimalFunction turns what stands for a decimal number into what stands for
// it in a column of other digits: vola_decimal(value, places, digits, places).
// The first places are those of the column that the value is from; then one
// that does not fit is an error. NULL for them rounds, as PostgreSQL does with
// what it stores.
const decimalFunction = "vola_decimal"

func registerDecimal(d *engine.Driver) error {
	return register(d, decimalFunction, 4, func(args []driver.Value) (driver.Value, error) {
		if args[0] == nil {
			return nil, nil
		}
		from, exact := args[1].(int64)
		digits, _ := args[2].(int64)
		places, _ := args[3].(int64)
		if !exact {
			from = places
		}
		v, err := otherDigits(args[0], int(from), schema.Type{Kind: schema.Decimal, Precision: int(digits), Scale: int(places)})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", decimalFunction, err)
		}
		return v, nil
	})
}

// otherDigits returns what a decimal number, of so many places, is stored as in
// a column of type t.
func otherDigits(v any, places int, t schema.Type) (any, error) {
	text, err := plainDecimal(v)
	if err != nil {
		return nil, err
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("%.40q is no decimal number", text)
	}
	r.SetString(r.FloatString(places))
	text = r.FloatString(t.Scale)
	if kept, _ := new(big.Rat).SetString(text); kept.Cmp(r) != 0 {
		return nil, fmt.Errorf("%s has more than %d digits after the point", r.FloatString(places), t.Scale)
	}
	if whole, _, _ := strings.Cut(strings.TrimPrefix(text, "-"), "."); whole != "0" && len(whole) > t.Precision-t.Scale {
		return nil, fmt.Errorf("%s has more than %d digits before the point", text, t.Precision-t.Scale)
	}
	if longDecimal(t) {
		return encodeLong(text, t), nil
	}
	return encodeShort(text)
}

// plainDecimal returns a number as it is written, from a number, a text, or a
// text of the form that long decimals are stored in.
func plainDecimal(v any) (string, error) {
	switch v := v.(type) {
	case []byte:
		return plainDecimal(string(v))
	case string:
		if strings.HasPrefix(v, "p") || strings.HasPrefix(v, "n") {
			return readLong(v)
		}
		// Only these: what reads the number knows fractions and exponents too,
		// in which few characters make very many digits.
		if strings.Trim(v, "+-.0123456789") != "" {
			return "", fmt.Errorf("%.40q is no decimal number", v)
		}
		return v, nil
	}
	return readShort(v, -1) // as many digits as tell the number from others
}

// withDigits returns the expression for a value of another column, or of a
// person's, in a column of type t. It is the value itself where t is no long
// decimal.
func withDigits(value string, t schema.Type) string {
	if !longDecimal(t) {
		return value
	}
	return decimalCall(value, "NULL", t)
}

func decimalCall(value, places string, t schema.Type) string {
	return decimalFunction + "(" + value + ", " + places + ", " + strconv.Itoa(t.Precision) + ", " + strconv.Itoa(t.Scale) + ")"
}

// convertDecimal returns the expression that turns the values of a decimal
// column into those of another one, and whether it takes one.
func convertDecimal(from, to schema.Type, column string) (string, bool) {
	if from.Kind != schema.Decimal || to.Kind != schema.Decimal || !longDecimal(from) && !longDecimal(to) && schema.Convert(from, to) == schema.Widening {
		return "", false
	}
	return decimalCall(column, strconv.Itoa(from.Scale), to), true
}
