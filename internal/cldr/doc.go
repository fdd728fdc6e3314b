// Package cldr knows how languages write numbers, dates, lists and units, how they build
// plurals, and how to read what their speakers type. [Load] returns the [Locale] of a
// language:
//
//	l, err := cldr.Load("de-AT")
//	l.Plural(cldr.Int(5))       // cldr.Other
//	l.AppendInt(nil, 12345)     // "12 345"
//	l.ParseDecimal("1.234,5")   // "1234.5"
//
// Methods that begin with Append append to a buffer and allocate nothing else.
//
// The data are those of the Unicode Common Locale Data Repository (CLDR), version
// 48, from https://cldr.unicode.org, under the licence in data/LICENSE. The command
// scripts/cldr writes them ("make cldr"), and says which languages there are. What to do
// with them is in Unicode Technical Standard 35 (https://unicode.org/reports/tr35/): its
// part 1 for tags of languages and their fallback, part 2 for lists and units, part 3 for
// numbers and plurals, part 4 for dates.
//
// The tests compare with ICU, which is what browsers have: scripts/cldr asks the one of
// Node.js. Differences are listed in icu_test.go with their reasons. What is rounded to
// zero has no sign here, and "-0" in ICU.
//
// It is for the packages of this module that show something to visitors; it knows
// nothing of them.
package cldr
