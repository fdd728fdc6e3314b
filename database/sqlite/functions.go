package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	engine "modernc.org/sqlite"

	"github.com/volaweb/vola/internal/zone"
)

// connector opens connections that know the functions which SQLite lacks.
type connector struct {
	driver *engine.Driver
	dsn    string
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

// openEngine returns a pool of connections to the file that dsn names.
func openEngine(dsn string) (*sql.DB, error) {
	d := &engine.Driver{}
	zones := &zones{}
	for _, f := range [...]struct {
		name string
		args int32
		fn   func(args []string) (driver.Value, error)
	}{
		{"vola_lower", 1, func(args []string) (driver.Value, error) { return lower(args[0]), nil }},
		{"vola_upper", 1, func(args []string) (driver.Value, error) { return upper(args[0]), nil }},
		{"vola_fold", 1, func(args []string) (driver.Value, error) { return fold(args[0]), nil }},
		{"vola_clock", 2, func(args []string) (driver.Value, error) { return zones.clockIn(args[0], args[1]) }},
		{"vola_trunc", 3, func(args []string) (driver.Value, error) { return zones.truncate(args[0], args[1], args[2]) }},
	} {
		err := register(d, f.name, f.args, func(args []driver.Value) (driver.Value, error) { return onTexts(f.name, f.fn, args) })
		if err != nil {
			return nil, err
		}
	}
	if err := errors.Join(registerDecimal(d), registerFit(d), registerRefuse(d), registerSums(d)); err != nil {
		return nil, err
	}
	return sql.OpenDB(&connector{d, dsn}), nil
}

// register makes a function known to the connections of d. Its arguments may not
// be kept: they are the engine's memory. Those that may be kept the engine ends
// at the first NUL.
func register(d *engine.Driver, name string, args int32, fn func([]driver.Value) (driver.Value, error)) error {
	return d.RegisterFunction(name, &engine.FunctionImpl{
		NArgs: args, Deterministic: true, VolatileArgs: true,
		Scalar: func(_ *engine.FunctionContext, args []driver.Value) (driver.Value, error) { return fn(args) },
	})
}

// onTexts calls a function of texts. Of NULL it is NULL.
func onTexts(name string, fn func([]string) (driver.Value, error), args []driver.Value) (driver.Value, error) {
	texts := make([]string, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case nil:
			return nil, nil
		case string:
			texts[i] = a
		case []byte:
			texts[i] = string(a)
		default:
			texts[i] = fmt.Sprint(a)
		}
	}
	out, err := fn(texts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// lower and upper map by Unicode's SpecialCasing without a language, as
// PostgreSQL's collation "und-x-icu" does.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

func upper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

// fold makes texts equal that differ in case only. Both small sigmas are one.
func fold(s string) string {
	return strings.ReplaceAll(lower(s), "ς", "σ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// stored are the forms in which times and dates are stored.
const (
	storedTime = "2006-01-02 15:04:05"
	storedDate = "2006-01-02"
)

// clockIn returns what clocks in the zone show at a stored time. For the year
// after 9999, which SQLite does not know, it has the year 0: its days are the
// same ones of the week.
func (z *zones) clockIn(text, zone string) (driver.Value, error) {
	t, loc, err := z.parse(text, zone)
	if err != nil {
		return nil, err
	}
	if t = t.In(loc); t.Year() > 9999 {
		t = t.AddDate(-10000, 0, 0)
	}
	return t.Format(storedTime), nil
}

// truncate returns the beginning of the year, month and so on that a stored
// time or date lies in, and NULL where that is before the year 1.
func (z *zones) truncate(text, part, name string) (driver.Value, error) {
	t, loc, err := z.parse(text, name)
	if err != nil {
		return nil, err
	}
	t = t.In(loc)
	y, m, d := t.Date()
	switch part {
	case "year":
		t = zone.Begin(y, 1, 1, loc)
	case "quarter":
		t = zone.Begin(y, (m-1)/3*3+1, 1, loc)
	case "month":
		t = zone.Begin(y, m, 1, loc)
	case "week":
		t = zone.Begin(y, m, d-(int(t.Weekday())+6)%7, loc)
	case "day":
		t = zone.Begin(y, m, d, loc)
	case "hour":
		// Not by what clocks show: in the hour that a zone repeats it would be the other.
		t = t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second)
	case "minute":
		t = t.Add(-time.Duration(t.Second()) * time.Second)
	case "second":
	default:
		return nil, fmt.Errorf("%q is no part of a time", part)
	}
	if len(text) == len(storedDate) {
		return t.Format(storedDate), nil
	}
	if t = t.UTC().Truncate(time.Second); t.Year() < 1 {
		return nil, nil
	}
	return t.Format(storedTime), nil
}

// zones keeps the time zones that were loaded, which takes reading a file.
type zones struct{ m sync.Map } // name to *time.Location

func (z *zones) parse(text, zone string) (time.Time, *time.Location, error) {
	var loc *time.Location
	if kept, ok := z.m.Load(zone); ok {
		loc = kept.(*time.Location)
	} else {
		var err error
		if loc, err = time.LoadLocation(zone); err != nil {
			return time.Time{}, nil, err
		}
		z.m.Store(strings.Clone(zone), loc)
	}
	form := storedTime // which takes a fraction as well
	if len(text) == len(storedDate) {
		form = storedDate
	}
	t, err := time.Parse(form, text)
	return t, loc, err
}
