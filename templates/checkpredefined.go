package templates

import (
	"reflect"
	"text/template/parse"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// predefined checks the call of a function of text/template. Their Go types
// say little, so that each is known here.
func (e *expression) predefined(n *parse.IdentifierNode, args []parse.Node, final *static) static {
	values := make([]static, 0, len(args)+1)
	for _, arg := range args {
		values = append(values, e.value(arg))
	}
	if final != nil {
		values = append(values, *final)
	}
	atLeast, exactly := htmlcompile.PredefinedArity(n.Ident)
	if len(values) < atLeast || exactly && len(values) > atLeast {
		e.fail(n, 0, "%s takes %s, %d given", n.Ident, countPredefined(atLeast, exactly), len(values))
		return static{}
	}
	switch n.Ident {
	case "and", "or":
		common := values[0]
		for _, v := range values[1:] {
			common = common.or(v)
		}
		return common
	case "not":
		return staticOf(reflect.TypeFor[bool]())
	case "eq", "ne", "lt", "le", "gt", "ge":
		e.comparison(n, values)
		return staticOf(reflect.TypeFor[bool]())
	case "len":
		e.length(n, values[0])
		return staticOf(reflect.TypeFor[int]())
	case "index":
		return e.index(n, values)
	case "slice":
		return e.slice(n, values)
	case "call":
		return e.callValue(n, values)
	case "print", "printf", "println", "html", "js", "urlquery":
		return staticOf(reflect.TypeFor[string]())
	}
	return static{} // one of this package's own, such as _once
}

func countPredefined(want int, exactly bool) string {
	if exactly {
		return countArguments(want, false)
	}
	return countArguments(want+1, true)
}

func (e *expression) comparison(n *parse.IdentifierNode, values []static) {
	ordered := n.Ident != "eq" && n.Ident != "ne"
	first := values[0]
	for _, v := range values {
		if ordered && v.known() && (htmlcompile.BasicOf(v.kind()) == htmlcompile.NotBasic || htmlcompile.BasicOf(v.kind()) == htmlcompile.BasicBool || htmlcompile.BasicOf(v.kind()) == htmlcompile.BasicComplex) {
			e.fail(n, 0, "%s: %v has no order", n.Ident, v.t)
			return
		}
	}
	for _, v := range values[1:] {
		if !first.known() || !v.known() {
			continue
		}
		a, b := htmlcompile.BasicOf(first.kind()), htmlcompile.BasicOf(v.kind())
		if a != b && !a.Whole(b) {
			e.fail(n, 0, "%s: %v cannot be compared with %v", n.Ident, first.t, v.t)
		} else if a == htmlcompile.NotBasic && (first.kind() != v.kind() || !first.t.Comparable() && !htmlcompile.CanBeNil(first.t)) {
			e.fail(n, 0, "%s: %v cannot be compared with %v", n.Ident, first.t, v.t)
		}
	}
}

func (e *expression) length(n *parse.IdentifierNode, value static) {
	target := value.target()
	switch target.kind() {
	case reflect.Invalid, reflect.Interface:
		if !target.absent {
			return
		}
	case reflect.Array, reflect.Chan, reflect.Map, reflect.Slice, reflect.String:
		return
	}
	e.fail(n, 0, "len: %s has no length", value)
}

// index returns the type of an element.
func (e *expression) index(n *parse.IdentifierNode, values []static) static {
	item := values[0]
	for _, index := range values[1:] {
		item = item.target()
		if !item.known() {
			return static{}
		}
		switch item.kind() {
		case reflect.Slice, reflect.Array, reflect.String:
			if index.known() && !htmlcompile.IsInteger(index.kind()) || index.absent {
				e.fail(n, 0, "index: %s is not a whole number, as the index of a %v must be", index, item.t)
				return static{}
			}
		case reflect.Map:
			if index.known() && !index.t.AssignableTo(item.t.Key()) && !(htmlcompile.IsInteger(index.kind()) && htmlcompile.IsInteger(item.t.Key().Kind())) {
				e.fail(n, 0, "index: %v is not a key of %v", index.t, item.t)
				return static{}
			}
		default:
			e.fail(n, 0, "index: %v has no elements", item.t)
			return static{}
		}
		if item.kind() == reflect.String {
			item = staticOf(reflect.TypeFor[uint8]())
			continue
		}
		addressable := item.kind() == reflect.Slice || item.kind() == reflect.Array && item.addressable
		item = staticOf(item.t.Elem())
		item.addressable = addressable
	}
	return item
}

func (e *expression) slice(n *parse.IdentifierNode, values []static) static {
	item := values[0].target()
	if !item.known() {
		return static{}
	}
	switch item.kind() {
	case reflect.String:
		return staticOf(item.t)
	case reflect.Slice:
		return staticOf(item.t)
	case reflect.Array:
		return staticOf(reflect.SliceOf(item.t.Elem()))
	}
	e.fail(n, 0, "slice: %v cannot be sliced", item.t)
	return static{}
}

// callValue checks {{call .F .X}}.
func (e *expression) callValue(n *parse.IdentifierNode, values []static) static {
	function := values[0]
	switch {
	case !function.known():
		if !function.absent {
			return static{}
		}
		fallthrough
	case function.kind() != reflect.Func:
		e.fail(n, 0, "call: %s is not a func", function)
		return static{}
	}
	want, variadic := function.t.NumIn(), function.t.IsVariadic()
	if given := len(values) - 1; given < want-1 || given != want && !variadic {
		e.fail(n, 0, "call: a %v takes %s, %d given", function.t, countArguments(want, variadic), given)
	}
	return result(function.t)
}
