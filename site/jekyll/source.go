package jekyll

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/site/blog/markup"
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
	var err error
	if s.text, err = markup.Check(name, text, limit); err != nil {
		return nil, err
	}
	return s, s.split()
}

// frontKey begins a line of a front matter.
var frontKey = regexp.MustCompile(`^[A-Za-z_-]+[ \t]*:`)

// Lines that a front matter begins with in other programs.
var (
	tomlKey = regexp.MustCompile(`^\s*(?:[A-Za-z_-]+\s*=|\[|#|$)`)
	jsonKey = regexp.MustCompile(`^\s*"[\w-]+"\s*:`)
)

// otherFrontMatter names the language of a front matter that is not YAML, by its
// first two lines; "" if there is none.
func otherFrontMatter(first, next string) string {
	switch {
	case first == "+++" && tomlKey.MatchString(next):
		return "TOML"
	case first == "{" && jsonKey.MatchString(next), first == ";;;", first == "---json":
		return "JSON"
	case first == "---toml":
		return "TOML"
	}
	return ""
}

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
	if other := otherFrontMatter(strings.TrimRight(first, " \t"), next); other != "" {
		return s.errorf(skipped+1, "the front matter is %s; only YAML is read, between two lines of three hyphens", other)
	}
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
