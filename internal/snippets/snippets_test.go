package snippets_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/volaweb/vola/internal/snippets"
)

// TestQuote runs the archives in testdata: the document doc.md and the files
// that it quotes, then doc.md as it should be in want.md (where it is left out,
// the same), and the findings in want.txt.
func TestQuote(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			for _, f := range archive.Files {
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			doc := fsys["doc.md"].Data
			want := doc
			if f := fsys["want.md"]; f != nil {
				want = f.Data
			}
			var findings string
			if f := fsys["want.txt"]; f != nil {
				findings = string(f.Data)
			}
			r := snippets.Quote(fsys, "doc.md", doc)
			if diff := cmp.Diff(string(want), string(r.Text)); diff != "" {
				t.Errorf("the text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(findings, list(r)); diff != "" {
				t.Errorf("the findings (-want +got):\n%s", diff)
			}
		})
	}
}

// list writes the findings one a line, with what they are in front.
func list(r snippets.Result) string {
	var out strings.Builder
	for _, f := range r.Stale {
		out.WriteString("stale " + f.String() + "\n")
	}
	for _, f := range r.Wrong {
		out.WriteString("wrong " + f.String() + "\n")
	}
	for _, f := range r.Fragments {
		out.WriteString("fragment " + f + "\n")
	}
	return out.String()
}

func TestPart(t *testing.T) {
	t.Parallel()
	const source = `package p

// snippet: all
func f() {
	// snippet: inner
	if true {
		g()

		// snippet: deepest
		h()
		// end snippet
	}
	// end snippet: inner
}

// end snippet: all

/* snippet: all */
var last = 1
/* end snippet */
`
	tests := []struct{ name, part, want, err string }{
		{name: "inner", part: "inner", want: "if true {\n\tg()\n\n\th()\n}\n"},
		{name: "deepest", part: "deepest", want: "h()\n"},
		{name: "begun twice", part: "all", want: "func f() {\n\tif true {\n\t\tg()\n\n\t\th()\n\t}\n}\n\nvar last = 1\n"},
		{name: "unknown", part: "nothing", err: `there is no part "nothing"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := snippets.Part([]byte(source), test.part)
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Fatalf("error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPartMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"// snippet: a\nx\n", `the part "a" has no end`},
		{"// end snippet\n", `"// end snippet" ends a part that was not begun`},
		{"# snippet: a\n# end snippet: b\n", `"# end snippet: b" ends a part that was not begun`},
	}
	for _, test := range tests {
		if _, err := snippets.Part([]byte(test.text), ""); err == nil || err.Error() != test.want {
			t.Errorf("%q: error %v, want %s", test.text, err, test.want)
		}
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for _, name := range []string{"README.md", "CHANGELOG.md", "docs/a.md", "docs/b/c.md", "docs/a.txt", "site/content/d.md", "site/front/g.md", "site/e.md", "orm/f.md"} {
		fsys[name] = &fstest.MapFile{}
	}
	got, err := snippets.Documents(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"README.md", "docs/a.md", "docs/b/c.md", "site/content/d.md", "site/front/g.md"}, got); diff != "" {
		t.Error(diff)
	}
	if got, err := snippets.Documents(fstest.MapFS{}); err != nil || got != nil {
		t.Errorf("no documents: %v, %v", got, err)
	}
}

// FuzzQuote checks that a document brought up to date stays so, and that
// nothing outside of blocks changes.
func FuzzQuote(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		a := txtar.Parse(text)
		for _, file := range a.Files {
			f.Add(string(a.Files[0].Data), string(file.Data))
		}
	}
	f.Fuzz(func(t *testing.T, doc, source string) {
		fsys := fstest.MapFS{"a.go": {Data: []byte(source)}, "testdata/b.go": {Data: []byte(source)}}
		first := snippets.Quote(fsys, "doc.md", []byte(doc))
		again := snippets.Quote(fsys, "doc.md", first.Text)
		if string(again.Text) != string(first.Text) || len(again.Stale) > 0 {
			t.Fatalf("not stable: %q, then %q, %v", first.Text, again.Text, again.Stale)
		}
		if len(first.Stale) == 0 && len(first.Wrong) == 0 && string(first.Text) != doc {
			t.Fatalf("changed without a finding: %q to %q", doc, first.Text)
		}
	})
}
