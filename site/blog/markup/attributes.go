package markup

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxAttributes is how many bytes of a line may say something about an element.
const maxAttributes = 2000

// What is between braces says something about the element before it: {: #id
// .class key="value"} after a block, on a line of its own, or directly after a
// link, a picture or a word with a mark; {#id} at the end of a heading. This is
// kramdown's (https://kramdown.gettalong.org/syntax.html#inline-attribute-lists).
var (
	attributeLine  = regexp.MustCompile(`^ {0,3}\{:([^}\n]*)\}[ \t]*\n?$`)
	attributeSpan  = regexp.MustCompile(`^\{:([^}\n]*)\}`)
	attributeNamed = regexp.MustCompile(`^([\w-]+):(.*)$`)
	attributeItem  = regexp.MustCompile(`([\w:-]+)=("[^"]*"|'[^']*')|#([\pL_][\pL\pN\pM_:.-]*)|\.(-?[^\s.#"'=]+)|([\w-]+)`)
	headingID      = regexp.MustCompile(`[ \t]+\{#([\pL_][\pL\pN\pM_:.-]*)\}$`)
)

// attributes are what one pair of braces says.
type attributes struct {
	id, class, names string
	pairs            [][2]string
}

func parseAttributes(s string) attributes {
	var a attributes
	for _, m := range attributeItem.FindAllStringSubmatch(s, 50) {
		switch {
		case m[1] == "id":
			a.id = strings.Trim(m[2], `"'`)
		case m[1] == "class":
			a.class += " " + strings.Trim(m[2], `"'`)
		case m[1] != "":
			a.pairs = append(a.pairs, [2]string{m[1], m[2][1 : len(m[2])-1]})
		case m[3] != "":
			a.id = m[3]
		case m[4] != "":
			a.class += " " + m[4]
		default:
			a.names += " " + m[5]
		}
	}
	return a
}

// set gives the attributes to an element.
func (a attributes) set(n ast.Node, named map[string]attributes, depth int) {
	for name := range strings.FieldsSeq(a.names) {
		if other, ok := named[name]; ok && depth < 3 {
			other.set(n, named, depth+1)
		}
	}
	if a.id != "" {
		n.SetAttributeString("id", []byte(a.id))
	}
	if a.class != "" {
		class := strings.TrimSpace(a.class)
		if old, ok := n.AttributeString("class"); ok {
			if old, ok := old.([]byte); ok {
				class = string(old) + " " + class
			}
		}
		n.SetAttributeString("class", []byte(class))
	}
	for _, p := range a.pairs {
		n.SetAttributeString(p[0], []byte(p[1]))
	}
}

var (
	kindAttributes     = ast.NewNodeKind("Attributes")
	kindAttributesSpan = ast.NewNodeKind("AttributesSpan")
)

// attributesNode stands where a line with attributes was.
type attributesNode struct {
	ast.BaseBlock
	attributes
}

func (*attributesNode) Kind() ast.NodeKind           { return kindAttributes }
func (*attributesNode) IsRaw() bool                  { return true }
func (n *attributesNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// attributesSpanNode stands where attributes were within a line.
type attributesSpanNode struct {
	ast.BaseInline
	attributes
}

func (*attributesSpanNode) Kind() ast.NodeKind           { return kindAttributesSpan }
func (n *attributesSpanNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// namedAttributes are the lists that the text gives a name: {:name: .class}.
var namedAttributes = parser.NewContextKey()

func namedIn(pc parser.Context) map[string]attributes {
	named, ok := pc.Get(namedAttributes).(map[string]attributes)
	if !ok {
		named = map[string]attributes{}
		pc.Set(namedAttributes, named)
	}
	return named
}

// blockAttributes reads lines with attributes.
type blockAttributes struct{}

func (blockAttributes) Trigger() []byte { return []byte{'{'} }

func (blockAttributes) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	if pc.BlockOffset() < 0 || len(line) > maxAttributes {
		return nil, parser.NoChildren
	}
	m := attributeLine.FindSubmatch(line)
	if m == nil || bytes.HasPrefix(m[1], []byte(":")) || bytes.HasPrefix(m[1], []byte("/")) {
		return nil, parser.NoChildren
	}
	node := &attributesNode{}
	if named := attributeNamed.FindSubmatch(m[1]); named != nil {
		if all := namedIn(pc); len(all) < 100 {
			all[string(named[1])] = parseAttributes(string(named[2]))
		}
	} else {
		node.attributes = parseAttributes(string(m[1]))
	}
	reader.AdvanceToEOL()
	return node, parser.NoChildren
}

func (blockAttributes) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}
func (blockAttributes) Close(ast.Node, text.Reader, parser.Context) {}
func (blockAttributes) CanInterruptParagraph() bool                 { return true }
func (blockAttributes) CanAcceptIndentedLine() bool                 { return false }

// inlineAttributes reads attributes within a line.
type inlineAttributes struct{}

func (inlineAttributes) Trigger() []byte { return []byte{'{'} }

func (inlineAttributes) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := attributeSpan.FindSubmatch(line[:min(len(line), maxAttributes)])
	if m == nil || bytes.HasPrefix(m[1], []byte(":")) || bytes.HasPrefix(m[1], []byte("/")) || attributeNamed.Match(m[1]) {
		return nil
	}
	switch last := parent.LastChild().(type) {
	case *ast.Text, *ast.String:
		return nil // not after an element: text
	case nil:
		if _, ok := parent.Parent().(*ast.ListItem); !ok {
			return nil
		}
	case *parser.Delimiter:
		if !last.CanClose {
			return nil
		}
	}
	n := len(m[0])
	if parent.LastChild() == nil {
		n += len(line[n:]) - len(bytes.TrimLeft(line[n:], " "))
	}
	block.Advance(n)
	return &attributesSpanNode{attributes: parseAttributes(string(m[1]))}
}

// giveAttributes hands the attributes over, when all elements are there.
type giveAttributes struct{}

func (giveAttributes) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	var found []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && (n.Kind() == kindAttributes || n.Kind() == kindAttributesSpan) {
			found = append(found, n)
		}
		return ast.WalkContinue, nil
	})
	named := namedIn(pc)
	for _, n := range found {
		switch n := n.(type) {
		case *attributesNode:
			target := n.PreviousSibling()
			if target == nil || n.HasBlankPreviousLines() {
				target = n.NextSibling()
			}
			if target != nil {
				n.set(target, named, 0)
			}
		case *attributesSpanNode:
			if target := n.PreviousSibling(); target == nil {
				if item, ok := n.Parent().Parent().(*ast.ListItem); ok {
					n.set(item, named, 0)
				}
			} else if takesAttributes(target) {
				n.set(target, named, 0)
			}
		}
		n.Parent().RemoveChild(n.Parent(), n)
	}
}

func takesAttributes(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindLink, ast.KindImage, ast.KindEmphasis, ast.KindCodeSpan, ast.KindAutoLink, extension.KindStrikethrough:
		return true
	}
	return false
}

// identified is a parser of headings that takes {#id} from their end.
type identified struct{ parser.BlockParser }

func (b identified) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	node, state := b.BlockParser.Open(parent, reader, pc)
	if node != nil {
		takeID(node, reader.Source())
	}
	return node, state
}

func (b identified) Close(node ast.Node, reader text.Reader, pc parser.Context) {
	b.BlockParser.Close(node, reader, pc)
	takeID(node, reader.Source())
}

func takeID(node ast.Node, source []byte) {
	lines := node.Lines()
	if node.Kind() != ast.KindHeading || lines == nil || lines.Len() == 0 {
		return
	}
	last := lines.At(lines.Len() - 1)
	last = last.TrimRightSpace(source)
	value := last.Value(source)
	m := headingID.FindSubmatchIndex(value)
	if m == nil {
		return
	}
	node.SetAttributeString("id", bytes.Clone(value[m[2]:m[3]]))
	left := bytes.TrimRight(value[:m[0]], " \t")
	if without := bytes.TrimRight(left, "#"); len(without) < len(left) && len(without) > 0 && util.IsSpace(without[len(without)-1]) {
		left = bytes.TrimRight(without, " \t")
	}
	lines.Set(lines.Len()-1, last.WithStop(last.Start+len(left)-last.Padding))
}
