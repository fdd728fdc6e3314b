package htmlcompile

import (
	"reflect"
	"time"
	"unsafe"
)

// pointerMethod is a method without parameters, called with the pointer that is
// its receiver.
type pointerMethod func(receiver unsafe.Pointer) (reflect.Value, error)

// methodOf returns a method of a pointer as a function that is called without
// package reflect, which takes a tenth of the time of [reflect.Value.Call] and one
// allocation in place of four. It is nil for methods of other types, which are
// called by reflect.
//
// A function value is a pointer to where the address of the code stands, and the
// code takes a pointer in the same way whatever it points to, and returns values
// of one kind in the same way whatever their type: so a func(*T) *U is called as
// a func(unsafe.Pointer) unsafe.Pointer. TestMethodsAreCalledAsReflectDoes fails
// on a version of Go in which that changes.
func methodOf(m reflect.Method) pointerMethod {
	code := m.Func.UnsafePointer()
	return calledWithPointer(unsafe.Pointer(&code), m.Type)
}

// functionOf is methodOf for a function with one parameter, which is a pointer.
func functionOf(fn any) pointerMethod {
	t := reflect.TypeOf(fn)
	if t.Kind() != reflect.Func || reflect.ValueOf(fn).IsNil() {
		return nil
	}
	return calledWithPointer((*eface)(unsafe.Pointer(&fn)).data, t)
}

// calledWithPointer returns a function value of a type, nil if it does not take one
// pointer, or returns something else than what is known here.
func calledWithPointer(fn unsafe.Pointer, t reflect.Type) pointerMethod {
	if t.NumIn() != 1 || t.IsVariadic() || t.In(0).Kind() != reflect.Pointer || badResults("", t) != "" {
		return nil
	}
	out := t.Out(0)
	var box boxer
	if out.Kind() != reflect.Pointer {
		box = boxerOf(out)
	}
	fails := t.NumOut() == 2
	switch out.Kind() {
	case reflect.String:
		return called[string](fn, fails, box)
	case reflect.Bool:
		return called[bool](fn, fails, box)
	case reflect.Int:
		return called[int](fn, fails, box)
	case reflect.Int64:
		return called[int64](fn, fails, box)
	case reflect.Slice:
		return called[[]struct{}](fn, fails, box)
	case reflect.Struct:
		if out == reflect.TypeFor[time.Time]() {
			return called[time.Time](fn, fails, box)
		}
	case reflect.Pointer:
		to := out.Elem()
		call := caught[unsafe.Pointer](fn, fails)
		return func(receiver unsafe.Pointer) (reflect.Value, error) {
			p, err := call(receiver)
			if err != nil {
				return reflect.Value{}, err
			}
			v := reflect.NewAt(to, p)
			if v.Type() != out {
				v = v.Convert(out)
			}
			return v, nil
		}
	}
	return nil
}

// called returns the method of a function value whose result is of the kind of R.
func called[R any](fn unsafe.Pointer, fails bool, box boxer) pointerMethod {
	call := caught[R](fn, fails)
	return func(receiver unsafe.Pointer) (reflect.Value, error) {
		r, err := call(receiver)
		if err != nil {
			return reflect.Value{}, err
		}
		return box(unsafe.Pointer(&r)), nil
	}
}

// caught calls a function value, and turns a panic into an error.
func caught[R any](fn unsafe.Pointer, fails bool) func(unsafe.Pointer) (R, error) {
	plain := *(*func(unsafe.Pointer) R)(unsafe.Pointer(&fn))
	failing := *(*func(unsafe.Pointer) (R, error))(unsafe.Pointer(&fn))
	return func(receiver unsafe.Pointer) (r R, err error) {
		defer func() {
			if value := recover(); value != nil {
				err = panicError(value)
			}
		}()
		if fails {
			return failing(receiver)
		}
		return plain(receiver), nil
	}
}

// boxer makes a value of what is at a place, which is not used for anything else.
type boxer func(at unsafe.Pointer) reflect.Value

// boxerOf returns the boxer of a type that an interface holds a pointer to.
func boxerOf(t reflect.Type) boxer {
	zero := reflect.Zero(t).Interface()
	kind := (*eface)(unsafe.Pointer(&zero)).kind
	return func(at unsafe.Pointer) reflect.Value {
		var v any
		*(*eface)(unsafe.Pointer(&v)) = eface{kind, at}
		return reflect.ValueOf(v)
	}
}

// eface is how a value of type any lies in memory.
type eface struct{ kind, data unsafe.Pointer }
