package vola_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// terminal returns a terminal on which the lines have been typed already.
func terminal(t *testing.T, typed string) *os.File {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { control.Close() })
	var number, unlocked uint32
	for request, arg := range map[uintptr]*uint32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlocked} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, control.Fd(), request, uintptr(unsafe.Pointer(arg))); errno != 0 {
			t.Fatal(errno)
		}
	}
	f, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := control.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	return f
}

// On a terminal, what cannot be known is asked; where there is none, and that
// includes /dev/null, the program says what to write.
func TestQuestionsOnATerminal(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{
		drifted{[]orm.Declaration{orm.Model[untaggedNote](orm.Table("notes_note"))}},
	}}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	const question = "was the column title of notes_note renamed to headline? [y/N]"
	for _, tt := range []struct {
		name   string
		stdin  *os.File
		flag   string
		status int
		want   []string
		not    string
	}{
		{"yes", terminal(t, "y\n"), "--dry-run", 0, []string{question, "RenameColumn"}, "AddColumn"},
		{"no", terminal(t, "no\n'none'\n"), "--dry-run", 0, []string{question, "which value", "DropColumn", `Backfill: migrate.Same("'none'")`}, "RenameColumn"},
		{"misspelt, then yes", terminal(t, "1\n\nyes\n"), "--dry-run", 0, []string{question, `the answer "1" is not understood; write y or n`, "there is no answer by default; write y or n", "RenameColumn"}, "DropColumn"},
		{"a word for a text", terminal(t, "n\nnone\n'none'\n"), "--dry-run", 0, []string{"none is not a column of notes_note; a text is written in single quotes, 'none'", `Backfill: migrate.Same("'none'")`}, "RenameColumn"},
		{"no answer", terminal(t, "\x04"), "--dry-run", 1, []string{question, "nothing was written"}, "operations"},
		{"nobody asks", terminal(t, ""), "--check", 1, []string{"--rename notes_note.title=headline"}, question},
		{"nobody there", null, "--dry-run", 1, []string{"--rename notes_note.title=headline"}, question},
	} {
		var out, errOut bytes.Buffer
		status := vola.Run(t.Context(), cfg, []string{"makemigrations", tt.flag}, nil, tt.stdin, &out, &errOut)
		t.Run(tt.name, func(t *testing.T) {
			result{status, out.String(), errOut.String()}.want(t, tt.status, tt.want...)
			if strings.Contains(out.String(), tt.not) {
				t.Errorf("the output has %q:\n%s", tt.not, out.String())
			}
		})
	}
}
