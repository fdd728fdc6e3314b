package po_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/po"
)

const sample = `# German.
#
msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

# A note of the translator.
#. of the programmer
#: posts.go:12 posts.go:40
#: list.html:3
#, fuzzy, c-format
#| msgid "Old"
msgctxt "verb"
msgid "Post"
msgstr "Senden"
msgid "Post"
msgstr "Beitrag"

msgid "{n} comment"
msgid_plural "{n} comments"
msgstr[0] "{n} Kommentar"
msgstr[1] ""
"{n} "
"Kommentare"

#  indented
msgid "a \"quoted\" \\ text\n\twith \x41\101 signs"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Weg"

#~ # not a comment of gettext
#~ msgctxt ""
#~ msgid "Gone too"
#~ msgid_plural "All gone"
#~ msgstr[0] "Auch weg"
`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := po.Parse([]byte(strings.Replace(sample, "#~ # not a comment of gettext\n", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if f.Header("language") != "de" || f.Header("Plural-Forms") != "nplurals=2; plural=(n != 1);" || f.Header("X") != "" {
		t.Errorf("the header is %q", f.Entries[0].Text)
	}
	want := []po.Entry{
		{ID: "", Text: []string{"Language: de\nPlural-Forms: nplurals=2; plural=(n != 1);\n"}, Comments: []string{"German.", ""}, Line: 1},
		{
			Context: "verb", HasContext: true, ID: "Post", Text: []string{"Senden"}, Comments: []string{"A note of the translator."},
			Extracted: []string{"of the programmer"}, Places: []string{"posts.go:12 posts.go:40", "list.html:3"},
			Flags: []string{"fuzzy", "c-format"}, Previous: []string{`msgid "Old"`}, Line: 8,
		},
		{ID: "Post", Text: []string{"Beitrag"}, Line: 17},
		{ID: "{n} comment", Plural: "{n} comments", Text: []string{"{n} Kommentar", "{n} Kommentare"}, Line: 20},
		{ID: "a \"quoted\" \\ text\n\twith AA signs", Text: []string{""}, Comments: []string{" indented"}, Line: 27},
		{ID: "Gone", Text: []string{"Weg"}, Obsolete: true, Line: 31},
		{HasContext: true, ID: "Gone too", Plural: "All gone", Text: []string{"Auch weg"}, Obsolete: true, Line: 34},
	}
	for i := range max(len(want), len(f.Entries)) {
		if i >= len(want) || i >= len(f.Entries) || !reflect.DeepEqual(f.Entries[i], want[i]) {
			t.Fatalf("entry %d:\n got %+v\nwant %+v", i, f.Entries[min(i, len(f.Entries)-1)], want[min(i, len(want)-1)])
		}
	}
	if !f.Entries[2].Translated() || f.Entries[1].Translated() || f.Entries[4].Translated() {
		t.Error("what is translated is not found out")
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`msgid "a`:                   `line 1: "a is not a text in double quotes`,
		"msgid \"a\"\n\nmsgid \"b\"": `line 2: the message "a" has no msgstr`,
		`msgstr "a"`:                 "line 1: msgstr stands after msgid",
		`"a"`:                        "line 1: a text without a keyword before it",
		`message "a"`:                `line 1: "message" is not a keyword`,
		`msgid "a\q"`:                `line 1: \q is not known`,
		`msgid "a"b"`:                "line 1: a double quote within a text",
		"msgid \"a\"\nmsgstr \"\"\n\n\nmsgid \"a\"\nmsgstr \"\"": `line 6: the message "a" is there already, in line 1`,
		"msgid \"a\"\nmsgstr[0] \"\"":                            "line 2: msgstr[N] is for a message with msgid_plural",
		"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"\"":           "line 3: a message with a plural has msgstr[0]",
		"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[1] \"\"":        "line 3: msgstr[1] stands where msgstr[0] is expected",
		"msgctxt \"a\"\nmsgstr \"\"":                             "line 2: msgstr stands after msgid",
		"msgid \"\xff\"":                                         "line 1: the text is not UTF-8",
		`msgid "\xff"`:                                           "line 1: the text is not UTF-8",
		"msgid \"a\"\nmsgid_plural \"b\"\n" + forms(11):          "line 13: a message has more than 10 forms",
	} {
		if _, err := po.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
	if _, err := po.Parse(make([]byte, po.MaxSize+1)); err == nil {
		t.Error("a file that is too large was read")
	}
}

func forms(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "msgstr[%d] \"\"\n", i)
	}
	return b.String()
}

// TestCommentsStay: they are written as they were read, also those behind the last entry, and
// whatever is in them they stay comments.
func TestCommentsStay(t *testing.T) {
	t.Parallel()
	const text = "#   indented\n# , a comma\n#. extracted\n#: a.go\nmsgid \"a\"\nmsgstr \"b\"\n\n#\n# vim: set tw=72:\n"
	file, err := po.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(file.Append(nil)); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	const odd = "a\nmsgid \"\"\r\xff"
	e := &file.Entries[0]
	e.Comments, e.Extracted, e.Places, e.Flags, e.Previous, file.End = []string{odd}, []string{odd}, []string{odd}, []string{odd}, []string{odd}, []string{odd}
	for _, e.Obsolete = range []bool{false, true} {
		again, err := po.Parse(file.Append(nil))
		if err != nil || len(again.Entries) != 1 || again.Entries[0].ID != "a" || len(again.End) != 1 {
			t.Errorf("%v: %+v\n%s", err, again, file.Append(nil))
		}
	}
}

// FuzzParse writes what was read, which must be the same when it is read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	for _, text := range []string{
		"msgid \"\"\nmsgstr \"\"", "\xef\xbb\xbf#~ msgid \"a\"\r\n#~ msgstr \"b\"\r\n", "#, fuzzy\n#~| msgid \"x\"\n#~ msgid \"a\"\n#~ msgstr \"\"",
		"#\n#.\n#:\n# \nmsgid \"\\0\\177\\x7f\\r\"\nmsgstr \"" + strings.Repeat("long words ", 50) + "\\n\\n\"", "msgid\"a\"\nmsgstr\"b\"\n", "#  a\n#\tb\rc\nmsgid \"a\"\nmsgstr \"\"\n# end\n#, c-format\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := po.Parse(data)
		if err != nil {
			return
		}
		text := first.Append(nil)
		second, err := po.Parse(text)
		if err != nil {
			t.Fatalf("%v in what was written:\n%s", err, text)
		}
		for _, file := range []*po.File{first, second} {
			for i := range file.Entries {
				file.Entries[i].Line = 0
			}
		}
		if !reflect.DeepEqual(first, second) {
			t.Fatalf("written and read again:\n%+v\nfirst:\n%+v\n%s", second, first, text)
		}
		if again := second.Append(nil); !bytes.Equal(again, text) {
			t.Errorf("written twice:\n%s\n%s", text, again)
		}
	})
}

// TestGettextReadsTheSame has msgcat read and write what was written here, and
// msgfmt check it.
func TestGettextReadsTheSame(t *testing.T) {
	t.Parallel()
	msgfmt := os.Getenv("VOLA_TEST_MSGFMT")
	if msgfmt == "" {
		t.Skip("set VOLA_TEST_MSGFMT to the msgfmt of GNU gettext")
	}
	first, err := po.Parse([]byte(strings.Replace(sample, "#~ # not a comment of gettext\n", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	first.Entries[0].Text[0] += "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
	for i := range 400 { // texts of all lengths, with what must be escaped
		id := strings.Repeat("wörd \"x\" \\ ", i%23) + strings.Repeat("y", i%90) + strings.Repeat("\n", i%3) + fmt.Sprint(i, "\t")
		first.Entries = append(first.Entries, po.Entry{ID: id, Text: []string{strings.ToUpper(id)}})
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.po"), filepath.Join(dir, "out.po")
	if err := os.WriteFile(in, first.Append(nil), 0o644); err != nil {
		t.Fatal(err)
	}
	msgcat := filepath.Join(filepath.Dir(msgfmt), "msgcat")
	for _, args := range [][]string{{msgfmt, "--check", "--output-file", filepath.Join(dir, "out.mo"), in}, {msgcat, "--output-file", out, in}} {
		if text, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, text)
		}
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	second, err := po.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	// gettext writes those that are no longer used last.
	byKey := map[po.Key]po.Entry{}
	for _, e := range second.Entries {
		byKey[e.Key()] = e
	}
	if len(byKey) != len(first.Entries) {
		t.Errorf("%d messages of %d", len(byKey), len(first.Entries))
	}
	for _, want := range first.Entries {
		got := byKey[want.Key()]
		if got.Plural != want.Plural || !reflect.DeepEqual(got.Text, want.Text) || got.Obsolete != want.Obsolete || got.Fuzzy() != want.Fuzzy() {
			t.Errorf("gettext has %+v\nwanted %+v", got, want)
		}
	}
}
