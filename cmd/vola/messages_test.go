package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/po"
)

// TestOwnMessages: the catalogues of this module are up to date and complete.
func TestOwnMessages(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if status := run(t.Context(), []string{"messages", "--check", "--missing"}, env{stdout: &out, stderr: &out, dir: "../.."}); status != 0 {
		t.Errorf("status %d:\n%s", status, &out)
	}
}

// TestGettextKeepsOurCatalogues sends each catalogue of this module through msgfmt, which
// compiles it, and msgcat, which reads it and writes it again: nothing is lost or changed.
func TestGettextKeepsOurCatalogues(t *testing.T) {
	t.Parallel()
	msgfmt := os.Getenv("VOLA_TEST_MSGFMT")
	if msgfmt == "" {
		return // make test has it
	}
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) != "messages" || filepath.Ext(path) != ".po" {
			return err
		}
		files++
		if out, err := exec.Command(msgfmt, "-c", "-o", os.DevNull, path).CombinedOutput(); err != nil {
			t.Errorf("%s: msgfmt: %v\n%s", path, err, out)
		}
		ours, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		theirs, err := exec.Command(strings.TrimSuffix(msgfmt, "msgfmt")+"msgcat", path).Output()
		if err != nil {
			return err
		}
		if diff := cmp.Diff(entries(t, ours), entries(t, theirs)); diff != "" {
			t.Errorf("%s: -ours +msgcat:\n%s", path, diff)
		}
		return nil
	})
	if err != nil || files < 6 {
		t.Errorf("%d catalogues, %v", files, err)
	}
}

// entries are those of a catalogue, but for how their lines are broken.
func entries(t *testing.T, data []byte) []po.Entry {
	t.Helper()
	file, err := po.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file.Entries {
		e := &file.Entries[i]
		e.Line, e.Places = 0, strings.Fields(strings.Join(e.Places, " ")) // gettext fills lines with places
	}
	return file.Entries
}
