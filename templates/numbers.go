package templates

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/volaweb/vola/i18n"
)

// add returns the sum of two whole numbers of any integer types.
func add(a, b any) (int64, error) {
	x, err := wholeNumber(a)
	y, err2 := wholeNumber(b)
	if err := cmp.Or(err, err2); err != nil {
		return 0, fmt.Errorf("add: %w", err)
	}
	sum := x + y
	if (sum > x) != (y > 0) {
		return 0, fmt.Errorf("add: %d + %d is too large", x, y)
	}
	return sum, nil
}

func wholeNumber(value any) (int64, error) {
	v := reflect.Indirect(reflect.ValueOf(value))
	switch {
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return int64(v.Uint()), nil
	}
	return 0, fmt.Errorf("%v (%T) is not a whole number of 64 bits", value, value)
}

// pluralize returns the singular for one, and the plural for every other
// number. Of a slice, array, map or string it takes the length.
func pluralize(singular, plural string, count any) (string, error) {
	v := reflect.Indirect(reflect.ValueOf(count))
	one := false
	switch {
	case !v.IsValid():
		return "", errors.New("pluralize: nil is not a number")
	case v.CanInt():
		one = v.Int() == 1
	case v.CanUint():
		one = v.Uint() == 1
	case hasLength(v.Kind()):
		one = v.Len() == 1
	default:
		return "", fmt.Errorf("pluralize: %T is neither a whole number nor has it a length", count)
	}
	if one {
		return singular, nil
	}
	return plural, nil
}

func hasLength(kind reflect.Kind) bool {
	return kind == reflect.Slice || kind == reflect.Array || kind == reflect.Map || kind == reflect.String
}

// fileSize writes a number of bytes in the unit that suits it, in steps of
// 1024: "13 KB", "4.2 MB" in English, and as CLDR has it in other languages.
func fileSize(l *i18n.Language, bytes any) (string, error) {
	n, err := wholeNumber(bytes)
	if err != nil {
		return "", fmt.Errorf("filesize: %w", err)
	}
	size, units := math.Abs(float64(n)), []string{"bytes", "KB", "MB", "GB", "TB", "PB", "EB"}
	unit := 0
	for size >= 1023.95 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	digits := 1
	if unit == 0 || size >= 99.95 {
		digits = 0
	}
	size = math.Copysign(size, float64(n))
	if names := []string{"byte", "kilobyte", "megabyte", "gigabyte", "terabyte"}; !isEnglish(l) && unit < len(names) {
		return l.Unit(strconv.FormatFloat(size, 'f', digits, 64), names[unit], i18n.Short)
	}
	if unit == 0 && math.Abs(size) == 1 {
		units[0] = "byte"
	}
	return fmt.Sprintf("%.*f %s", digits, size, units[unit]), nil
}

func isEnglish(l *i18n.Language) bool {
	base, _, _ := strings.Cut(l.Tag(), "-")
	return base == "en"
}

// floatFormat writes a number with so many digits after the point.
func floatFormat(digits int, value any) (string, error) {
	v := reflect.Indirect(reflect.ValueOf(value))
	if digits < 0 || digits > 100 {
		return "", fmt.Errorf("floatformat: %d digits", digits)
	}
	switch {
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'f', digits, 64), nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10) + fraction(digits), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10) + fraction(digits), nil
	}
	return "", fmt.Errorf("floatformat: %v (%T) is not a number", value, value)
}

// fraction is that of a whole number.
func fraction(digits int) string {
	if digits == 0 {
		return ""
	}
	return "." + strings.Repeat("0", digits)
}

// intComma writes a whole number with a comma after each three digits.
func intComma(value any) (string, error) {
	n, err := wholeNumber(value)
	if err != nil {
		return "", fmt.Errorf("intcomma: %w", err)
	}
	digits, sign := strconv.FormatInt(n, 10), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits, nil
}
