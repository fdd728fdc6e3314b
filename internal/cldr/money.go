package cldr

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shared are the data that do not depend on the language: see sharedFile in scripts/cldr.
//
//go:embed data/shared.txt
var shared string

// sharedKey finds the line of shared with a kind and a value, and returns its key: the
// number of digits of a currency, the first day of the week of a region.
func sharedKey(kind, value string) string {
	for line := range strings.Lines(shared) {
		name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if name != kind {
			continue
		}
		key, values, _ := strings.Cut(rest, "\t")
		for values != "" {
			var v string
			if v, values, _ = strings.Cut(values, "\t"); v == value {
				return key
			}
		}
	}
	return ""
}

// AppendCurrency appends an amount of money with the symbol that the language has for the
// currency: "€1,234.50", "JP¥1,235". code is one of ISO 4217, in upper case. The amount is
// rounded to the digits of the currency: none for JPY, three for KWD, two for most. A code
// that CLDR does not know is written as it is, with two digits. What is not three letters
// is an error.
func (l *Locale) AppendCurrency(dst []byte, n Number, code string) ([]byte, error) {
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return dst, fmt.Errorf("%s is not the code of a currency, such as \"EUR\" (ISO 4217)", quote(code))
	}
	digits := 2
	if key := sharedKey("currency", code); key != "" {
		digits = int(key[0] - '0')
	}
	n.round(digits, digits)
	symbol := lookup(l.currencies, code)
	if symbol == "" {
		symbol = code
	}
	return l.appendPattern(dst, l.currencyPattern(code, symbol), &n, fill{currency: symbol, money: true}), nil
}

// currencyPattern returns the pattern for a currency: some have one of their own, and there is
// one for symbols that have a letter next to the number.
func (l *Locale) currencyPattern(code, symbol string) string {
	if pattern := find(l.moneyPatterns, code); pattern != "" {
		return pattern
	}
	pattern := l.system.currencyPattern
	r, _ := utf8.DecodeRuneInString(symbol)
	if strings.IndexAny(pattern, "¤") < strings.IndexAny(pattern, "#0") {
		r, _ = utf8.DecodeLastRuneInString(symbol)
	}
	if unicode.IsLetter(r) {
		return l.system.alphaPattern
	}
	return pattern
}
