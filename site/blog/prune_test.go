package blog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// remove takes a file out of the folder to import.
func (s *site) remove(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, filepath.FromSlash(name))); err != nil {
		s.t.Fatal(err)
	}
}

func TestPostsWhoseFilesAreGone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-01-01-a.md", "title: A; tags: [x]; redirect_from: /was-a/", "unusual words")
		s.post("2013-01-02-b.md", "title: B", "x")
		s.post("2013-01-03-c.md", "title: C", "x")
		s.imports()
		s.remove("_posts/2013-01-01-a.md")
		s.post("2013-01-02-b.md", "title: [", "a file that is broken is there")
		out, err := s.run("import", s.dir)
		if err == nil {
			t.Error("no error for the broken file")
		}
		want(t, out, "1 failed", "1 post came from files that are not in this folder; --prune removes them")
		s.Get("/blog/2013/01/a/").WantStatus(200)

		s.post("2013-01-02-b.md", "title: B", "x")
		want(t, s.imports("--dry-run", "--prune"), "1 post came from files that are not in this folder and would be removed\ngone: _posts/2013-01-01-a.md\n")
		s.Get("/blog/2013/01/a/").WantStatus(200)
		want(t, s.imports("--prune"), "1 post came from files that are not in this folder and were removed")
		for _, address := range []string{"/blog/2013/01/a/", "/was-a/", "/blog/tag/x/"} {
			s.Get(address).WantStatus(404)
		}
		s.Get("/blog/search/?q=unusual").WantCount("main article", 0)
		s.Get("/blog/").WantCount("article.entry", 2)
		if out := s.imports(); len(out) > len("2 posts: 0 imported, 0 updated, 2 unchanged, 0 failed; 0 files copied\n") {
			t.Errorf("the next import says:\n%s", out)
		}
	})
}

// The wrong folder, or an empty one, does not empty the blog.
func TestPruneNeedsAPost(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2013-01-01-a.md", "title: A", "x")
	s.imports()
	if out, err := s.run("import", "--prune", t.TempDir()); err == nil {
		t.Errorf("no error:\n%s", out)
	}
	s.Get("/blog/2013/01/a/").WantStatus(200)
}

// A draft of Jekyll is a file in _drafts without a date; to publish it means to
// move it.
func TestADraftThatIsMovedToThePosts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.write("_drafts/plans.md", "---\ntitle: Plans\ndate: 2013-01-01\npublished: true\n---\nunusual words\n")
		s.write("_drafts/others.md", "Other plans.\n")
		want(t, s.imports(), "2 posts: 2 imported")
		for _, address := range []string{"/blog/", "/blog/atom/", "/blog/search/?q=unusual", "/sitemap.xml"} {
			if page := s.Get(address).WantStatus(200); strings.Contains(page.Body, "Plans") {
				t.Errorf("%s shows a draft", address)
			}
		}
		s.Get("/blog/2013/01/plans/").WantStatus(404)

		s.remove("_drafts/plans.md")
		s.write("_posts/2013-02-03-plans.md", "---\ntitle: Plans\n---\nunusual words\n")
		s.write("_posts/2013-02-04-others.md", "Not the draft, which is there.\n")
		want(t, s.imports(), "3 posts: 1 imported, 1 updated, 1 unchanged")
		s.Get("/blog/2013/02/plans/").WantStatus(200).WantText("h1", "Plans")
		s.Get("/blog/2013/02/others-2/").WantStatus(200)
		want(t, s.imports(), "3 posts: 0 imported, 0 updated, 3 unchanged")
	})
}

// What is in a folder that cannot be read now is not gone.
func TestPruneLeavesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("_posts/old/2013-01-01-a.md", "x")
	s.write("_posts/2013-01-02-b.md", "x")
	s.imports()
	folder := filepath.Join(s.dir, "_posts", "old")
	if err := os.Chmod(folder, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o777) })
	if _, err := os.ReadDir(folder); err == nil {
		// Whoever may read everything is shown a link that leads nowhere.
		if err := os.Rename(folder, filepath.Join(s.dir, "away")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("nowhere", folder); err != nil {
			t.Skip(err)
		}
	}
	out, err := s.run("import", "--prune", s.dir)
	if err == nil {
		t.Error("no error")
	}
	want(t, out, "failed: _posts/old")
	s.Get("/blog/2013/01/a/").WantStatus(200)
}
