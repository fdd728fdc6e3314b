package messages_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/volaweb/vola/internal/messages"
	"github.com/volaweb/vola/internal/po"
)

var update = flag.Bool("update", false, "write what the tests want")

// TestRead reads the sources of each archive, and compares what it finds, or the error.
func TestRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			last := &archive.Files[len(archive.Files)-1]
			got := found(t, write(t, archive.Files[:len(archive.Files)-1]))
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(last.Data), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func write(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// found writes what Read finds.
func found(t *testing.T, dir string) string {
	t.Helper()
	tree, err := messages.Read(dir)
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	list := func(texts []messages.Text) {
		for _, text := range texts {
			fmt.Fprintf(&b, "  %q", text.ID)
			if text.HasContext {
				fmt.Fprintf(&b, " in %q", text.Context)
			}
			if text.Plural != "" {
				fmt.Fprintf(&b, " and %q", text.Plural)
			}
			fmt.Fprintf(&b, " %v", text.Places)
			if len(text.Comments) > 0 {
				fmt.Fprintf(&b, " # %s", strings.Join(text.Comments, "; "))
			}
			b.WriteByte('\n')
		}
	}
	for _, folder := range tree.Folders {
		fmt.Fprintf(&b, "%s, project: %v\n", folder.Dir, folder.Project)
		list(folder.Texts)
	}
	b.WriteString("outside\n")
	list(tree.Outside)
	return b.String()
}

// TestUpdate follows a catalogue through changes of the source.
func TestUpdate(t *testing.T) {
	t.Parallel()
	text := func(id, plural string) messages.Text {
		return messages.Text{Key: po.Key{ID: id}, Plural: plural, Places: []messages.Place{{File: "a.go", Line: 3}, {File: "a.go", Line: 9}}}
	}
	file := messages.New("de", "nplurals=2; plural=(n != 1);")
	steps := []struct {
		texts []messages.Text
		edit  func(*po.File)
		want  string
	}{
		{
			[]messages.Text{text("Save your changes", ""), text("{n} day", "{n} days")},
			func(f *po.File) {
				f.Entries[1].Text, f.Entries[1].Comments = []string{"Änderungen speichern"}, []string{"as on the button"}
				f.Entries[2].Text = []string{"{n} Tag", "{n} Tage"}
			},
			`
#: a.go
msgid "Save your changes"
msgstr ""

#: a.go
#, python-brace-format
msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] ""
msgstr[1] ""
`,
		},
		{
			[]messages.Text{text("{n} day", "{n} days ago"), text("Save all your changes", ""), text("New", "")}, nil,
			`
#: a.go
#, fuzzy, python-brace-format
#| msgid "{n} day"
#| msgid_plural "{n} days"
msgid "{n} day"
msgid_plural "{n} days ago"
msgstr[0] "{n} Tag"
msgstr[1] "{n} Tage"

#: a.go
#, fuzzy
#| msgid "Save your changes"
msgid "Save all your changes"
msgstr "Änderungen speichern"

#: a.go
msgid "New"
msgstr ""

# as on the button
#~ msgid "Save your changes"
#~ msgstr "Änderungen speichern"
`,
		},
		{
			[]messages.Text{text("Save your changes", "")}, nil,
			`
# as on the button
#: a.go
msgid "Save your changes"
msgstr "Änderungen speichern"

#, fuzzy, python-brace-format
#~| msgid "{n} day"
#~| msgid_plural "{n} days"
#~ msgid "{n} day"
#~ msgid_plural "{n} days ago"
#~ msgstr[0] "{n} Tag"
#~ msgstr[1] "{n} Tage"

#, fuzzy
#~| msgid "Save your changes"
#~ msgid "Save all your changes"
#~ msgstr "Änderungen speichern"
`,
		},
	}
	for i, step := range steps {
		file = messages.Update(file, step.texts, nil)
		whole := string(file.Append(nil))
		_, got, _ := strings.Cut(whole, "\n\n")
		if diff := cmp.Diff(strings.TrimPrefix(step.want, "\n"), got); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
		again, err := po.Parse([]byte(whole))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole, string(messages.Update(again, step.texts, nil).Append(nil))); diff != "" {
			t.Errorf("step %d, a second time:\n%s", i, diff)
		}
		checkByMsgfmt(t, whole)
		if step.edit != nil {
			step.edit(file)
		}
	}
}

// checkByMsgfmt lets gettext's own program read a catalogue.
func checkByMsgfmt(t *testing.T, text string) {
	t.Helper()
	msgfmt := os.Getenv("VOLA_TEST_MSGFMT")
	if msgfmt == "" {
		return // make test has it
	}
	path := filepath.Join(t.TempDir(), "de.po")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(msgfmt, "-c", "-o", os.DevNull, path).CombinedOutput(); err != nil {
		t.Errorf("msgfmt: %v\n%s\n%s", err, out, text)
	}
}

// TestUpdateKeepsTheTextsOfOthers, if the file has them.
func TestUpdateKeepsTheTextsOfOthers(t *testing.T) {
	t.Parallel()
	file := messages.New("fr", "nplurals=2; plural=(n > 1);")
	file.Entries = append(file.Entries, po.Entry{ID: "Not Found", Text: []string{"Introuvable"}}, po.Entry{ID: "Gone", Text: []string{"Parti"}})
	got := messages.Update(file, nil, []po.Key{{ID: "Not Found"}, {ID: "Conflict"}})
	if c := messages.Count(got); c.Translated != 1 || c.Unused != 1 || len(c.Missing) != 0 || len(got.Entries) != 3 {
		t.Errorf("%+v: %+v", c, got.Entries)
	}
}

// FuzzReadTemplate reads any template and any Go file: nothing but errors comes of it.
func FuzzRead(f *testing.F) {
	f.Add("{{t `x` \"a\" .B}}{{/* Translators: y */}}{{\"z\" | t}}{{tn 1 \"a\"", "package a\nfunc f() { l.T(\"x\", \"y\", 1) ; i18n.Mark(c) }")
	f.Add("{{block \"a\" .}}{{tc \"verb\" \"Post\" | tn . \"a\" }}{{end}}", "package a; const c = c + d; const d = c; var _ = l.T(c)")
	f.Fuzz(func(t *testing.T, template, source string) {
		dir := write(t, []txtar.File{
			{Name: "templates/a.html", Data: []byte(template)}, {Name: "a.go", Data: []byte(source)}, {Name: "messages/de.po"},
		})
		tree, err := messages.Read(dir)
		if err != nil {
			return
		}
		file := messages.Update(messages.New("de", "nplurals=2; plural=(n != 1);"), tree.Folders[0].Texts, nil)
		again, err := po.Parse(file.Append(nil))
		if err != nil {
			t.Fatalf("%v\n%s", err, file.Append(nil))
		}
		if diff := cmp.Diff(string(file.Append(nil)), string(again.Append(nil))); diff != "" {
			t.Error(diff)
		}
	})
}
