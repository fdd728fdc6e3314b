package cldr

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of a [Number].
const (
	maxDigits = 100 // significant digits
	maxPlaces = 400 // digits before the decimal point, and after it
	maxText   = 1000
)

// Number is a decimal number as it is written: "1.0" has a fraction digit that can be
// seen, and "1" has not, which is a difference to the plurals of many languages. [Int],
// [Float] and [ParseNumber] make it; the zero value is 0. It has at most 100
// significant digits, without the zeros at its end, and 400 digits before and 400 after the
// decimal point.
type Number struct {
	negative bool
	n        int             // how many digits there are, without leading zeros
	exponent int             // of ten, with which the digits as a whole number are multiplied
	least    int             // how many fraction digits are written at least
	compact  int             // of "1.2c6", which is 1.2 million: the 6
	digits   [maxDigits]byte // 0 to 9
}

// Int returns a whole number.
func Int(n int64) Number {
	var buf [20]byte
	x := Number{negative: n < 0}
	size := uint64(n)
	if x.negative {
		size = -size
	}
	for _, c := range strconv.AppendUint(buf[:0], size, 10) {
		x.push(c - '0')
	}
	return x
}

// Float returns a floating point number by the shortest text that means it: 0.1 has
// one fraction digit, and 1.0 has none. NaN and the infinities are errors.
func Float(f float64) (Number, error) {
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	x, ok := parse(string(text))
	if !ok {
		return Number{}, fmt.Errorf("%v is not a number that can be written", f)
	}
	return x, nil
}

// ParseNumber reads a number as programs write it: a sign or none, ASCII digits with a
// decimal point or without, and perhaps an exponent of ten, "e6". With "c6" the number
// is one of millions that is written as such, which the plurals of some languages ask
// for ("1.2c6", as in the samples of CLDR). All else, and what is beyond the limits of a
// Number, is an error.
//
// Text that a visitor typed is for [Locale.ParseDecimal].
func ParseNumber(text string) (Number, error) {
	if len(text) > maxText {
		return Number{}, fmt.Errorf("the number %s has %d bytes, and %d is the limit", quote(text), len(text), maxText)
	}
	x, ok := parse(text)
	if !ok {
		return Number{}, fmt.Errorf("%s is not a number such as \"-1234.50\" with at most %d digits, %d before and %d after the point",
			quote(text), maxDigits, maxPlaces, maxPlaces)
	}
	return x, nil
}

func parse(text string) (x Number, ok bool) {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		x.negative, text = text[0] == '-', text[1:]
	}
	exponent := ""
	if i := strings.IndexAny(text, "eEc"); i >= 0 {
		exponent = text[i:]
		text = text[:i]
	}
	whole, fraction, point := strings.Cut(text, ".")
	if whole == "" || point && fraction == "" {
		return Number{}, false
	}
	zeros := 0 // at the end, for which there was no place
	for _, part := range [...]string{whole, fraction} {
		for i := range len(part) {
			switch {
			case !isDigit(part[i]):
				return Number{}, false
			case x.n == maxDigits && part[i] == '0':
				zeros++
			case zeros > 0 || !x.push(part[i]-'0'):
				return Number{}, false
			}
		}
	}
	x.exponent = zeros - len(fraction)
	if exponent != "" {
		e, err := strconv.Atoi(exponent[1:])
		if err != nil || e > 2*maxPlaces || e < -2*maxPlaces || exponent[0] == 'c' && e < 0 {
			return Number{}, false
		}
		x.exponent += e
		if exponent[0] == 'c' {
			x.compact = e
		}
	}
	if x.n == 0 {
		x.exponent = min(x.exponent, 0)
	}
	if zeros > 0 {
		x.least = max(0, zeros-x.exponent)
	}
	return x, x.n+x.exponent <= maxPlaces && max(x.least, -x.exponent) <= maxPlaces
}

// push adds a digit behind the others. It is false when there is no place.
func (x *Number) push(digit byte) bool {
	if x.n == 0 && digit == 0 {
		return true
	}
	if x.n == maxDigits {
		return false
	}
	x.digits[x.n] = digit
	x.n++
	return true
}

// fractions returns how many digits there are after the decimal point.
func (x *Number) fractions() int { return max(x.least, -x.exponent) }

// digit returns the digit for a power of ten.
func (x *Number) digit(power int) byte {
	if i := x.n - 1 - (power - x.exponent); 0 <= i && i < x.n {
		return x.digits[i]
	}
	return 0
}

// String returns the number as ParseNumber reads it, without an exponent.
func (x Number) String() string {
	var b []byte
	if x.negative {
		b = append(b, '-')
	}
	for power := max(0, x.n+x.exponent-1); power >= -x.fractions(); power-- {
		if power == -1 {
			b = append(b, '.')
		}
		b = append(b, '0'+x.digit(power))
	}
	return string(b)
}
