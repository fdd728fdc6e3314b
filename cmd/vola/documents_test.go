package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/internal/cli"
)

// TestDocumentsNameTheRightProgram: what a site does by itself is written
// "go run . migrate" in documents, not "vola migrate", which does not exist.
func TestDocumentsNameTheRightProgram(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	vola.Run(t.Context(), vola.Config{}, []string{"help"}, nil, strings.NewReader(""), &help, &help)
	var names []string // of the site's commands that the tool does not have
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+)`).FindAllStringSubmatch(help.String(), -1) {
		if !slices.ContainsFunc(env{}.commands(), func(c cli.Command) bool { return c.Name == m[1] }) {
			names = append(names, m[1])
		}
	}
	if !slices.Contains(names, "migrate") {
		t.Fatalf("no commands in the help:\n%s", help.String())
	}
	wrong := regexp.MustCompile(`\bvola (` + strings.Join(names, "|") + `)\b`)
	err := fs.WalkDir(os.DirFS("../.."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if name != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return err
		}
		if !slices.Contains([]string{".md", ".tmpl", ".html", ".go"}, path.Ext(name)) || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			// Of programs, only the comments are for readers.
			if _, comment, ok := strings.Cut(line, "//"); path.Ext(name) == ".go" {
				if !ok {
					continue
				}
				line = comment
			}
			if m := wrong.FindString(line); m != "" {
				t.Errorf("%s:%d: %q is no command; a site's own are run with: go run . %s", name, i+1, m, strings.TrimPrefix(m, "vola "))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
