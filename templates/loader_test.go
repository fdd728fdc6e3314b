package templates_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/templates"
)

// directory makes a template directory beside a file that is none of its own.
func directory(t testing.TB) string {
	t.Helper()
	outside := t.TempDir()
	root := filepath.Join(outside, "templates")
	for name, text := range map[string]string{
		filepath.Join(root, "blog", "post.html"): "on disk",
		filepath.Join(outside, "secret"):         "hunter2",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"inside": "blog/post.html", "outside": "../secret", "above": ".."} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	return root
}

func stock(t testing.TB) map[string]templates.Loader {
	return map[string]templates.Loader{
		"Dir":    templates.Dir(directory(t)),
		"FS":     templates.FS("blog module (embedded)", fstest.MapFS{"blog/post.html": {Data: []byte("embedded")}}),
		"Memory": templates.Memory{"blog/post.html": "remembered"},
	}
}

func TestStockLoaders(t *testing.T) {
	t.Parallel()
	wantOrigin := map[string]string{
		"Dir": "templates/blog/post.html on disk", "FS": "blog/post.html in blog module (embedded)", "Memory": "blog/post.html in memory",
	}
	for kind, loader := range stock(t) {
		src, err := loader.Load("blog/post.html")
		if err != nil || src.Name != "blog/post.html" || src.Text == "" || !strings.HasSuffix(src.Origin, wantOrigin[kind]) {
			t.Errorf("%s: %+v, %v", kind, src, err)
		}
		for _, name := range []string{
			"", ".", "..", "/", "../secret", "blog/../../secret", "/etc/passwd", "blog/", "blog//post.html", "./blog/post.html",
			`blog\post.html`, `..\secret`, "blog/post.html\x00", "a\nb", "\xff", "blog", "none.html",
		} {
			if src, err := loader.Load(name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s.Load(%q) = %+v, %v", kind, name, src, err)
			}
		}
	}
}

func TestDirFollowsLinksInsideOnly(t *testing.T) {
	t.Parallel()
	loader := templates.Dir(directory(t))
	if src, err := loader.Load("inside"); err != nil || src.Text != "on disk" {
		t.Errorf("link inside: %+v, %v", src, err)
	}
	for _, name := range []string{"outside", "above/secret"} {
		// Not "not found": the next loader's file must not hide the matter.
		if src, err := loader.Load(name); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %+v, %v", name, src, err)
		}
	}
	if _, err := templates.Dir(filepath.Join(t.TempDir(), "none")).Load("a.html"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("directory that does not exist: %v", err)
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	first, second := templates.Memory{"a": "first"}, templates.Memory{"a": "second", "b": "second"}
	for _, tt := range []struct {
		chain      templates.Chain
		name, want string
	}{
		{templates.Chain{first, second}, "a", "first"},
		{templates.Chain{second, first}, "a", "second"},
		{templates.Chain{first, second}, "b", "second"},
	} {
		if src, err := tt.chain.Load(tt.name); err != nil || src.Text != tt.want {
			t.Errorf("%s: %q, %v", tt.name, src.Text, err)
		}
	}

	silent := templates.LoaderFunc(func(string) (templates.Source, error) { return templates.Source{}, fs.ErrNotExist })
	_, err := templates.Chain{first, templates.Dir("theme"), silent}.Load("c.html")
	want := `template "c.html" not found; tried c.html in memory, theme/c.html on disk, loader templates.LoaderFunc`
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != want {
		t.Errorf("missing: %v", err)
	}
	if _, err := (templates.Chain{}).Load("c.html"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no loaders: %v", err)
	}

	broken := errors.New("disk on fire")
	failing := templates.LoaderFunc(func(string) (templates.Source, error) { return templates.Source{}, broken })
	if _, err := (templates.Chain{failing, second}).Load("a"); !errors.Is(err, broken) {
		t.Errorf("a failing loader was passed over: %v", err)
	}
}
