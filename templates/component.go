package templates

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// A component is a file with parameters and slots:
//
//	{{$title := arg "title"}}{{$kind := arg "kind" "note"}}
//	<section class="{{$kind}}"><h2>{{$title}}</h2>{{slot}}</section>
//
// Each call of one is replaced by its body, with the arguments for the
// parameters and the content for the slots. So html/template escapes it, and
// the check follows types into it, as if it had been written there.

// maxInstances bounds how many components a page is made of.
const maxInstances = 10000

// numberMark stands between the name of a component's variable and the number
// of the call, in trees only: no template can write it.
const numberMark = "·"

// parameter is an argument that a component takes.
type parameter struct {
	name     string
	optional bool
}

// instance is one call of a component.
type instance struct {
	file    *file
	number  int
	outer   scope                      // where the call and the content stand
	content map[string]*parse.ListNode // by slot; "" is the one without a name
	spare   *parse.VariableNode
}

// dot is the variable that keeps what the content of slots has for dot.
func (i *instance) dot() string { return fmt.Sprintf("$dot%s%d", numberMark, i.number) }

// chain writes the components that are called in one another.
func (i *instance) chain() string {
	names := i.file.Name
	for outer := i.outer.instance; outer != nil; outer = outer.outer.instance {
		names = outer.file.Name + " -> " + names
	}
	return names
}

// with returns the arguments of a {{with function ...}}, the function's own
// node first; nil for other nodes.
func with(n parse.Node, function string) []parse.Node {
	if w, ok := n.(*parse.WithNode); ok {
		return parsetree.PipeCommand(w.Pipe, function)
	}
	return nil
}

// componentCall returns the arguments of a call of a component and its
// content, which is nil without {{with}}.
func componentCall(n parse.Node) (args []parse.Node, content *parse.ListNode) {
	if args := parsetree.Command(n, "component"); args != nil {
		return args, nil
	}
	if args := with(n, "component"); args != nil {
		return args, n.(*parse.WithNode).List
	}
	return nil, nil
}

// expand returns the nodes for a call of a component.
func (c *composition) expand(caller string, n parse.Node, s scope, certain bool) []parse.Node {
	args, content := componentCall(n)
	name := args[1].(*parse.StringNode)
	at := reference{file: s.file(), pos: name.Pos}
	u := c.b.unit(name.Text, at)
	if u == nil {
		c.ok = false
		return nil
	}
	if len(u.chain) > 1 {
		c.fail(at, name.Text, "component %s extends %s; a component cannot extend", name.Text, u.chain[0].extends)
		return nil
	}
	c.instances++
	i := &instance{file: u.chain[0], number: c.instances, outer: s, content: make(map[string]*parse.ListNode), spare: s.file().spare}
	for outer := s.instance; outer != nil; outer = outer.outer.instance {
		if outer.file == i.file {
			c.fail(at, name.Text, "a component cannot contain itself: %s; use template for what is nested to any depth", i.chain())
			return nil
		}
	}
	if c.instances > maxInstances {
		c.fail(at, name.Text, "the page is made of more than %d components", maxInstances)
		return nil
	}
	if i.file.faulty {
		c.ok = false
		return nil
	}
	if content != nil {
		c.slots(i, content)
	}
	inner := scope{unit: u, instance: i}
	c.b.reached[part{file: i.file}] = true
	body := parsetree.CopyNode(i.file.body.Root)
	renameVariables(body, i.number)
	c.bind(i, body, args, at)
	c.resolve(caller, body, inner, certain)
	if len(i.content) > 0 {
		return append([]parse.Node{i.keepDot()}, body.Nodes...)
	}
	return body.Nodes
}

// slots sorts the content of a call by slots, and checks that there are such.
func (c *composition) slots(i *instance, content *parse.ListNode) {
	rest := &parse.ListNode{NodeType: parse.NodeList, Pos: content.Pos}
	visible := false
	known := i.file.slots
	for _, n := range content.Nodes {
		if args := with(n, "slot"); args != nil {
			name := args[1].(*parse.StringNode)
			switch {
			case !slices.Contains(known, name.Text):
				c.fail(reference{file: i.outer.file(), pos: name.Pos}, i.file.Name, "component %s has no slot %q%s", i.file.Name, name.Text, didYouMean(name.Text, known))
			case i.content[name.Text] != nil:
				c.fail(reference{file: i.outer.file(), pos: name.Pos}, i.file.Name, "slot %q is filled twice", name.Text)
			}
			i.content[name.Text] = n.(*parse.WithNode).List
			continue
		}
		text, isText := n.(*parse.TextNode)
		if isText {
			_, isText = parsetree.FirstText(text)
			isText = !isText
		}
		visible = visible || !isText
		rest.Nodes = append(rest.Nodes, n)
	}
	for _, list := range i.content {
		c.checkLeaving(i, list)
	}
	if !visible {
		return
	}
	c.checkLeaving(i, rest)
	if i.content[""] = rest; !slices.Contains(known, "") {
		c.fail(reference{file: i.outer.file(), pos: content.Pos}, i.file.Name, "component %s has no {{slot}} for this content", i.file.Name)
	}
}

// checkLeaving refuses content that would end a range of the component.
func (c *composition) checkLeaving(i *instance, list *parse.ListNode) {
	parsetree.Inspect(list, func(n parse.Node) bool {
		switch n.(type) {
		case *parse.RangeNode:
			return false
		case *parse.BreakNode, *parse.ContinueNode:
			c.fail(reference{file: i.outer.file(), pos: n.Position()}, i.file.Name, "%s cannot leave the content of a component", n)
		}
		return true
	})
}

// bind puts the arguments of a call in place of {{$x := arg "x"}}, and reports
// those that are missing, unknown or given twice.
func (c *composition) bind(i *instance, body *parse.ListNode, args []parse.Node, at reference) {
	given := make(map[string]parse.Node)
	for k := 2; k+1 < len(args); k += 2 {
		name := args[k].(*parse.StringNode)
		at := reference{file: at.file, pos: name.Pos}
		if given[name.Text] != nil {
			c.fail(at, i.file.Name, "argument %q is given twice", name.Text)
		}
		given[name.Text] = args[k+1]
		if !slices.ContainsFunc(i.file.parameters, func(p parameter) bool { return p.name == name.Text }) {
			c.fail(at, i.file.Name, "component %s has no argument %q%s", i.file.Name, name.Text, didYouMean(name.Text, i.file.parameterNames()))
		}
	}
	for _, p := range i.file.parameters {
		if !p.optional && given[p.name] == nil {
			c.fail(at, i.file.Name, "component %s needs the argument %q", i.file.Name, p.name)
		}
	}
	for _, n := range body.Nodes {
		if args := parameterOf(n); args != nil {
			cmd := n.(*parse.ActionNode).Pipe.Cmds[0]
			value := given[args[1].(*parse.StringNode).Text]
			switch {
			case value != nil:
				cmd.Args = []parse.Node{parsetree.CopyNode(value)}
			case len(args) == 3:
				cmd.Args = args[2:]
			}
		}
	}
}

// keepDot is {{$dot := .}} for the content of slots.
func (i *instance) keepDot() parse.Node {
	pipe := parsetree.Pipe(&parse.DotNode{NodeType: parse.NodeDot, Pos: i.spare.Pos})
	pipe.Decl = []*parse.VariableNode{i.variable(i.spare.Pos)}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: i.spare.Pos, Pipe: pipe}
}

// variable returns $dot for a place in the file of the call.
func (i *instance) variable(pos parse.Pos, fields ...string) *parse.VariableNode {
	v := i.spare.Copy().(*parse.VariableNode)
	v.Pos, v.Ident = pos, append([]string{i.dot()}, fields...)
	return v
}

// fill returns the nodes for a {{slot}}.
func (c *composition) fill(caller, slot string, s scope, certain bool) []parse.Node {
	i := s.instance
	if i == nil || i.content[slot] == nil {
		return nil
	}
	list := parsetree.CopyNode(i.content[slot])
	c.resolve(caller, list, i.outer, certain)
	i.replaceDots(list)
	// Variables of the content end with it.
	return []parse.Node{&parse.IfNode{BranchNode: parse.BranchNode{
		NodeType: parse.NodeIf, Pos: list.Pos, Pipe: parsetree.Pipe(&parse.BoolNode{NodeType: parse.NodeBool, Pos: list.Pos, True: true}), List: list,
	}}}
}

// choose replaces {{if slot "x"}} by what it comes to.
func (c *composition) choose(n *parse.IfNode, args []parse.Node, s scope) bool {
	if i := s.instance; i == nil || i.content[slotText(args)] == nil {
		n.List = n.ElseList
	}
	n.ElseList = nil
	n.Pipe = parsetree.Pipe(&parse.BoolNode{NodeType: parse.NodeBool, Pos: n.Pos, True: true})
	return n.List != nil
}

// renameVariables gives the variables of a component's body names that no
// other call and no caller has.
func renameVariables(body *parse.ListNode, number int) {
	parsetree.Inspect(body, func(n parse.Node) bool {
		if v, ok := n.(*parse.VariableNode); ok && v.Ident[0] != "$" {
			v.Ident = slices.Clone(v.Ident)
			v.Ident[0] = fmt.Sprintf("%s%s%d", v.Ident[0], numberMark, number)
		}
		return true
	})
}

// replaceDots makes content mean by dot what it is at the call, wherever the
// component puts it. Below a range or with of its own it has another.
func (i *instance) replaceDots(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			i.replaceInPipe(n.Pipe)
		case *parse.TemplateNode:
			i.replaceInPipe(n.Pipe)
		case *parse.IfNode:
			i.replaceInPipe(n.Pipe)
			i.replaceDots(n.List)
			i.replaceDots(n.ElseList)
		default:
			if b := parsetree.Branch(n); b != nil {
				i.replaceInPipe(b.Pipe)
				i.replaceDots(b.ElseList)
			}
		}
	}
}

func (i *instance) replaceInPipe(pipe *parse.PipeNode) {
	if pipe == nil {
		return
	}
	for _, cmd := range pipe.Cmds {
		for k, arg := range cmd.Args {
			cmd.Args[k] = i.replaceDot(arg)
		}
	}
}

func (i *instance) replaceDot(n parse.Node) parse.Node {
	switch n := n.(type) {
	case *parse.DotNode:
		return i.variable(n.Pos)
	case *parse.FieldNode:
		pos := n.Pos
		if len(n.Ident) > 1 {
			// A variable's place is before its first field, a field's after it.
			pos -= parse.Pos(1 + len(n.Ident[0]))
		}
		return i.variable(pos, n.Ident...)
	case *parse.ChainNode:
		n.Node = i.replaceDot(n.Node)
	case *parse.PipeNode:
		i.replaceInPipe(n)
	}
	return n
}

// withoutNumbers takes the numbers of calls out of a message.
func withoutNumbers(message string) string {
	for {
		before, after, ok := strings.Cut(message, numberMark)
		digits := len(after) - len(strings.TrimLeft(after, "0123456789"))
		if !ok || digits == 0 {
			return message
		}
		rest, dot := after[digits:], ""
		if strings.HasSuffix(before, "$dot") && !strings.HasPrefix(rest, ".") {
			dot = "."
		}
		message = strings.TrimSuffix(before, "$dot") + dot + rest
	}
}
