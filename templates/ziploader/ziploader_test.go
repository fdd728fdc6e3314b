package ziploader_test

import (
	"archive/zip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/templates/ziploader"
)

// write writes an archive.
func write(t testing.TB, path string, files map[string]string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range files {
		entry, err := w.Create(name)
		if err == nil {
			_, err = entry.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "theme.zip")
	theme := ziploader.New(path)
	if _, err := theme.Load("base.html"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an archive that does not exist: %v", err)
	}
	if names, err := theme.Names(); err != nil || len(names) > 0 {
		t.Errorf("an archive that does not exist: %q, %v", names, err)
	}
	write(t, path, map[string]string{"base.html": "first", "shop/only.html": "x"})
	want := templates.Source{Name: "base.html", Text: "first", Origin: "base.html in " + filepath.ToSlash(path)}
	if src, err := theme.Load("base.html"); err != nil || src != want {
		t.Errorf("got %+v, %v; want %+v", src, err, want)
	}
	for _, name := range []string{"none.html", "", "../base.html", "/base.html", "shop"} {
		if src, err := theme.Load(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load(%q) = %+v, %v", name, src, err)
		}
	}
	files, err := templates.Chain{theme, templates.Memory{"base.html": "mine"}}.Files()
	wantFiles := []templates.File{
		{Name: "base.html", Origins: []string{want.Origin, "base.html in memory"}},
		{Name: "shop/only.html", Origins: []string{"shop/only.html in " + filepath.ToSlash(path)}},
	}
	if diff := cmp.Diff(wantFiles, files); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	write(t, path, map[string]string{"base.html": "second"})
	if src, err := theme.Load("base.html"); err != nil || src.Text != "second" {
		t.Errorf("after the archive was replaced: %+v, %v", src, err)
	}
}

// TestBroken: a file that is not an archive is an error, not an empty loader.
func TestBroken(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "broken.zip")
	if err := os.WriteFile(path, []byte("no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (templates.Chain{ziploader.New(path)}).Files(); err == nil || !strings.Contains(err.Error(), "broken.zip: zip: not a valid zip file") {
		t.Errorf("files: %v", err)
	}
	if _, err := (templates.Chain{ziploader.New(path), templates.Memory{"a": "x"}}).Load("a"); err == nil {
		t.Error("a broken archive was skipped")
	}
}
