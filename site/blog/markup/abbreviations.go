package markup

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Bounds on abbreviations: how many a text may explain, how long each and its
// explanation may be in bytes, and how often one is explained at the place where
// it stands. They bound what a short text can become.
const (
	maxAbbreviations = 100
	maxExplanation   = 200
	maxExplained     = 2000
)

// abbreviation is a line that explains one: *[HTML]: Hyper Text Markup Language.
var abbreviation = regexp.MustCompile(`^ {0,3}\*\[([^\]\n]{1,100})\]:[ \t]*([^\n]*)\n?$`)

var (
	explained          = parser.NewContextKey()
	kindAbbr           = ast.NewNodeKind("Abbreviation")
	kindAbbrDefinition = ast.NewNodeKind("AbbreviationDefinition")
)

type abbr struct {
	ast.BaseInline
	short, long string
}

func (*abbr) Kind() ast.NodeKind           { return kindAbbr }
func (n *abbr) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// abbrDefinition stands where an abbreviation was explained, and shows nothing.
type abbrDefinition struct{ ast.BaseBlock }

func (*abbrDefinition) Kind() ast.NodeKind           { return kindAbbrDefinition }
func (*abbrDefinition) IsRaw() bool                  { return true }
func (n *abbrDefinition) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// abbreviations reads explanations, and marks what they explain.
type abbreviations struct{}

func (abbreviations) Trigger() []byte { return []byte{'*'} }

func (abbreviations) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	m := abbreviation.FindSubmatch(line[:min(len(line), 1000)])
	all, _ := pc.Get(explained).(map[string]string)
	if m == nil || len(m[0]) < len(line) || len(m[2]) > maxExplanation || len(all) == maxAbbreviations {
		return nil, parser.NoChildren
	}
	if all == nil {
		all = map[string]string{}
		pc.Set(explained, all)
	}
	all[string(m[1])] = strings.TrimSpace(string(m[2]))
	reader.AdvanceToEOL()
	return &abbrDefinition{}, parser.NoChildren
}

func (abbreviations) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}
func (abbreviations) Close(ast.Node, text.Reader, parser.Context) {}
func (abbreviations) CanInterruptParagraph() bool                 { return true }
func (abbreviations) CanAcceptIndentedLine() bool                 { return false }

func (abbreviations) Transform(doc *ast.Document, reader text.Reader, pc parser.Context) {
	all, _ := pc.Get(explained).(map[string]string)
	if len(all) == 0 {
		return
	}
	var names []string
	for name := range all {
		names = append(names, regexp.QuoteMeta(name))
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // the longest first
	find := regexp.MustCompile(strings.Join(names, "|"))
	var texts []*ast.Text
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Kind() == ast.KindCodeSpan {
			return ast.WalkSkipChildren, nil
		}
		if t, ok := n.(*ast.Text); ok && entering && !t.IsRaw() {
			texts = append(texts, t)
		}
		return ast.WalkContinue, nil
	})
	left := maxExplained
	for _, t := range texts {
		mark(t, reader.Source(), find, all, &left)
	}
}

// mark splits a text at the abbreviations in it.
func mark(t *ast.Text, source []byte, find *regexp.Regexp, all map[string]string, left *int) {
	value := t.Segment.Value(source)
	if t.Segment.Padding > 0 || !find.Match(value) {
		return
	}
	parent, from := t.Parent(), 0
	for _, m := range find.FindAllIndex(value, *left) {
		if !wordBorder(value, m[0]) || !wordBorder(value, m[1]) {
			continue
		}
		*left--
		if m[0] > from {
			parent.InsertBefore(parent, t, ast.NewTextSegment(text.NewSegment(t.Segment.Start+from, t.Segment.Start+m[0])))
		}
		short := string(value[m[0]:m[1]])
		parent.InsertBefore(parent, t, &abbr{short: short, long: all[short]})
		from = m[1]
	}
	t.Segment = t.Segment.WithStart(t.Segment.Start + from)
}

// wordBorder reports whether no word goes on across a place in text.
func wordBorder(text []byte, at int) bool {
	before, _ := utf8.DecodeLastRune(text[:at])
	after, _ := utf8.DecodeRune(text[at:])
	return at == 0 || at == len(text) || !inWord(before) || !inWord(after)
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

// renderSmall writes the small elements that have no renderer of their own.
func renderSmall(reg renderer.NodeRendererFuncRegisterer) {
	nothing := func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkContinue, nil }
	reg.Register(kindAbbrDefinition, nothing)
	reg.Register(kindAttributes, nothing)
	reg.Register(kindAttributesSpan, nothing)
	reg.Register(kindAbbr, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if a := n.(*abbr); entering {
			_, _ = w.WriteString(`<abbr`)
			if a.long != "" {
				_, _ = w.WriteString(` title="` + string(util.EscapeHTML([]byte(a.long))) + `"`)
			}
			_, _ = w.WriteString(`>` + string(util.EscapeHTML([]byte(a.short))) + `</abbr>`)
		}
		return ast.WalkContinue, nil
	})
	// Boxes of to-do lists: a form element is not text.
	reg.Register(extension.KindTaskCheckBox, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			box := "☐ "
			if n.(*extension.TaskCheckBox).IsChecked {
				box = "☑ "
			}
			_, _ = w.WriteString(box)
		}
		return ast.WalkContinue, nil
	})
}

// registered are functions that write nodes.
type registered []func(renderer.NodeRendererFuncRegisterer)

func (r registered) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	for _, register := range r {
		register(reg)
	}
}
