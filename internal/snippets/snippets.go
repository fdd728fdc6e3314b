// Package snippets keeps the code in the documentation the same as code that
// is compiled and tested.
//
// A fenced block in Markdown names the file that it quotes behind its
// language, with the part of it where not the whole file is meant:
//
//	```go examples/firstpage/home.go#model
//
// The part is what stands between two comments of the file; tabs are kept, the
// indentation that all its lines have is not:
//
//	// snippet: model
//	// end snippet
//
// Comments of HTML, CSS, SQL and shell do as well, and so does "snippet: model"
// in any other. Parts may overlap and lie in each other; the lines with the
// comments are never quoted.
package snippets

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Finding is a block of code that is not what it should be.
type Finding struct {
	Path    string // of the Markdown file
	Line    int    // of the line that opens the block, from 1
	Message string
}

// String returns the finding as one line: file:line: message.
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Message) }

// Documents returns the Markdown files below the root of fsys in which code is
// checked: README.md, and all in docs and site/content.
func Documents(fsys fs.FS) ([]string, error) {
	var out []string
	if _, err := fs.Stat(fsys, "README.md"); err == nil {
		out = append(out, "README.md")
	}
	for _, dir := range []string{"docs", "site/content"} {
		err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path.Ext(name) == ".md" {
				out = append(out, name)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return out, nil
}

// Result is a document as it should be.
type Result struct {
	Text []byte // with every block replaced by what it quotes
	// Stale are the blocks that were different before.
	Stale []Finding
	// Wrong are the blocks that cannot be right: they quote what is not there,
	// or are Go that quotes nothing.
	Wrong []Finding
	// Fragments are the files quoted by blocks marked "go fragment", each
	// once. They hold mistakes on purpose; see [Quote].
	Fragments []string
}

// Quote brings the blocks of one document up to date. A block of Go must quote
// a file of fsys. One with the word fragment behind its language quotes code
// that is wrong on purpose, from a folder testdata, where it is not compiled;
// it is for the caller to see to it that it does not compile.
func Quote(fsys fs.FS, name string, text []byte) Result {
	var r Result
	fragments := map[string]bool{}
	lines := strings.SplitAfter(string(text), "\n")
	var out strings.Builder
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i])
		b, ok := openBlock(lines[i])
		if !ok {
			continue
		}
		end := b.end(lines, i+1)
		body := strings.Join(lines[i+1:end], "")
		want, err := b.quote(fsys)
		switch {
		case end == len(lines):
			r.Wrong = append(r.Wrong, Finding{name, i + 1, "the block has no end"})
		case err != nil:
			r.Wrong = append(r.Wrong, Finding{name, i + 1, err.Error()})
		case b.file != "":
			if b.fragment && !fragments[b.file] {
				fragments[b.file] = true
				r.Fragments = append(r.Fragments, b.file)
			}
			if want != body {
				r.Stale = append(r.Stale, Finding{name, i + 1, "the block is not what " + b.ref() + " says now"})
			}
			body = want
		}
		out.WriteString(body)
		if end < len(lines) {
			out.WriteString(lines[end])
		}
		i = end
	}
	r.Text = []byte(out.String())
	return r
}

// block is what the opening line of a block says.
type block struct {
	fence    string // "```", or more
	indent   string
	language string
	fragment bool
	file     string
	part     string
	known    bool // the words behind the language are understood
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
func (b block) quote(fsys fs.FS) (string, error) {
	switch {
	case !b.known:
		return "", errors.New("the opening line is not understood; it is: language, then file#part")
	case b.file == "" && b.language == "go":
		return "", errors.New("Go that quotes no file is never compiled; name one: ```go examples/firstpage/home.go#model")
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
