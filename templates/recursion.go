package templates

import (
	"fmt"
	"reflect"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// maxDepth bounds how deep templates that call themselves may do so while a
// page is rendered, as the replies to a reply of a comment do.
const maxDepth = 500

// The variables that bound recursion add. No template can have them itself:
// the grammar does not allow a space.
const (
	frameVariable = "$ frame"
	dataVariable  = "$ data"
)

// checkRecursion reports trees that call themselves in every case. What is
// under an if, range or with may end, depending on data.
func (c *composition) checkRecursion() {
	certain := func(x call) bool { return x.certain }
	reported := make(map[string]bool)
	for _, name := range c.order {
		chain := c.path(name, name, certain)
		if chain == nil || reported[name] {
			continue
		}
		for _, member := range chain {
			reported[member] = true
		}
		for _, x := range c.calls[name] {
			if x.certain && x.callee == chain[1] {
				c.fail(reference{file: x.from, pos: x.node.Pos}, name, "a template that always calls itself has no end: %s", strings.Join(chain, " -> "))
				break
			}
		}
	}
}

// boundRecursion rewrites the trees that can call themselves so that they
// count how deep they are. A call of such a tree passes its data in a frame,
//
//	{{template "x" .Replies}}  becomes  {{template "x" (_enter $frame "x" .Replies)}}
//
// and the tree takes it out again, by a range that is run once, which sets dot
// and keeps every node's place in the source:
//
//	{{$frame := .}}{{range $data := _once $frame}} the body, with $data for $ {{end}}
func (c *composition) boundRecursion() {
	recursive := c.recursive()
	if recursive[c.entry] {
		c.addStart()
	}
	for _, name := range c.order {
		tree := c.trees[name]
		for _, x := range c.calls[name] {
			if recursive[x.callee] {
				x.node.Pipe = enterCall(tree, x, recursive[name])
			}
		}
		if recursive[name] {
			unpackFrame(tree)
		}
	}
}

// recursive tells which trees can call themselves.
func (c *composition) recursive() map[string]bool {
	recursive := make(map[string]bool)
	for _, name := range c.order {
		recursive[name] = c.path(name, name, func(call) bool { return true }) != nil
	}
	return recursive
}

// addStart puts a tree before the entry that calls it with the page's data, so
// that there is a call to pass a frame.
func (c *composition) addStart() {
	start := parse.New("start of " + c.entry)
	start.Root = &parse.ListNode{NodeType: parse.NodeList}
	node := &parse.TemplateNode{NodeType: parse.NodeTemplate, Name: c.entry, Pipe: parsetree.Pipe(&parse.DotNode{NodeType: parse.NodeDot})}
	start.Root.Nodes = []parse.Node{node}
	c.trees[start.Name] = start
	c.order = append(c.order, start.Name)
	c.calls[start.Name] = []call{{node: node, callee: c.entry, certain: true}}
	c.entry = start.Name
}

// enterCall returns the pipeline of a call of a recursive tree.
func enterCall(tree *parse.Tree, x call, hasFrame bool) *parse.PipeNode {
	pos := x.node.Pos
	var frame parse.Node = &parse.NilNode{NodeType: parse.NodeNil, Pos: pos}
	if hasFrame {
		frame = parsetree.Variable(frameVariable, pos)
	}
	args := []parse.Node{
		parse.NewIdentifier("_enter").SetPos(pos).SetTree(tree), frame,
		&parse.StringNode{NodeType: parse.NodeString, Pos: pos, Text: x.callee},
	}
	if x.node.Pipe != nil {
		args = append(args, x.node.Pipe)
	}
	return parsetree.Pipe(args...)
}

// unpackFrame makes a recursive tree take its data out of the frame.
func unpackFrame(tree *parse.Tree) {
	pos := tree.Root.Pos
	parsetree.Inspect(tree.Root, func(n parse.Node) bool {
		if v, ok := n.(*parse.VariableNode); ok && v.Ident[0] == "$" {
			v.Ident[0] = dataVariable
		}
		return true
	})
	frame := parsetree.Pipe(&parse.DotNode{NodeType: parse.NodeDot, Pos: pos})
	frame.Decl = []*parse.VariableNode{parsetree.Variable(frameVariable, pos)}
	once := parsetree.Pipe(parse.NewIdentifier("_once").SetPos(pos).SetTree(tree), parsetree.Variable(frameVariable, pos))
	once.Decl = []*parse.VariableNode{parsetree.Variable(dataVariable, pos)}
	// The root stays the same node, and its copy becomes the body: both then
	// know the source they are from, for errors.
	body := *tree.Root
	tree.Root.Nodes = []parse.Node{
		&parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Pipe: frame},
		&parse.RangeNode{BranchNode: parse.BranchNode{NodeType: parse.NodeRange, Pos: pos, Pipe: once, List: &body}},
	}
}

// frame is one call of a recursive tree.
type frame struct {
	caller *frame
	callee string
	depth  int
	dot    reflect.Value
}

// enter is the template function _enter. A [reflect.Value] as parameter keeps
// the data as it is, addressable if it was.
func enter(caller *frame, callee string, dot ...reflect.Value) (*frame, error) {
	f := &frame{caller: caller, callee: callee, depth: 1}
	if caller != nil {
		f.depth = caller.depth + 1
	}
	if f.depth > maxDepth {
		return nil, &depthError{f.chain()}
	}
	if len(dot) == 1 {
		f.dot = dot[0]
	}
	return f, nil
}

// depthError is a recursion that did not end.
type depthError struct{ chain string }

func (e *depthError) Error() string {
	return fmt.Sprintf("templates call themselves more than %d deep: %s", maxDepth, e.chain)
}

// once is the template function _once: a list of the frame's data alone. The
// element of a slice can be addressed, that of an array as a value cannot: it
// is the data itself where that can be, so that its pointer methods are called
// on it, and has none otherwise.
func once(f *frame) reflect.Value {
	if !f.dot.IsValid() {
		return reflect.ValueOf([]any{nil})
	}
	if f.dot.CanAddr() {
		return reflect.SliceAt(f.dot.Type(), f.dot.Addr().UnsafePointer(), 1)
	}
	array := reflect.New(reflect.ArrayOf(1, f.dot.Type())).Elem()
	array.Index(0).Set(f.dot)
	return reflect.ValueOf(array.Interface())
}

// chain writes the last few calls, the last one at the end.
func (f *frame) chain() string {
	const shown = 4
	names := ""
	for i := 0; f != nil && i < shown; i++ {
		names = " -> " + f.callee + names
		f = f.caller
	}
	return "..." + names
}
