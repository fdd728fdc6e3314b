package htmlcompile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template/parse"
)

// errNotCompiled marks a tree with something the compiler does not know. The
// page is then executed by html/template.
var errNotCompiled = errors.New("not compiled")

// compiler turns trees that html/template has escaped into programs. What they
// write, and which errors they report where, is what executing the trees by
// html/template would give.
type compiler struct {
	lookup    func(name string) *parse.Tree // nil for none
	functions map[string]any
	constant  map[string]bool
	standard  *standard
	escaper   func(name string) escaper
	programs  map[string]*program
}

// compile returns the program of a tree; those it calls are compiled with it.
func (c *compiler) compile(name string) (*program, error) {
	if p := c.programs[name]; p != nil {
		return p, nil
	}
	tree := c.lookup(name)
	if tree == nil || tree.Root == nil {
		return nil, fmt.Errorf("%w: there is no escaped tree %q", errNotCompiled, name)
	}
	p := &program{name: name}
	c.programs[name] = p // before its body, which may call it
	t := &treeCompiler{compiler: c, tree: tree, names: []string{"$"}}
	body, err := t.list(tree.Root)
	p.body, p.slots = body, t.slots
	return p, err
}

// treeCompiler compiles one tree. Which slot a variable has is known from its
// place in the source alone.
type treeCompiler struct {
	*compiler
	tree  *parse.Tree
	names []string // of the variables that can be seen; index is the slot
	slots int      // the most there are at any place, without $
}

func (t *treeCompiler) place(n parse.Node) *place { return &place{n, t.tree} }

func (t *treeCompiler) unknown(n parse.Node) error {
	return fmt.Errorf("%w: %T %s", errNotCompiled, n, n)
}

func (t *treeCompiler) declare(name string) int {
	t.names = append(t.names, name)
	t.slots = max(t.slots, len(t.names)-1)
	return len(t.names) - 1
}

// slot returns the slot of the innermost variable of a name.
func (t *treeCompiler) slot(name string) (int, bool) {
	for i := len(t.names) - 1; i >= 0; i-- {
		if t.names[i] == name {
			return i, true
		}
	}
	return 0, false
}

// scoped compiles something whose variables end with it.
func (t *treeCompiler) scoped(compile func() error) error {
	mark := len(t.names)
	err := compile()
	t.names = t.names[:mark]
	return err
}

// list compiles a list; an empty or nil one has no steps.
func (t *treeCompiler) list(list *parse.ListNode) ([]step, error) {
	if list == nil {
		return nil, nil
	}
	steps := make([]step, 0, len(list.Nodes))
	for _, n := range list.Nodes {
		s, err := t.node(n)
		if err != nil {
			return nil, err
		}
		if s != nil {
			steps = append(steps, s)
		}
	}
	return steps, nil
}

// inner compiles a list in a scope of its own.
func (t *treeCompiler) inner(list *parse.ListNode) (steps []step, err error) {
	err = t.scoped(func() error {
		steps, err = t.list(list)
		return err
	})
	return steps, err
}

func (t *treeCompiler) node(n parse.Node) (s step, err error) {
	switch n := n.(type) {
	case *parse.TextNode:
		text := string(n.Text)
		return func(x *Execution, _ reflect.Value) error {
			x.Out = append(x.Out, text...)
			return nil
		}, nil
	case *parse.CommentNode:
		return nil, nil
	case *parse.ActionNode:
		return t.action(n)
	case *parse.IfNode:
		err = t.scoped(func() error { s, err = t.branch(&n.BranchNode, false); return err })
		return s, err
	case *parse.WithNode:
		err = t.scoped(func() error { s, err = t.branch(&n.BranchNode, true); return err })
		return s, err
	case *parse.RangeNode:
		err = t.scoped(func() error { s, err = t.rangeNode(n); return err })
		return s, err
	case *parse.TemplateNode:
		return t.template(n)
	case *parse.BreakNode:
		return func(*Execution, reflect.Value) error { return errBreak }, nil
	case *parse.ContinueNode:
		return func(*Execution, reflect.Value) error { return errContinue }, nil
	}
	return nil, t.unknown(n)
}

// branch compiles if and with, which sets dot.
func (t *treeCompiler) branch(n *parse.BranchNode, setsDot bool) (step, error) {
	pipe, err := t.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	then, err := t.inner(n.List)
	if err != nil {
		return nil, err
	}
	otherwise, err := t.inner(n.ElseList)
	return func(x *Execution, dot reflect.Value) error {
		value, err := pipe(x, dot)
		if err != nil {
			return err
		}
		truth, ok := isTrue(indirectInterface(value))
		switch {
		case !ok:
			return x.fail("if/with can't use %v", value)
		case !truth:
			return x.steps(otherwise, dot)
		case setsDot:
			return x.steps(then, value)
		}
		return x.steps(then, dot)
	}, err
}

// template compiles a call of another tree.
func (t *treeCompiler) template(n *parse.TemplateNode) (step, error) {
	callee, err := t.compile(n.Name)
	if err != nil {
		return nil, err
	}
	if n.Pipe == nil {
		return func(x *Execution, _ reflect.Value) error { return x.run(callee, reflect.Value{}) }, nil
	}
	pipe, err := t.pipe(n.Pipe)
	return func(x *Execution, dot reflect.Value) error {
		data, err := pipe(x, dot)
		if err != nil {
			return err
		}
		return x.run(callee, data)
	}, err
}

// action compiles an action, which is written, or only sets variables.
func (t *treeCompiler) action(n *parse.ActionNode) (step, error) {
	if len(n.Pipe.Decl) > 0 {
		pipe, err := t.pipe(n.Pipe)
		return func(x *Execution, dot reflect.Value) error {
			_, err := pipe(x, dot)
			return err
		}, err
	}
	cmds := n.Pipe.Cmds
	if isNonce(n) {
		return notePlace(kindOfNonce(n)), nil
	}
	end := len(cmds)
	for end > 0 && escaperOf(cmds[end-1]) != "" {
		end--
	}
	if end == 0 || end == len(cmds) && !endsEscaped(cmds[end-1]) {
		// html/template puts an escaper after every action. Without one this
		// is not the tree it would execute.
		return nil, fmt.Errorf("%w: %s is not escaped", errNotCompiled, n)
	}
	value, err := t.commands(n.Pipe, cmds[:end])
	if err != nil {
		return nil, err
	}
	o := &output{at: t.place(n.Pipe), standard: t.standard}
	for _, cmd := range cmds[end:] {
		o.escapers = append(o.escapers, t.escaper(escaperOf(cmd)))
	}
	o.prepare()
	return func(x *Execution, dot reflect.Value) error {
		v, err := value(x, dot)
		if err != nil {
			return err
		}
		return o.write(x, v)
	}, nil
}

// escaperOf returns the name of the escaper a command is; "" for others.
func escaperOf(cmd *parse.CommandNode) string {
	if ident, ok := cmd.Args[0].(*parse.IdentifierNode); ok && len(cmd.Args) == 1 && strings.HasPrefix(ident.Ident, EscaperPrefix) {
		return ident.Ident
	}
	return ""
}

// endsEscaped reports whether a command is a function of text/template that
// html/template accepts in place of an escaper.
func endsEscaped(cmd *parse.CommandNode) bool {
	ident, ok := cmd.Args[0].(*parse.IdentifierNode)
	return ok && (ident.Ident == "html" || ident.Ident == "urlquery")
}
