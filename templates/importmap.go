package templates

import (
	"bytes"
	"html/template"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/htmlcompile"
	"github.com/volaweb/vola/internal/parsetree"
)

// importMapFunction is the name of the function that writes an import map.
const importMapFunction = "importmap"

// importMap is that function. Its result has no "<", so that no end of a script can stand in it.
func importMap(current func() (string, error)) func() (template.HTML, error) {
	return func() (template.HTML, error) {
		text, err := current()
		return template.HTML(strings.ReplaceAll(text, "<", `\u003c`)), err
	}
}

// importMapNode puts the script around a call of importmap, where it has anything to say. It is text of the
// template, so a policy learns of it.
func importMapNode(call *parse.ActionNode) parse.Node {
	text := func(s string) parse.Node {
		return &parse.TextNode{NodeType: parse.NodeText, Pos: call.Pos, Text: []byte(s)}
	}
	shown := &parse.ActionNode{NodeType: parse.NodeAction, Pos: call.Pos, Line: call.Line, Pipe: &parse.PipeNode{
		NodeType: parse.NodePipe, Pos: call.Pos, Line: call.Line,
		Cmds: []*parse.CommandNode{{NodeType: parse.NodeCommand, Pos: call.Pos, Args: []parse.Node{&parse.DotNode{NodeType: parse.NodeDot, Pos: call.Pos}}}},
	}}
	return &parse.WithNode{BranchNode: parse.BranchNode{
		NodeType: parse.NodeWith, Pos: call.Pos, Line: call.Line, Pipe: call.Pipe,
		List: &parse.ListNode{NodeType: parse.NodeList, Pos: call.Pos, Nodes: []parse.Node{
			text(`<script type="importmap">`), shown, text(`</script>`),
		}},
	}}
}

// pageText is the text of a page in the order in which it is sent, as far as that can be known: what stands in
// branches is all there.
type pageText struct {
	text   []byte
	pieces []piece
}

// piece is where the text of a node begins.
type piece struct {
	at   int
	node parse.Node
}

// textOf collects the text of the page.
func (c *composition) textOf() *pageText {
	p := &pageText{}
	called := map[string]bool{}
	var tree func(name string)
	add := func(n parse.Node) bool {
		switch n := n.(type) {
		case *parse.TextNode:
			p.pieces = append(p.pieces, piece{len(p.text), n})
			p.text = append(p.text, n.Text...)
		case *parse.TemplateNode:
			tree(n.Name)
			return false
		case *parse.ActionNode:
			p.pieces = append(p.pieces, piece{len(p.text), n})
			p.text = append(p.text, '_') // it has some value
			return false
		}
		return true
	}
	tree = func(name string) {
		if t := c.trees[name]; t != nil && !called[name] {
			called[name] = true
			parsetree.Inspect(t.Root, add)
		}
	}
	tree(c.entry)
	return p
}

// checkModules refuses a script that is a module, and a link that loads one ahead, in front of an import
// map: browsers then ignore the map, or load the module without it.
func (c *composition) checkModules(sources map[string]Source) *Error {
	if !c.b.importMap {
		return nil
	}
	p := c.textOf()
	module := -1
	for at := 0; ; {
		start, kind, end := nextElement(p.text, at)
		if start < 0 {
			return nil
		}
		switch kind {
		case loadsModules:
			if module < 0 {
				module = start
			}
		case hasImportMap:
			if module >= 0 {
				return p.errorAt(module, sources)
			}
			return nil
		}
		at = end
	}
}

func (p *pageText) errorAt(at int, sources map[string]Source) *Error {
	const message = "a module stands before the import map, so it is loaded without that; put {{importmap}} before the first module"
	found := p.pieces[0]
	for _, next := range p.pieces {
		if next.at > at {
			break
		}
		found = next
	}
	location, _ := (*parse.Tree)(nil).ErrorContext(found.node)
	name, _, _, _ := splitLocation(location)
	src, ok := sources[name]
	if !ok {
		return &Error{Name: name, Message: message}
	}
	return errorAt(src, int(found.node.Position())+at-found.at, message)
}

// The kinds of elements that matter to an import map.
const (
	otherElement = iota
	loadsModules
	hasImportMap
)

// nextElement returns the next script or link from an offset on: where its tag begins, its kind, and where to look
// further, which is behind the text of a script.
func nextElement(text []byte, from int) (start, kind, end int) {
	for {
		at := bytes.IndexByte(text[from:], '<')
		if at < 0 {
			return -1, otherElement, 0
		}
		from += at + 1
		rest := text[from:]
		switch {
		case bytes.HasPrefix(rest, []byte("!--")):
			if at := bytes.Index(rest, []byte("-->")); at >= 0 {
				from += at
			}
		case hasName(rest, "script"):
			kind, rest = elementKind("type", rest[len("script"):])
			return from - 1, kind, len(text) - len(rest) + scriptText(rest)
		case hasName(rest, "link"):
			kind, rest = elementKind("rel", rest[len("link"):])
			return from - 1, kind, len(text) - len(rest)
		}
	}
}

func hasName(text []byte, name string) bool {
	return len(text) > len(name) && bytes.EqualFold(text[:len(name)], []byte(name)) && bytes.IndexByte([]byte(" \t\r\n\f/>"), text[len(name)]) >= 0
}

// elementKind returns the kind of an element by an attribute, and the text from the end of its tag on.
func elementKind(attribute string, text []byte) (kind int, rest []byte) {
	for {
		name, value, next, ok := htmlcompile.NextAttribute(text)
		switch {
		case !ok:
			return kind, text
		case name != attribute:
		case name == "rel" && slices.Contains(strings.Fields(value), "modulepreload"), name == "type" && value == "module":
			kind = loadsModules
		case name == "type" && value == "importmap":
			kind = hasImportMap
		}
		text = next
	}
}

// scriptText returns how long the text of a script is.
func scriptText(text []byte) int {
	for at := 0; ; {
		next := bytes.Index(text[at:], []byte("</"))
		if next < 0 {
			return 0
		}
		if at += next + 2; hasName(text[at:], "script") {
			return at - 2
		}
	}
}
