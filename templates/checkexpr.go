package templates

import (
	"reflect"
	"slices"
	"text/template/parse"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// pipe returns what is known of the value of a pipeline, and declares or sets
// its variables.
func (k *checker) pipe(scope *staticScope, dot static, pipe *parse.PipeNode) static {
	if pipe == nil {
		return nothing()
	}
	e := &expression{k, scope, dot}
	value, hasValue := static{}, false
	for _, cmd := range pipe.Cmds {
		final := &value
		if !hasValue {
			final = nil
		}
		value, hasValue = e.command(cmd, final), true
	}
	for _, v := range pipe.Decl {
		if pipe.IsAssign {
			k.assign(scope, v.Ident[0], value)
		} else {
			scope.variables = append(scope.variables, staticVariable{v.Ident[0], value})
		}
	}
	return value
}

// expression checks expressions at a place with its variables and dot.
type expression struct {
	*checker
	scope *staticScope
	dot   static
}

// command checks one command of a pipeline. final is the value of the one
// before it, which becomes its last argument; nil for the first.
func (e *expression) command(cmd *parse.CommandNode, final *static) static {
	args := cmd.Args[1:]
	switch n := cmd.Args[0].(type) {
	case *parse.FieldNode:
		return e.fields(e.dot, identifiersOf(n, n.Ident), args, final)
	case *parse.ChainNode:
		return e.fields(e.value(n.Node), identifiersOf(n, n.Field), args, final)
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			return e.fields(e.variable(n), identifiersOf(n, n.Ident[1:]), args, final)
		}
	case *parse.IdentifierNode:
		return e.function(n, args, final)
	}
	if len(args) > 0 || final != nil {
		e.fail(cmd.Args[0], 0, "%s is not a function, so it takes no argument", cmd.Args[0])
		return static{}
	}
	if _, ok := cmd.Args[0].(*parse.NilNode); ok {
		e.fail(cmd.Args[0], 0, "nil alone is not a value of an action")
		return static{}
	}
	return e.value(cmd.Args[0])
}

// value returns what is known of an operand.
func (e *expression) value(n parse.Node) static {
	switch n := n.(type) {
	case *parse.DotNode:
		return e.dot
	case *parse.NilNode:
		return nothing()
	case *parse.BoolNode:
		return staticOf(reflect.TypeFor[bool]())
	case *parse.StringNode:
		return static{t: reflect.TypeFor[string](), literal: n.Text, isLiteral: true}
	case *parse.NumberNode:
		return numberType(n)
	case *parse.PipeNode:
		return e.pipe(e.scope, e.dot, n)
	case *parse.FieldNode:
		return e.fields(e.dot, identifiersOf(n, n.Ident), nil, nil)
	case *parse.ChainNode:
		return e.fields(e.value(n.Node), identifiersOf(n, n.Field), nil, nil)
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			return e.fields(e.variable(n), identifiersOf(n, n.Ident[1:]), nil, nil)
		}
		return e.variable(n)
	case *parse.IdentifierNode:
		return e.function(n, nil, nil)
	}
	return static{}
}

func (e *expression) variable(n *parse.VariableNode) static {
	if v := e.scope.find(n.Ident[0]); v != nil {
		return v.value
	}
	return static{}
}

// numberType is the type of a number that is not an argument of a known type.
func numberType(n *parse.NumberNode) static {
	switch {
	case n.IsComplex:
		return staticOf(reflect.TypeFor[complex128]())
	case htmlcompile.IsFloatText(n):
		return staticOf(reflect.TypeFor[float64]())
	case n.IsInt:
		return staticOf(reflect.TypeFor[int]())
	}
	return static{}
}

// identifiers are the names in .A.B with their places.
type identifiers struct {
	node  parse.Node
	names []string
	after []int // bytes from the node's place to the dot before each name
}

// identifiersOf finds the places of names: the parser puts a node with several
// at the dot before its second, $x.A at that before A.
func identifiersOf(n parse.Node, names []string) identifiers {
	ids := identifiers{n, names, make([]int, len(names))}
	at := 0
	if field, ok := n.(*parse.FieldNode); ok && len(field.Ident) > 1 {
		at = -1 - len(field.Ident[0])
	}
	for i, name := range names {
		ids.after[i] = at
		at += 1 + len(name)
	}
	return ids
}

// fields checks .A.B.C on a value; only the last may have arguments.
func (e *expression) fields(receiver static, ids identifiers, args []parse.Node, final *static) static {
	for i := range ids.names {
		last := i == len(ids.names)-1
		var value static
		var ok bool
		if last {
			value, ok = e.field(receiver, ids, i, args, final)
		} else {
			value, ok = e.field(receiver, ids, i, nil, nil)
		}
		if !ok {
			// One report is enough; the arguments may have errors of their own.
			for _, arg := range args {
				e.value(arg)
			}
			return static{}
		}
		receiver = value
	}
	return receiver
}

// field checks the i-th name on the value before it. It reports false where
// what follows cannot be checked.
func (e *expression) field(receiver static, ids identifiers, i int, args []parse.Node, final *static) (static, bool) {
	name := ids.names[i]
	target := receiver.target()
	switch {
	case receiver.absent:
		e.fail(ids.node, ids.after[i], "there is no data here to take .%s of: the template is called without any", name)
		return static{}, false
	case target.unknown():
		e.note(ids.node, ids.after[i], "not checked: .%s, as the type of what it belongs to is known only when the page is rendered", name)
		return static{}, false
	}
	if method, state := findMethod(target, name); state == found {
		return e.call("method "+name, method.Type, ids.node, ids.after[i], args, final, target.kind() != reflect.Interface), true
	} else if state == needsPointer {
		e.fail(ids.node, ids.after[i], "method %s of %v has a pointer receiver, and this is a copy: pass a *%v", name, target.t, target.t)
		return static{}, false
	}
	hasArgs := len(args) > 0 || final != nil
	switch target.kind() {
	case reflect.Interface:
		e.note(ids.node, ids.after[i], "not checked: .%s is not a method of %v; whether what it holds has it is known only when the page is rendered", name, target.t)
		return static{}, false
	case reflect.Struct:
		if f, ok := target.t.FieldByName(name); ok && f.IsExported() {
			value := staticOf(f.Type)
			value.addressable = target.addressable || throughPointer(target.t, f.Index)
			if hasArgs {
				e.fail(ids.node, ids.after[i], "%s is a field of %v, not a method, so it takes no argument%s", name, target.t, callHint(f.Type))
				return static{}, false
			}
			return value, true
		}
	case reflect.Map:
		if reflect.TypeFor[string]().AssignableTo(target.t.Key()) {
			if hasArgs {
				e.fail(ids.node, ids.after[i], "%s is a key of a map, not a method, so it takes no argument", name)
				return static{}, false
			}
			return staticOf(target.t.Elem()), true
		}
	}
	e.fail(ids.node, ids.after[i], "no field or method %s in %v%s", name, target.t, suggestMember(target.t, name))
	return static{}, false
}

// callHint says how to call a func that is kept in a field.
func callHint(t reflect.Type) string {
	if t.Kind() == reflect.Func {
		return "; a func in a field is called by call"
	}
	return ""
}

// throughPointer reports whether the way to an embedded field goes over a
// pointer, at the end of which it is addressable.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// methodState is what came of looking for a method.
type methodState int

const (
	missingMethod methodState = iota
	found
	needsPointer // there is one, but the value is not addressable
)

func findMethod(target static, name string) (reflect.Method, methodState) {
	if m, ok := target.t.MethodByName(name); ok {
		return m, found
	}
	if target.kind() == reflect.Interface {
		return reflect.Method{}, missingMethod
	}
	m, ok := reflect.PointerTo(target.t).MethodByName(name)
	switch {
	case !ok:
		return reflect.Method{}, missingMethod
	case !target.addressable:
		return reflect.Method{}, needsPointer
	}
	return m, found
}

// suggestMember names the field or method nearest to a misspelt name, or says
// that the one meant is not exported.
func suggestMember(t reflect.Type, name string) string {
	var members []string
	if t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() {
				members = append(members, f.Name)
			} else if f.Name == name {
				return ", whose field " + name + " is not exported: templates see only names with a capital"
			}
		}
	}
	pointer := reflect.PointerTo(t)
	for i := range pointer.NumMethod() {
		members = append(members, pointer.Method(i).Name)
	}
	if t.Kind() == reflect.Interface {
		members = members[:0]
	}
	slices.Sort(members)
	return didYouMean(name, slices.Compact(members))
}
