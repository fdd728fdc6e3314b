package htmlcompile

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// predefined compiles functions of text/template that are not ordinary calls;
// nil for others.
func (t *treeCompiler) predefined(c *caller, n *parse.IdentifierNode, nodes []parse.Node) (expr, error) {
	at := t.place(n)
	if len(nodes) > maxStandardArgs-1 && c.name != "and" && c.name != "or" {
		return nil, nil
	}
	switch c.name {
	case "and", "or":
		return c.shortCircuit(at, c.name == "or"), nil
	case "not":
		return c.values(at, func(values []reflect.Value) (reflect.Value, bool) {
			truth, _ := isTrue(indirectInterface(values[0]))
			return reflect.ValueOf(!truth), len(values) == 1
		}, t.standard), nil
	case "eq", "ne", "lt", "le", "gt", "ge":
		compare := comparison(c.name)
		return c.values(at, func(values []reflect.Value) (reflect.Value, bool) {
			if len(values) != 2 {
				return reflect.Value{}, false
			}
			return compare(indirectInterface(values[0]), indirectInterface(values[1]))
		}, t.standard), nil
	case "len":
		return c.values(at, length, t.standard), nil
	case "index":
		return c.values(at, element, t.standard), nil
	case "slice":
		return c.values(at, func([]reflect.Value) (reflect.Value, bool) { return reflect.Value{}, false }, t.standard), nil
	case "call":
		return t.callCall(c, at, nodes)
	}
	if strings.HasPrefix(c.name, EscaperPrefix) && len(nodes) == 0 && c.final != nil {
		return t.innerEscaper(c), nil
	}
	return nil, nil
}

// innerEscaper compiles an escaper that is not at the end of its pipeline, as
// html and urlquery take the place of the last one.
func (t *treeCompiler) innerEscaper(c *caller) expr {
	o := &output{at: c.at, standard: t.standard, escapers: []escaper{t.escaper(c.name)}}
	o.prepare()
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		last, err := c.last(x, dot)
		if err != nil {
			return last, err
		}
		mark := len(x.Out)
		err = o.write(x, last)
		text := string(x.Out[mark:])
		x.Out = x.Out[:mark]
		return reflect.ValueOf(text), err
	}
}

// shortCircuit compiles and and or: the first argument that decides is the
// result, and those after it are not looked at.
func (c *caller) shortCircuit(at *place, decides bool) expr {
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		last, err := c.last(x, dot)
		if err != nil {
			return last, err
		}
		x.at = at
		var v reflect.Value
		for i := range c.args {
			if v, err = c.args[i].any(x, dot); err != nil {
				return v, err
			}
			if truth, _ := isTrue(indirectInterface(v)); truth == decides {
				return v, nil
			}
		}
		if c.final != nil {
			v = last
		}
		return v, nil
	}
}

// values compiles a function of values of any type. quick gives the result in
// the usual cases, and reports false for the others and for errors, which
// are left to text/template.
func (c *caller) values(at *place, quick func([]reflect.Value) (reflect.Value, bool), standard *standard) expr {
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		last, err := c.last(x, dot)
		if err != nil {
			return last, err
		}
		x.at = at
		mark := len(x.args)
		defer func() { x.args = x.args[:mark] }()
		for i := range c.args {
			v, err := c.args[i].any(x, dot)
			if err != nil {
				return v, err
			}
			x.args = append(x.args, v)
		}
		if c.final != nil {
			x.args = append(x.args, last)
		}
		values := x.args[mark:]
		if len(values) > 0 {
			if v, ok := quick(values); ok {
				return v, nil
			}
		}
		v, err := standard.call(c.name, slices.Clone(values)...)
		if err != nil {
			return v, x.failCall(c.at, c.name, err)
		}
		return v, nil
	}
}

// callCall compiles {{call .F}}, whose errors name what is called.
func (t *treeCompiler) callCall(c *caller, at *place, nodes []parse.Node) (expr, error) {
	if len(nodes) == 0 {
		return nil, t.unknown(at.node) // errors would show the value
	}
	name := nodes[0].String()
	fn := reflect.ValueOf(func(args ...reflect.Value) (reflect.Value, error) {
		return callValue(name, args[0], args[1:]...)
	})
	return func(x *Execution, dot reflect.Value) (reflect.Value, error) {
		last, err := c.last(x, dot)
		if err != nil {
			return last, err
		}
		x.at = at
		return c.call(x, dot, fn, fn.Type(), nil, last)
	}, nil
}

// length is len of what has one.
func length(values []reflect.Value) (reflect.Value, bool) {
	v, isNil := indirect(values[0])
	if len(values) != 1 || isNil {
		return v, false
	}
	switch v.Kind() {
	case reflect.Array, reflect.Chan, reflect.Map, reflect.Slice, reflect.String:
		return reflect.ValueOf(v.Len()), true
	}
	return v, false
}

// element is index with one whole number into a slice, or with a key of the
// map's own type.
func element(values []reflect.Value) (reflect.Value, bool) {
	if len(values) != 2 {
		return reflect.Value{}, false
	}
	v, isNil := indirect(indirectInterface(values[0]))
	key := indirectInterface(values[1])
	if isNil || !key.IsValid() {
		return v, false
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		if key.CanInt() && key.Int() >= 0 && key.Int() < int64(v.Len()) {
			return v.Index(int(key.Int())), true
		}
	case reflect.Map:
		if key.Type() == v.Type().Key() {
			if found := v.MapIndex(key); found.IsValid() {
				return found, true
			}
		}
	}
	return v, false
}

// comparison returns a comparison of two values of the same Basic kind.
func comparison(name string) func(a, b reflect.Value) (reflect.Value, bool) {
	wanted := func(c int) bool { return c == 0 }
	switch name {
	case "ne":
		wanted = func(c int) bool { return c != 0 }
	case "lt":
		wanted = func(c int) bool { return c < 0 }
	case "le":
		wanted = func(c int) bool { return c <= 0 }
	case "gt":
		wanted = func(c int) bool { return c > 0 }
	case "ge":
		wanted = func(c int) bool { return c >= 0 }
	}
	ordered := name != "eq" && name != "ne"
	return func(a, b reflect.Value) (reflect.Value, bool) {
		c, ok := compareBasic(a, b, ordered)
		return reflect.ValueOf(wanted(c)), ok
	}
}

// compareBasic compares whole numbers of one sign, strings and, where order
// does not matter, bools.
func compareBasic(a, b reflect.Value, ordered bool) (int, bool) {
	kind := BasicOf(a.Kind())
	if kind != BasicOf(b.Kind()) {
		return 0, false
	}
	switch {
	case kind == BasicInt:
		return cmp.Compare(a.Int(), b.Int()), true
	case kind == BasicUint:
		return cmp.Compare(a.Uint(), b.Uint()), true
	case kind == BasicString:
		return cmp.Compare(a.String(), b.String()), true
	case kind == BasicBool && !ordered && a.Bool() == b.Bool():
		return 0, true
	case kind == BasicBool && !ordered:
		return 1, true
	}
	return 0, false
}
