package markup

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// rawHTML is CommonMark's HTML block, with these differences:
//
//   - A line with nothing but the tag of an element that stands within text, such
//     as <br> or <img>, begins a paragraph.
//   - It ends after the line with its end tag, if the next line is not HTML,
//     and not only at a blank line.
//   - It goes on after a blank line if the next line is indented and goes on
//     with the HTML: CommonMark would make that line code, in the middle of a
//     table.
//   - It ends at once after <div markdown="1">, with which kramdown is told
//     that Markdown follows.
type rawHTML struct{ parser.BlockParser }

// openTag begins a line of HTML.
var openTag = regexp.MustCompile(`^ {0,3}<(/?)([A-Za-z][A-Za-z0-9-]*)`)

// htmlStates are what is known of the blocks that are open.
var htmlStates = parser.NewContextKey()

// htmlState follows the element that begins a block.
type htmlState struct {
	block *ast.HTMLBlock
	tag   string
	open  int // how many elements of that name are open
}

func (b rawHTML) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	node, state := b.BlockParser.Open(parent, reader, pc)
	block, ok := node.(*ast.HTMLBlock)
	if !ok {
		return node, state
	}
	m := openTag.FindSubmatch(line)
	if block.HTMLBlockType == ast.HTMLBlockType7 && m != nil && standsInText(strings.ToLower(string(m[2]))) {
		reader.SetPosition(lineOf(reader), segment)
		return nil, parser.NoChildren
	}
	if block.HTMLBlockType == ast.HTMLBlockType6 && m != nil {
		st := &htmlState{block: block, tag: strings.ToLower(string(m[2]))}
		st.count(line)
		pc.Set(htmlStates, st)
	}
	return node, state
}

// standsInText reports whether an element can be part of a paragraph.
func standsInText(name string) bool {
	switch name {
	case "br", "img", "input", "label", "button", "select", "option", "ruby", "rb", "rt", "rp", "rtc", "rbc", "picture", "data":
		return true
	}
	return isInline(name)
}

// lineOf returns the number of the line that the reader is in.
func lineOf(reader text.Reader) int {
	n, _ := reader.Position()
	return n
}

// count follows the element through a line.
func (s *htmlState) count(line []byte) {
	if isVoid(s.tag) {
		return
	}
	for rest := line; ; {
		at := bytes.IndexByte(rest, '<')
		if at < 0 || at+1 == len(rest) {
			return
		}
		rest = rest[at+1:]
		step := 1
		if rest[0] == '/' {
			step, rest = -1, rest[1:]
		}
		if len(rest) < len(s.tag) || !strings.EqualFold(string(rest[:len(s.tag)]), s.tag) ||
			len(rest) > len(s.tag) && (wordByte(rest[len(s.tag)]) || rest[len(s.tag)] == '-') {
			continue
		}
		end := bytes.IndexByte(rest, '>')
		if step == 1 && end > 0 && rest[end-1] == '/' {
			continue // closed at once
		}
		s.open += step
	}
}

func (b rawHTML) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	block, ok := node.(*ast.HTMLBlock)
	line, segment := reader.PeekLine()
	if ok && block.Lines().Len() == 1 && holdsMarkdown(block, reader) {
		return parser.Close
	}
	if !ok || block.HTMLBlockType != ast.HTMLBlockType6 {
		return b.BlockParser.Continue(node, reader, pc)
	}
	st, _ := pc.Get(htmlStates).(*htmlState)
	if st != nil && st.block != block {
		st = nil
	}
	if !util.IsBlank(line) {
		if st != nil && st.open <= 0 && !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("<")) {
			return parser.Close
		}
		if st != nil {
			st.count(line)
		}
		return b.BlockParser.Continue(node, reader, pc)
	}
	if !goesOn(block, reader, segment) {
		return b.BlockParser.Continue(node, reader, pc)
	}
	node.Lines().Append(segment)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// holdsMarkdown reports whether an element says so, with nothing after its tag.
func holdsMarkdown(block *ast.HTMLBlock, reader text.Reader) bool {
	first := block.Lines().At(0)
	line := bytes.TrimSpace(first.Value(reader.Source()))
	return bytes.Contains(line, []byte(" markdown=")) && bytes.IndexByte(line, '>') == len(line)-1
}

// maxBlank is how many blank lines may stand within raw HTML.
const maxBlank = 5

func goesOn(block *ast.HTMLBlock, reader text.Reader, blank text.Segment) bool {
	rest := reader.Source()[blank.Stop:]
	for range maxBlank {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if util.IsBlank(line) {
			continue
		}
		if !bytes.HasPrefix(line, []byte("    ")) && !bytes.HasPrefix(line, []byte("\t")) {
			return false
		}
		if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("<")) {
			return true
		}
		first := block.Lines().At(0)
		open := strings.ToLower(string(bytes.TrimLeft(first.Value(reader.Source()), " ")))
		return strings.HasPrefix(open, "<table") || strings.HasPrefix(open, "<ul") || strings.HasPrefix(open, "<ol") || strings.HasPrefix(open, "<dl")
	}
	return false
}

// closeAtOnce writes <x/> as <x></x>, as those mean it who write it: browsers
// overlook the slash, and take all that follows for what is in the element.
func closeAtOnce(text string) string {
	if !strings.Contains(text, "/>") {
		return text
	}
	var out strings.Builder
	z, at := html.NewTokenizer(strings.NewReader(text)), 0 // text[:at] is read
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		raw := z.Raw()
		at += len(raw)
		if kind != html.SelfClosingTagToken {
			out.Write(raw)
			continue
		}
		tag := strings.TrimSuffix(string(raw), "/>")
		name, _ := z.TagName()
		if isVoid(string(name)) {
			out.WriteString(tag + "/>")
			continue
		}
		out.WriteString(tag + "></" + string(name) + ">")
		if isRaw(string(name)) {
			// The tokenizer takes the rest for the text of the element.
			z = html.NewTokenizer(strings.NewReader(text[at:]))
		}
	}
}
