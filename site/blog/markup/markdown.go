package markup

import (
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// markdown is goldmark with what people wrote. It lets raw HTML through, which
// is cleaned later, and may be used concurrently.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(without(parser.DefaultBlockParsers(), parser.NewHTMLBlockParser())...),
			parser.WithInlineParsers(without(parser.DefaultInlineParsers(), parser.NewEmphasisParser())...),
			parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		)),
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.DefinitionList,
			extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"})),
			extension.NewFootnote(
				extension.WithFootnoteBacklinkHTML("↩\ufe0e"),
				extension.WithFootnoteBacklinkTitle("Back to the text"),
			),
			// Of quotation marks, [quotes] takes care. "1 << 2" is none.
			extension.NewTypographer(extension.WithTypographicSubstitutions(extension.TypographicSubstitutions{
				extension.LeftAngleQuote:  nil,
				extension.RightAngleQuote: nil,
			})),
		),
		goldmark.WithParserOptions(
			parser.WithBlockParsers(
				util.Prioritized(placeholderBlock{}, 50),
				util.Prioritized(blockAttributes{}, 60),
				util.Prioritized(abbreviations{}, 70),
				util.Prioritized(blockMath{}, 80),
				util.Prioritized(identified{parser.NewSetextHeadingParser()}, 90),
				util.Prioritized(identified{parser.NewATXHeadingParser()}, 590),
				util.Prioritized(identified{oldHeading{}}, 650), // after CommonMark's own
				util.Prioritized(rawHTML{parser.NewHTMLBlockParser()}, 890),
			),
			parser.WithInlineParsers(
				util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
				util.Prioritized(lineBreak{}, 10),
				util.Prioritized(inlineMath{}, 20),
				util.Prioritized(quotes{}, 30),
				util.Prioritized(template{}, 40),
				util.Prioritized(inlineAttributes{}, 50),
				util.Prioritized(emphasis{}, 450), // in place of CommonMark's
				util.Prioritized(struck{}, 500),
			),
			parser.WithASTTransformers(
				util.Prioritized(giveAttributes{}, 10),
				util.Prioritized(abbreviations{}, 20),
			),
		),
		goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(
			util.Prioritized(registered{renderMath, renderSmall}, 400),
			util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		)),
	)
})

// without leaves a parser of goldmark out of a list, for which there is another
// here.
func without(parsers []util.PrioritizedValue, one any) []util.PrioritizedValue {
	return slices.DeleteFunc(parsers, func(p util.PrioritizedValue) bool { return p.Value == one })
}

// Nobody nests deeper, or puts more marks into one paragraph, than this; but
// the work for them grows faster than their number.
const (
	maxNesting = 60
	maxMarks   = 20_000
)

// checkMarkdown refuses text that is made to keep the program busy.
func (t Text) checkMarkdown() error {
	marks, line, shifts := 0, t.Line-1, t.Shifts
	var code fenced
	shifted := 0 // how much line is greater than the line of the file
	for text := range strings.Lines(t.Source) {
		line++
		for len(shifts) > 0 && shifts[0].From <= line {
			shifted += shifts[0].By
			shifts = shifts[1:]
		}
		if code.holds(text) {
			continue
		}
		depth, rest := nesting(text)
		if depth > maxNesting {
			return t.errorf(line-shifted, "quotations and lists are nested more than %d deep", maxNesting)
		}
		if depth > 0 || strings.TrimSpace(rest) == "" {
			marks = 0
		}
		for i := range len(rest) {
			switch rest[i] {
			case '*', '_', '[', ']', '<', '`', '~':
				marks++
			}
		}
		if marks > maxMarks {
			return t.errorf(line-shifted, "the paragraph has more than %d marks such as * and [; put blank lines into it", maxMarks)
		}
	}
	return nil
}

// nesting counts the marks of quotations, list items, definitions and footnotes
// that begin a line.
func nesting(line string) (depth int, rest string) {
	for {
		line = strings.TrimLeft(line, " \t")
		digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
		switch {
		case strings.HasPrefix(line, ">") || strings.HasPrefix(line, ":"):
			line = line[1:]
		case strings.HasPrefix(line, "[^") && strings.Contains(line, "]:"):
			_, line, _ = strings.Cut(line, "]:")
		case len(line) > 1 && strings.IndexByte("*-+", line[0]) >= 0 && (line[1] == ' ' || line[1] == '\t' || line[1] == '\n'):
			line = line[2:]
		case digits > 0 && digits < 10 && len(line) > digits && (line[digits] == '.' || line[digits] == ')'):
			line = line[digits+1:]
		default:
			return depth, line
		}
		depth++
	}
}
