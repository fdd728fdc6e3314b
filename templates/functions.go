package templates

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode"
)

// builtins are the functions of this package for templates; the package
// comment describes them. Each returns plain text or a plain value, which the
// template escapes; none makes HTML.
func builtins() map[string]any {
	return map[string]any{
		"add":           add,
		"date":          date,
		"default":       defaultTo,
		"pluralize":     pluralize,
		"slugify":       slugify,
		"truncatewords": truncateWords,
	}
}

// standardFunctions are those of text/template.
func standardFunctions() []string {
	return []string{
		"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt",
		"ne", "not", "or", "print", "printf", "println", "slice", "urlquery",
	}
}

func isStandard(name string) bool { return slices.Contains(standardFunctions(), name) }

// allFunctions joins a program's functions with ours, and refuses those that
// html/template would panic on.
func allFunctions(own map[string]any) (map[string]any, error) {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := checkFunction(name, own[name]); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	all := builtins()
	maps.Copy(all, own)
	return all, nil
}

func checkFunction(name string, function any) error {
	letterOrDigit := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	switch {
	case name == "" || !unicode.IsLetter([]rune(name)[0]) || strings.ContainsFunc(name, func(r rune) bool { return !letterOrDigit(r) }):
		return fmt.Errorf("template function %q: a name is a letter, then letters and digits", name)
	case slices.Contains(keywords(), name):
		return fmt.Errorf("template function %q: the name is a word of the template language", name)
	case isStandard(name):
		return fmt.Errorf("template function %q: a function of text/template cannot be replaced", name)
	}
	t := reflect.TypeOf(function)
	if t == nil || t.Kind() != reflect.Func || reflect.ValueOf(function).IsNil() {
		return fmt.Errorf("template function %q is %v, not a function", name, t)
	}
	if t.NumOut() != 1 && (t.NumOut() != 2 || t.Out(1) != reflect.TypeFor[error]()) {
		return fmt.Errorf("template function %q is a %v: it must return one value, or one and an error", name, t)
	}
	return nil
}

func keywords() []string {
	return []string{
		"arg", "block", "break", "component", "continue", "define", "else", "end", "extends", "false",
		"if", "nil", "range", "slot", "super", "template", "true", "with",
	}
}

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

// date writes a time in Go's layout. A nil pointer and the zero time, which
// stand for "not yet" and "unknown", are written as nothing.
func date(layout string, value any) (string, error) {
	switch t := value.(type) {
	case nil:
		return "", nil
	case *time.Time:
		if t == nil {
			return "", nil
		}
		return date(layout, *t)
	case time.Time:
		if t.IsZero() {
			return "", nil
		}
		return t.Format(layout), nil
	}
	return "", fmt.Errorf("date: %T is not a time", value)
}

// defaultTo returns value, or fallback when value is empty in the sense of
// {{if}}: false, zero, nil, or of length zero.
func defaultTo(fallback, value any) any {
	if truth, _ := template.IsTrue(value); truth {
		return value
	}
	return fallback
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
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array || v.Kind() == reflect.Map || v.Kind() == reflect.String:
		one = v.Len() == 1
	default:
		return "", fmt.Errorf("pluralize: %T is neither a whole number nor has it a length", count)
	}
	if one {
		return singular, nil
	}
	return plural, nil
}

// checkBuiltin returns what can be found out about a call of a function of
// this package beyond its Go types; nil where there is nothing.
func checkBuiltin(name string) func(Call) error {
	switch name {
	case "date":
		return func(c Call) error { return wantTime(name, c.Args[1]) }
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
