package htmlcompile

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"
)

// goFunction returns a function of text/template or html/template, or one that
// the composition adds, as a Go function; nil for those that are none.
func goFunction(name string) any {
	switch name {
	case "print":
		return fmt.Sprint
	case "printf":
		return fmt.Sprintf
	case "println":
		return fmt.Sprintln
	case "html":
		return template.HTMLEscaper
	case "js":
		return template.JSEscaper
	case "urlquery":
		return template.URLQueryEscaper
	case "_eval_args_":
		return evalArgs
	case "call":
		return callValue
	}
	return nil
}

// evalArgs is what html/template makes of {{html .A .B}}: the text of the
// arguments, which is then escaped.
func evalArgs(args ...any) string {
	if len(args) == 1 {
		if s, ok := args[0].(string); ok {
			return s
		}
	}
	for i, arg := range args {
		if arg != nil {
			args[i] = followToText(arg)
		}
	}
	return fmt.Sprint(args...)
}

// caller calls a function or method with the arguments of a template.
type caller struct {
	name  string
	at    *place // of errors of the function itself
	args  []argument
	final expr
}

// function compiles the call of a function.
func (t *treeCompiler) function(n *parse.IdentifierNode, cmd parse.Node, nodes []parse.Node, final expr) (expr, error) {
	args, err := t.arguments(nodes)
	if err != nil {
		return nil, err
	}
	c := &caller{name: n.Ident, at: t.place(cmd), args: args, final: final}
	fn := t.functions[n.Ident]
	if fn == nil {
		if eval, err := t.predefined(c, n, nodes); eval != nil || err != nil {
			return eval, err
		}
		if fn = goFunction(n.Ident); fn == nil {
			return nil, t.unknown(n)
		}
	}
	at, value := t.place(n), reflect.ValueOf(fn)
	takesContext := TakesContext(value.Type())
	eval := c.direct(fn, at)
	if eval == nil {
		eval = func(x *Execution, dot reflect.Value) (reflect.Value, error) {
			last, err := c.last(x, dot)
			if err != nil {
				return last, err
			}
			x.at = at
			var first []reflect.Value
			if takesContext {
				first = []reflect.Value{reflect.ValueOf(x.context())}
			}
			return c.call(x, dot, value, value.Type(), first, last)
		}
	}
	if always, ok := t.folded(c, eval); ok && !takesContext {
		return func(x *Execution, _ reflect.Value) (reflect.Value, error) {
			x.at = at
			return always, nil
		}, nil
	}
	return eval, nil
}

// TakesContext reports whether the first parameter of a function is a context,
// which is that of the rendering and no argument in the template.
func TakesContext(t reflect.Type) bool {
	return t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]() && !(t.IsVariadic() && t.NumIn() == 1)
}

// context returns the context of the rendering.
func (x *Execution) context() context.Context {
	if x.Context == nil {
		return context.Background()
	}
	return x.Context
}

// last returns the value that comes from the pipeline.
func (c *caller) last(x *Execution, dot reflect.Value) (reflect.Value, error) {
	if c.final == nil {
		return reflect.Value{}, nil
	}
	return c.final(x, dot)
}

// call calls fn, after receiver if there is one, with the arguments and the
// value from the pipeline.
func (c *caller) call(x *Execution, dot, fn reflect.Value, t reflect.Type, receiver []reflect.Value, last reflect.Value) (reflect.Value, error) {
	skip, given := len(receiver), len(c.args)
	if c.final != nil {
		given++
	}
	want := t.NumIn() - skip
	switch {
	case t.IsVariadic() && given < want-1:
		return reflect.Value{}, x.fail("wrong number of args for %s: want at least %d got %d", c.name, want-1, len(c.args))
	case !t.IsVariadic() && given != want:
		return reflect.Value{}, x.fail("wrong number of args for %s: want %d got %d", c.name, want, given)
	}
	if problem := badResults(c.name, t); problem != "" {
		return reflect.Value{}, x.fail("%s", problem)
	}
	values := make([]reflect.Value, skip, skip+given)
	copy(values, receiver)
	for i := range given {
		parameter := t.In(min(i+skip, t.NumIn()-1))
		if t.IsVariadic() && i >= want-1 {
			parameter = parameter.Elem()
		}
		var v reflect.Value
		var err error
		if i < len(c.args) {
			v, err = c.args[i].value(x, dot, parameter)
		} else {
			v, err = x.fit(last, parameter)
		}
		if err != nil {
			return v, err
		}
		values = append(values, v)
	}
	if err := x.tick(); err != nil {
		return reflect.Value{}, err
	}
	result, err := safely(fn, values)
	if err != nil {
		return result, x.failCall(c.at, c.name, err)
	}
	return unwrap(result), nil
}

// badResults says why a function cannot be called; "" when it can.
func badResults(name string, t reflect.Type) string {
	switch n := t.NumOut(); {
	case n == 1, n == 2 && t.Out(1) == reflect.TypeFor[error]():
		return ""
	case n == 2:
		return fmt.Sprintf("invalid function signature for %s: second return value should be error; is %s", name, t.Out(1))
	default:
		return fmt.Sprintf("function %s has %d return values; should be 1 or 2", name, n)
	}
}

// safely calls fn and turns a panic into an error.
func safely(fn reflect.Value, args []reflect.Value) (result reflect.Value, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicError(value)
		}
	}()
	results := fn.Call(args)
	if len(results) == 2 && !results[1].IsNil() {
		return results[0], results[1].Interface().(error)
	}
	return results[0], nil
}

// panicError is the error of a function that panics with a value.
func panicError(value any) error {
	if err, ok := value.(error); ok {
		return err
	}
	return fmt.Errorf("%v", value)
}

// unwrap returns what a function that returns a [reflect.Value] means by it.
func unwrap(v reflect.Value) reflect.Value {
	if v.IsValid() && v.Type() == reflect.TypeFor[reflect.Value]() {
		return v.Interface().(reflect.Value)
	}
	return v
}

// call calls a method.
func (f *field) call(x *Execution, dot reflect.Value, method reflect.Method, receiver, last reflect.Value) (reflect.Value, error) {
	c := caller{name: f.name, at: f.at, args: f.args, final: f.final}
	return c.call(x, dot, method.Func, method.Type, []reflect.Value{receiver}, last)
}

// callValue is the template function call.
func callValue(name string, fn reflect.Value, args ...reflect.Value) (reflect.Value, error) {
	fn = indirectInterface(fn)
	if !fn.IsValid() {
		return fn, errors.New("call of nil")
	}
	t := fn.Type()
	if t.Kind() != reflect.Func {
		return fn, fmt.Errorf("non-function %s of type %s", name, t)
	}
	if problem := badResults(name, t); problem != "" {
		return fn, errors.New(problem)
	}
	switch want := t.NumIn(); {
	case t.IsVariadic() && len(args) < want-1:
		return fn, fmt.Errorf("wrong number of args for %s: got %d want at least %d", name, len(args), want-1)
	case !t.IsVariadic() && len(args) != want:
		return fn, fmt.Errorf("wrong number of args for %s: got %d want %d", name, len(args), want)
	}
	values := make([]reflect.Value, len(args))
	for i, arg := range args {
		parameter := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= t.NumIn()-1 {
			parameter = parameter.Elem()
		}
		var err error
		if values[i], err = convertTo(indirectInterface(arg), parameter); err != nil {
			return fn, fmt.Errorf("arg %d: %w", i, err)
		}
	}
	return safely(fn, values)
}

// convertTo makes a value one of a type; whole numbers are converted.
func convertTo(v reflect.Value, t reflect.Type) (reflect.Value, error) {
	if !v.IsValid() {
		if !CanBeNil(t) {
			return v, fmt.Errorf("value is nil; should be of type %s", t)
		}
		return reflect.Zero(t), nil
	}
	switch from := v.Type(); {
	case from.AssignableTo(t):
		return v, nil
	case IsInteger(from.Kind()) && IsInteger(t.Kind()) && from.ConvertibleTo(t):
		return v.Convert(t), nil
	default:
		return v, fmt.Errorf("value has type %s; should be %s", from, t)
	}
}
