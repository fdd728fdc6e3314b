package gomod_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/gomod"
)

func TestPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"module example.org/a\n":                         "example.org/a",
		"// module x\nmodule \"example.org/a\" // b\r\n": "example.org/a",
		"go 1.26\n\n\tmodule   `a.b/c`\n":                "a.b/c",
		"modules x\n":                                    "",
		"":                                               "",
	} {
		if got := gomod.Path([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, _, err := gomod.Find(deep); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a go.mod: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if root, path, err := gomod.Find(deep); root != dir || path != "m" || err != nil {
		t.Errorf("%q %q %v", root, path, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a", "go.mod"), []byte("go 1.26\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := gomod.Find(deep); err == nil || !strings.Contains(err.Error(), "declares no module") {
		t.Errorf("a go.mod without a module: %v", err)
	}
}
