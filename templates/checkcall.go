package templates

import (
	"fmt"
	"reflect"
	"text/template/parse"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// Call is a call of a function in a template, as far as it is known before
// anything is rendered. [Config.Checks] are given them.
type Call struct {
	Args     []Argument // the value that comes from the pipeline is the last
	Template string     // the name of the file that has it
}

// Argument is one argument of a [Call].
type Argument struct {
	Type    reflect.Type // nil where it is known only when the page is rendered
	Text    string       // the string, when Literal is true
	Literal bool         // it is a string that is written in the template
}

// function checks the call of a function.
func (e *expression) function(n *parse.IdentifierNode, args []parse.Node, final *static) static {
	name := n.Ident
	function := e.functions[name]
	if function == nil {
		return e.predefined(n, args, final)
	}
	t := reflect.TypeOf(function)
	values := e.arguments(name, t, n, 0, args, final, htmlcompile.TakesContext(t))
	if values == nil {
		return result(t)
	}
	call := Call{Args: make([]Argument, len(values)), Template: templateOf(n)}
	for i, v := range values {
		call.Args[i] = Argument{Type: v.t, Text: v.literal, Literal: v.isLiteral}
	}
	check, ours := e.config.Checks[name], e.config.Funcs[name] == nil
	var err error
	if builtin := checkBuiltin(name); ours && builtin != nil {
		err = builtin(call)
	}
	if check != nil && err == nil {
		err = check(call)
	}
	if err != nil {
		e.fail(n, 0, "%s", err)
	}
	if name == "default" && ours && len(values) == 2 {
		return values[0].or(values[1])
	}
	return result(t)
}

// templateOf returns the name of the file that has a node.
func templateOf(n parse.Node) string {
	location, _ := (*parse.Tree)(nil).ErrorContext(n)
	name, _, _, _ := splitLocation(location)
	return name
}

// call checks the call of a method or func of a type, and returns what is
// known of its result.
func (e *expression) call(name string, t reflect.Type, n parse.Node, after int, args []parse.Node, final *static, receiver bool) static {
	e.arguments(name, t, n, after, args, final, receiver)
	return result(t)
}

func result(t reflect.Type) static {
	if t.NumOut() == 0 {
		return static{}
	}
	return staticOf(t.Out(0))
}

// arguments checks what a function of type t is given; with a receiver, or a
// context, the first parameter of t is that. It returns what is known of each argument, or
// nil when their number is wrong.
func (e *expression) arguments(name string, t reflect.Type, n parse.Node, after int, args []parse.Node, final *static, receiver bool) []static {
	skip := 0
	if receiver {
		skip = 1
	}
	want, given := t.NumIn()-skip, len(args)
	if final != nil {
		given++
	}
	if t.NumOut() == 0 || t.NumOut() > 2 || t.NumOut() == 2 && t.Out(1) != reflect.TypeFor[error]() {
		e.fail(n, after, "%s cannot be called in a template: it must return one value, or one and an error", name)
		return nil
	}
	if given < want-1 || given != want && !t.IsVariadic() {
		e.fail(n, after, "%s takes %s, %d given", name, countArguments(want, t.IsVariadic()), given)
		for _, arg := range args {
			e.value(arg)
		}
		return nil
	}
	values := make([]static, 0, given)
	for i := range given {
		parameter := t.In(min(i+skip, t.NumIn()-1))
		if t.IsVariadic() && i >= want-1 {
			parameter = parameter.Elem()
		}
		if i < len(args) {
			values = append(values, e.argument(name, i, parameter, args[i]))
			continue
		}
		values = append(values, *final)
		if problem := final.mismatch(parameter); problem != "" {
			e.fail(n, after, "%s: the value from the pipeline is %s", name, problem)
		}
	}
	return values
}

func countArguments(want int, variadic bool) string {
	at := ""
	if variadic {
		want--
		at = "at least "
	}
	if want == 1 {
		return at + "1 argument"
	}
	return fmt.Sprintf("%s%d arguments", at, want)
}

// argument checks one argument against its parameter's type.
func (e *expression) argument(name string, i int, parameter reflect.Type, n parse.Node) static {
	value := e.value(n)
	problem := ""
	switch n := n.(type) {
	case *parse.NumberNode:
		problem = numberMismatch(n, parameter)
	case *parse.BoolNode, *parse.StringNode:
		if !htmlcompile.TakesAnything(parameter) && parameter.Kind() != value.kind() {
			problem = value.String() + ", not " + parameter.String()
		}
	default:
		problem = value.mismatch(parameter)
	}
	if problem != "" {
		e.fail(n, 0, "%s: argument %d is %s", name, i+1, problem)
	}
	return value
}

// numberMismatch says why a number that is written in a template cannot be
// given for a type; "" when it can.
func numberMismatch(n *parse.NumberNode, t reflect.Type) string {
	ok := false
	switch kind := t.Kind(); {
	case htmlcompile.TakesAnything(t):
		return ""
	case kind >= reflect.Int && kind <= reflect.Int64:
		ok = n.IsInt
	case kind >= reflect.Uint && kind <= reflect.Uintptr:
		ok = n.IsUint
	case kind == reflect.Float32 || kind == reflect.Float64:
		ok = n.IsFloat
	case kind == reflect.Complex64 || kind == reflect.Complex128:
		ok = n.IsComplex
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%s, not %v", n.Text, t)
}

// mismatch says why a value cannot be given for a parameter; "" when it can,
// or when that is known only at the time.
func (s static) mismatch(t reflect.Type) string {
	switch {
	case s.unknown() || t == reflect.TypeFor[reflect.Value]():
		return ""
	case s.absent:
		if htmlcompile.CanBeNil(t) {
			return ""
		}
		return fmt.Sprintf("nil, not %v", t)
	case s.t.AssignableTo(t), s.kind() == reflect.Interface:
		return ""
	case s.kind() == reflect.Pointer && s.t.Elem().AssignableTo(t):
		return ""
	case s.addressable && reflect.PointerTo(s.t).AssignableTo(t):
		return ""
	case reflect.PointerTo(s.t).AssignableTo(t):
		return fmt.Sprintf("a copy of a %v, where a pointer is wanted", s.t)
	}
	return fmt.Sprintf("%v, not %v", s.t, t)
}
