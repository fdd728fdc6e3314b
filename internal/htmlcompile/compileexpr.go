package htmlcompile

import (
	"reflect"
	"text/template/parse"
)

// pipe compiles a pipeline with its variables.
func (t *treeCompiler) pipe(pipe *parse.PipeNode) (expr, error) {
	value, err := t.commands(pipe, pipe.Cmds)
	if err != nil || len(pipe.Decl) == 0 {
		return value, err
	}
	slots, err := t.variables(pipe)
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		v, err := value(x, dot)
		if err != nil {
			return v, err
		}
		for _, slot := range slots {
			x.vars[x.base+slot] = v
		}
		return v, nil
	}, err
}

// variables returns the slots of the variables a pipeline declares or sets.
func (t *treeCompiler) variables(pipe *parse.PipeNode) ([]int, error) {
	slots := make([]int, len(pipe.Decl))
	for i, v := range pipe.Decl {
		slot, ok := t.slot(v.Ident[0])
		if !pipe.IsAssign {
			slot, ok = t.declare(v.Ident[0]), true
		}
		if !ok {
			return nil, t.unknown(pipe)
		}
		slots[i] = slot
	}
	return slots, nil
}

// commands compiles the commands of a pipeline, each with the value of the one
// before it as its last argument.
func (t *treeCompiler) commands(pipe *parse.PipeNode, cmds []*parse.CommandNode) (expr, error) {
	if len(cmds) == 0 {
		return nil, t.unknown(pipe)
	}
	var value expr
	for _, cmd := range cmds {
		next, err := t.command(cmd, value)
		if err != nil {
			return nil, err
		}
		value = next
	}
	return value, nil
}

// command compiles a command. What a value of type any holds is taken out of
// it at once.
func (t *treeCompiler) command(cmd *parse.CommandNode, final expr) (expr, error) {
	value, err := t.commandValue(cmd, final)
	if err != nil {
		return nil, err
	}
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		v, err := value(x, dot)
		if v.Kind() == reflect.Interface && v.Type().NumMethod() == 0 {
			v = v.Elem()
		}
		return v, err
	}, nil
}

func (t *treeCompiler) commandValue(cmd *parse.CommandNode, final expr) (expr, error) {
	args := cmd.Args[1:]
	switch n := cmd.Args[0].(type) {
	case *parse.FieldNode:
		return t.fields(useDot, n, n.Ident, args, final)
	case *parse.ChainNode:
		base, err := t.operand(n.Node)
		if err != nil {
			return nil, err
		}
		return t.fields(base, n, n.Field, args, final)
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			base, err := t.variable(n)
			if err != nil {
				return nil, err
			}
			return t.fields(base, n, n.Ident[1:], args, final)
		}
	case *parse.IdentifierNode:
		return t.function(n, cmd, args, final)
	}
	if len(args) > 0 || final != nil {
		return nil, t.unknown(cmd)
	}
	return t.operand(cmd.Args[0])
}

func useDot(_ *Execution, dot reflect.Value) (reflect.Value, error) { return dot, nil }

// operand compiles what stands for a value without arguments.
func (t *treeCompiler) operand(n parse.Node) (expr, error) {
	at := t.place(n)
	switch n := n.(type) {
	case *parse.DotNode:
		return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
			x.at = at
			return dot, nil
		}, nil
	case *parse.BoolNode, *parse.NumberNode, *parse.StringNode:
		value, ok := constantValue(n)
		if !ok {
			return nil, t.unknown(n)
		}
		return func(x *Execution, _ reflect.Value) (reflect.Value, error) {
			x.at = at
			return value, nil
		}, nil
	case *parse.PipeNode:
		if len(n.Decl) > 0 {
			// Whether it is run may depend on data, and with it which variable
			// a name means.
			return nil, t.unknown(n)
		}
		return t.pipe(n)
	case *parse.FieldNode:
		return t.fields(useDot, n, n.Ident, nil, nil)
	case *parse.ChainNode:
		base, err := t.operand(n.Node)
		if err != nil {
			return nil, err
		}
		return t.fields(base, n, n.Field, nil, nil)
	case *parse.VariableNode:
		base, err := t.variable(n)
		if err != nil || len(n.Ident) == 1 {
			return base, err
		}
		return t.fields(base, n, n.Ident[1:], nil, nil)
	case *parse.IdentifierNode:
		return t.function(n, n, nil, nil)
	}
	return nil, t.unknown(n)
}

func (t *treeCompiler) variable(n *parse.VariableNode) (expr, error) {
	slot, ok := t.slot(n.Ident[0])
	if !ok {
		return nil, t.unknown(n)
	}
	at := t.place(n)
	return func(x *Execution, _ reflect.Value) (reflect.Value, error) {
		x.at = at
		return x.vars[x.base+slot], nil
	}, nil
}

// constantValue is the value of a constant that is not an argument of a known
// type.
func constantValue(n parse.Node) (reflect.Value, bool) {
	switch n := n.(type) {
	case *parse.BoolNode:
		return reflect.ValueOf(n.True), true
	case *parse.StringNode:
		return reflect.ValueOf(n.Text), true
	case *parse.NumberNode:
		switch {
		case n.IsComplex:
			return reflect.ValueOf(n.Complex128), true
		case IsFloatText(n):
			return reflect.ValueOf(n.Float64), true
		case n.IsInt && int64(int(n.Int64)) == n.Int64:
			return reflect.ValueOf(int(n.Int64)), true
		}
	}
	return reflect.Value{}, false
}

// argument is an argument of a function or method: an operand, or a constant
// that takes the type of the parameter.
type argument struct {
	eval     expr
	constant parse.Node
	fixed    reflect.Value // of the constant, for a parameter of any type
	known    bool          // there is such a value
	at       *place
}

func (t *treeCompiler) arguments(nodes []parse.Node) ([]argument, error) {
	args := make([]argument, len(nodes))
	for i, n := range nodes {
		args[i].at = t.place(n)
		switch n.(type) {
		case *parse.NilNode, *parse.BoolNode, *parse.NumberNode, *parse.StringNode:
			args[i].constant = n
			args[i].fixed, args[i].known = constantValue(n) // it cannot be set, so all executions share it
			continue
		}
		eval, err := t.operand(n)
		if err != nil {
			return nil, err
		}
		args[i].eval = eval
	}
	return args, nil
}

// value returns the argument for a parameter of a type.
func (a *argument) value(x *Execution, dot reflect.Value, parameter reflect.Type) (reflect.Value, error) {
	if a.eval == nil {
		x.at = a.at
		v, problem := constantFor(a.constant, parameter)
		if problem != "" {
			return v, x.fail("%s", problem)
		}
		return v, nil
	}
	v, err := a.eval(x, dot)
	if err != nil {
		return v, err
	}
	return x.fit(v, parameter)
}

// any returns the argument for a function that takes values of any type.
func (a *argument) any(x *Execution, dot reflect.Value) (reflect.Value, error) {
	if a.eval != nil {
		return a.eval(x, dot)
	}
	x.at = a.at
	if _, ok := a.constant.(*parse.NilNode); ok {
		return reflect.Value{}, nil
	}
	if !a.known {
		return a.fixed, x.fail("%s overflows int", a.constant)
	}
	return a.fixed, nil
}

// fit makes a value one of a parameter's type, as far as templates allow.
func (x *Execution) fit(v reflect.Value, parameter reflect.Type) (reflect.Value, error) {
	if !v.IsValid() {
		if CanBeNil(parameter) {
			return reflect.Zero(parameter), nil
		}
		return v, x.fail("invalid value; expected %s", parameter)
	}
	t := v.Type()
	switch {
	case parameter == reflect.TypeFor[reflect.Value]() && t != parameter:
		return reflect.ValueOf(v), nil
	case t.AssignableTo(parameter):
		return v, nil
	case v.Kind() == reflect.Interface && !v.IsNil():
		if v = v.Elem(); v.Type().AssignableTo(parameter) {
			return v, nil
		}
	}
	switch t := v.Type(); {
	case t.Kind() == reflect.Pointer && t.Elem().AssignableTo(parameter):
		if v = v.Elem(); !v.IsValid() {
			return v, x.fail("dereference of nil pointer of type %s", parameter)
		}
		return v, nil
	case reflect.PointerTo(t).AssignableTo(parameter) && v.CanAddr():
		return v.Addr(), nil
	}
	return v, x.fail("wrong type for value; expected %s; got %s", parameter, v.Type())
}

// constantFor is the value of a constant for a parameter, or the problem with
// it in the words of text/template.
func constantFor(n parse.Node, parameter reflect.Type) (v reflect.Value, problem string) {
	if _, ok := n.(*parse.NilNode); ok {
		if CanBeNil(parameter) {
			return reflect.Zero(parameter), ""
		}
		return v, "cannot assign nil to " + parameter.String()
	}
	kind, number := parameter.Kind(), parse.Node(nil)
	if num, ok := n.(*parse.NumberNode); ok {
		number = num
	}
	switch {
	case TakesAnything(parameter):
		v, ok := constantValue(n)
		if !ok {
			return v, n.String() + " overflows int"
		}
		if parameter == reflect.TypeFor[reflect.Value]() {
			v = reflect.ValueOf(v)
		}
		return v, ""
	case kind == reflect.Bool:
		if b, ok := n.(*parse.BoolNode); ok {
			v = reflect.New(parameter).Elem()
			v.SetBool(b.True)
			return v, ""
		}
		return v, "expected bool; found " + n.String()
	case kind == reflect.String:
		if s, ok := n.(*parse.StringNode); ok {
			v = reflect.New(parameter).Elem()
			v.SetString(s.Text)
			return v, ""
		}
		return v, "expected string; found " + n.String()
	case kind >= reflect.Int && kind <= reflect.Complex128:
		return numberFor(n, number, parameter)
	}
	return v, "can't handle " + n.String() + " for arg of type " + parameter.String()
}

func numberFor(n, number parse.Node, parameter reflect.Type) (v reflect.Value, problem string) {
	num, ok := number.(*parse.NumberNode)
	if !ok {
		num = &parse.NumberNode{}
	}
	v = reflect.New(parameter).Elem()
	switch kind := parameter.Kind(); {
	case kind <= reflect.Int64:
		if num.IsInt {
			v.SetInt(num.Int64)
			return v, ""
		}
		return v, "expected integer; found " + n.String()
	case kind <= reflect.Uintptr:
		if num.IsUint {
			v.SetUint(num.Uint64)
			return v, ""
		}
		return v, "expected unsigned integer; found " + n.String()
	case kind <= reflect.Float64:
		if num.IsFloat {
			v.SetFloat(num.Float64)
			return v, ""
		}
		return v, "expected float; found " + n.String()
	}
	if num.IsComplex {
		v.SetComplex(num.Complex128)
		return v, ""
	}
	return v, "expected complex; found " + n.String()
}
