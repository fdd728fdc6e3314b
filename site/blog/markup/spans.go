package markup

import (
	"bytes"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// emphasis reads * and _ as kramdown does: what decides is what stands inside of
// the marks. CommonMark also looks at what stands around them, and takes every
// letter of a script without spaces for the middle of a word, so that bold
// words next to punctuation stay as typed.
type emphasis struct{}

func (emphasis) IsDelimiter(b byte) bool                   { return b == '*' || b == '_' }
func (emphasis) CanOpenCloser(o, c *parser.Delimiter) bool { return o.Char == c.Char }
func (emphasis) OnMatch(consumes int) ast.Node             { return ast.NewEmphasis(consumes) }
func (emphasis) Trigger() []byte                           { return []byte{'*', '_'} }

func (e emphasis) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	length := len(line) - len(bytes.TrimLeft(line, string(line[:1])))
	after, _ := utf8.DecodeRune(line[length:])
	opens, closes := length < len(line) && !unicode.IsSpace(after), !unicode.IsSpace(before)
	if line[0] == '_' {
		opens = opens && !unicode.IsLetter(before) && before != '-' && before != '_'
		closes = closes && !unicode.IsLetter(after) && !unicode.IsNumber(after)
	}
	return push(parser.NewDelimiter(opens, closes, length, line[0], e), block, segment, pc)
}

func push(d *parser.Delimiter, block text.Reader, segment text.Segment, pc parser.Context) ast.Node {
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	block.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

// struck reads ~~struck text~~. A single ~ means "about" or "to".
type struck struct{}

func (struck) IsDelimiter(b byte) bool                   { return b == '~' }
func (struck) CanOpenCloser(o, c *parser.Delimiter) bool { return o.Char == c.Char }
func (struck) OnMatch(int) ast.Node                      { return extension.NewStrikethrough() }
func (struck) Trigger() []byte                           { return []byte{'~'} }

func (s struck) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	length := len(line) - len(bytes.TrimLeft(line, "~"))
	if length != 2 || before == '~' {
		return nil
	}
	after, _ := utf8.DecodeRune(line[length:])
	return push(parser.NewDelimiter(length < len(line) && !unicode.IsSpace(after), !unicode.IsSpace(before), length, '~', s), block, segment, pc)
}

// lineBreak reads two backslashes at the end of a line, which break it.
type lineBreak struct{}

func (lineBreak) Trigger() []byte { return []byte{'\\'} }

func (lineBreak) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if string(line) != "\\\\\n" {
		return nil
	}
	node := ast.NewTextSegment(segment.WithStop(segment.Start))
	node.SetHardLineBreak(true)
	block.AdvanceLine()
	return node
}

// quotes makes straight quotation marks curly, by the rules of SmartyPants as
// kramdown has them. Each is decided by the characters next to it.
type quotes struct{}

func (quotes) Trigger() []byte { return []byte{'\'', '"'} }

func (quotes) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	// What an element or another quotation mark has consumed does not count.
	var before rune
	if last, ok := parent.LastChild().(*ast.Text); ok && !last.IsRaw() && (last.Segment.Len() > 0 || last.SoftLineBreak()) {
		before = block.PrecendingCharacter()
		if consumed.Match(last.Segment.Value(block.Source())) {
			before = 0
		}
	}
	mark, n := curly(before, line)
	block.Advance(n)
	node := ast.NewString([]byte(mark))
	node.SetCode(true)
	return node
}

// consumed ends with an entity or an escaped mark.
var consumed = regexp.MustCompile(`(?:&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,30});|\\[!-/:-@\[-\x60{-~])$`)

// The curly marks for ' and ".
var (
	opening = [...]string{"‘", "“"}
	closing = [...]string{"’", "”"}
)

// curly returns what takes the place of the first n bytes of line, which begins
// with a quotation mark. The character before it is 0 if there is none.
func curly(before rune, line []byte) (mark string, n int) {
	which := 0
	if line[0] == '"' {
		which = 1
	}
	at := func(i int) byte {
		if i < len(line) {
			return line[i]
		}
		return '\n'
	}
	space := before == ' ' || before == '\t' || before == '\n' || before == 0
	next := at(1)
	switch {
	case before == 0 && (next == '*' || next == '_') && emphasised(line[1:]):
		return opening[which], 1
	case before == 0 && isPunct(next) && next != line[0]^('\''^'"') && !bytes.HasPrefix(line[1:], []byte("...")) && !wordByte(at(2)):
		return closing[which], 1
	case space && next == line[0]^('\''^'"') && wordByte(at(2)):
		return opening[which] + opening[1-which], 2
	case space && line[0] == '\'' && isDigit(next) && isDigit(at(2)) && at(3) == 's':
		return closing[0], 1
	case !space && before != '[' && before != '{' && before != '(' && before != '-' && before != '\\':
		return closing[which], 1
	case before == 0 && (next == ' ' || next == '\t' || next == '\n' || next == 's' && !wordByte(at(2))):
		return closing[which], 1
	}
	return opening[which], 1
}

// emphasised reports whether text begins with one or two marks of emphasis and
// something that they can stand before.
func emphasised(text []byte) bool {
	rest := bytes.TrimLeft(text, "*_")
	return len(rest) > 0 && rest[0] != ' ' && rest[0] != '\t' && rest[0] != '\n'
}

func isPunct(c byte) bool {
	return c > ' ' && c < 0x7f && !wordByte(c) || c == '_'
}

func wordByte(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// template is what a template language left: {% tag %} and {{ value }}. What
// nobody resolved stays as it was written, without Markdown and curly quotes.
type template struct{}

func (template) Trigger() []byte { return []byte{'{'} }

func (template) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	line = line[:min(len(line), maxAttributes)]
	for _, pair := range [...][2]string{{"{%", "%}"}, {"{{", "}}"}} {
		if !bytes.HasPrefix(line, []byte(pair[0])) {
			continue
		}
		if end := bytes.Index(line[2:], []byte(pair[1])); end >= 0 {
			block.Advance(end + 4)
			node := ast.NewString(bytes.Clone(line[:end+4]))
			node.SetPos(segment.Start)
			return node
		}
	}
	return nil
}
