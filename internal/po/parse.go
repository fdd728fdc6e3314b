package po

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads a file. Messages that are there twice, and what no tool of gettext
// reads either, are errors with their line.
func Parse(data []byte) (*File, error) {
	if len(data) > MaxSize {
		return nil, errSize
	}
	p := parser{seen: map[Key]int{}}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	for line := range bytes.Lines(data) {
		p.line++
		text := strings.TrimRight(string(line), "\r\n")
		if !utf8.ValidString(text) {
			return nil, &Error{p.line, errUTF8}
		}
		if err := p.next(strings.TrimSpace(text)); err != nil {
			return nil, &Error{p.line, err}
		}
	}
	if err := p.end(); err != nil {
		return nil, &Error{p.line, err}
	}
	return &p.file, nil
}

// parser reads a file line by line.
type parser struct {
	file  File
	seen  map[Key]int // the lines of messages
	line  int
	entry Entry
	// begun says that the entry has a keyword, comments that it has comments.
	begun, comments bool
	hasID           bool
	part            part
	// texts are what the keywords have so far: the context, the ID, the plural, then
	// the forms.
	texts [textPart + MaxForms]strings.Builder
	forms int
}

// part is what a string that stands alone in its line goes on with.
type part int

const (
	noPart part = iota
	contextPart
	idPart
	pluralPart
	textPart
)

func (p *parser) next(text string) error {
	switch {
	case text == "":
		if p.begun {
			return p.end()
		}
		return nil
	case strings.HasPrefix(text, "#~"):
		rest := strings.TrimSpace(text[2:])
		if strings.HasPrefix(rest, "|") {
			return p.comment(&p.entry.Previous, strings.TrimSpace(rest[1:]))
		}
		if rest == "" {
			return nil
		}
		if p.begun && !p.entry.Obsolete {
			if err := p.end(); err != nil {
				return err
			}
		}
		p.entry.Obsolete = true
		return p.keyword(rest)
	case text[0] == '#':
		return p.commentLine(text[1:])
	case p.entry.Obsolete && p.begun:
		if err := p.end(); err != nil {
			return err
		}
	}
	return p.keyword(text)
}

func (p *parser) commentLine(text string) error {
	if text == "" {
		return p.comment(&p.entry.Comments, "")
	}
	switch text[0] {
	case '.':
		return p.comment(&p.entry.Extracted, strings.TrimSpace(text[1:]))
	case ':':
		return p.comment(&p.entry.Places, strings.TrimSpace(text[1:]))
	case '|':
		return p.comment(&p.entry.Previous, strings.TrimSpace(text[1:]))
	case ',', '=':
		for flag := range strings.SplitSeq(text[1:], ",") {
			if flag = strings.TrimSpace(flag); flag != "" {
				if err := p.comment(&p.entry.Flags, flag); err != nil {
					return err
				}
			}
		}
		return nil
	case ' ':
		text = text[1:]
	}
	return p.comment(&p.entry.Comments, text)
}

// comment adds a line of a comment, which begins the next entry after one that has
// its text.
func (p *parser) comment(to *[]string, text string) error {
	if p.begun {
		if err := p.end(); err != nil {
			return err
		}
	}
	p.comments = true
	if p.entry.Line == 0 {
		p.entry.Line = p.line
	}
	*to = append(*to, strings.ReplaceAll(text, "\r", " ")) // as it is written
	return nil
}

// keyword reads a line such as `msgid "text"`, or one with a string alone.
func (p *parser) keyword(text string) error {
	word, rest := text, ""
	if i := strings.IndexAny(text, " \t\""); i >= 0 {
		word, rest = text[:i], strings.TrimSpace(text[i:])
	}
	switch {
	case word == "":
		if p.part == noPart {
			return errors.New("a text without a keyword before it, such as msgid")
		}
	case word == "msgctxt", word == "msgid" && !p.entry.HasContext, word == "msgid" && p.hasID:
		// The entry before may end without an empty line.
		if p.begun {
			if err := p.endKeepingObsolete(); err != nil {
				return err
			}
		}
	}
	if p.entry.Line == 0 {
		p.entry.Line = p.line
	}
	switch {
	case word == "":
	case word == "msgctxt":
		p.part, p.entry.HasContext = contextPart, true
	case word == "msgid":
		p.part, p.hasID = idPart, true
	case word == "msgid_plural":
		if !p.hasID || p.forms > 0 || p.part == pluralPart {
			return errors.New("msgid_plural stands after msgid")
		}
		p.part = pluralPart
	case word == "msgstr" || strings.HasPrefix(word, "msgstr["):
		if err := p.form(word); err != nil {
			return err
		}
		p.part = textPart
	default:
		return fmt.Errorf("%q is not a keyword; it is one of msgctxt, msgid, msgid_plural, msgstr", shorten(word))
	}
	p.begun = true
	value, err := unquote(rest)
	if err != nil {
		return err
	}
	at := p.part
	if at == textPart {
		at += part(p.forms - 1)
	}
	p.texts[at].WriteString(value)
	return nil
}

// form begins a text: msgstr, or msgstr[N] in the order of N.
func (p *parser) form(word string) error {
	if !p.hasID {
		return errors.New("msgstr stands after msgid")
	}
	number, isForm := strings.CutPrefix(word, "msgstr[")
	want, plural := p.forms, p.texts[pluralPart].Len() > 0
	switch {
	case !isForm && (plural || want > 0):
		return errors.New("a message with a plural has msgstr[0], msgstr[1] and so on, one of each")
	case isForm && !plural:
		return errors.New("msgstr[N] is for a message with msgid_plural")
	case want == MaxForms:
		return fmt.Errorf("a message has more than %d forms", MaxForms)
	case isForm && number != strconv.Itoa(want)+"]":
		return fmt.Errorf("%s stands where msgstr[%d] is expected", shorten(word), want)
	}
	p.forms++
	return nil
}

// endKeepingObsolete ends an entry in a line that goes on with another of its sort.
func (p *parser) endKeepingObsolete() error {
	obsolete := p.entry.Obsolete
	if err := p.end(); err != nil {
		return err
	}
	p.entry.Obsolete = obsolete
	return nil
}

// end ends an entry, if one has begun.
func (p *parser) end() error {
	if !p.begun && !p.comments {
		p.entry = Entry{}
		return nil
	}
	e := p.entry
	e.Context, e.ID, e.Plural = p.texts[contextPart].String(), p.texts[idPart].String(), p.texts[pluralPart].String()
	if p.begun {
		switch {
		case !p.hasID:
			return errors.New("an entry without msgid")
		case p.forms == 0:
			return fmt.Errorf("the message %q has no msgstr", shorten(e.ID))
		case len(p.file.Entries) >= maxEntries:
			return errEntries
		}
		for i := range p.forms {
			e.Text = append(e.Text, p.texts[int(textPart)+i].String())
		}
		if !e.Obsolete {
			if at, twice := p.seen[e.Key()]; twice {
				return fmt.Errorf("the message %q is there already, in line %d", shorten(e.ID), at)
			}
			p.seen[e.Key()] = e.Line
		}
		p.file.Entries = append(p.file.Entries, e)
	} else {
		p.file.End = e.Comments // nothing follows them
	}
	*p = parser{file: p.file, seen: p.seen, line: p.line}
	return nil
}

// unquote returns the text of a string as it is written.
func unquote(s string) (string, error) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", fmt.Errorf("%s is not a text in double quotes", shorten(s))
	}
	s = s[1 : len(s)-1]
	if !strings.ContainsAny(s, `\"`) {
		return s, nil
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			return "", errors.New(`a double quote within a text is written \"`)
		case c != '\\':
			out = append(out, c)
			continue
		}
		if i++; i == len(s) {
			return "", errors.New("a text ends with a backslash")
		}
		if at := strings.IndexByte(escapes, s[i]); at >= 0 {
			out = append(out, escaped[at])
			continue
		}
		code, n := number(s[i:])
		if n == 0 {
			return "", fmt.Errorf(`\%c is not known; it is one of \n, \t, \", \\`, s[i])
		}
		out = append(out, code)
		i += n - 1
	}
	if !utf8.Valid(out) {
		return "", errUTF8
	}
	return string(out), nil
}

// escapes are the letters after a backslash, escaped what they stand for.
const (
	escapes = `ntrabfv"\`
	escaped = "\n\t\r\a\b\f\v\"\\"
)

// number reads the octal or hexadecimal digits after a backslash, and returns how
// many bytes they are; 0 for none.
func number(s string) (code byte, n int) {
	digits, base := s, 8
	if s[0] == 'x' {
		digits, base = s[1:], 16
	}
	for n < len(digits) && n < 3 && (base == 8 || n < 2) {
		if _, err := strconv.ParseUint(digits[n:n+1], base, 8); err != nil {
			break
		}
		n++
	}
	v, err := strconv.ParseUint(digits[:n], base, 8)
	if err != nil {
		return 0, 0
	}
	if base == 16 {
		n++
	}
	return byte(v), n
}

// shorten cuts what is shown in an error.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
