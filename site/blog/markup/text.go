package markup

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
)

// MaxBytes is the length of a text, in bytes, up to which [Render] reads it.
const MaxBytes = 5 << 20

// Text is Markdown, or HTML, on its way into a page. It must have been checked
// by [Check].
type Text struct {
	// Name begins the errors, Line is the line of the file in which the text
	// begins.
	Name string
	Line int
	// Source is the text.
	Source string
	// HTML says that Source is HTML, not Markdown.
	HTML bool
	// Codes are blocks of code for which Source has a [Placeholder].
	Codes []Code
	// Shifts say which lines of Source are others than those of the file, in
	// order.
	Shifts []Shift
}

// Shift says that from the line From of a text on, counted as [Text.Line]
// counts, line numbers are greater by By than those of the file.
type Shift struct{ From, By int }

// errorf returns the sentence about a line of the file.
func (t Text) errorf(line int, format string, args ...any) error {
	return fault.Newf(fault.Invalid, "%s:%d: %s", t.Name, line, fmt.Sprintf(format, args...))
}

// Check returns a text with lines that end in \n and without control
// characters. The error is one sentence with name and line, of the kind
// fault.TooLarge if there are more bytes than limit and fault.Invalid if it is
// not text in UTF-8.
func Check(name string, text []byte, limit int) (string, error) {
	t := Text{Name: name}
	if len(text) > limit {
		return "", fault.Newf(fault.TooLarge, "%s:1: the file has %d bytes, more than the %d that are read", name, len(text), limit)
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return "", t.errorf(1, "the file is UTF-16; save it as UTF-8")
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return "", t.errorf(lineAt(text, at), "the file contains a NUL byte, so it is not text")
	}
	if at := InvalidUTF8(text); at >= 0 {
		return "", t.errorf(lineAt(text, at), "byte %#x is not UTF-8; save the file as UTF-8", text[at])
	}
	return Normalise(string(bytes.TrimPrefix(text, []byte("\ufeff")))), nil
}

// Normalise makes all line ends \n and drops control characters, which mean
// nothing in a text and are not allowed in feeds.
func Normalise(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, text)
}

// InvalidUTF8 returns the index of the first byte that is not part of a
// character, or -1.
func InvalidUTF8(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

func lineAt(text []byte, at int) int { return 1 + bytes.Count(text[:at], []byte("\n")) }

// Clip cuts s after at most n characters, and takes spaces and hyphens off the new end.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return strings.TrimRight(s[:i], " -")
		}
		n--
	}
	return s
}
