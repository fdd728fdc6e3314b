package templates

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
)

// PartChooser is a writer that [Set.Render] asks, before it renders a page, which of its parts are
// wanted. A part is a block that the page always shows, that is called with the page's own data,
// and whose text begins with an element that has the block's name as its id:
//
//	{{block "list" .}}<ul id="list">{{range .Posts}}<li>{{.Title}}{{end}}</ul>{{end}}
//
// So it can be rendered without the rest of its page. Then the writer gets the elements of the parts
// one after the other, after an element title with the block "title" if the page has it.
type PartChooser interface {
	// ChooseParts is given the names of the page's parts, sorted, and returns those that are
	// wanted, in the order in which they are rendered; nil for the whole page. An error ends
	// the rendering and is returned as it is.
	ChooseParts(have []string) (only []string, err error)
}

// titleBlock is the block that a layout has in its element title.
const titleBlock = "title"

// partCalls returns the blocks that can be rendered alone, by their names: the trees that they are.
func (c *composition) partCalls() map[string]string {
	found := map[string]string{}
	seen := map[string]bool{}
	var walk func(tree string)
	walk = func(tree string) {
		if seen[tree] {
			return
		}
		seen[tree] = true
		for _, call := range c.calls[tree] {
			if !call.certain || !isDot(call.node.Pipe) {
				continue
			}
			// A tree is "file", "file#block", or "file#block#file" for what a block overrides.
			if words := strings.Split(call.callee, "#"); len(words) == 2 {
				block := words[1]
				_, twice := found[block]
				if !twice && (block == titleBlock || beginsWithID(c.trees[call.callee], block)) {
					found[block] = words[0] + "#" + block
				}
			}
			walk(call.callee)
		}
	}
	walk(c.entry)
	return found
}

// isDot reports whether a call hands on the data of its caller.
func isDot(pipe *parse.PipeNode) bool {
	if pipe == nil || len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return false
	}
	switch n := pipe.Cmds[0].Args[0].(type) {
	case *parse.DotNode:
		return true
	case *parse.VariableNode:
		return len(n.Ident) == 1 && n.Ident[0] == "$"
	}
	return false
}

// firstTag is the first element of a text, up to the end of the tag or of the text.
var firstTag = regexp.MustCompile(`^\s*<[a-zA-Z][a-zA-Z0-9-]*(\s[^<>]*)`)

// beginsWithID reports whether the text of a tree begins with an element with an id.
func beginsWithID(tree *parse.Tree, id string) bool {
	if tree == nil || tree.Root == nil {
		return false
	}
	for _, n := range tree.Root.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			if len(bytes.TrimSpace(n.Text)) == 0 {
				continue
			}
			tag := firstTag.FindSubmatch(n.Text)
			return tag != nil && slices.Contains(idsOf(tag[1]), id)
		case *parse.CommentNode:
		case *parse.ActionNode:
			if n.Pipe == nil || len(n.Pipe.Decl) == 0 { // it shows something
				return false
			}
		default:
			return false
		}
	}
	return false
}

// idAttribute is an id that is written in a template.
var idAttribute = regexp.MustCompile(`\sid=(?:"([^"{}]*)"|'([^'{}]*)'|([^\s"'<>={}]+))`)

func idsOf(text []byte) (ids []string) {
	for _, m := range idAttribute.FindAllSubmatch(text, -1) {
		ids = append(ids, string(slices.Concat(m[1:]...)))
	}
	return ids
}

// addParts composes and compiles the parts of a page.
func (b *builder) addParts(p *page, c *composition, sources map[string]Source, s *Set) {
	calls := c.partCalls()
	if _, title := calls[titleBlock]; title && len(calls) == 1 {
		return
	}
	for name, tree := range calls {
		part := b.compose(tree)
		if !part.ok { // it would be an error of the page too
			continue
		}
		part.boundRecursion()
		compiled, err := part.newPage(p.name+"#"+name, sources, &s.compiler)
		if err != nil {
			b.errs = append(b.errs, err)
			continue
		}
		if name == titleBlock {
			p.title = compiled
			continue
		}
		if p.parts == nil {
			p.parts = map[string]*page{}
		}
		p.parts[name] = compiled
		p.partNames = append(p.partNames, name)
	}
	slices.Sort(p.partNames)
}
