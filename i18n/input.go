package i18n

import (
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/fault"
)

// ParseNumber reads a number that a visitor typed, and returns it as programs write it:
// "1.234,5" in German is "1234.5". Groups may be left out; nothing is guessed. The error is
// one of kind [fault.Invalid], with a message for the visitor.
func (l *Language) ParseNumber(text string) (string, error) {
	if isPlain(text) {
		return text, nil
	}
	n, err := l.cldr().ParseDecimal(text)
	if err != nil {
		example, _ := l.Number("1234.5") // it is a number
		return "", fault.Wrap(fault.Invalid, err, "Write a number, such as {example}.", "example", example)
	}
	return n, nil
}

// isPlain reports whether a number is the same in all languages: ASCII digits alone, not
// many, and no zero before others.
func isPlain(text string) bool {
	const most = 15 // digits
	if text == "" || len(text) > most || text[0] == '0' && text != "0" {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// ParseDate reads a date that a visitor typed: as the language writes it in the styles
// Long, Medium and Short, the last also with other separators, or as 2026-11-30. A day that the
// calendar has not, and what may be two days, is an error of kind [fault.Invalid], with a
// message for the visitor.
func (l *Language) ParseDate(text string) (civil.Date, error) {
	if len(text) == len("2026-11-30") {
		if d, err := civil.ParseDate(text); err == nil {
			return d, nil // as browsers send it, whatever the language
		}
	}
	year, month, day, err := l.cldr().ParseDate(text)
	if err != nil {
		example := l.Day(civil.NewDate(2026, time.November, 30), Short)
		return civil.Date{}, fault.Wrap(fault.Invalid, err, "Write a date, such as {example} or 2026-11-30.", "example", example)
	}
	return civil.NewDate(year, month, day), nil
}

// ParseClock reads a time of day that a visitor typed: as the language writes it in the
// styles Medium and Short, or with 24 hours as 15:04. The error is one of kind
// [fault.Invalid], with a message for the visitor.
//
// With a date, [civil.Date.Moments] says when that is in a zone.
func (l *Language) ParseClock(text string) (civil.Clock, error) {
	if len(text) == len("15:04") || len(text) == len("15:04:05") {
		if c, err := civil.ParseClock(text); err == nil {
			return c, nil // as browsers send it
		}
	}
	hour, minute, second, err := l.cldr().ParseTime(text)
	if err != nil {
		example := l.Clock(civil.NewClock(15, 4, 0, 0), Short)
		return civil.Clock{}, fault.Wrap(fault.Invalid, err, "Write a time of day, such as {example} or 15:04.", "example", example)
	}
	return civil.NewClock(hour, minute, second, 0), nil
}
