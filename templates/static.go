package templates

import (
	"fmt"
	"reflect"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// static is what is known of a value before a page is rendered. The zero value
// knows nothing.
type static struct {
	t           reflect.Type
	addressable bool   // methods with a pointer receiver can be called
	absent      bool   // nil without a type, as the data of {{template "x"}}
	literal     string // the value itself, where it is a string written in the template
	isLiteral   bool
}

// staticOf is a value of a type. What an empty interface holds is not known.
func staticOf(t reflect.Type) static {
	if t == nil || t.Kind() == reflect.Interface && t.NumMethod() == 0 || t == reflect.TypeFor[reflect.Value]() {
		return static{}
	}
	return static{t: t}
}

func nothing() static { return static{absent: true} }

func (s static) unknown() bool { return s.t == nil && !s.absent }

// known reports whether s has a type that is not an interface.
func (s static) known() bool { return s.t != nil && s.t.Kind() != reflect.Interface }

func (s static) kind() reflect.Kind {
	if s.t == nil {
		return reflect.Invalid
	}
	return s.t.Kind()
}

// String says of what type a value is, for people.
func (s static) String() string {
	switch {
	case s.absent:
		return "nothing"
	case s.t == nil:
		return "of a type that is not known"
	}
	return fmt.Sprint(s.t)
}

// or returns what is known of a value that is either of two.
func (s static) or(other static) static {
	switch {
	case s == other:
		return s
	case s.t != other.t || s.absent || other.absent:
		return static{}
	}
	return static{t: s.t, addressable: s.addressable && other.addressable}
}

// target follows pointers, as executing does before it looks for a field. The
// value at the end of one is addressable.
func (s static) target() static {
	for s.kind() == reflect.Pointer {
		s = static{t: s.t.Elem(), addressable: true}
	}
	if s.kind() == reflect.Interface && s.t.NumMethod() == 0 {
		return static{}
	}
	return s
}

// elements returns what a range over s with so many variables gives. An absent
// index stands for a range that has only elements.
func (s static) elements(variables int) (index, element static, ok bool) {
	s = s.target()
	if !s.known() {
		return static{}, static{}, true
	}
	number := staticOf(reflect.TypeFor[int]())
	switch s.kind() {
	case reflect.Slice:
		element = staticOf(s.t.Elem())
		element.addressable = true
		return number, element, true
	case reflect.Array:
		element = staticOf(s.t.Elem())
		element.addressable = s.addressable
		return number, element, true
	case reflect.Map:
		return staticOf(s.t.Key()), staticOf(s.t.Elem()), true
	case reflect.Chan:
		return number, staticOf(s.t.Elem()), s.t.ChanDir() != reflect.SendDir
	case reflect.Func:
		if s.t.CanSeq() {
			return nothing(), staticOf(s.t.In(0).In(0)), true
		}
		if s.t.CanSeq2() {
			first, second := staticOf(s.t.In(0).In(0)), staticOf(s.t.In(0).In(1))
			if variables < 2 {
				return first, first, true
			}
			return first, second, true
		}
		return static{}, static{}, false
	}
	if htmlcompile.IsInteger(s.kind()) {
		return nothing(), static{t: s.t}, true
	}
	return static{}, static{}, false
}
