package cldr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// system is how numbers are written in one kind of digits.
type system struct {
	name            string
	digits          [10]string
	decimal, group  string
	minus, percent  string
	moneyDecimal    string // the separators of amounts of money
	moneyGroup      string
	decimalPattern  string
	percentPattern  string
	currencyPattern string
	alphaPattern    string // for currencies that are a letter next to the number
}

// maxFraction is the most fraction digits that numbers are written with.
const maxFraction = 100

// AppendInt appends a whole number: "1,234".
func (l *Locale) AppendInt(dst []byte, n int64) []byte {
	return l.AppendNumber(dst, Int(n), 0, 0)
}

// AppendNumber appends a number with as many fraction digits as it has, but at least
// minFraction and at most maxFraction: "1,234.50". It is rounded, halves to the even
// digit. The numbers of digits are from 0 to 100; others are taken for the nearest that
// is allowed, and a maximum below the minimum for the minimum. What is rounded to zero
// has no sign.
func (l *Locale) AppendNumber(dst []byte, n Number, minFraction, maxFraction int) []byte {
	n.round(minFraction, maxFraction)
	return l.appendPattern(dst, l.system.decimalPattern, &n, fill{})
}

// AppendPercent appends a share as percent: 0.256 is "25.6%". The fraction digits, which
// are those of the percentage, are as for [Locale.AppendNumber].
func (l *Locale) AppendPercent(dst []byte, n Number, minFraction, maxFraction int) []byte {
	n.scale(2)
	n.round(minFraction, maxFraction)
	return l.appendPattern(dst, l.system.percentPattern, &n, fill{})
}

// round leaves as many fraction digits as AppendNumber says.
func (x *Number) round(low, high int) {
	low = min(max(low, 0), maxFraction)
	high = max(min(high, maxFraction), low)
	x.cut(-high)
	for x.exponent < -low && x.n > 0 && x.digits[x.n-1] == 0 {
		x.n--
		x.exponent++
	}
	if x.n == 0 {
		x.exponent, x.negative = 0, false
	}
	x.least = low
}

// cut rounds to a power of ten, halves to the even digit.
func (x *Number) cut(power int) {
	drop := power - x.exponent
	if drop <= 0 || x.n == 0 {
		return
	}
	keep := x.n - drop // digits that stay
	if keep < 0 {
		x.n, x.exponent = 0, power
		return
	}
	more := false // whether what goes is more than a half
	for _, digit := range x.digits[keep+1 : x.n] {
		more = more || digit > 0
	}
	next := x.digits[keep]
	odd := keep > 0 && x.digits[keep-1]%2 == 1
	x.n, x.exponent = keep, power
	if next < 5 || next == 5 && !more && !odd {
		return
	}
	for i := keep - 1; i >= 0; i-- {
		if x.digits[i] < 9 {
			x.digits[i]++
			return
		}
		x.digits[i] = 0
	}
	// All were nines, or there were none.
	x.digits[0] = 1
	for i := 1; i <= keep; i++ {
		x.digits[i] = 0
	}
	x.n = keep + 1
}

// scale multiplies with a power of ten.
func (x *Number) scale(power int) {
	if x.n > 0 {
		x.exponent += power
	}
}

// fill is what patterns of numbers are filled with.
type fill struct {
	currency string // what stands for the sign of a currency
	money    bool   // the separators are those of amounts of money
	compact  bool   // the pattern does not tell of groups, which only large numbers have
}

// affixes are the parts of a pattern (UTS 35, part 3, "Number patterns"): what is before
// and after the number, and how many digits are in a group.
type affixes struct {
	prefix, suffix     string
	minus              bool // the sign is before the prefix, as the pattern does not tell
	primary, secondary int
}

// splitPattern splits a pattern such as "#,##0.00 ¤;-#,##0.00 ¤".
func splitPattern(pattern string, negative bool) affixes {
	positive, other, hasOther := strings.Cut(pattern, ";")
	a := affixes{}
	start := strings.IndexAny(positive, "#0")
	end := strings.LastIndexAny(positive, "#0") + 1
	number, _, _ := strings.Cut(positive[start:end], ".")
	if i := strings.LastIndexByte(number, ','); i >= 0 {
		a.primary = len(number) - i - 1
		a.secondary = a.primary
		if j := strings.LastIndexByte(number[:i], ','); j >= 0 {
			a.secondary = i - j - 1
		}
	}
	a.prefix, a.suffix = positive[:start], positive[end:]
	switch {
	case negative && hasOther:
		start, end := strings.IndexAny(other, "#0"), strings.LastIndexAny(other, "#0")+1
		a.prefix, a.suffix = other[:start], other[end:]
	case negative:
		a.minus = true
	}
	return a
}

// appendPattern appends a number as a pattern has it.
func (l *Locale) appendPattern(dst []byte, pattern string, n *Number, f fill) []byte {
	a := splitPattern(pattern, n.negative)
	least := l.grouping
	if f.compact {
		groups := splitPattern(l.system.decimalPattern, false)
		a.primary, a.secondary = groups.primary, groups.secondary
		least = max(least, 2)
	}
	if a.minus {
		dst = append(dst, l.system.minus...)
	}
	dst = l.appendAffix(dst, a.prefix, f.currency)
	if f.currency != "" && strings.HasSuffix(a.prefix, "¤") && needsSpace(utf8.DecodeLastRuneInString(f.currency)) {
		dst = append(dst, "\u00a0"...)
	}
	dst = l.appendDigits(dst, n, a, least, f.money)
	if f.currency != "" && strings.HasPrefix(a.suffix, "¤") && needsSpace(utf8.DecodeRuneInString(f.currency)) {
		dst = append(dst, "\u00a0"...)
	}
	return l.appendAffix(dst, a.suffix, f.currency)
}

// needsSpace reports whether a currency has a space between its outer character and the
// number: if this is neither a symbol nor a space, in all locales.
func needsSpace(r rune, _ int) bool { return !unicode.IsSymbol(r) && !unicode.Is(unicode.Z, r) }

// appendDigits appends the digits with their separators. least is how many digits must be
// before the last group of a number that has groups.
func (l *Locale) appendDigits(dst []byte, n *Number, a affixes, least int, money bool) []byte {
	sys := l.system
	decimal, group := sys.decimal, sys.group
	if money {
		decimal, group = sys.moneyDecimal, sys.moneyGroup
	}
	whole := max(1, n.n+n.exponent)
	grouped := a.primary > 0 && whole >= a.primary+least
	for power := whole - 1; power >= -n.fractions(); power-- {
		if power == -1 {
			dst = append(dst, decimal...)
		}
		dst = append(dst, sys.digits[n.digit(power)]...)
		if grouped && power > 0 && (power == a.primary || power > a.primary && (power-a.primary)%a.secondary == 0) {
			dst = append(dst, group...)
		}
	}
	return dst
}

// appendAffix appends what is before or after a number, with the symbols of the language
// for those of the pattern.
func (l *Locale) appendAffix(dst []byte, affix, currency string) []byte {
	quoted := false
	for i, c := range affix {
		switch {
		case c == '\'' && i+1 < len(affix) && affix[i+1] == '\'' && !quoted:
			dst = append(dst, '\'')
			quoted = true
		case c == '\'':
			quoted = !quoted
		case quoted:
			dst = utf8.AppendRune(dst, c)
		case c == '-':
			dst = append(dst, l.system.minus...)
		case c == '%':
			dst = append(dst, l.system.percent...)
		case c == '¤':
			dst = append(dst, currency...)
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return dst
}
