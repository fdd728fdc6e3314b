package templates

import (
	"bytes"
	"html/template"
	"strings"
	"text/template/parse"

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
		start, tag, end := nextElement(p.text, at)
		if start < 0 {
			return nil
		}
		switch elementKind(tag) {
		case "module":
			if module < 0 {
				module = start
			}
		case "importmap":
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

// nextElement returns the next script or link from an offset on: where its tag begins, the tag from the name on, and
// where to look further, which is behind the text of a script.
func nextElement(text []byte, from int) (start int, tag []byte, end int) {
	for {
		at := bytes.IndexByte(text[from:], '<')
		if at < 0 {
			return -1, nil, 0
		}
		from += at + 1
		rest := text[from:]
		switch {
		case bytes.HasPrefix(rest, []byte("!--")):
			if at := bytes.Index(rest, []byte("-->")); at >= 0 {
				from += at
			}
		case hasName(rest, "script"):
			tag := tagOf(rest)
			end := from + len(tag)
			if at := bytes.Index(bytes.ToLower(text[end:]), []byte("</script")); at >= 0 {
				end += at
			}
			return from - 1, tag, end
		case hasName(rest, "link"):
			tag := tagOf(rest)
			return from - 1, tag, from + len(tag)
		}
	}
}

func hasName(text []byte, name string) bool {
	return len(text) > len(name) && bytes.EqualFold(text[:len(name)], []byte(name)) && bytes.IndexByte([]byte(" \t\r\n\f/>"), text[len(name)]) >= 0
}

// tagOf returns the text of a tag up to its ">".
func tagOf(text []byte) []byte {
	quote := byte(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return text[:i]
		}
	}
	return text
}

// elementKind returns "module" for a tag that loads modules, and "importmap" for one of an import map.
func elementKind(tag []byte) string {
	text := strings.NewReplacer(`"`, "", "'", "").Replace(strings.ToLower(string(tag)))
	words := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(text, " =", "="), "= ", "="))
	for _, word := range words {
		switch word {
		case "type=module", "rel=modulepreload":
			return "module"
		case "type=importmap":
			return "importmap"
		}
	}
	return ""
}
