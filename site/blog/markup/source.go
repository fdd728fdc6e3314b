package markup

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
)

// maxFrontMatter is far more than any front matter needs, and little enough
// that reading it costs nothing.
const maxFrontMatter = 256 << 10

// source is a file that is known to be text, with lines that end in \n.
type source struct {
	name  string
	text  string
	front part // the front matter, without its fences
	body  part
}

// part is a stretch of a file and the line it begins in.
type part struct {
	text string
	line int
}

// errorf returns the sentence about a line of the file.
func (s *source) errorf(line int, format string, args ...any) error {
	return fault.Newf(fault.Invalid, "%s:%d: %s", s.name, line, fmt.Sprintf(format, args...))
}

// readSource checks that text can be read at all and splits it.
func readSource(name string, text []byte, limit int) (*source, error) {
	s := &source{name: name}
	if len(text) > limit {
		return nil, fault.Newf(fault.TooLarge, "%s:1: the file has %d bytes, more than the %d that are read", name, len(text), limit)
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, s.errorf(1, "the file is UTF-16; save it as UTF-8")
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return nil, s.errorf(lineAt(text, at), "the file contains a NUL byte, so it is not text")
	}
	if at := invalidUTF8(text); at >= 0 {
		return nil, s.errorf(lineAt(text, at), "byte %#x is not UTF-8; save the file as UTF-8", text[at])
	}
	s.text = normalise(string(bytes.TrimPrefix(text, []byte("\ufeff"))))
	return s, s.split()
}

// frontKey begins a line of a front matter.
var frontKey = regexp.MustCompile(`^[A-Za-z_-]+[ \t]*:`)

// split finds the front matter.
func (s *source) split() error {
	first, rest, _ := strings.Cut(s.text, "\n")
	skipped := 0
	for strings.TrimSpace(first) == "" && rest != "" {
		first, rest, _ = strings.Cut(rest, "\n")
		skipped++
	}
	// Blank lines before it were a slip if a key follows it.
	next, _, _ := strings.Cut(rest, "\n")
	if skipped > 0 && !frontKey.MatchString(next) {
		first = ""
	}
	if strings.TrimRight(first, " \t") != "---" {
		s.body = part{text: s.text, line: 1}
		return nil
	}
	line, start := skipped+2, len(s.text)-len(rest)
	for at := start; at < len(s.text); line++ {
		text, _, found := strings.Cut(s.text[at:], "\n")
		end := at + len(text)
		if found {
			end++
		}
		if text = strings.TrimRight(text, " \t"); text == "---" || text == "..." {
			if at-start > maxFrontMatter {
				return fault.Newf(fault.TooLarge, "%s:1: the front matter has %d bytes, more than the %d that are read", s.name, at-start, maxFrontMatter)
			}
			s.front = part{text: s.text[start:at], line: skipped + 2}
			s.body = part{text: s.text[end:], line: line + 1}
			return nil
		}
		at = end
	}
	return s.errorf(skipped+1, "the front matter that begins here is not closed; write a line --- below it")
}

// normalise makes all line ends \n and drops control characters, which mean
// nothing in a text and are not allowed in feeds.
func normalise(text string) string {
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

// invalidUTF8 returns the index of the first byte that is not part of a
// character, or -1.
func invalidUTF8(text []byte) int {
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

// clip cuts s after at most n characters.
func clip(s string, n int) string {
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
