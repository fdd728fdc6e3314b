// Package parsetree walks, copies and makes the trees of text/template/parse.
package parsetree

import (
	"bytes"
	"reflect"
	"text/template/parse"
)

// Inspect calls visit for n and, as long as visit returns true, for the nodes
// below it, in the order of the source.
func Inspect(n parse.Node, visit func(parse.Node) bool) {
	if n == nil || reflect.ValueOf(n).IsNil() || !visit(n) {
		return
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			Inspect(child, visit)
		}
	case *parse.ActionNode:
		Inspect(n.Pipe, visit)
	case *parse.TemplateNode:
		Inspect(n.Pipe, visit)
	case *parse.PipeNode:
		for _, v := range n.Decl {
			Inspect(v, visit)
		}
		for _, c := range n.Cmds {
			Inspect(c, visit)
		}
	case *parse.CommandNode:
		for _, arg := range n.Args {
			Inspect(arg, visit)
		}
	case *parse.ChainNode:
		Inspect(n.Node, visit)
	default:
		if b := Branch(n); b != nil {
			Inspect(b.Pipe, visit)
			Inspect(b.List, visit)
			Inspect(b.ElseList, visit)
		}
	}
}

// CopyNode is n.Copy, but shares nothing with n.
func CopyNode[N parse.Node](n N) N {
	c := n.Copy().(N)
	separate(c)
	return c
}

// Copy is tree.Copy under another name, and shares nothing with the tree.
func Copy(tree *parse.Tree, name string) *parse.Tree {
	c := tree.Copy()
	c.Name = name
	separate(c.Root)
	return c
}

// separate gives a copy what the standard library leaves it in common with the
// original: the parentheses of (index .X 0).Name.
func separate(n parse.Node) {
	Inspect(n, func(n parse.Node) bool {
		if chain, ok := n.(*parse.ChainNode); ok {
			chain.Node = chain.Node.Copy()
		}
		return true
	})
}

// Branch returns what if, range and with have in common; nil for other nodes.
func Branch(n parse.Node) *parse.BranchNode {
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

// Command returns the arguments of an action that is a lone call of the named
// function, the function's own node first; nil for any other node.
func Command(n parse.Node, function string) []parse.Node {
	if action, ok := n.(*parse.ActionNode); ok {
		return PipeCommand(action.Pipe, function)
	}
	return nil
}

// PipeCommand is command for a pipeline.
func PipeCommand(pipe *parse.PipeNode, function string) []parse.Node {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 {
		return nil
	}
	args := pipe.Cmds[0].Args
	if ident, ok := args[0].(*parse.IdentifierNode); ok && ident.Ident == function {
		return args
	}
	return nil
}

// FirstText returns the offset in the source of the first character of a text
// that is not space; false when there is none.
func FirstText(n *parse.TextNode) (int, bool) {
	rest := bytes.TrimLeft(n.Text, " \t\r\n")
	return int(n.Pos) + len(n.Text) - len(rest), len(rest) > 0
}

// Nesting returns how many branches, and how many of them ranges, are nested
// in one another at most.
func Nesting(list *parse.ListNode) (depth, ranges int) {
	if list == nil {
		return 0, 0
	}
	for _, n := range list.Nodes {
		b := Branch(n)
		if b == nil {
			continue
		}
		for _, inner := range []*parse.ListNode{b.List, b.ElseList} {
			d, r := Nesting(inner)
			if b.NodeType == parse.NodeRange {
				r++
			}
			depth, ranges = max(depth, d+1), max(ranges, r)
		}
	}
	return depth, ranges
}

// Variable returns a node for a variable, whose name begins with a dollar sign.
func Variable(name string, pos parse.Pos) *parse.VariableNode {
	return &parse.VariableNode{NodeType: parse.NodeVariable, Pos: pos, Ident: []string{name}}
}

// Pipe returns a pipeline of one command with these words.
func Pipe(args ...parse.Node) *parse.PipeNode {
	pos := args[0].Position()
	return &parse.PipeNode{NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{
		{NodeType: parse.NodeCommand, Pos: pos, Args: args},
	}}
}
