package templates

import (
	"slices"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// composition is the set of trees that one page consists of: copies of the
// bodies and blocks it can reach, every call resolved to the tree it means.
//
// Trees are named for people, because the names come up in errors: "a.html" is
// the body, "a.html#title" a block, and "a.html#title#base.html" what that
// block overrides in base.html.
type composition struct {
	b     *builder
	entry string
	trees map[string]*parse.Tree
	order []string // names of trees in the order they were reached
	calls map[string][]call
	ok    bool // no error so far

	texts     []written
	instances int // of components
}

// call is a {{template}}, {{block}} or {{super}} in one of the trees.
type call struct {
	node    *parse.TemplateNode
	from    *file
	callee  string
	certain bool // not inside an if, range or with
}

// compose collects the trees of a page, "file.html" or "file.html#block". The
// errors it finds go to the builder.
func (b *builder) compose(page string) *composition {
	c := &composition{b: b, trees: make(map[string]*parse.Tree), calls: make(map[string][]call), ok: true}
	c.entry = c.target(page, reference{}, nil)
	return c
}

func (c *composition) fail(at reference, subject, format string, args ...any) {
	c.ok = false
	c.b.fail(at, subject, format, args...)
}

// target adds the tree that a name means at a place in a unit, and returns the
// tree's name; "" when there is none, which has been reported. A nil unit
// knows no blocks.
func (c *composition) target(name string, at reference, in *unit) string {
	if in != nil {
		if level := in.find(name, 0); level >= 0 {
			return c.addBlock(in, name, level)
		}
	}
	file, block, hasBlock := strings.Cut(name, "#")
	if in != nil && !hasBlock {
		at.hint = didYouMean(name, in.blocks(0))
	}
	u := c.b.unit(file, at)
	switch {
	case u == nil:
		c.ok = false
		return ""
	case !hasBlock:
		return c.addBody(u, at)
	}
	level := u.find(block, 0)
	if level < 0 {
		c.fail(at, name, "%s has no block %q%s", file, block, didYouMean(block, u.blocks(0)))
		return ""
	}
	return c.addBlock(u, block, level)
}

// scope is where a tree comes from: a file of a unit and, unless the tree is a
// body, a block of it.
type scope struct {
	unit     *unit
	level    int // index of the file in the unit's chain
	block    string
	instance *instance // of a component, in its body
}

func (s scope) file() *file { return s.unit.chain[s.level] }

// addBody adds the body of a unit, which is that of the last file it extends.
func (c *composition) addBody(u *unit, at reference) string {
	s := scope{unit: u, level: len(u.chain) - 1}
	if f := s.file(); f.isComponent() {
		c.fail(at, u.name(), "%s is a component, as it has %s: call it by {{component %q ...}}", f.Name, f.componentWords(), f.Name)
		return ""
	}
	return c.add(u.name(), s.file().body, s)
}

// addBlock adds the block of the file at a level of the unit's chain.
func (c *composition) addBlock(u *unit, block string, level int) string {
	s := scope{unit: u, level: level, block: block}
	name := u.name() + "#" + block
	if u.find(block, 0) != level {
		name += "#" + s.file().Name
	}
	return c.add(name, s.file().blocks[block], s)
}

func (c *composition) add(name string, tree *parse.Tree, s scope) string {
	if c.trees[name] != nil {
		return name
	}
	c.b.reached[part{s.file(), s.block}] = true
	c.ok = c.ok && !s.file().faulty
	tree = parsetree.Copy(tree, name)
	c.trees[name] = tree
	c.order = append(c.order, name)
	c.resolve(name, tree.Root, s, true)
	if depth, ranges := parsetree.Nesting(tree.Root); c.instances > 0 && (depth > maxNesting || ranges > maxRanges) {
		c.fail(reference{file: s.file()}, name, "with its components, nested too deep: at most %d actions and %d ranges in one another", maxNesting, maxRanges)
	}
	return name
}

// resolve makes the calls in a list name trees of the composition, and puts
// components in place of their calls.
func (c *composition) resolve(caller string, list *parse.ListNode, s scope, certain bool) {
	if list == nil {
		return
	}
	nodes := make([]parse.Node, 0, len(list.Nodes))
	for _, n := range list.Nodes {
		if args, _ := componentCall(n); args != nil {
			if !s.file().faulty {
				nodes = append(nodes, c.expand(caller, n, s, certain)...)
			}
			continue
		}
		if args := parsetree.Command(n, "slot"); args != nil {
			nodes = append(nodes, c.fill(caller, slotText(args), s, certain)...)
			continue
		}
		if text, ok := n.(*parse.TextNode); ok {
			c.texts = append(c.texts, written{s.file(), text})
		} else if b := parsetree.Branch(n); b != nil {
			if choice := slotCondition(n); choice != nil && !c.choose(n.(*parse.IfNode), choice, s) {
				continue
			}
			c.resolve(caller, b.List, s, false)
			c.resolve(caller, b.ElseList, s, false)
		} else if node, callee := c.resolveCall(n, s); callee != "" {
			n, node.Name = node, callee
			c.calls[caller] = append(c.calls[caller], call{node, s.file(), callee, certain})
		}
		nodes = append(nodes, n)
	}
	list.Nodes = nodes
}

// slotCondition returns the arguments of slot in {{if slot "x"}}; nil for
// other nodes.
func slotCondition(n parse.Node) []parse.Node {
	if i, ok := n.(*parse.IfNode); ok {
		return parsetree.PipeCommand(i.Pipe, "slot")
	}
	return nil
}

// resolveCall returns the call that a node is and the tree it means; "" for
// other nodes and for calls of what does not exist.
func (c *composition) resolveCall(n parse.Node, s scope) (*parse.TemplateNode, string) {
	at := reference{file: s.file(), pos: n.Position()}
	if node, ok := n.(*parse.TemplateNode); ok {
		return node, c.target(node.Name, at, s.unit)
	}
	args := parsetree.Command(n, "super")
	if args == nil {
		return nil, ""
	}
	at.pos = args[0].Position()
	level := s.unit.find(s.block, s.level+1)
	if level < 0 {
		c.fail(at, s.unit.name(), "super: no file that %s extends has a block %q%s",
			s.file().Name, s.block, didYouMean(s.block, s.unit.blocks(min(s.level+1, len(s.unit.chain)))))
		return nil, ""
	}
	return superCall(n.(*parse.ActionNode)), c.addBlock(s.unit, s.block, level)
}

// superCall turns {{super}} into a {{template}} with the block's own data,
// which is $, and {{super .X}} into one with .X.
func superCall(action *parse.ActionNode) *parse.TemplateNode {
	cmd := action.Pipe.Cmds[0]
	if len(cmd.Args) == 1 {
		cmd.Args[0] = &parse.VariableNode{NodeType: parse.NodeVariable, Pos: cmd.Args[0].Position(), Ident: []string{"$"}}
	} else {
		cmd.Args = cmd.Args[1:2]
	}
	return &parse.TemplateNode{NodeType: parse.NodeTemplate, Pos: action.Pos, Line: action.Line, Pipe: action.Pipe}
}

// path returns names of trees from one to another along calls that are wanted,
// both included; nil when there is no such path. From a tree to itself it has
// at least one call.
func (c *composition) path(from, to string, wanted func(call) bool) []string {
	seen := make(map[string]bool)
	var walk func(string, []string) []string
	walk = func(name string, trail []string) []string {
		for _, next := range c.calls[name] {
			if !wanted(next) {
				continue
			}
			if next.callee == to {
				return append(trail, to)
			}
			if !seen[next.callee] {
				seen[next.callee] = true
				if found := walk(next.callee, append(slices.Clip(trail), next.callee)); found != nil {
					return found
				}
			}
		}
		return nil
	}
	return walk(from, []string{from})
}
