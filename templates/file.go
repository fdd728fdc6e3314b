package templates

import (
	"maps"
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/parsetree"
)

// maxNesting and maxRanges bound how deep actions may be nested. html/template
// looks at the body of a range twice, at one in it four times, and so on.
const (
	maxNesting = 100
	maxRanges  = 12
)

// file is one parsed template file. Its trees are never changed: pages work on
// copies.
type file struct {
	Source
	extends    string // the file whose blocks this one fills; empty for none
	extendsPos parse.Pos
	body       *parse.Tree            // what stands outside blocks; unused when extends is set
	blocks     map[string]*parse.Tree // every {{block}} and {{define}}
	overrides  []*parse.TemplateNode  // the {{block}}s outside blocks of a file that extends
	faulty     bool                   // it has errors; they have been reported
	parameters []parameter            // when it is called as a component
	slots      []string               // it has as a component
	spare      *parse.VariableNode    // of a place in it; nil when it calls no components
	next       int                    // the loader after its own
}

// isItself reports whether a name is that of the file.
func (f *file) isItself(name string) bool {
	return strings.ReplaceAll(f.Name, overridden, "") == name
}

// fileParser reads one file and collects its errors.
type fileParser struct {
	*file
	functions map[string]any
	errs      ErrorList
	special   map[*parse.PipeNode]bool // which have been checked
}

// parseFile parses a source for templates that have the given functions. Of
// what the grammar forbids, the parser of Go reports the first instance only,
// and there is no file. With other errors there is one, in which more may be
// found.
func parseFile(src Source, functions map[string]any) (*file, ErrorList) {
	p := &fileParser{file: &file{Source: src}, functions: functions, special: make(map[*parse.PipeNode]bool)}
	if at := firstInvalid(src.Text); at >= 0 {
		p.fail(parse.Pos(at), "the text is not valid UTF-8")
		return nil, p.errs
	}
	if len(src.Text) > maxSource {
		return nil, ErrorList{{Name: src.Name, Origin: src.Origin, Message: "larger than 1 MiB, the limit for a template"}}
	}
	p.body = parse.New(src.Name)
	p.body.Mode = parse.SkipFuncCheck // checked below, all of them and with columns
	p.blocks = make(map[string]*parse.Tree)
	if _, err := p.body.Parse(src.Text, "", "", p.blocks); err != nil {
		return nil, ErrorList{placeParseError(src, parseError(src, err))}
	}
	if p.blocks[src.Name] != p.body {
		p.fail(0, "a block cannot have the name of its own file")
	}
	delete(p.blocks, src.Name)
	p.collectParameters()
	p.checkBody()
	for _, name := range slices.Sorted(maps.Keys(p.blocks)) {
		if strings.Contains(name, "#") {
			p.fail(p.blocks[name].Root.Pos, "block %q: a block name cannot contain #, which joins a file and a block", name)
		}
		p.checkActions(p.blocks[name].Root, true)
	}
	p.spare = spareVariable(src)
	p.faulty = len(p.errs) > 0
	return p.file, p.errs
}

func (p *fileParser) fail(pos parse.Pos, format string, args ...any) {
	p.errs = append(p.errs, errorAt(p.Source, int(pos), format, args...))
}

// checkBody looks for {{extends}} and, in a file that has it, for anything
// else that stands outside blocks and would never be shown.
func (p *fileParser) checkBody() {
	nodes := p.body.Root.Nodes
	first := slices.IndexFunc(nodes, func(n parse.Node) bool {
		text, isText := n.(*parse.TextNode)
		if !isText {
			return true
		}
		_, visible := parsetree.FirstText(text)
		return visible
	})
	if first < 0 || parsetree.Command(nodes[first], "extends") == nil {
		p.checkActions(p.body.Root, false)
		return
	}
	if p.setExtends(parsetree.Command(nodes[first], "extends")); p.extends == "" {
		return
	}
	for _, n := range nodes[first+1:] {
		switch n := n.(type) {
		case *parse.TextNode:
			if at, visible := parsetree.FirstText(n); visible {
				p.fail(parse.Pos(at), "text outside the blocks of a file that extends %q is never shown; put it in a block", p.extends)
			}
		case *parse.TemplateNode:
			if !p.isBlock(n) {
				p.fail(n.Pos, "{{template %q}} outside the blocks of a file that extends %q is never run; put it in a block", n.Name, p.extends)
				continue
			}
			p.overrides = append(p.overrides, n)
		default:
			p.fail(n.Position(), "an action outside the blocks of a file that extends %q is never run; put it in a block", p.extends)
		}
	}
}

func (p *fileParser) setExtends(args []parse.Node) {
	p.extendsPos = args[0].Position()
	if len(args) == 2 {
		if name, ok := args[1].(*parse.StringNode); ok && name.Text != "" {
			p.extends, p.extendsPos = name.Text, name.Pos
			return
		}
	}
	p.fail(p.extendsPos, `extends takes one file name in quotes: {{extends "base.html"}}`)
}

// isBlock tells {{block "x" .}}, of which the parser leaves a call of the
// template x, from {{template "x" .}}.
func (p *fileParser) isBlock(n *parse.TemplateNode) bool {
	return strings.HasSuffix(strings.TrimRight(p.Text[:n.Pos], " \t\r\n"), "block")
}

// checkActions looks for misplaced extends and super, unknown functions and
// too deep a nesting.
func (p *fileParser) checkActions(root *parse.ListNode, inBlock bool) {
	p.checkNesting(root, 0, 0)
	parsetree.Inspect(root, func(n parse.Node) bool {
		if args := parsetree.Command(n, "super"); inBlock && args != nil {
			if len(args) > 2 {
				p.fail(args[0].Position(), "super takes at most one argument, the data for the overridden block")
			}
			for _, arg := range args[1:] {
				p.checkFunctions(arg)
			}
			return false
		}
		if pipe, ok := n.(*parse.PipeNode); ok {
			if !p.special[pipe] {
				p.checkFunctions(pipe)
			}
			return false
		}
		if inBlock && (parsetree.Command(n, "slot") != nil || slotCondition(n) != nil) {
			p.fail(n.Position(), "slot stands in a component outside of its blocks: a block is not part of what is called with content")
		}
		p.checkComponents(n)
		return true
	})
}

func (p *fileParser) checkFunctions(root parse.Node) {
	parsetree.Inspect(root, func(n parse.Node) bool {
		ident, ok := n.(*parse.IdentifierNode)
		if !ok {
			return true
		}
		switch {
		case ident.Ident == "extends":
			p.fail(ident.Pos, "extends must be the first action of the file, alone")
		case ident.Ident == "super":
			p.fail(ident.Pos, "super stands alone in an action inside a block: {{super}}")
		case ident.Ident == "component", ident.Ident == "slot", ident.Ident == "arg":
			p.failForm(ident)
		case p.functions[ident.Ident] == nil && !isStandard(ident.Ident):
			known := append(slices.Collect(maps.Keys(p.functions)), standardFunctions()...)
			p.fail(ident.Pos, "no function %q%s", ident.Ident, didYouMean(ident.Ident, known))
		}
		return true
	})
}

// checkNesting reports the first action that is nested too deep.
func (p *fileParser) checkNesting(list *parse.ListNode, depth, ranges int) bool {
	if list == nil {
		return true
	}
	for _, n := range list.Nodes {
		b := parsetree.Branch(n)
		if b == nil {
			continue
		}
		inner := ranges
		if b.NodeType == parse.NodeRange {
			inner++
		}
		if depth+1 > maxNesting || inner > maxRanges {
			p.fail(n.Position(), "nested too deep: at most %d actions and %d ranges in one another", maxNesting, maxRanges)
			return false
		}
		if !p.checkNesting(b.List, depth+1, inner) || !p.checkNesting(b.ElseList, depth+1, inner) {
			return false
		}
	}
	return true
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
