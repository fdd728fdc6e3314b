package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	engine "modernc.org/sqlite"

	"github.com/volaweb/vola/schema"
)

// fitFunction returns a computed value in the form in which a column stores
// it, and is an error where the column does not hold it: SQLite itself stores
// anything. It is called as
//
//	vola_fit(value, field, 'integer', least, most, type)
//	vola_fit(value, field, 'number', least, most, type)
//	vola_fit(value, field, 'float', bits, 0, type)
//	vola_fit(value, field, 'decimal', digits, places, type)
//	vola_fit(value, field, 'text', characters, bytes, type), 0 for no limit
//	vola_fit(value, field, 'choice', 0, 0, list)
//
// An integer has only been computed with integers, so that a fraction is what
// SQLite makes of an overflow; a number may have been rounded. The type is what
// people call it, the list a JSON array of texts. The error ends with
// "vola_fit(field): sentence;", as package orm looks for it.
const fitFunction = "vola_fit"

func registerFit(d *engine.Driver) error {
	return register(d, fitFunction, 6, func(args []driver.Value) (driver.Value, error) {
		if args[0] == nil {
			return nil, nil
		}
		kind, _ := args[2].(string)
		a, _ := args[3].(int64)
		b, _ := args[4].(int64)
		of, _ := args[5].(string)
		v, err := fit(args[0], kind, a, b, of)
		if err != nil {
			return nil, fmt.Errorf("%s(%v): %w;", fitFunction, args[1], err)
		}
		return v, nil
	})
}

func fit(v driver.Value, kind string, a, b int64, of string) (driver.Value, error) {
	switch kind {
	case "integer", "number":
		return fitInteger(v, kind == "number", a, b, of)
	case "float":
		return fitFloat(v, a == 32, of)
	case "decimal":
		return fitDecimal(v, schema.Type{Kind: schema.Decimal, Precision: int(a), Scale: int(b)})
	case "text":
		text, _ := asText(v)
		if b > 0 && int64(len(text)) > b {
			return nil, fmt.Errorf("the value has %d bytes, and at most %d can be indexed", len(text), b)
		}
		if n := utf8.RuneCountInString(text); a > 0 && int64(n) > a {
			return nil, fmt.Errorf("the text has %d characters, and at most %d are allowed", n, a)
		}
		return text, nil
	case "choice":
		var choices []string
		text, _ := asText(v)
		if err := json.Unmarshal([]byte(of), &choices); err != nil {
			return nil, err
		}
		if !slices.Contains(choices, text) {
			return nil, fmt.Errorf("%.40s is not one of the choices", text)
		}
		return v, nil
	}
	return nil, fmt.Errorf("%q is no kind of column", kind)
}

func fitInteger(v driver.Value, rounded bool, least, most int64, of string) (driver.Value, error) {
	const exact = 1 << 53 // up to here a float is the integer that was meant
	n, ok := v.(int64)
	switch x := v.(type) {
	case float64:
		if !rounded {
			return nil, fmt.Errorf("what was computed is out of the range of %s", of)
		}
		if n, ok = int64(x), math.Abs(x) <= exact; ok && float64(n) != x {
			return nil, fmt.Errorf("%v is no whole number", x)
		}
	case string:
		i, err := strconv.ParseInt(x, 10, 64)
		if n, ok = i, err == nil; !ok {
			return nil, fmt.Errorf("%.40q is no whole number of 64 bits", x)
		}
	}
	if !ok || n < least || n > most {
		return nil, fmt.Errorf("%v is out of the range of %s", v, of)
	}
	return n, nil
}

// fitFloat rounds to the nearest float32 where the column is one of those: it
// must hold what is read from it.
func fitFloat(v driver.Value, short bool, of string) (driver.Value, error) {
	var x float64
	switch v := v.(type) {
	case float64:
		x = v
	case int64:
		x = float64(v)
	default:
		return nil, fmt.Errorf("a %T is no number", v)
	}
	fitting := x
	if short {
		fitting = float64(float32(x))
	}
	if math.IsInf(fitting, 0) {
		return nil, fmt.Errorf("%v is out of the range of %s", x, of)
	}
	return fitting, nil
}

// fitDecimal rounds to the column's places, as PostgreSQL does.
func fitDecimal(v driver.Value, t schema.Type) (driver.Value, error) {
	if x, ok := v.(float64); ok && math.Abs(x) >= math.Pow10(t.Precision-t.Scale)+1 {
		return nil, fmt.Errorf("%v has more than %d digits before the point", x, t.Precision-t.Scale)
	}
	return otherDigits(v, t.Scale, t)
}
