package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// oldHeading reads "###Heading", which Markdown before CommonMark knew.
type oldHeading struct{}

func (oldHeading) Trigger() []byte { return []byte{'#'} }

func (oldHeading) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 {
		return nil, parser.NoChildren
	}
	level := pos
	for level < len(line) && line[level] == '#' {
		level++
	}
	words := bytes.TrimSpace(line[level:])
	level -= pos
	if level > 6 || len(words) == 0 || line[pos+level] == ' ' {
		return nil, parser.NoChildren
	}
	if level == 1 && (!letterOrDigit(words[0]) || !aloneIn(reader, segment)) {
		return nil, parser.NoChildren
	}
	start := segment.Start - segment.Padding + pos + level
	at := text.NewSegment(start, start+len(bytes.TrimRight(line[pos+level:], "# \t\n")))
	if at.Len() <= 0 {
		return nil, parser.NoChildren
	}
	node := ast.NewHeading(level)
	node.Lines().Append(at)
	reader.AdvanceToEOL()
	return node, parser.NoChildren
}

// aloneIn reports whether the line has blank lines, or nothing, around it.
func aloneIn(reader text.Reader, line text.Segment) bool {
	source := reader.Source()
	before := source[:bytes.LastIndexByte(source[:line.Start], '\n')+1]
	if len(before) > 0 {
		before = before[:len(before)-1]
		before = before[bytes.LastIndexByte(before, '\n')+1:]
	}
	after, _, _ := bytes.Cut(source[line.Stop:], []byte("\n"))
	return util.IsBlank(before) && util.IsBlank(after)
}

// letterOrDigit also takes all that is not ASCII for letters.
func letterOrDigit(c byte) bool {
	return c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func (oldHeading) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }
func (oldHeading) Close(ast.Node, text.Reader, parser.Context)                 {}
func (oldHeading) CanInterruptParagraph() bool                                 { return true }
func (oldHeading) CanAcceptIndentedLine() bool                                 { return false }

// placeholderBlock reads the line that stands for a block of code. However
// deep it is indented, it is no code itself.
type placeholderBlock struct{}

func (placeholderBlock) Trigger() []byte { return []byte{'<'} }

func (placeholderBlock) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	if !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte(placeholderStart)) || !bytes.HasSuffix(bytes.TrimSpace(line), []byte("</pre>")) {
		return nil, parser.NoChildren
	}
	node := ast.NewHTMLBlock(ast.HTMLBlockType1)
	node.Lines().Append(segment)
	reader.AdvanceToEOL()
	return node, parser.NoChildren
}

func (placeholderBlock) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}
func (placeholderBlock) Close(ast.Node, text.Reader, parser.Context) {}
func (placeholderBlock) CanInterruptParagraph() bool                 { return true }
func (placeholderBlock) CanAcceptIndentedLine() bool                 { return true }
