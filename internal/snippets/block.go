package snippets

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// block is what the opening line of a block says.
type block struct {
	fence    string // "```", or more
	indent   string
	language string
	fragment bool
	site     bool // the document is the source of the file
	file     string
	part     string
	known    bool // the words after the language are understood
}

var opening = regexp.MustCompile("^( {0,3})(`{3,}|~{3,})[ \t]*([^`]*?)[ \t]*\r?\n?$")

// openBlock reads the opening line of a fenced block, see
// https://spec.commonmark.org/0.31.2/#fenced-code-blocks.
func openBlock(line string) (block, bool) {
	m := opening.FindStringSubmatch(line)
	if m == nil {
		return block{}, false
	}
	b := block{indent: m[1], fence: m[2], known: true}
	words := strings.Fields(m[3])
	if len(words) > 0 {
		b.language, words = words[0], words[1:]
	}
	if len(words) > 0 && words[0] == "fragment" {
		b.fragment, words = true, words[1:]
	}
	if len(words) > 1 && words[0] == "site" {
		b.site, words = true, words[1:]
	}
	if len(words) > 0 {
		b.file, b.part, _ = strings.Cut(words[0], "#")
		b.known = len(words) == 1
	}
	return b, true
}

// end returns the index of the line that closes the block, len(lines) if none
// does.
func (b block) end(lines []string, from int) int {
	for i := from; i < len(lines); i++ {
		line := strings.TrimLeft(lines[i], " ")
		rest := strings.TrimLeft(line, b.fence[:1])
		if len(line)-len(rest) >= len(b.fence) && strings.TrimSpace(rest) == "" && len(lines[i])-len(line) <= 3 {
			return i
		}
	}
	return len(lines)
}

func (b block) ref() string {
	if b.part == "" {
		return b.file
	}
	return b.file + "#" + b.part
}

// quote returns what the block should hold; "" where it quotes nothing.
func (b block) quote(fsys fs.FS, body string) (string, error) {
	switch {
	case !b.known:
		return "", errors.New("the opening line is not understood; it is: language, then file#part")
	case b.site:
		return "", nil
	case b.file == "" && b.fragment:
		return "", parses(body)
	case b.file == "" && b.language == "go":
		return "", errors.New("code in Go that quotes no file is never compiled; name one: ```go examples/firstpage/home.go#model")
	case b.file == "":
		return "", nil
	case b.fragment && !slices.Contains(strings.Split(b.file, "/"), "testdata"):
		return "", fmt.Errorf("%s: a fragment is wrong on purpose and stands in a folder testdata", b.file)
	}
	text, err := fs.ReadFile(fsys, b.file)
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", b.file, err)
	}
	part, err := Part(text, b.part)
	if err != nil {
		return "", fmt.Errorf("%s: %w", b.file, err)
	}
	part = indentBy(b.indent, part)
	if lines := strings.SplitAfter(part, "\n"); b.end(lines, 0) < len(lines) {
		return "", fmt.Errorf("%s: a line of it would end the block; use a longer fence", b.ref())
	}
	return part, nil
}

// parses reports whether a text is a file, declarations or statements of Go.
func parses(text string) error {
	for _, around := range [][2]string{{"", ""}, {"package p\n", ""}, {"package p\nfunc _() {\n", "\n}"}} {
		file := around[0] + text + around[1]
		if _, err := parser.ParseFile(token.NewFileSet(), "", file, parser.SkipObjectResolution); err == nil {
			return nil
		}
	}
	return errors.New("the fragment is neither declarations nor statements of Go")
}

func indentBy(indent, text string) string {
	if indent == "" {
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			out.WriteString(indent)
		}
		out.WriteString(line)
	}
	return out.String()
}
