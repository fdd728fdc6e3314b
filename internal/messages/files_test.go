package messages_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/volaweb/vola/internal/messages"
)

const callsT = "package main\n\nfunc f() { l.T(\"One\") }\n"

// TestReadOddFolders: folders whose names are patterns, links, and what is not a file.
func TestReadOddFolders(t *testing.T) {
	t.Parallel()
	link := func(t *testing.T, to, from string) {
		t.Helper()
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	for name, odd := range map[string]func(t *testing.T, dir string) (root string){
		"a pattern": func(t *testing.T, dir string) string {
			root := dir + "-a[1]*"
			if err := os.Rename(dir, root); err != nil {
				t.Fatal(err)
			}
			return root
		},
		"a link to the root": func(t *testing.T, dir string) string {
			link(t, dir, dir+"-link")
			return dir + "-link"
		},
		"a link to the catalogues": func(t *testing.T, dir string) string {
			if err := os.Rename(filepath.Join(dir, "messages"), filepath.Join(dir, "elsewhere")); err != nil {
				t.Fatal(err)
			}
			link(t, "elsewhere", filepath.Join(dir, "messages"))
			return dir
		},
		"links that lead nowhere": func(t *testing.T, dir string) string {
			link(t, "nowhere", filepath.Join(dir, ".#main.go"))
			link(t, "nowhere", filepath.Join(dir, "gone.go"))
			link(t, ".", filepath.Join(dir, "loop.go"))
			return dir
		},
		"files that Go leaves out": func(t *testing.T, dir string) string {
			for _, name := range []string{"_old.go", ".hidden.go"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("not Go"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			return dir
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, []txtar.File{{Name: "x/main.go", Data: []byte(callsT)}, {Name: "x/messages/de.po"}})
			tree, err := messages.Read(odd(t, filepath.Join(dir, "x")))
			if err != nil {
				t.Fatal(err)
			}
			if len(tree.Folders) != 1 || len(tree.Folders[0].Texts) != 1 || tree.Folders[0].Texts[0].ID != "One" {
				t.Errorf("%+v", tree)
			}
		})
	}
}

// TestReadNotUTF8: what is not UTF-8 would make a catalogue that cannot be read.
func TestReadNotUTF8(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{
		"a.go":             "package a\n\nvar _ = l.T(\"a\\xffb\")\n",
		"b.go":             "package a\n\nvar _ = l.TN(1, \"a\", \"a\\xff\")\n",
		"c.go":             "package a\n\nvar _ = l.TC(\"\\xff\", \"a\")\n",
		"templates/a.html": "<p>\n\n{{t \"caf\xe9\"}}",
		"templates/b.html": "<p>\n\n{{/* Translators: caf\xe9 */}}{{t \"b\"}}",
		"templates/c.html": "<p>\n\n{{t \"caf\\xe9\"}}",
	} {
		_, err := messages.Read(write(t, []txtar.File{{Name: file, Data: []byte(text)}, {Name: "messages/de.po"}}))
		if err == nil || !strings.Contains(err.Error(), file+":3: ") || !strings.Contains(err.Error(), "is not UTF-8") {
			t.Errorf("%s: %v", file, err)
		}
	}
	_, err := messages.Read(write(t, []txtar.File{{Name: "a.go", Data: []byte("package a\n\nvar _ = l.T(\"a\\x00b\")\n")}, {Name: "messages/de.po"}}))
	if err == nil || !strings.Contains(err.Error(), "a.go:3: ") || !strings.Contains(err.Error(), "NUL") {
		t.Errorf("a text with NUL: %v", err)
	}
}

// TestReadWindows: comments and tags in files with the ends of lines that Windows has.
func TestReadWindows(t *testing.T) {
	t.Parallel()
	source := "package a\n\n/* Translators:\n\nof\nfour\nlines */\nvar _ = l.T(\"One\")\n\nvar _ = struct {\n\t// Translators: two\n\tX int `label:\"Two\"`\n\tY int `label:\"Three\"` // Translators: three\n}{}\n"
	tree, err := messages.Read(write(t, []txtar.File{
		{Name: "a.go", Data: []byte(strings.ReplaceAll(source, "\n", "\r\n"))}, {Name: "messages/de.po"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, text := range tree.Folders[0].Texts {
		got = append(got, text.ID+": "+strings.Join(text.Comments, "; "))
	}
	if want := "One: of four lines, Two: two, Three: three"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}

// TestReadImports: the packages with texts may be imported in all ways of Go.
func TestReadImports(t *testing.T) {
	t.Parallel()
	const path = "github.com/volaweb/vola/"
	for _, file := range []string{
		"import `" + path + "i18n`\n\nvar _ = i18n.Mark(\"One\")",
		"import . \"" + path + "i18n\"\n\nvar _ = Mark(\"One\")",
		"import . \"" + path + "fault\"\n\nvar _ = New(NotFound, \"One\")",
		"import . \"" + path + "fault\"\n\nvar _ = Wrap(NotFound, err, \"One\")",
		"import (\n\t\"" + path + "i18n\"\n\tother \"" + path + "i18n\"\n)\n\nvar _ = i18n.With\nvar _ = other.Mark(\"One\")",
		"import \"" + path + "i18n\"\n\nvar _ = (i18n.Mark)(\"One\")",
	} {
		tree, err := messages.Read(write(t, []txtar.File{{Name: "a.go", Data: []byte("package a\n\n" + file + "\n")}, {Name: "messages/de.po"}}))
		if err != nil || len(tree.Folders[0].Texts) != 1 {
			t.Errorf("%s\n%+v, %v", file, tree, err)
		}
	}
}

// TestReadConstantsOfFunctions: they hide those of the package, in their function.
func TestReadConstantsOfFunctions(t *testing.T) {
	t.Parallel()
	tree, err := messages.Read(write(t, []txtar.File{{Name: "messages/de.po"}, {Name: "a.go", Data: []byte(`package a

const text = "Of the package"

func f() {
	const text, more = "Of a function", text2 + "more"
	l.T(text)
	l.T(more)
}

var _ = func() { const inner = "Of a literal"; l.T(inner) }

func g() {
	l.T(text)
	l.T(more)
	{
		const twice = "One"
		l.T(twice)
	}
	{
		const twice = "Two"
		l.T(twice)
	}
}

const text2 = "And "
`)}}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, text := range tree.Folders[0].Texts {
		got = append(got, text.ID)
	}
	if want := "Of a function, And more, Of a literal, Of the package"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}

// TestReadConstantsOfThePackage: a text may be a constant of another file of its package.
func TestReadConstantsOfThePackage(t *testing.T) {
	t.Parallel()
	dir := write(t, []txtar.File{
		{Name: "a.go", Data: []byte("package a\n\nconst one, two = \"One\", one + \" and two\"\n")},
		{Name: "b.go", Data: []byte("package a\n\nvar _ = l.T(one) + l.T(two) + l.T(system) + l.T(other) + l.T(loop)\n\nconst loop = again\n")},
		{Name: "c.go", Data: []byte("package main\n\nconst other = \"of another package\"\n")},
		{Name: "d.go", Data: []byte("package a\n\nconst again = loop\n")},
		{Name: "a_linux.go", Data: []byte("package a\n\nconst system = \"Linux\"\n\nvar _ = l.T(system)\n")},
		{Name: "a_windows.go", Data: []byte("package a\n\nconst system = \"Windows\"\n\nvar _ = l.T(system)\n")},
		{Name: "messages/de.po"},
	})
	tree, err := messages.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, text := range tree.Folders[0].Texts {
		got = append(got, text.ID)
	}
	if want := "Linux, Windows, One, One and two"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}
