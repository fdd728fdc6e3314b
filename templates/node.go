package templates

import (
	"bytes"
	"reflect"
	"text/template/parse"
)

// inspect calls visit for n and, as long as visit returns true, for the nodes
// below it, in the order of the source.
func inspect(n parse.Node, visit func(parse.Node) bool) {
	if n == nil || reflect.ValueOf(n).IsNil() || !visit(n) {
		return
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			inspect(child, visit)
		}
	case *parse.ActionNode:
		inspect(n.Pipe, visit)
	case *parse.TemplateNode:
		inspect(n.Pipe, visit)
	case *parse.PipeNode:
		for _, v := range n.Decl {
			inspect(v, visit)
		}
		for _, c := range n.Cmds {
			inspect(c, visit)
		}
	case *parse.CommandNode:
		for _, arg := range n.Args {
			inspect(arg, visit)
		}
	case *parse.ChainNode:
		inspect(n.Node, visit)
	default:
		if b := branch(n); b != nil {
			inspect(b.Pipe, visit)
			inspect(b.List, visit)
			inspect(b.ElseList, visit)
		}
	}
}

// copyOf is n.Copy, but shares nothing with n.
func copyOf[N parse.Node](n N) N {
	c := n.Copy().(N)
	separate(c)
	return c
}

// copyTree is tree.Copy under another name, and shares nothing with the tree.
func copyTree(tree *parse.Tree, name string) *parse.Tree {
	c := tree.Copy()
	c.Name = name
	separate(c.Root)
	return c
}

// separate gives a copy what the standard library leaves it in common with the
// original: the parentheses of (index .X 0).Name.
func separate(n parse.Node) {
	inspect(n, func(n parse.Node) bool {
		if chain, ok := n.(*parse.ChainNode); ok {
			chain.Node = chain.Node.Copy()
		}
		return true
	})
}

// branch returns what if, range and with have in common; nil for other nodes.
func branch(n parse.Node) *parse.BranchNode {
	switch n := n.(type) {
	case *parse.IfNode:
		return &n.BranchNode
	case *parse.RangeNode:
		return &n.BranchNode
	case *parse.WithNode:
		return &n.BranchNode
	}
	return nil
}

// command returns the arguments of an action that is a lone call of the named
// function, the function's own node first; nil for any other node.
func command(n parse.Node, function string) []parse.Node {
	if action, ok := n.(*parse.ActionNode); ok {
		return pipeCommand(action.Pipe, function)
	}
	return nil
}

// pipeCommand is command for a pipeline.
func pipeCommand(pipe *parse.PipeNode, function string) []parse.Node {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 {
		return nil
	}
	args := pipe.Cmds[0].Args
	if ident, ok := args[0].(*parse.IdentifierNode); ok && ident.Ident == function {
		return args
	}
	return nil
}

// firstText returns the offset in the source of the first character of a text
// that is not space; false when there is none.
func firstText(n *parse.TextNode) (int, bool) {
	rest := bytes.TrimLeft(n.Text, " \t\r\n")
	return int(n.Pos) + len(n.Text) - len(rest), len(rest) > 0
}

// nesting returns how many branches, and how many of them ranges, are nested
// in one another at most.
func nesting(list *parse.ListNode) (depth, ranges int) {
	if list == nil {
		return 0, 0
	}
	for _, n := range list.Nodes {
		b := branch(n)
		if b == nil {
			continue
		}
		for _, inner := range []*parse.ListNode{b.List, b.ElseList} {
			d, r := nesting(inner)
			if b.NodeType == parse.NodeRange {
				r++
			}
			depth, ranges = max(depth, d+1), max(ranges, r)
		}
	}
	return depth, ranges
}
