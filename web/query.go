package web

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
)

// Values reads the parameters of an address or the fields of a form. One that
// is missing or empty has its default. One with a value that cannot be read has
// its default too, and is part of [Values.Err], which is called after the last
// of them. If one is sent several times, the first counts. It is for one
// goroutine.
type Values struct {
	values url.Values
	what   string // "parameter" or "field"
	errs   []error
}

// Query returns what reads the parameters after the question mark of the
// request's address.
func Query(r *http.Request) *Values {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &Values{values: values, what: "parameter"}
	if err != nil {
		q.errs = append(q.errs, fault.Wrap(fault.Invalid, err, "The part of the address after the question mark is damaged."))
	}
	return q
}

// Required makes it an error that one of the names is missing or empty. Spaces
// count: a text of spaces alone is not empty. It returns q:
//
//	form := web.Form(r).Required("stars")
//	stars := form.IntBetween("stars", 0, 1, 5)
func (q *Values) Required(names ...string) *Values {
	for _, name := range names {
		if q.values.Get(name) == "" {
			q.errs = append(q.errs, fault.Wrap(fault.Invalid, errors.New(q.what+" "+name+" is missing"), "The value of {name} is missing.", "name", name))
		}
	}
	return q
}

// Err returns an error of kind [fault.Invalid], and so a 400, that names the
// first parameter with a value that cannot be read; nil if there is none.
func (q *Values) Err() error {
	if len(q.errs) == 0 {
		return nil
	}
	return q.errs[0]
}

// Has reports whether the parameter is there, even if it is empty.
func (q *Values) Has(name string) bool { return q.values.Has(name) }

// String returns the parameter as it was sent. A value that is not UTF-8 or
// has a NUL, which no database takes, is an error.
func (q *Values) String(name, byDefault string) string {
	value := q.values.Get(name)
	switch {
	case value == "":
		return byDefault
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be text."))
		return byDefault
	}
	return value
}

// Strings returns all values of a parameter that may be there several times,
// except empty ones.
func (q *Values) Strings(name string) []string {
	var out []string
	for _, value := range q.values[name] {
		switch {
		case value == "":
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
			q.wrong(name, i18n.Mark("The value of {name} is {value} and must be text."))
		default:
			out = append(out, value)
		}
	}
	return out
}

// OneOf returns the parameter if it is one of the words, of which the first is
// the default.
func (q *Values) OneOf(name, byDefault string, others ...string) string {
	value := q.values.Get(name)
	if value == "" || value == byDefault {
		return byDefault
	}
	if !slices.Contains(others, value) {
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be one of {words}."), "words", strings.Join(append([]string{byDefault}, others...), ", "))
		return byDefault
	}
	return value
}

// Int returns a whole number.
func (q *Values) Int(name string, byDefault int) int {
	return q.IntBetween(name, byDefault, math.MinInt, math.MaxInt)
}

// IntBetween is Int for a number that must be from least to most.
func (q *Values) IntBetween(name string, byDefault, least, most int) int {
	value := q.values.Get(name)
	if value == "" {
		return byDefault
	}
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be a whole number."))
	case n < least && most == math.MaxInt:
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be at least {least}."), "least", least)
	case n < least || n > most:
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be from {least} to {most}."), "least", least, "most", most)
	default:
		return n
	}
	return byDefault
}

// Float returns a decimal number, such as "1.5"; never one that is infinite or
// not a number.
func (q *Values) Float(name string, byDefault float64) float64 {
	value := q.values.Get(name)
	if value == "" {
		return byDefault
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be a number."))
		return byDefault
	}
	return f
}

// Bool returns true for true, 1, yes and on, which is what a checkbox sends,
// and false for false, 0, no and off.
func (q *Values) Bool(name string, byDefault bool) bool {
	switch strings.ToLower(q.values.Get(name)) {
	case "":
		return byDefault
	case "true", "1", "yes", "on":
		return true
	case "false", "0", "no", "off":
		return false
	}
	q.wrong(name, i18n.Mark("The value of {name} is {value} and must be true or false."))
	return byDefault
}

// Date returns midnight UTC of a day that is written as 2006-01-02, which is
// what a date field sends.
func (q *Values) Date(name string, byDefault time.Time) time.Time {
	value := q.values.Get(name)
	if value == "" {
		return byDefault
	}
	t, err := time.Parse(time.DateOnly, value)
	if err != nil {
		q.wrong(name, i18n.Mark("The value of {name} is {value} and must be a day, written as 2006-01-02."))
		return byDefault
	}
	return t
}

// wrong notes an error. The message has {name}, {value} and the values given.
func (q *Values) wrong(name, message string, values ...any) {
	const most = 40 // bytes of the value that a message repeats
	value := strings.ToValidUTF8(q.values.Get(name), "\uFFFD")
	if len(value) > most {
		value = strings.ToValidUTF8(value[:most], "") + "..."
	}
	values = append(values, "name", name, "value", strconv.Quote(value))
	q.errs = append(q.errs, fault.Wrap(fault.Invalid, errors.New(q.what+" "+name+" cannot be read"), message, values...))
}
