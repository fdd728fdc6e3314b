package main

import (
	"slices"
	"strings"
)

// numbers adds how numbers are written, in the digits that the locale has.
func (s *source) numbers(l *lines, tag string) {
	numbers := at(s.file(tag, "numbers"), "numbers")
	systems := []string{s.text(numbers, "defaultNumberingSystem")}
	for _, other := range [...]string{"latn", s.text(numbers, "otherNumberingSystems", "native")} {
		if !slices.Contains(systems, other) {
			systems = append(systems, other)
		}
	}
	l.add("systems", systems...)
	l.add("grouping", s.text(numbers, "minimumGroupingDigits"))
	for _, system := range systems {
		if system != "latn" {
			l.addDigits("digits."+system, s.text(s.core["numberingSystems"], "numberingSystems", system, "_digits"))
		}
		symbols := at(numbers, "symbols-numberSystem-"+system)
		values := s.texts(symbols, "decimal", "group", "minusSign", "percentSign")
		for i, key := range [...]string{"currencyDecimal", "currencyGroup"} {
			other, ok := at(symbols, key).(string)
			if !ok {
				other = values[i]
			}
			values = append(values, other)
		}
		l.addDigits("symbols."+system, values...)
		currency := at(numbers, "currencyFormats-numberSystem-"+system)
		standard := s.text(currency, "standard")
		alpha, ok := at(currency, "standard-alphaNextToNumber").(string)
		if !ok {
			alpha = standard
		}
		l.addDigits("patterns."+system,
			s.text(numbers, "decimalFormats-numberSystem-"+system, "standard"),
			s.text(numbers, "percentFormats-numberSystem-"+system, "standard"), standard, alpha)
		s.checkSpacing(tag, currency)
	}
	s.compact(l, tag, at(numbers, "decimalFormats-numberSystem-"+systems[0], "short", "decimalFormat"))
	s.currencies(l, tag)
}

// checkSpacing fails when the space between a currency and a number is not where all
// locales have it, which package cldr has in its code.
func (s *source) checkSpacing(tag string, currency any) {
	for _, side := range [...]string{"beforeCurrency", "afterCurrency"} {
		got := s.texts(at(currency, "currencySpacing", side), "currencyMatch", "surroundingMatch", "insertBetween")
		if !slices.Equal(got, []string{"[[:^S:]&[:^Z:]]", "[:digit:]", "\u00a0"}) {
			s.fail("%s: the spacing of currencies is %q", tag, got)
		}
	}
}

// compact adds the patterns of short numbers, such as "0K", from thousands up.
func (s *source) compact(l *lines, tag string, patterns any) {
	for power := 3; ; power++ {
		zeros := strings.Repeat("0", power)
		if at(patterns, "1"+zeros+"-count-other") == nil {
			if power < 15 {
				s.fail("%s has no short numbers from 1%s", tag, zeros)
			}
			return
		}
		l.addForms("compact."+zeros, s.forms(l, tag, patterns, "1"+zeros+"-count-"))
	}
}

// forms returns a text for each category of plurals. Those that CLDR does not have are
// that of "other".
func (s *source) forms(l *lines, tag string, texts any, prefix string) []string {
	var all []string
	for _, category := range categories(l) {
		text, ok := at(texts, prefix+category).(string)
		if !ok {
			text = s.text(texts, prefix+"other")
		}
		all = append(all, text)
	}
	for _, key := range keys(texts) {
		// Hebrew has texts for "many", which it had in older versions of CLDR.
		category, ok := strings.CutPrefix(key, prefix)
		if ok && !slices.Contains([]string{"zero", "one", "two", "few", "many", "other"}, category) {
			s.fail("%s: %s is for one number, and not for a category", tag, key)
		}
	}
	return all
}

// currencies adds the symbols that are not the code of the currency, and the patterns that
// currencies have of their own.
func (s *source) currencies(l *lines, tag string) {
	all := at(s.file(tag, "currencies"), "numbers", "currencies")
	var symbols, patterns []string
	for _, code := range keys(all) {
		if symbol, ok := at(all, code, "symbol").(string); ok && symbol != code {
			symbols = append(symbols, code+"="+symbol)
		}
		if pattern, ok := at(all, code, "pattern").(string); ok {
			patterns = append(patterns, code+"="+pattern)
		}
	}
	l.addTable("currencies", symbols)
	if patterns != nil {
		l.add("moneypatterns", patterns...)
	}
}
