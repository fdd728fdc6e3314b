package templates

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// parameterOf returns the arguments of arg in {{$x := arg "x"}}; nil for other
// nodes.
func parameterOf(n parse.Node) []parse.Node {
	action, ok := n.(*parse.ActionNode)
	if !ok || len(action.Pipe.Decl) != 1 || action.Pipe.IsAssign || len(action.Pipe.Cmds) != 1 {
		return nil
	}
	args := action.Pipe.Cmds[0].Args
	if ident, ok := args[0].(*parse.IdentifierNode); ok && ident.Ident == "arg" {
		return args
	}
	return nil
}

func (f *file) parameterNames() []string {
	names := make([]string, len(f.parameters))
	for i, p := range f.parameters {
		names[i] = p.name
	}
	return names
}

// isComponent reports whether a file can only be called as a component.
func (f *file) isComponent() bool { return len(f.parameters) > 0 || len(f.slots) > 0 }

// componentWords says what makes a file a component.
func (f *file) componentWords() string {
	if len(f.parameters) > 0 {
		return fmt.Sprintf("the argument %q", f.parameters[0].name)
	}
	return "a slot"
}

// collectParameters reads what the file takes when it is called as a
// component: parameters, which stand outside of everything else, and slots.
func (p *fileParser) collectParameters() {
	for _, n := range p.body.Root.Nodes {
		args := parameterOf(n)
		if args == nil {
			continue
		}
		p.special[n.(*parse.ActionNode).Pipe] = true
		name, ok := argumentName(args)
		if !ok || len(args) > 3 {
			p.failForm(args[0].(*parse.IdentifierNode))
			continue
		}
		if slices.Contains(p.parameterNames(), name) {
			p.fail(args[1].Position(), "the component has two arguments %q", name)
		}
		for _, fallback := range args[2:] {
			p.checkFunctions(fallback)
		}
		p.parameters = append(p.parameters, parameter{name, len(args) == 3})
	}
	parsetree.Inspect(p.body.Root, func(n parse.Node) bool {
		args := parsetree.Command(n, "slot")
		if args == nil {
			args = slotCondition(n)
		}
		if args != nil && !slices.Contains(p.slots, slotText(args)) {
			p.slots = append(p.slots, slotText(args))
		}
		return true
	})
	if p.isComponent() {
		p.checkDot(p.body.Root)
	}
}

// slotText returns the name in {{slot "x"}}; "" for the slot without one.
func slotText(args []parse.Node) string {
	name, _ := argumentName(args)
	return name
}

// argumentName returns the string that is the first argument of a call.
func argumentName(args []parse.Node) (string, bool) {
	if len(args) < 2 {
		return "", false
	}
	s, ok := args[1].(*parse.StringNode)
	if !ok || s.Text == "" {
		return "", false
	}
	return s.Text, true
}

// checkDot reports the use of dot in a component, which has none but in its
// own ranges and withs.
func (p *fileParser) checkDot(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			p.noDot(n.Pipe)
		case *parse.TemplateNode:
			p.noDot(n.Pipe)
		default:
			b := parsetree.Branch(n)
			if b == nil {
				continue
			}
			p.noDot(b.Pipe)
			p.checkDot(b.ElseList)
			if b.NodeType == parse.NodeIf || with(n, "component") != nil || with(n, "slot") != nil {
				p.checkDot(b.List)
			}
		}
	}
}

func (p *fileParser) noDot(pipe *parse.PipeNode) {
	if pipe == nil {
		return
	}
	parsetree.Inspect(pipe, func(n parse.Node) bool {
		_, isDot := n.(*parse.DotNode)
		field, isField := n.(*parse.FieldNode)
		pos := n.Position()
		if isField && len(field.Ident) > 1 {
			pos -= parse.Pos(1 + len(field.Ident[0])) // to the first of its dots
		}
		if v, ok := n.(*parse.VariableNode); ok {
			isDot = v.Ident[0] == "$"
		}
		if isDot || isField {
			p.fail(pos, `%s: a component has no data but its arguments; declare one: {{$x := arg "x"}}`, n)
		}
		return true
	})
}

// checkComponents checks the form of a call of a component, of the content for
// a slot, and of a slot.
func (p *fileParser) checkComponents(n parse.Node) {
	if w, ok := n.(*parse.WithNode); ok {
		if args := parsetree.PipeCommand(w.Pipe, "component"); args != nil {
			p.special[w.Pipe] = true
			p.checkCall(args)
			if w.ElseList != nil {
				p.fail(n.Position(), "a component has no else")
			}
			p.markSlots(w.List)
		}
		return
	}
	var pipe *parse.PipeNode
	switch n := n.(type) {
	case *parse.ActionNode:
		pipe = n.Pipe
	case *parse.IfNode:
		pipe = n.Pipe
	default:
		return
	}
	if args := parsetree.PipeCommand(pipe, "slot"); args != nil {
		p.special[pipe] = true
		if _, ok := argumentName(args); len(args) > 2 || len(args) == 2 && !ok {
			p.failForm(args[0].(*parse.IdentifierNode))
		}
	}
	if args := parsetree.Command(n, "component"); args != nil {
		p.special[pipe] = true
		p.checkCall(args)
	}
}

// markSlots checks the {{with slot "x"}} directly in the content of a call.
func (p *fileParser) markSlots(content *parse.ListNode) {
	for _, n := range content.Nodes {
		args := with(n, "slot")
		if args == nil {
			continue
		}
		w := n.(*parse.WithNode)
		p.special[w.Pipe] = true
		if _, ok := argumentName(args); !ok || len(args) != 2 || w.ElseList != nil {
			p.failForm(args[0].(*parse.IdentifierNode))
		}
	}
}

// checkCall checks the arguments of component: a name, then names and values.
func (p *fileParser) checkCall(args []parse.Node) {
	if _, ok := argumentName(args); !ok || len(args)%2 != 0 {
		p.failForm(args[0].(*parse.IdentifierNode))
		return
	}
	for i := 2; i < len(args); i += 2 {
		if _, ok := args[i].(*parse.StringNode); !ok {
			p.fail(args[i].Position(), "%s: the arguments of a component are names in quotes, each with its value", args[i])
		}
		if _, isNil := args[i+1].(*parse.NilNode); isNil {
			p.fail(args[i+1].Position(), "nil cannot be given to a component; leave the argument out")
		}
		p.checkFunctions(args[i+1])
	}
}

// failForm reports a special word that is not used in the way it must be.
func (p *fileParser) failForm(word *parse.IdentifierNode) {
	switch word.Ident {
	case "component":
		p.fail(word.Pos, `component stands alone, or in with: {{component "card.html" "title" .Title}}, {{with component "card.html" "title" .Title}}content{{end}}`)
	case "slot":
		p.fail(word.Pos, `slot is {{slot}} or {{slot "name"}} in a component, alone or in if, and {{with slot "name"}}content{{end}} directly in a call`)
	case "arg":
		p.fail(word.Pos, `arg stands outside of everything else: {{$title := arg "title"}}, or with a default: {{$kind := arg "kind" "note"}}`)
	}
}

// spareVariable returns a node of a variable that knows the source it is from,
// which only the parser can make; nil when the source calls no components.
func spareVariable(src Source) *parse.VariableNode {
	if !strings.Contains(src.Text, "component") {
		return nil
	}
	tree := parse.New(src.Name)
	tree.Mode = parse.SkipFuncCheck
	trees := make(map[string]*parse.Tree)
	if _, err := tree.Parse(src.Text+"{{define `"+numberMark+"`}}{{$x := 1}}{{$x}}{{end}}", "", "", trees); err != nil || trees[numberMark] == nil {
		return nil
	}
	var spare *parse.VariableNode
	parsetree.Inspect(trees[numberMark].Root, func(n parse.Node) bool {
		if v, ok := n.(*parse.VariableNode); ok {
			spare = v
		}
		return true
	})
	spare.Pos = 0
	return spare
}
