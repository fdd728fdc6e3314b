package templates

import (
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"time"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// checkBuiltin returns what finds out about a call of a function of this
// package what its Go types do not tell; nil for nothing.
func checkBuiltin(name string) func(Call) error {
	switch name {
	case "localdate":
		return func(c Call) error { return wantStyle(name, c, "civil.Date") }
	case "localtime":
		return func(c Call) error { return wantStyle(name, c, "civil.Clock") }
	case "localdatetime":
		return func(c Call) error { return wantStyle(name, c) }
	case "money":
		return func(c Call) error { return wantFormat(name, c.Args[0], "currency") }
	case "unit":
		return func(c Call) error { return wantFormat(name, c.Args[0], "unit") }
	case "t":
		return func(c Call) error { return checkText(c, 0, 1) }
	case "tc":
		return func(c Call) error { return checkText(c, 0, 2) }
	case "tn":
		return func(c Call) error { return cmp.Or(wantCount(name, c.Args[0]), checkText(c, 1, 2)) }
	case "date":
		return func(c Call) error { return wantTime(name, c.Args[1]) }
	case "timesince", "timeuntil", "ago":
		return func(c Call) error { return wantTime(name, c.Args[0]) }
	case "add", "pages":
		return func(c Call) error { return cmp.Or(wantWhole(name, c.Args[0]), wantWhole(name, c.Args[1])) }
	case "filesize", "intcomma", "cycle":
		return func(c Call) error { return wantWhole(name, c.Args[0]) }
	case "dict":
		return func(c Call) error { return wantPairs(name, c.Args) }
	case "query":
		return func(c Call) error { return cmp.Or(wantQuery(name, c.Args[0]), wantPairs(name, c.Args[1:])) }
	}
	return nil
}

// wantTime refuses an argument that is certainly not a time.
func wantTime(function string, a Argument) error {
	t := a.Type
	if t == nil || t.Kind() == reflect.Interface || t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[*time.Time]() {
		return nil
	}
	return fmt.Errorf("%s: %v is not a time", function, t)
}

// wantWhole refuses an argument that is certainly not a whole number.
func wantWhole(function string, a Argument) error {
	t := a.Type
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() == reflect.Interface || htmlcompile.IsInteger(t.Kind()) {
		return nil
	}
	return fmt.Errorf("%s: %v is not a whole number", function, t)
}

// wantQuery refuses an argument that certainly has no query.
func wantQuery(function string, a Argument) error {
	t := a.Type
	if t == nil || t.Kind() == reflect.Interface || t.Kind() == reflect.String || t == reflect.TypeFor[url.Values]() || t == reflect.TypeFor[*url.URL]() {
		return nil
	}
	return fmt.Errorf("%s: a %v is neither url.Values, *url.URL nor string", function, t)
}

// wantPairs refuses arguments that are not names, each with its value.
func wantPairs(function string, args []Argument) error {
	if len(args)%2 != 0 {
		return fmt.Errorf("%s takes names, each with its value; the last one has none", function)
	}
	for i := 0; i < len(args); i += 2 {
		if t := args[i].Type; t != nil && t.Kind() != reflect.Interface && t != reflect.TypeFor[string]() {
			return fmt.Errorf("%s: a name must be a string, not %v", function, t)
		}
	}
	return nil
}
