// Package cssrefs finds what a style sheet refers to: the URLs of url(...), src(...), image-set(...) and
// @import. It splits a sheet into tokens as CSS Syntax Module Level 3 says, section 4.
package cssrefs

import (
	"bytes"
	"strings"
)

// Ref is a URL in a style sheet. The bytes from Start to End are the string with its
// quotes, or what stands between "url(" and ")", without the spaces around it: so a
// string in quotes can take their place.
type Ref struct {
	URL        string // with its escapes resolved
	Start, End int
}

// Find returns the references of a sheet, in order. What cannot be a URL by the
// grammar, such as url(a"b), is left out, as browsers leave it out.
func Find(sheet []byte) []Ref {
	s := &scanner{text: sheet}
	for s.at < len(s.text) {
		s.token()
	}
	return s.refs
}

// Quote writes a text as a string of CSS, in double quotes.
func Quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n', '\r', '\f', 0:
			b.WriteString("\\" + string("0123456789abcdef"[r]) + " ")
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// scanner goes through a sheet.
type scanner struct {
	text []byte
	at   int
	refs []Ref
	// open are the functions and parentheses around, by their names in lower case.
	open []string
	// rule is the at-rule whose prelude this is, in lower case; "" outside of one. fresh
	// says that nothing of the prelude has come yet.
	rule  string
	fresh bool
}

// maxOpen bounds what is remembered of nested parentheses.
const maxOpen = 1000

// token takes one token.
func (s *scanner) token() {
	c := s.text[s.at]
	switch {
	case c == '/' && s.peek(1) == '*':
		s.comment()
		return
	case isSpace(c):
		s.at++
		return
	case c == '"' || c == '\'':
		s.quoted()
	case c == '@' && s.startsName(s.at+1):
		s.at++
		s.rule, s.fresh = strings.ToLower(s.name()), true
		return
	case c == '#' && (s.startsName(s.at+1) || isName(s.peek(1))):
		s.at++
		s.name()
	case s.startsName(s.at):
		s.named()
	case c == '(':
		s.push("")
		s.at++
	case c == ')':
		if len(s.open) > 0 {
			s.open = s.open[:len(s.open)-1]
		}
		s.at++
	case c == ';' || c == '{' || c == '}':
		s.rule, s.open = "", s.open[:0]
		s.at++
	default:
		s.at++
		for isDigit(c) && s.at < len(s.text) && isName(s.text[s.at]) { // 1em is one token, whose unit is no function
			s.at++
		}
	}
	s.fresh = false
}

func (s *scanner) peek(n int) byte {
	if s.at+n >= len(s.text) {
		return 0
	}
	return s.text[s.at+n]
}

func (s *scanner) push(name string) {
	if len(s.open) < maxOpen {
		s.open = append(s.open, name)
	}
}

func (s *scanner) comment() {
	end := bytes.Index(s.text[s.at+2:], []byte("*/"))
	if end < 0 {
		s.at = len(s.text)
		return
	}
	s.at += end + 4
}

// named takes a token that begins with a name: a word, a function, or url(...).
func (s *scanner) named() {
	name := strings.ToLower(s.name())
	if s.peek(0) != '(' {
		return
	}
	s.at++
	if name != "url" {
		s.push(name)
		return
	}
	from := s.at
	for isSpace(s.peek(0)) {
		s.at++
	}
	if c := s.peek(0); c == '"' || c == '\'' {
		s.at = from
		s.push(name)
		return
	}
	s.unquoted()
}

// unquoted takes the rest of a url token, from its first character.
func (s *scanner) unquoted() {
	start := s.at
	var url []byte
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == ')':
			s.found(url, start, s.at)
			s.at++
			return
		case isSpace(c):
			end := s.at
			for isSpace(s.peek(0)) {
				s.at++
			}
			if s.peek(0) == ')' {
				s.found(url, start, end)
				s.at++
			} else {
				s.badURL()
			}
			return
		case c == '"' || c == '\'' || c == '(' || c < ' ' || c == 0x7f, c == '\\' && isNewline(s.peek(1)):
			s.badURL()
			return
		case c == '\\':
			s.at++
			url = s.escape(url)
		default:
			url = append(url, c)
			s.at++
		}
	}
}

// badURL goes to the end of a url token that is none.
func (s *scanner) badURL() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ')':
			s.at++
			return
		case '\\':
			s.at++
		}
		s.at++
	}
	s.at = min(s.at, len(s.text))
}

// quoted takes a string. One with a line end in it is none.
func (s *scanner) quoted() {
	start, quote := s.at, s.text[s.at]
	var text []byte
	for s.at++; s.at < len(s.text); {
		c := s.text[s.at]
		switch {
		case c == quote:
			s.at++
			if s.isReference() {
				s.found(text, start, s.at)
			}
			return
		case isNewline(c):
			return
		case c == '\\' && s.at+1 == len(s.text):
			s.at++
		case c == '\\' && isNewline(s.peek(1)):
			if s.at++; s.text[s.at] == '\r' && s.peek(1) == '\n' {
				s.at++
			}
			s.at++
		case c == '\\':
			s.at++
			text = s.escape(text)
		default:
			text = append(text, c)
			s.at++
		}
	}
}

// isReference reports whether a string at this place is a URL.
func (s *scanner) isReference() bool {
	if len(s.open) == 0 {
		return s.rule == "import" && s.fresh
	}
	switch s.open[len(s.open)-1] {
	case "url", "src", "image-set", "-webkit-image-set":
		return true
	}
	return false
}

func (s *scanner) found(url []byte, start, end int) {
	if s.rule != "namespace" { // that of a namespace is a name
		s.refs = append(s.refs, Ref{URL: string(url), Start: start, End: end})
	}
}

// name takes a name (section 4.3.11).
func (s *scanner) name() string {
	var name []byte
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case isName(c):
			name = append(name, c)
			s.at++
		case c == '\\' && s.at+1 < len(s.text) && !isNewline(s.text[s.at+1]):
			s.at++
			name = s.escape(name)
		default:
			return string(name)
		}
	}
	return string(name)
}

// startsName reports whether a name begins at a place (section 4.3.9).
func (s *scanner) startsName(at int) bool {
	get := func(i int) byte {
		if i < len(s.text) {
			return s.text[i]
		}
		return 0
	}
	escapes := func(i int) bool { return get(i) == '\\' && i+1 < len(s.text) && !isNewline(get(i+1)) }
	if get(at) == '-' {
		return isNameStart(get(at+1)) || get(at+1) == '-' || escapes(at+1)
	}
	return isNameStart(get(at)) || escapes(at)
}

// escape takes an escape after its backslash (section 4.3.7).
func (s *scanner) escape(to []byte) []byte {
	if s.at >= len(s.text) {
		return append(to, "\ufffd"...)
	}
	value, digits := rune(0), 0
	for ; digits < 6 && s.at < len(s.text) && isHex(s.text[s.at]); digits++ {
		value = value<<4 | hex(s.text[s.at])
		s.at++
	}
	if digits == 0 {
		s.at++
		return append(to, s.text[s.at-1])
	}
	switch {
	case s.peek(0) == '\r' && s.peek(1) == '\n':
		s.at += 2
	case isSpace(s.peek(0)):
		s.at++
	}
	if value == 0 || value > 0x10ffff || value >= 0xd800 && value < 0xe000 {
		value = '\ufffd'
	}
	return append(to, string(value)...)
}

func isSpace(c byte) bool     { return c == ' ' || c == '\t' || isNewline(c) }
func isNewline(c byte) bool   { return c == '\n' || c == '\r' || c == '\f' }
func isDigit(c byte) bool     { return c >= '0' && c <= '9' }
func isNameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }
func isName(c byte) bool      { return isNameStart(c) || isDigit(c) || c == '-' }
func isHex(c byte) bool       { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func hex(c byte) rune {
	if isDigit(c) {
		return rune(c - '0')
	}
	return rune(c|0x20-'a') + 10
}
