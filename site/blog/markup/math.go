package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// mathClass is the class of elements that hold TeX.
const mathClass = "math"

// maxFormula is how many bytes of the text are looked through for the end of a
// formula.
const maxFormula = 20_000

// Formulas stand between two pairs of dollars. Their TeX is kept as it is, in an
// element <code class="math">.
var (
	kindFormula      = ast.NewNodeKind("Formula")
	kindFormulaBlock = ast.NewNodeKind("FormulaBlock")
)

type formula struct {
	ast.BaseInline
	tex []byte
}

func (*formula) Kind() ast.NodeKind           { return kindFormula }
func (f *formula) Dump(src []byte, level int) { ast.DumpHelper(f, src, level, nil, nil) }

type formulaBlock struct {
	ast.BaseBlock
	over bool
}

func (*formulaBlock) Kind() ast.NodeKind           { return kindFormulaBlock }
func (*formulaBlock) IsRaw() bool                  { return true }
func (f *formulaBlock) Dump(src []byte, level int) { ast.DumpHelper(f, src, level, nil, nil) }

var dollars = []byte("$$")

// inlineMath reads formulas within a paragraph.
type inlineMath struct{}

func (inlineMath) Trigger() []byte { return []byte{'$'} }

func (inlineMath) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, dollars) || noMore(pc, segment.Start) {
		return nil
	}
	block.Advance(len(dollars))
	var tex []byte
	for len(tex) < maxFormula {
		line, _ := block.PeekLine()
		if line == nil {
			break
		}
		if end := bytes.Index(line, dollars); end >= 0 {
			block.Advance(end + len(dollars))
			tex = append(tex, line[:end]...)
			if len(bytes.TrimSpace(tex)) == 0 {
				return nil
			}
			return &formula{tex: tex}
		}
		tex = append(tex, line...)
		block.AdvanceLine()
	}
	_, at := block.Position()
	pc.Set(withoutEnd, [2]int{segment.Start, at.Start})
	return nil
}

// withoutEnd is the part of the source in which no end of a formula was found:
// looking again would make the work grow with the square of the text.
var withoutEnd = parser.NewContextKey()

func noMore(pc parser.Context, at int) bool {
	part, ok := pc.Get(withoutEnd).([2]int)
	return ok && part[0] <= at && at < part[1]
}

// blockMath reads formulas that are a block, and may have blank lines.
type blockMath struct{}

func (blockMath) Trigger() []byte { return []byte{'$'} }

func (blockMath) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 || !bytes.HasPrefix(line[pos:], dollars) || noMore(pc, segment.Start) {
		return nil, parser.NoChildren
	}
	source := reader.Source()
	start := segment.Start - segment.Padding + pos + len(dollars)
	if start > len(source) {
		return nil, parser.NoChildren
	}
	rest := source[start:min(len(source), start+maxFormula)]
	end := bytes.Index(rest, dollars)
	if end < 0 {
		pc.Set(withoutEnd, [2]int{start, start + len(rest)})
		return nil, parser.NoChildren
	}
	behind, _, _ := bytes.Cut(rest[end+len(dollars):], []byte("\n"))
	if !util.IsBlank(behind) || util.IsBlank(rest[:end]) {
		return nil, parser.NoChildren
	}
	node := &formulaBlock{}
	node.take(text.NewSegment(start, segment.Stop), reader)
	reader.AdvanceToEOL()
	return node, parser.NoChildren
}

// take adds a line to the block, up to the end of the formula.
func (f *formulaBlock) take(segment text.Segment, reader text.Reader) {
	if end := bytes.Index(segment.Value(reader.Source()), dollars); end >= 0 {
		segment = segment.WithStop(segment.Start + end - segment.Padding)
		f.over = true
	}
	f.Lines().Append(segment)
}

func (blockMath) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	f := node.(*formulaBlock)
	if f.over {
		return parser.Close
	}
	_, segment := reader.PeekLine()
	f.take(segment, reader)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (blockMath) Close(ast.Node, text.Reader, parser.Context) {}
func (blockMath) CanInterruptParagraph() bool                 { return false }
func (blockMath) CanAcceptIndentedLine() bool                 { return false }

// renderMath writes formulas.
func renderMath(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindFormula, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(`<code class="math">`)
			_, _ = w.Write(util.EscapeHTML(n.(*formula).tex))
			_, _ = w.WriteString("</code>")
		}
		return ast.WalkContinue, nil
	})
	reg.Register(kindFormulaBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(`<pre class="math"><code class="math">`)
			_, _ = w.Write(util.EscapeHTML(bytes.Trim(n.Lines().Value(source), "\n")))
			_, _ = w.WriteString("</code></pre>\n")
		}
		return ast.WalkContinue, nil
	})
}
