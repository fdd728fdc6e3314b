package htmlcompile

import (
	"reflect"
	"sync/atomic"
	"text/template/parse"
)

// fields compiles .A.B.C on a value; only the last may have arguments.
func (t *treeCompiler) fields(base expr, n parse.Node, names []string, args []parse.Node, final expr) (expr, error) {
	arguments, err := t.arguments(args)
	if err != nil {
		return nil, err
	}
	at := t.place(n)
	_, inParentheses := n.(*parse.ChainNode)
	value := base
	for i, name := range names {
		f := &field{name: name, at: at, marks: !inParentheses, receiver: value}
		if i == len(names)-1 {
			f.args, f.final = arguments, final
		}
		value = f.eval
	}
	return value, nil
}

// field is one name in .A.B.C: a field, a method or a key of a map, depending
// on the type of the value before it.
type field struct {
	name     string
	at       *place
	marks    bool // errors are at the name; otherwise at the last place in the parentheses
	receiver expr
	args     []argument
	final    expr

	// What the name is in the types that were seen, at most maxMembers.
	members atomic.Pointer[[]member]
}

// maxMembers bounds how many types of receiver are remembered at a place.
const maxMembers = 8

// member is what a name is in a type.
type member struct {
	t           reflect.Type
	addressable bool
	kind        memberKind
	index       []int          // of a field
	method      reflect.Method // of the type, or of the pointer to it
	direct      pointerMethod  // calls the method, if not nil
	onPointer   bool
}

type memberKind uint8

const (
	noMember memberKind = iota
	fieldMember
	hiddenMember // a field that is not exported
	methodMember
	keyMember
)

// memberOf finds out what a name is in a type that is neither an interface
// nor, unless the value is nil, a pointer.
func memberOf(t reflect.Type, addressable bool, name string) member {
	m := member{t: t, addressable: addressable}
	receiver := t
	if addressable && t.Kind() != reflect.Pointer {
		receiver, m.onPointer = reflect.PointerTo(t), true
	}
	if method, ok := receiver.MethodByName(name); ok {
		m.kind, m.method, m.direct = methodMember, method, methodOf(method)
		return m
	}
	switch t.Kind() {
	case reflect.Struct:
		if f, ok := t.FieldByName(name); ok {
			m.kind, m.index = fieldMember, f.Index
			if !f.IsExported() {
				m.kind = hiddenMember
			}
		}
	case reflect.Map:
		if reflect.TypeFor[string]().AssignableTo(t.Key()) {
			m.kind = keyMember
		}
	}
	return m
}

// member is memberOf, remembered.
func (f *field) member(t reflect.Type, addressable bool) *member {
	known := f.members.Load()
	if known != nil {
		for i := range *known {
			if m := &(*known)[i]; m.t == t && m.addressable == addressable {
				return m
			}
		}
	}
	m := memberOf(t, addressable, f.name)
	if known == nil {
		f.members.Store(&[]member{m})
	} else if len(*known) < maxMembers {
		more := append((*known)[:len(*known):len(*known)], m)
		f.members.Store(&more)
	}
	return &m
}

func (f *field) eval(x *Execution, dot reflect.Value) (reflect.Value, error) {
	var last reflect.Value // what comes from the pipeline
	if f.final != nil {
		var err error
		if last, err = f.final(x, dot); err != nil {
			return last, err
		}
	}
	receiver, err := f.receiver(x, dot)
	if err != nil {
		return receiver, err
	}
	if f.marks {
		x.at = f.at
	}
	if !receiver.IsValid() {
		return receiver, nil
	}
	v, isNil := indirect(receiver)
	if isNil && v.Kind() == reflect.Interface {
		return v, x.fail("nil pointer evaluating %s.%s", receiver.Type(), f.name)
	}
	m := f.member(v.Type(), v.CanAddr())
	switch m.kind {
	case methodMember:
		if m.onPointer {
			v = v.Addr()
		}
		if m.direct != nil && !f.hasArgs() && v.CanInterface() {
			return f.callDirectly(x, m, v)
		}
		return f.call(x, dot, m.method, v, last)
	case fieldMember, hiddenMember:
		return f.field(x, m, v, receiver)
	case keyMember:
		if f.hasArgs() {
			return v, x.fail("%s is not a method but has arguments", f.name)
		}
		element := v.MapIndex(reflect.ValueOf(f.name))
		if !element.IsValid() {
			element = reflect.Zero(v.Type().Elem())
		}
		return element, nil
	}
	if v.Kind() == reflect.Pointer { // which is nil
		element := v.Type().Elem()
		known := true
		if element.Kind() == reflect.Struct {
			_, known = element.FieldByName(f.name)
		}
		if known {
			return v, x.fail("nil pointer evaluating %s.%s", receiver.Type(), f.name)
		}
	}
	return v, x.fail("can't evaluate field %s in type %s", f.name, receiver.Type())
}

// callDirectly calls a method without arguments of a pointer.
func (f *field) callDirectly(x *Execution, m *member, receiver reflect.Value) (reflect.Value, error) {
	if err := x.tick(); err != nil {
		return reflect.Value{}, err
	}
	v, err := m.direct(receiver.UnsafePointer())
	if err != nil {
		return reflect.Value{}, x.failCall(f.at, f.name, err)
	}
	return v, nil
}

func (f *field) hasArgs() bool { return len(f.args) > 0 || f.final != nil }

func (f *field) field(x *Execution, m *member, v, receiver reflect.Value) (reflect.Value, error) {
	var value reflect.Value
	var err error
	if len(m.index) == 1 {
		value = v.Field(m.index[0])
	} else {
		value, err = v.FieldByIndexErr(m.index)
	}
	switch {
	case m.kind == hiddenMember:
		return v, x.fail("%s is an unexported field of struct type %s", f.name, receiver.Type())
	case err != nil:
		return v, x.fail("%v", err)
	case f.hasArgs():
		return v, x.fail("%s has arguments but cannot be invoked as function", f.name)
	}
	return value, nil
}

// indirect follows pointers and interfaces. When it ends at nil, that is
// reported, and the value is a pointer or an interface.
func indirect(v reflect.Value) (end reflect.Value, isNil bool) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return v, true
		}
		v = v.Elem()
	}
	return v, false
}

// indirectInterface returns what an interface holds, and other values as they
// are.
func indirectInterface(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Interface {
		return v
	}
	return v.Elem() // not valid for nil
}

// isTrue is the truth of a value in {{if}}; ok is false for what has none.
func isTrue(v reflect.Value) (truth, ok bool) {
	if !v.IsValid() {
		return false, true
	}
	switch kind := v.Kind(); kind {
	case reflect.Struct:
		return true, true
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() > 0, true
	case reflect.Chan, reflect.Func, reflect.Pointer, reflect.UnsafePointer, reflect.Interface:
		return !v.IsNil(), true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Float32, reflect.Float64:
		return v.Float() != 0, true // unlike IsZero, -0 is false
	case reflect.Complex64, reflect.Complex128:
		return v.Complex() != 0, true
	default:
		return !v.IsZero(), IsInteger(kind)
	}
}
