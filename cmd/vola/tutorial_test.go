package main

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/snippets"
)

// TestTutorial does what docs/first-page.md and the chapters of docs/tutorial
// say, in this order, as a reader would: it runs each command, writes each file
// and compares what is printed with what is shown.
func TestTutorial(t *testing.T) {
	t.Parallel()
	r := newTutorialReader(t)
	for _, document := range []string{
		"docs/first-page.md", "docs/tutorial/1-models.md", "docs/tutorial/2-pages.md", "docs/tutorial/3-tests.md",
	} {
		r.follow(document)
	}
}

// follow does what one document says.
func (r *tutorialReader) follow(document string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.source, document))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, b := range snippets.Blocks(text) {
		r.at = fmt.Sprintf("%s:%d", document, b.Line)
		switch {
		case b.Fragment: // wrong on purpose
		case b.Site:
			r.takeCode(b.File, b)
		case b.File != "":
			r.takeCode(strings.TrimPrefix(b.File, "examples/firstpage/"), b)
		case b.Language == "sh":
			for line := range strings.Lines(b.Body) {
				r.command(strings.TrimSpace(line))
			}
		case b.Language == "console":
			r.session(b.Body)
		default:
			r.t.Errorf("%s: a block of %q is neither a file nor commands; write it as sh, console or site FILE", r.at, b.Language)
		}
	}
	r.stop()
}

// session runs the lines that begin with a dollar, and compares what each
// prints with the lines below it.
func (r *tutorialReader) session(body string) {
	r.t.Helper()
	command, want := "", ""
	end := func() {
		if command == "" {
			return
		}
		got := r.command(command)
		if !shownAs(want, got) {
			r.t.Fatalf("%s: $ %s\nprints:\n%s\nand the document shows:\n%s", r.at, command, got, want)
		}
	}
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, "$ "); ok {
			end()
			command, want = strings.TrimSpace(rest), ""
			continue
		}
		want += line
	}
	end()
}

// takeCode writes the code of a block into a file of the site: a whole file, or
// declarations in the place of those of the same names.
func (r *tutorialReader) takeCode(file string, b snippets.Block) {
	r.t.Helper()
	target := filepath.Join(r.dir, filepath.FromSlash(file))
	text := b.Body
	if b.Language == "go" {
		formatted, err := format.Source([]byte(text))
		if err != nil || string(formatted) != text {
			r.t.Errorf("%s: the code is not as gofmt writes it: %v", r.at, err)
		}
	}
	if b.Part != "" {
		old, err := os.ReadFile(target)
		if err != nil {
			r.t.Fatalf("%s: %v", r.at, err)
		}
		if text, err = replaceDeclarations(string(old), text); err != nil {
			r.t.Fatalf("%s: %s: %v", r.at, file, err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte(text), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

// TestTutorialReaderFindsDifferences: what is shown must be what is printed.
func TestTutorialReaderFindsDifferences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want, got string
		same      bool
	}{
		{"", "", true},
		{"", "a\n", false},
		{"a\n", "", false},
		{"a\n", "a\n", true},
		{"a\n", "ab\n", false},
		{"a\n", "a\nb\n", false},
		{"a  b\n", "a\t b\n", true},
		{"a ... c\n", "a b c\n", true},
		{"a.c\n", "abc\n", false},
		{"...\n", "", true},
		{"...\nb\n", "a\nb\n", true},
		{"a\n...\n", "a\nb\nc\n", true},
		{"...\nb\n...\n", "a\nc\n", false},
		{"ok x ...\n", "ok x 0.1s\n--- FAIL\n", false},
	} {
		if same := shownAs(tt.want, tt.got); same != tt.same {
			t.Errorf("%q is shown for %q: %v, want %v", tt.want, tt.got, same, tt.same)
		}
	}
}

// TestTutorialReaderReplacesDeclarations: those of the same names, with their
// comments; others are added.
func TestTutorialReaderReplacesDeclarations(t *testing.T) {
	t.Parallel()
	const file = "package p\n\n// A is old.\ntype A struct{}\n\nfunc (a *A) b() {}\n\nfunc b() {}\n"
	got, err := replaceDeclarations(file, "// A is new.\ntype A struct{ n int }\n\nfunc (a *A) b() { a.n++ }\n\nvar c = 1\n")
	const want = "package p\n\n// A is new.\ntype A struct{ n int }\n\nfunc (a *A) b() { a.n++ }\n\nfunc b() {}\n\nvar c = 1\n"
	if err != nil || got != want {
		t.Errorf("%v, got:\n%s", err, got)
	}
	if _, err := replaceDeclarations(file, "func {"); err == nil {
		t.Error("code that is not Go is taken")
	}
}
