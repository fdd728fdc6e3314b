package templates_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
)

var update = flag.Bool("update", false, "write what the golden cases produce")

// TestCases renders each folder of testdata/cases: the page is "page.html" or
// what the file "page" names, its data is data.json, and the outcome is
// want.html or want.err.
func TestCases(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			got, file := render(t, folder)
			path := filepath.Join(folder, file)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(optional(t, path), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

// render returns what a case produces and the file it belongs in.
func render(t *testing.T, folder string) (got, file string) {
	t.Helper()
	name := strings.TrimSpace(optional(t, filepath.Join(folder, "page")))
	if name == "" {
		name = "page.html"
	}
	var data any
	if text := optional(t, filepath.Join(folder, "data.json")); text != "" {
		if err := json.Unmarshal([]byte(text), &data); err != nil {
			t.Fatal(err)
		}
	}
	page := templates.Page[any](name)
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.FS("case", os.DirFS(folder))},
		Pages:   []templates.Checked{page},
	})
	var out bytes.Buffer
	if err == nil {
		err = set.Render(t.Context(), &out, page.Data(data))
	}
	if err == nil {
		return out.String(), "want.html"
	}
	if out.Len() > 0 {
		t.Errorf("%d bytes were written in spite of the error", out.Len())
	}
	checkErrors(t, err)
	return err.Error() + "\n", "want.err"
}

// checkErrors verifies that every error is an Error whose excerpt holds the
// line it is about.
func checkErrors(t *testing.T, err error) {
	t.Helper()
	var list templates.ErrorList
	var one *templates.Error
	if !errors.As(err, &list) && errors.As(err, &one) {
		list = templates.ErrorList{one}
	}
	if len(list) == 0 {
		t.Errorf("no templates.Error in %T: %v", err, err)
	}
	for _, e := range list {
		found := e.Line == 0
		for _, line := range e.Excerpt {
			found = found || line.Number == e.Line
		}
		if !found || e.Name == "" || e.Message == "" || e.Line > 0 && e.Origin == "" {
			t.Errorf("incomplete error: %+v", e)
		}
	}
}

func optional(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}
