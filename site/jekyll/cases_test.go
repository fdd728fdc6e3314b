package jekyll_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/site/jekyll"
)

var update = flag.Bool("update", false, "write the golden files again")

// summary is what want.json holds of a document. Only what is there is written.
type summary struct {
	Error     string         `json:",omitempty"`
	Title     string         `json:",omitempty"`
	Slug      string         `json:",omitempty"`
	Date      string         `json:",omitempty"`
	Zone      string         `json:",omitempty"`
	Author    string         `json:",omitempty"`
	Username  string         `json:",omitempty"`
	Topics    []jekyll.Topic `json:",omitempty"`
	OldPaths  []string       `json:",omitempty"`
	Draft     bool           `json:",omitempty"`
	Page      bool           `json:",omitempty"`
	Interview bool           `json:",omitempty"`
	Excerpt   string         `json:",omitempty"`
	Text      string         `json:",omitempty"`
	Images    []string       `json:",omitempty"`
	Warnings  []string       `json:",omitempty"`
}

func summaryOf(doc jekyll.Document, err error) summary {
	if err != nil {
		return summary{Error: err.Error()}
	}
	s := summary{
		Title: doc.Title, Slug: doc.Slug, Zone: doc.Zone, Author: doc.Author, Username: doc.Username,
		Topics: doc.Topics, OldPaths: doc.OldPaths, Draft: !doc.Published, Page: doc.Page,
		Interview: doc.Interview, Text: doc.Text, Images: doc.Images, Warnings: doc.Warnings,
	}
	if doc.Excerpt != doc.HTML {
		s.Excerpt = doc.Excerpt
	}
	if !doc.Date.IsZero() {
		s.Date = doc.Date.Format(time.RFC3339)
	}
	return s
}

// TestCases reads every file of testdata/cases. Each case is a folder with one
// post and what comes of it. Run with -update to write the latter.
func TestCases(t *testing.T) {
	t.Parallel()
	posts, err := filepath.Glob("testdata/cases/*/*.*")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, post := range posts {
		base := filepath.Base(post)
		if base == "want.html" || base == "want.json" {
			continue
		}
		seen++
		dir := filepath.Dir(post)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(post)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jekyll.Parse(base, text, caseOptions(t))
			got, err := json.MarshalIndent(summaryOf(doc, err), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(dir, "want.html"), doc.HTML)
			golden(t, filepath.Join(dir, "want.json"), string(got))
		})
	}
	if seen < 10 {
		t.Errorf("found %d cases", seen)
	}
}

func caseOptions(t *testing.T) jekyll.Options {
	t.Helper()
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	return jekyll.Options{
		Zone:    kolkata,
		BaseURL: "/base",
		SiteURL: "https://example.org",
		Rewrite: func(ref string) string { return "/files/" + filepath.Base(ref) },
		Includes: fstest.MapFS{
			"note.html": {Data: []byte("<aside>{{ include.text }}</aside>\n")},
			"loop.html": {Data: []byte("x{% include loop.html %}")},
		},
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if got == "" {
			_ = os.Remove(file)
			return
		}
		if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if got != "" {
		got += "\n"
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
