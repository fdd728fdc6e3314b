package jsimports

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The kinds of tokens.
const (
	sign     = iota // one character
	word            // a name or keyword
	number          // with its letters
	text            // a string, or a template without places
	template        // the part of a template up to "${", or from "}" to its end
	regexp
)

// lexer splits a source into tokens.
type lexer struct {
	text []byte
	at   int

	kind       int
	start      int    // of the token
	value      string // of a text
	before     byte   // the last character of the token before; 0 for the first
	expression bool   // an operand has ended: a slash divides
	braces     []brace
	peeking    bool // what is read will be read again, so braces must stay
}

// brace is what is open around a token.
type brace struct {
	kind byte
	// after says whether an operand has ended at the end of the brace: after f(x), not
	// after if (x).
	after bool
}

// maxOpen bounds what is remembered of nesting; a source that has more is given up.
const maxOpen = 10_000

func (l *lexer) token() []byte { return l.text[l.start:l.at] }

func (l *lexer) is(c byte) bool { return l.kind == sign && l.text[l.start] == c }

// next takes a token; false at the end, or where the source is broken.
func (l *lexer) next() bool {
	if l.at > l.start {
		l.before = l.text[l.at-1]
		if bytes.HasSuffix(l.text[:l.at], []byte("...")) {
			l.before = ',' // what follows is no property
		}
	}
	last := l.token()
	if l.kind != word {
		last = nil
	}
	if !l.skipSpace() {
		return false
	}
	l.start = l.at
	c := l.text[l.at]
	switch {
	case isName(c) || c == '\\' || c == '#' && l.start+1 < len(l.text) && isName(l.text[l.start+1]):
		return l.name()
	case isDigit(c) || c == '.' && l.at+1 < len(l.text) && isDigit(l.text[l.at+1]):
		for l.at < len(l.text) && (isName(l.text[l.at]) || isDigit(l.text[l.at]) || l.text[l.at] == '.') {
			l.at++
		}
		l.kind, l.expression = number, true
		return true
	case c == '"' || c == '\'':
		return l.quoted(c)
	case c == '`':
		return l.template(text)
	case c == '/' && !l.expression:
		return l.regexp()
	}
	return l.sign(c, last)
}

// sign takes a token of one character, after the word before it, if it was one.
func (l *lexer) sign(c byte, last []byte) bool {
	l.kind = sign
	l.at++
	switch c {
	case '(':
		control := false
		switch string(last) {
		case "if", "while", "for", "with":
			control = true
		}
		l.braces = append(l.braces, brace{'(', !control})
	case '[':
		l.braces = append(l.braces, brace{'[', true})
	case '{':
		l.braces = append(l.braces, brace{'{', !l.beginsBlock(last)})
	case ')', ']', '}':
		if len(l.braces) == 0 || l.peeking {
			return false
		}
		open := l.braces[len(l.braces)-1]
		l.braces = l.braces[:len(l.braces)-1]
		if open.kind == '`' {
			return c == '}' && l.template(template)
		}
		l.expression = open.after
		return true
	case '+', '-':
		if l.at < len(l.text) && l.text[l.at] == c { // x++ / y
			l.at++
			return true
		}
	}
	l.expression = false
	return len(l.braces) <= maxOpen
}

// beginsBlock reports whether a brace begins statements, not an object.
func (l *lexer) beginsBlock(last []byte) bool {
	switch string(last) {
	case "":
		switch l.before {
		case 0, ';', '{', '}', ')':
			return true
		case '>': // an arrow
			return l.start >= 2 && bytes.HasSuffix(bytes.TrimRight(l.text[:l.start], " \t\r\n"), []byte("=>"))
		}
		return false
	case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "instanceof", "yield", "await", "default", "import", "export":
		return false
	}
	return true // do, else, try, and names of classes
}

// skipSpace goes to the next token; false at the end.
func (l *lexer) skipSpace() bool {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case rest[0] == ' ' || rest[0] >= '\t' && rest[0] <= '\r':
			l.at++
		case bytes.HasPrefix(rest, []byte("//")), bytes.HasPrefix(rest, []byte("#!")) && l.at == 0:
			l.line()
		case bytes.HasPrefix(rest, []byte("/*")):
			end := bytes.Index(rest[2:], []byte("*/"))
			if end < 0 {
				return false
			}
			l.at += end + 4
		default:
			n := l.otherSpace()
			if n == 0 {
				return true
			}
			l.at += n
		}
	}
	return false
}

// otherSpace returns how many bytes of space that is not ASCII come next.
func (l *lexer) otherSpace() int {
	if r, n := utf8.DecodeRune(l.text[l.at:]); n > 1 && (r == '\ufeff' || unicode.IsSpace(r) && r != '\u0085') {
		return n
	}
	return 0
}

func (l *lexer) line() {
	end := bytes.IndexAny(l.text[l.at:], "\r\n\u2028\u2029")
	if end < 0 {
		end = len(l.text) - l.at
	}
	l.at += end
}

func (l *lexer) name() bool {
	for l.at++; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		if !isName(c) && !isDigit(c) && c != '\\' || c >= utf8.RuneSelf && l.otherSpace() > 0 {
			break
		}
	}
	l.kind, l.expression = word, true
	if l.before == '.' {
		return true // a property, whatever it is called
	}
	switch string(l.token()) {
	case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "instanceof", "yield", "await", "do", "else", "default", "import", "export", "extends":
		l.expression = false
	}
	return true
}

func (l *lexer) quoted(quote byte) bool {
	var b []byte
	for l.at++; l.at < len(l.text); {
		switch c := l.text[l.at]; c {
		case quote:
			l.at++
			l.kind, l.value, l.expression = text, string(b), true
			return true
		case '\n', '\r':
			return false
		case '\\':
			l.at++
			b = l.escape(b)
		default:
			b = append(b, c)
			l.at++
		}
	}
	return false
}

// template takes a part of a template; one that has no places is of the kind whole.
func (l *lexer) template(whole int) bool {
	if whole == text {
		l.at++
	}
	var b []byte
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '`':
			l.at++
			l.kind, l.value, l.expression = whole, string(b), true
			return true
		case c == '$' && l.at+1 < len(l.text) && l.text[l.at+1] == '{':
			l.at += 2
			l.kind, l.expression = template, false
			l.braces = append(l.braces, brace{'`', true})
			return len(l.braces) <= maxOpen
		case c == '\\':
			l.at++
			b = l.escape(b)
		default:
			b = append(b, c)
			l.at++
		}
	}
	return false
}

// escape takes what follows a backslash in a string.
func (l *lexer) escape(to []byte) []byte {
	if l.at >= len(l.text) {
		return to
	}
	c := l.text[l.at]
	l.at++
	switch c {
	case 'n':
		return append(to, '\n')
	case 't':
		return append(to, '\t')
	case 'r':
		return append(to, '\r')
	case 'b':
		return append(to, '\b')
	case 'f':
		return append(to, '\f')
	case 'v':
		return append(to, '\v')
	case '\r':
		if l.at < len(l.text) && l.text[l.at] == '\n' {
			l.at++
		}
		return to
	case '\n':
		return to
	case 'x':
		return utf8.AppendRune(to, l.digits(2))
	case 'u':
		r := l.unicode()
		if utf16.IsSurrogate(r) && bytes.HasPrefix(l.text[l.at:], []byte(`\u`)) {
			l.at += 2
			r = utf16.DecodeRune(r, l.unicode())
		}
		return utf8.AppendRune(to, r)
	}
	return append(to, c)
}

// unicode takes an escape after "\u".
func (l *lexer) unicode() rune {
	if l.at >= len(l.text) || l.text[l.at] != '{' {
		return l.digits(4)
	}
	end := bytes.IndexByte(l.text[l.at:], '}')
	if end < 0 {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(l.text[l.at+1:l.at+end]), 16, 32)
	l.at += end + 1
	if err != nil || n > utf8.MaxRune {
		return utf8.RuneError
	}
	return rune(n)
}

func (l *lexer) digits(n int) rune {
	if l.at+n > len(l.text) {
		return utf8.RuneError
	}
	value, err := strconv.ParseUint(string(l.text[l.at:l.at+n]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	l.at += n
	return rune(value)
}

// regexp takes a regular expression with its flags.
func (l *lexer) regexp() bool {
	class := false
	for l.at++; l.at < len(l.text); l.at++ {
		switch c := l.text[l.at]; {
		case c == '\n' || c == '\r':
			return false
		case c == '\\':
			l.at++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			for l.at++; l.at < len(l.text) && strings.IndexByte("dgimsuvy", l.text[l.at]) >= 0; l.at++ {
			}
			l.kind, l.expression = regexp, true
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isName reports whether a byte can be in a name. All that are not ASCII can.
func isName(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '$' || c >= utf8.RuneSelf
}
