package htmlcompile

import (
	"fmt"
	"reflect"
)

// Functions of these types are called without package reflect. They are the ones
// that make links, and most of those that change a text.
type (
	textFunction  = func(string) string
	textOrError   = func(string) (string, error)
	namedFunction = func(string, ...any) (string, error)
)

// direct compiles a call of a function of a known type with arguments that stand
// in the template; nil if it is none.
func (c *caller) direct(fn any, at *place) expr {
	if c.final != nil || len(c.args) == 0 {
		return nil
	}
	var call func(first string, rest []any) (string, error)
	switch fn := fn.(type) {
	case textFunction:
		call = func(first string, _ []any) (string, error) { return fn(first), nil }
	case textOrError:
		call = func(first string, _ []any) (string, error) { return fn(first) }
	case namedFunction:
		call = func(first string, rest []any) (string, error) { return fn(first, rest...) }
	default:
		return nil
	}
	if _, many := fn.(namedFunction); !many && len(c.args) != 1 {
		return nil // the slow way has the error
	}
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		x.at = at
		first, err := c.args[0].value(x, dot, reflect.TypeFor[string]())
		if err != nil {
			return first, err
		}
		var rest []any
		if len(c.args) > 1 {
			rest = make([]any, len(c.args)-1)
		}
		for i := range rest {
			v, err := c.args[i+1].value(x, dot, reflect.TypeFor[any]())
			if err != nil {
				return v, err
			}
			rest[i] = v.Interface()
		}
		if err := x.tick(); err != nil {
			return reflect.Value{}, err
		}
		text, err := safelyDirect(call, first.String(), rest)
		if err != nil {
			return reflect.Value{}, x.failCall(c.at, c.name, err)
		}
		return reflect.ValueOf(text), nil
	}
}

// safelyDirect is safely for such a function.
func safelyDirect(call func(string, []any) (string, error), first string, rest []any) (text string, err error) {
	defer func() {
		if value := recover(); value != nil {
			var ok bool
			if err, ok = value.(error); !ok {
				err = fmt.Errorf("%v", value)
			}
		}
	}()
	return call(first, rest)
}

// folded returns the value of a call that is always the same, if it has one: the
// function is constant, and so are its arguments.
func (t *treeCompiler) folded(c *caller, eval expr) (reflect.Value, bool) {
	if !t.constant[c.name] || c.final != nil {
		return reflect.Value{}, false
	}
	for _, a := range c.args {
		if a.eval != nil {
			return reflect.Value{}, false
		}
	}
	v, err := eval(new(Execution), reflect.Value{})
	return v, err == nil
}
