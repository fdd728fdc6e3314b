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
// in any other.
//
// A tutorial makes files that are nowhere else. Its blocks have the word site
// and a file of the reader's site. The test that does what the tutorial says
// writes, compiles and runs them, so they are allowed in documents below
// docs/tutorial only:
//
//	```go site books/models.go
//
// Parts may overlap and lie in each other; the lines with the
// comments are never quoted.
package snippets

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
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
// checked: README.md, and all in docs, site/content and site/front.
func Documents(fsys fs.FS) ([]string, error) {
	var out []string
	if _, err := fs.Stat(fsys, "README.md"); err == nil {
		out = append(out, "README.md")
	}
	for _, dir := range []string{"docs", "site/content", "site/front"} {
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
	// or are Go that should quote something.
	Wrong []Finding
	// Fragments are the files quoted by blocks marked "go fragment", each
	// once. They hold errors on purpose.
	Fragments []string
}

// tutorial is the folder of the documents that a test follows.
const tutorial = "docs/tutorial/"

// Block is a fenced block of a document.
type Block struct {
	Line     int    // of the line that opens the block, from 1
	Language string // "" if none is given
	File     string // that it quotes, or makes
	Part     string // of the file; "" is the whole
	Site     bool   // it makes a file of the reader's site
	Fragment bool   // it is wrong on purpose
	Body     string
}

// Blocks returns the fenced blocks of a document.
func Blocks(text []byte) []Block {
	var out []Block
	lines := strings.SplitAfter(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		b, ok := openBlock(lines[i])
		if !ok {
			continue
		}
		end := b.end(lines, i+1)
		out = append(out, Block{
			Line: i + 1, Language: b.language, File: b.file, Part: b.part, Site: b.site, Fragment: b.fragment,
			Body: strings.Join(lines[i+1:end], ""),
		})
		i = end
	}
	return out
}

// Quote brings the blocks of one document up to date. A block of Go must quote
// a file of fsys. The word fragment after the language makes two exceptions:
//
//   - Code that is wrong on purpose is quoted from a folder testdata, where it
//     is not compiled; it is for the caller to see to it that it does not
//     compile.
//   - Code that shows how things are done elsewhere quotes nothing; it must
//     still be Go.
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
		want, err := b.quote(fsys, body)
		switch {
		case end == len(lines):
			r.Wrong = append(r.Wrong, Finding{name, i + 1, "the block has no end"})
		case err != nil:
			r.Wrong = append(r.Wrong, Finding{name, i + 1, err.Error()})
		case b.site && !strings.HasPrefix(name, tutorial):
			r.Wrong = append(r.Wrong, Finding{name, i + 1, "only a document in " + tutorial + " makes files of a site; quote a file that is compiled"})
		case b.site:
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
