package templates

import (
	"fmt"
	"reflect"
	"slices"
	"text/template/parse"
)

// checker follows the type of a page's data through all trees the page can
// reach. It accepts what executing could do with some data of that type, and
// refuses what fails with any.
type checker struct {
	trees     map[string]*parse.Tree
	functions map[string]any
	config    Config
	sources   map[string]Source

	errs  ErrorList // errors
	notes ErrorList // what cannot be known before a page is rendered
	done  map[visit]bool
}

// visit is one tree with one type of data.
type visit struct {
	tree string
	dot  static
}

// checkTypes checks the trees of a page for data of a type.
func (c *composition) checkTypes(data reflect.Type, config Config, sources map[string]Source) (errs, notes ErrorList) {
	k := &checker{
		trees: c.trees, functions: c.b.functions, config: config, sources: sources,
		done: make(map[visit]bool),
	}
	k.tree(c.entry, staticOf(data))
	return k.errs, k.notes
}

// staticScope is the variables that can be seen at a place, innermost last.
type staticScope struct{ variables []staticVariable }

type staticVariable struct {
	name  string
	value static
}

func (s *staticScope) find(name string) *staticVariable {
	for i, v := range slices.Backward(s.variables) {
		if v.name == name {
			return &s.variables[i]
		}
	}
	return nil
}

// inner runs check in a scope whose variables end with it.
func (s *staticScope) inner(check func()) {
	mark := len(s.variables)
	check()
	s.variables = s.variables[:mark]
}

func (k *checker) tree(name string, dot static) {
	at := visit{name, dot}
	tree := k.trees[name]
	if tree == nil || k.done[at] {
		return
	}
	k.done[at] = true
	scope := &staticScope{variables: []staticVariable{{"$", dot}}}
	k.list(scope, dot, tree.Root)
}

func (k *checker) list(scope *staticScope, dot static, list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			value := k.pipe(scope, dot, n.Pipe)
			if len(n.Pipe.Decl) == 0 && value.kind() == reflect.Func {
				k.fail(n.Pipe, 0, "%s is a %v, which cannot be shown; call it: {{call %s}}", n.Pipe, value.t, n.Pipe)
			}
		case *parse.IfNode:
			scope.inner(func() { k.ifNode(scope, dot, n) })
		case *parse.WithNode:
			scope.inner(func() { k.withNode(scope, dot, n) })
		case *parse.RangeNode:
			scope.inner(func() { k.rangeNode(scope, dot, n) })
		case *parse.TemplateNode:
			k.tree(n.Name, k.pipe(scope, dot, n.Pipe))
		}
	}
}

// ifNode leaves out what can never be run: a partial that is called without
// data may well ask for it.
func (k *checker) ifNode(scope *staticScope, dot static, n *parse.IfNode) {
	if !k.pipe(scope, dot, n.Pipe).absent {
		scope.inner(func() { k.list(scope, dot, n.List) })
	}
	k.list(scope, dot, n.ElseList)
}

func (k *checker) withNode(scope *staticScope, dot static, n *parse.WithNode) {
	if value := k.pipe(scope, dot, n.Pipe); !value.absent {
		scope.inner(func() { k.list(scope, value, n.List) })
	}
	k.list(scope, dot, n.ElseList)
}

func (k *checker) rangeNode(scope *staticScope, dot static, n *parse.RangeNode) {
	over := k.pipe(scope, dot, n.Pipe)
	index, element, ok := over.elements(len(n.Pipe.Decl))
	switch {
	case over.absent: // never runs the body
		k.list(scope, dot, n.ElseList)
		return
	case !ok:
		k.fail(n.Pipe, 0, "range cannot go over %s, which is %s", n.Pipe, over)
		return
	case index.absent && len(n.Pipe.Decl) > 1:
		k.fail(n.Pipe, 0, "range over %s gives one variable, not two", over)
		return
	}
	scope.inner(func() {
		k.setRangeVariables(scope, n.Pipe, index, element)
		k.list(scope, element, n.List)
	})
	k.list(scope, dot, n.ElseList)
}

func (k *checker) setRangeVariables(scope *staticScope, pipe *parse.PipeNode, index, element static) {
	values := []static{element}
	if len(pipe.Decl) == 2 {
		values = []static{index, element}
	}
	for i, v := range pipe.Decl {
		if pipe.IsAssign {
			k.assign(scope, v.Ident[0], values[i])
		} else {
			scope.find(v.Ident[0]).value = values[i]
		}
	}
}

// assign gives a variable another value. Of what type it is then depends on
// whether the assignment is run, so that two types make none.
func (k *checker) assign(scope *staticScope, name string, value static) {
	if v := scope.find(name); v != nil {
		v.value = v.value.or(value)
	}
}

// fail reports an error, a number of bytes after the place of a node.
func (k *checker) fail(n parse.Node, after int, format string, args ...any) {
	k.errs = append(k.errs, k.errorAt(n, after, format, args...))
}

// note reports what the check cannot decide.
func (k *checker) note(n parse.Node, after int, format string, args ...any) {
	k.notes = append(k.notes, k.errorAt(n, after, format, args...))
}

func (k *checker) errorAt(n parse.Node, after int, format string, args ...any) *Error {
	message := withoutNumbers(fmt.Sprintf(format, args...))
	location, _ := (*parse.Tree)(nil).ErrorContext(n)
	name, line, col, ok := splitLocation(location)
	if !ok {
		return &Error{Name: location, Message: message}
	}
	return located(name, line, col+after, k.sources, message)
}
