package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// messagesIn runs the command in a folder, and returns what it says.
func messagesIn(t *testing.T, dir string, args ...string) (status int, said string) {
	t.Helper()
	var out bytes.Buffer
	status = run(t.Context(), append([]string{"messages"}, args...), env{stdout: &out, stderr: &out, dir: dir})
	return status, out.String()
}

const oneGerman = "msgid \"\"\nmsgstr \"Language: de\\n\"\n\nmsgid \"One\"\nmsgstr \"Eins\"\n"

// projectIn makes a project with a German catalogue, and returns the path of that.
func projectIn(t *testing.T, dir, german string) string {
	t.Helper()
	path := filepath.Join(dir, "messages", "de.po")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"main.go": "package main\n\nvar _ = l.T(\"One\") + l.T(\"Two\")\n", "messages/de.po": german} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestMessagesReplacesFiles: the old file is never written to, so that nothing of it can be
// lost on a full disk: who has it open still reads the whole.
func TestMessagesReplacesFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := projectIn(t, dir, oneGerman)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(dir, "elsewhere.po")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Fatal(err)
	}
	old, err := os.Open(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if status, said := messagesIn(t, dir); status != 0 {
		t.Fatal(said)
	}
	if text := read(t, elsewhere); !strings.Contains(text, "Two") || !strings.Contains(text, "Eins") {
		t.Errorf("the catalogue is\n%s", text)
	}
	if info, err := os.Stat(elsewhere); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	if link, err := os.Readlink(path); err != nil || link != elsewhere {
		t.Errorf("the link leads to %q, %v", link, err)
	}
	var still bytes.Buffer
	if _, err := still.ReadFrom(old); err != nil || still.String() != oneGerman {
		t.Errorf("the old file is\n%s", still.String())
	}
	names, err := filepath.Glob(filepath.Join(dir, "*", ".*"))
	if more, _ := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(names)+len(more) > 0 {
		t.Errorf("left behind: %v %v", names, more)
	}
}

// TestReplaceFileKeepsWhatOthersWrote since the file was read.
func TestReplaceFileKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		old, current []byte
		fails        bool
	}{
		{[]byte("old"), []byte("old"), false},
		{[]byte("old"), []byte("of a translator"), true},
		{[]byte("old"), []byte("new"), false},
		{[]byte("old"), nil, true},
		{nil, nil, false},
		{nil, []byte("of a translator"), true},
	} {
		path := filepath.Join(t.TempDir(), "de.po")
		want := "new"
		if tt.current != nil {
			if err := os.WriteFile(path, tt.current, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		err := replaceFile(path, tt.old, []byte("new"))
		if tt.fails {
			want = string(tt.current)
		}
		got, _ := os.ReadFile(path)
		if (err != nil) != tt.fails || string(got) != want {
			t.Errorf("%q, now %q: %q, %v", tt.old, tt.current, got, err)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 1 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// TestMessagesLineEnds: a catalogue with the ends of lines of Windows keeps them, and is up
// to date.
func TestMessagesLineEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := projectIn(t, dir, strings.ReplaceAll(oneGerman, "\n", "\r\n"))
	if status, said := messagesIn(t, dir); status != 0 {
		t.Fatal(said)
	}
	text := read(t, path)
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.Contains(text, "Two") {
		t.Errorf("%q", text)
	}
	if _, said := messagesIn(t, dir, "--check"); strings.Contains(said, "not up to date") {
		t.Error(said)
	}
}

// TestMessagesBroken: a catalogue that cannot be read, or could not be read as it would be
// written, is left as it is.
func TestMessagesBroken(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{
		oneGerman + "<<<<<<< HEAD\n", oneGerman + oneGerman, oneGerman + "msgid \"\xff\"\nmsgstr \"\"\n", "\xff\xfem\x00s\x00g\x00", oneGerman + "msgid \"a",
	} {
		dir := t.TempDir()
		path := projectIn(t, dir, broken)
		if status, said := messagesIn(t, dir); status == 0 || !strings.Contains(said, "de.po:") {
			t.Errorf("status %d: %s", status, said)
		}
		if got := read(t, path); got != broken {
			t.Errorf("%q is %q now", broken, got)
		}
	}
}

// TestMessagesAdd writes the tag as it is usually written, and never a second catalogue of a
// language.
func TestMessagesAdd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	projectIn(t, dir, oneGerman)
	for _, tt := range []struct {
		tag    string
		status int
	}{{"pt_br", 0}, {"pt-BR", 2}, {"PT_BR", 2}, {"DE", 2}, {"zh-hant", 0}, {"../x", 2}, {"ja", 0}} {
		if status, said := messagesIn(t, dir, "--add", tt.tag); status != tt.status {
			t.Errorf("%s: status %d: %s", tt.tag, status, said)
		}
	}
	paths, err := filepath.Glob(filepath.Join(dir, "messages", "*.po"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	if want := []string{"de.po", "ja.po", "pt-BR.po", "zh-Hant.po"}; !slices.Equal(paths, want) {
		t.Errorf("%v, want %v", paths, want)
	}
	if text := read(t, filepath.Join(dir, "messages", "pt-BR.po")); !strings.Contains(text, `Language: pt-BR\n`) {
		t.Error(text)
	}
}

// TestMessagesOfDialects: what the language of a dialect has translated is not missing.
func TestMessagesOfDialects(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	projectIn(t, dir, oneGerman)
	for _, args := range [][]string{{"--add", "de-AT"}, {"--add", "de-CH"}} {
		if status, said := messagesIn(t, dir, args...); status != 0 {
			t.Fatal(said)
		}
	}
	path := filepath.Join(dir, "messages", "de-AT.po")
	if err := os.WriteFile(path, []byte(strings.Replace(read(t, path), "msgid \"Two\"\nmsgstr \"\"", "msgid \"Two\"\nmsgstr \"Zwo\"", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	status, said := messagesIn(t, dir)
	for _, want := range []string{"de.po: 1 translated, 0 guessed, 1 missing", "de-AT.po: 1 translated, 0 guessed, 0 missing", "de-CH.po: 0 translated, 0 guessed, 1 missing"} {
		if status != 0 || !strings.Contains(said, want) {
			t.Errorf("status %d, want %q in\n%s", status, want, said)
		}
	}
}

// TestMessagesAtTheSameTime: several runs leave one whole catalogue.
func TestMessagesAtTheSameTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := projectIn(t, dir, oneGerman)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { messagesIn(t, dir) })
	}
	wait.Wait()
	before := read(t, path)
	if status, said := messagesIn(t, dir); status != 0 || read(t, path) != before || !strings.Contains(before, "Eins") || !strings.Contains(before, "Two") {
		t.Errorf("status %d: %s\n%s", status, said, before)
	}
}
