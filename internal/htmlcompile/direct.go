package htmlcompile

import (
	"context"
	"reflect"
)

// Functions of these types are called without package reflect. They are the ones
// that make links, and most of those that change a text.
type (
	textFunction  = func(string) string
	textOrError   = func(string) (string, error)
	countFunction = func(int, string) (string, error)
	dateFunction  = func(string, any) (string, error)
	namedFunction = func(string, ...any) (string, error)
	textInContext = func(context.Context, string, ...any) (string, error)
)

// directCall evaluates the arguments of a function, after last from the pipeline,
// and calls it.
type directCall func(x *Execution, dot, last reflect.Value) (string, error)

// parameter evaluates an argument.
type parameter func(x *Execution, dot, last reflect.Value) (reflect.Value, error)

// direct compiles a call of a function of a known type; nil if it is none, or if
// its arguments do not fit, of which the slow way has the error.
func (c *caller) direct(fn any, at *place) expr {
	call := c.directCall(fn)
	if call == nil {
		return c.ofPointer(fn, at)
	}
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		last, err := c.last(x, dot)
		if err != nil {
			return last, err
		}
		x.at = at
		text, err := call(x, dot, last)
		if err != nil {
			return reflect.Value{}, err
		}
		return reflect.ValueOf(text), nil
	}
}

// ofPointer compiles a call of a function with a pointer.
func (c *caller) ofPointer(fn any, at *place) expr {
	call, only := functionOf(fn), parameter(nil)
	if call != nil && c.count() == 1 {
		only = c.given(0, reflect.TypeOf(fn).In(0))
	}
	if only == nil {
		return nil
	}
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		last, err := c.last(x, dot)
		if err != nil {
			return last, err
		}
		x.at = at
		v, err := only(x, dot, last)
		if err == nil {
			err = x.tick()
		}
		if err != nil {
			return reflect.Value{}, err
		}
		if v, err = call(v.UnsafePointer()); err != nil {
			return reflect.Value{}, x.failCall(c.at, c.name, err)
		}
		return v, nil
	}
}

func (c *caller) directCall(fn any) directCall {
	text, whole, anything := reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[any]()
	switch fn := fn.(type) {
	case textFunction:
		return c.ofText(func(s string) (string, error) { return fn(s), nil })
	case textOrError:
		return c.ofText(fn)
	case countFunction:
		return c.ofTwo(whole, text, func(a, b reflect.Value) (string, error) { return fn(int(a.Int()), b.String()) })
	case dateFunction:
		return c.ofTwo(text, anything, func(a, b reflect.Value) (string, error) { return fn(a.String(), b.Interface()) })
	case namedFunction:
		return c.named(func(_ *Execution, name string, values []any) (string, error) { return fn(name, values...) })
	case textInContext:
		return c.named(func(x *Execution, name string, values []any) (string, error) { return fn(x.context(), name, values...) })
	}
	return nil
}

// ofText compiles a call with one text.
func (c *caller) ofText(fn textOrError) directCall {
	only := c.given(0, reflect.TypeFor[string]())
	if only == nil || c.count() != 1 {
		return nil
	}
	return func(x *Execution, dot, last reflect.Value) (string, error) {
		v, err := only(x, dot, last)
		if err != nil {
			return "", err
		}
		return c.safely(x, func() (string, error) { return fn(v.String()) })
	}
}

// ofTwo compiles a call with two arguments.
func (c *caller) ofTwo(first, second reflect.Type, fn func(a, b reflect.Value) (string, error)) directCall {
	one, two := c.given(0, first), c.given(1, second)
	if one == nil || two == nil || c.count() != 2 {
		return nil
	}
	return func(x *Execution, dot, last reflect.Value) (string, error) {
		a, err := one(x, dot, last)
		if err != nil {
			return "", err
		}
		b, err := two(x, dot, last)
		if err != nil {
			return "", err
		}
		return c.safely(x, func() (string, error) { return fn(a, b) })
	}
}

// named compiles a call with a text and any values.
func (c *caller) named(fn func(x *Execution, name string, values []any) (string, error)) directCall {
	first := c.given(0, reflect.TypeFor[string]())
	if first == nil {
		return nil
	}
	rest := make([]parameter, 0, c.count()-1)
	for i := 1; i < c.count(); i++ {
		e := c.given(i, reflect.TypeFor[any]())
		if e == nil {
			return nil
		}
		rest = append(rest, e)
	}
	return func(x *Execution, dot, last reflect.Value) (string, error) {
		name, err := first(x, dot, last)
		if err != nil {
			return "", err
		}
		var values []any
		if len(rest) > 0 {
			values = make([]any, len(rest))
		}
		for i, e := range rest {
			v, err := e(x, dot, last)
			if err != nil {
				return "", err
			}
			values[i] = v.Interface()
		}
		return c.safely(x, func() (string, error) { return fn(x, name.String(), values) })
	}
}

// count returns how many arguments the call has, with the one from the pipeline.
func (c *caller) count() int {
	if c.final != nil {
		return len(c.args) + 1
	}
	return len(c.args)
}

// given compiles the argument for a parameter of a type; a constant is made once.
// It is nil if there is none, or if the constant does not fit.
func (c *caller) given(i int, t reflect.Type) parameter {
	switch {
	case i >= c.count():
		return nil
	case i == len(c.args): // from the pipeline
		return func(x *Execution, _, last reflect.Value) (reflect.Value, error) { return x.fit(last, t) }
	}
	a := &c.args[i]
	if a.eval != nil {
		return func(x *Execution, dot, _ reflect.Value) (reflect.Value, error) { return a.value(x, dot, t) }
	}
	v, problem := constantFor(a.constant, t)
	if problem != "" {
		return nil
	}
	return func(x *Execution, _, _ reflect.Value) (reflect.Value, error) {
		x.at = a.at
		return v, nil
	}
}

// safely calls a function and turns its error or panic into that of the call.
func (c *caller) safely(x *Execution, call func() (string, error)) (text string, err error) {
	if err := x.tick(); err != nil {
		return "", err
	}
	defer func() {
		if value := recover(); value != nil {
			err = panicError(value)
		}
		if err != nil {
			text, err = "", x.failCall(c.at, c.name, err)
		}
	}()
	return call()
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
