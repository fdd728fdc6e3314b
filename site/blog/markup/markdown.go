package markup

import (
	"fmt"
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
				util.Prioritized(repeated{}, 1000),
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

// checkMarkdown refuses text that is made to keep the program busy.
func (t Text) checkMarkdown() error {
	c := checker{line: t.Line - 1, shifts: t.Shifts}
	for text := range strings.Lines(t.Source) {
		if problem := c.next(text); problem != "" {
			return t.errorf(c.line-c.shifted, "%s", problem)
		}
	}
	return nil
}

// checker goes over the lines of a text.
type checker struct {
	line    int
	shifts  []Shift
	shifted int // how much line is greater than the line of the file
	code    fenced

	marks, all, lines, cells, notes int
	columns                         int // of the table that this may be
}

// next takes a line and returns what is wrong with the text so far.
func (c *checker) next(text string) string {
	c.line++
	for len(c.shifts) > 0 && c.shifts[0].From <= c.line {
		c.shifted += c.shifts[0].By
		c.shifts = c.shifts[1:]
	}
	if c.code.holds(text) {
		return ""
	}
	depth, rest := nesting(text)
	if strings.Trim(text, " \t>\n") == "" {
		c.columns = 0
	} else {
		c.lines++
		c.cells += c.columns
	}
	if bars := strings.Count(text, "|"); onlyMarks(text, "|-: \t>*+.)0123456789\n") && strings.Contains(text, "-") {
		c.columns = bars + 1
		c.cells += c.columns
	}
	if depth > 0 || strings.TrimSpace(rest) == "" {
		c.marks = 0
	}
	before := c.marks
	for i := range len(rest) {
		switch rest[i] {
		case '*', '_', '[', ']', '<', '`', '~', '"', '\'', '$', '{':
			c.marks++
		}
	}
	c.all += c.marks - before
	c.notes += strings.Count(text, "[^")
	switch {
	case depth > maxNesting:
		return fmt.Sprintf("quotations and lists are nested more than %d deep", maxNesting)
	case c.marks > maxMarks:
		return fmt.Sprintf("the paragraph has more than %d marks such as * and [; put blank lines into it", maxMarks)
	case c.all > allMarks:
		return fmt.Sprintf("the text has more than %d marks such as * and [; make several posts of it", allMarks)
	case c.lines > maxLines:
		return fmt.Sprintf("the text has more than %d lines; make several posts of it", maxLines)
	case c.cells > maxCells:
		return fmt.Sprintf("the tables have more than %d cells; make a file of them that readers can load", maxCells)
	case c.notes > maxNotes:
		return fmt.Sprintf("the text has more than %d footnotes and references to them", maxNotes)
	}
	return ""
}

// onlyMarks reports whether all of s is among marks. It is quick to say no.
func onlyMarks(s, marks string) bool { return strings.TrimLeft(s, marks) == "" }

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
