package vola_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/snippets"
)

var updateSnippets = flag.Bool("update", false, "write the code that documents quote, and their generated tables")

// TestSnippets checks that all Go code in the documentation is quoted from
// files that are compiled, as they are now.
func TestSnippets(t *testing.T) {
	t.Parallel()
	fsys := os.DirFS(".")
	documents, err := snippets.Documents(fsys)
	if err != nil {
		t.Fatal(err)
	}
	wrong := map[string]bool{} // files with errors on purpose
	for _, name := range documents {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := snippets.Quote(fsys, name, text)
		for _, file := range r.Fragments {
			wrong[file] = true
		}
		for _, finding := range r.Wrong {
			t.Error(finding)
		}
		if *updateSnippets && len(r.Stale) > 0 {
			if err := os.WriteFile(name, r.Text, 0o666); err != nil {
				t.Error(err)
			}
			continue
		}
		for _, finding := range r.Stale {
			t.Errorf("%s; run: go test . -run Snippets -update", finding)
		}
	}
	for file := range wrong {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			wantCompileErrors(t, file)
		})
	}
}

// wantCompileErrors compiles a file in a folder testdata as part of the
// package in the folder above, and checks that the compiler says what the
// comments "// error: ..." of the file say.
func wantCompileErrors(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, _, _ := strings.Cut(file, "/testdata/")
	source, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	place, err := filepath.Abs(path.Join(dir, "zz_fragment.go"))
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{place: source}})
	if err != nil {
		t.Fatal(err)
	}
	overlayFile := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o666); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"build", "-gcflags=-e", "-overlay", overlayFile, "-o", os.DevNull}, buildFlags()...)
	out, err := exec.Command("go", append(args, "./"+dir)...).CombinedOutput()
	if err == nil {
		t.Fatalf("%s compiles, but documents quote it as code that does not", file)
	}
	wants := regexp.MustCompile(`(?m)// error: (.+)$`).FindAllSubmatch(text, -1)
	if len(wants) == 0 {
		t.Errorf("%s does not say what the compiler says of it; write it into comments: // error: TEXT", file)
	}
	for _, want := range wants {
		if !strings.Contains(string(out), string(want[1])) {
			t.Errorf("the compiler does not say %q of %s, but:\n%s", want[1], file, out)
		}
	}
}

// buildFlags returns the flags this test was built with, as far as they decide
// what is in the build cache: without -race, a test under the race detector
// would have every dependency compiled a second time.
func buildFlags() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var flags []string
	for _, setting := range info.Settings {
		if setting.Key == "-race" || setting.Key == "-gcflags" {
			flags = append(flags, setting.Key+"="+setting.Value)
		}
	}
	return flags
}
