package htmlcompile

import (
	"reflect"
	"strings"
	"text/template/parse"
)

// Basic is a kind of values that can be compared, as text/template sees them.
type Basic int

// The kinds of values that can be compared, and NotBasic for all others.
const (
	NotBasic Basic = iota
	BasicBool
	BasicComplex
	BasicFloat
	BasicInt
	BasicUint
	BasicString
)

// BasicOf returns the kind of values of a kind of package reflect.
func BasicOf(kind reflect.Kind) Basic {
	switch {
	case kind == reflect.Bool:
		return BasicBool
	case kind == reflect.String:
		return BasicString
	case kind >= reflect.Int && kind <= reflect.Int64:
		return BasicInt
	case kind >= reflect.Uint && kind <= reflect.Uintptr:
		return BasicUint
	case kind == reflect.Float32 || kind == reflect.Float64:
		return BasicFloat
	case kind == reflect.Complex64 || kind == reflect.Complex128:
		return BasicComplex
	}
	return NotBasic
}

// Whole reports whether a and b are whole numbers, of any sign.
func (a Basic) Whole(b Basic) bool {
	return (a == BasicInt || a == BasicUint) && (b == BasicInt || b == BasicUint)
}

// PredefinedArity returns how many arguments a function of text/template takes.
func PredefinedArity(name string) (atLeast int, exactly bool) {
	switch name {
	case "not", "len":
		return 1, true
	case "and", "or", "index", "slice", "call", "printf":
		return 1, false
	case "ne", "lt", "le", "gt", "ge":
		return 2, true
	case "eq":
		return 2, false
	}
	return 0, false
}

// TakesAnything reports whether any value can be given for a type.
func TakesAnything(t reflect.Type) bool {
	return t.Kind() == reflect.Interface && t.NumMethod() == 0 || t == reflect.TypeFor[reflect.Value]()
}

// CanBeNil reports whether nil can be given for a type.
func CanBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
		return true
	}
	return t == reflect.TypeFor[reflect.Value]()
}

// IsFloatText reports whether a number is written like one with a fraction, or
// with an exponent: then it is a float64 even when it is whole.
func IsFloatText(n *parse.NumberNode) bool {
	hexInteger := len(n.Text) > 2 && n.Text[0] == '0' && (n.Text[1] == 'x' || n.Text[1] == 'X') && !strings.ContainsAny(n.Text, "pP")
	return n.IsFloat && !hexInteger && n.Text[0] != '\'' && strings.ContainsAny(n.Text, ".eEpP")
}

// IsInteger reports whether a kind is one of whole numbers.
func IsInteger(kind reflect.Kind) bool {
	return kind >= reflect.Int && kind <= reflect.Uintptr
}
