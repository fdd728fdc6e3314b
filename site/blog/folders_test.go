package blog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog"
)

// elsewhere writes a file into another folder than the site's own.
func elsewhere(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// A post is known by its folder and its path below that: two blogs may have the
// same names.
func TestTwoFoldersWithTheSamePaths(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-01-01-hello.md", "title: First", "one")
		s.post("2013-01-02-only.md", "title: Only", "x")
		s.imports()
		other := t.TempDir()
		elsewhere(t, other, "_posts/2013-01-01-hello.md", "---\ntitle: Second\n---\ntwo\n")
		elsewhere(t, other, "_posts/2013-01-03-more.md", "---\ntitle: More\n---\nthree\n")
		out, err := s.run("import", "--prune", other)
		if err == nil {
			t.Error("no error")
		}
		want(t, out, "2 posts: 1 imported, 0 updated, 0 unchanged, 1 failed", "failed: _posts/2013-01-01-hello.md: the post with this path came from ", "--moved")
		want(t, out, "1 post came from other folders")
		s.Get("/blog/2013/01/hello/").WantStatus(200).WantText("h1", "First")
		s.Get("/blog/2013/01/only/").WantStatus(200)
		s.Get("/blog/2013/01/more/").WantStatus(200)
		// The first folder goes on as before, and prunes its own only.
		s.remove("_posts/2013-01-02-only.md")
		want(t, s.imports("--prune"), "1 posts: 0 imported, 0 updated, 1 unchanged", "gone: _posts/2013-01-02-only.md")
		s.Get("/blog/2013/01/more/").WantStatus(200)
		s.Get("/blog/2013/01/only/").WantStatus(404)
		// A single file is refused as well.
		if out, err := s.run("publish", filepath.Join(other, "_posts", "2013-01-01-hello.md")); err == nil || !strings.Contains(err.Error(), "came from") {
			t.Errorf("publish: %v, %s", err, out)
		}
		s.Get("/blog/2013/01/hello/").WantText("h1", "First")
	})
}

// A folder at another place is the same if most of its texts are.
func TestAFolderThatMoved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		for _, name := range []string{"a", "b", "c", "gone"} {
			s.post("2013-01-01-"+name+".md", "title: "+name, "x")
		}
		s.imports()
		moved := t.TempDir()
		for _, name := range []string{"a", "b"} {
			elsewhere(t, moved, "_posts/2013-01-01-"+name+".md", "---\ntitle: "+name+"\n---\n\nx\n")
		}
		elsewhere(t, moved, "_posts/2013-01-01-c.md", "---\ntitle: Changed\n---\n\ny\n")
		out, err := s.run("import", "--prune", moved)
		if err != nil {
			t.Fatal(err, out)
		}
		want(t, out, "3 posts: 0 imported, 1 updated, 2 unchanged", "gone: _posts/2013-01-01-gone.md")
		s.Get("/blog/2013/01/c/").WantText("h1", "Changed")
		folders, err := orm.Select[string](orm.From[blog.Origin](s.DB), blog.Origins.Folder).All(t.Context())
		if err != nil || len(folders) != 3 {
			t.Fatal(folders, err)
		}
		for _, f := range folders {
			if filepath.Base(f) != filepath.Base(moved) {
				t.Errorf("a post is of %s, want %s", f, moved)
			}
		}
		// If they are not, one can say so.
		again := t.TempDir()
		elsewhere(t, again, "_posts/2013-01-01-a.md", "---\ntitle: New\n---\n\nz\n")
		if out, err := s.run("import", again); err == nil {
			t.Error("no error:", out)
		}
		if out, err := s.run("import", "--moved", again); err != nil || !strings.Contains(out, "1 updated") {
			t.Error(out, err)
		}
	})
}

func TestAChangedIncludeIsSeen(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("_includes/v.html", "old words")
	s.post("2013-01-01-a.md", "title: A", "{% include v.html %}")
	s.post("2013-01-02-b.md", "title: B", "x")
	s.imports()
	s.write("_includes/v.html", "new words")
	want(t, s.imports(), "0 imported, 1 updated, 1 unchanged")
	s.Get("/blog/2013/01/a/").WantContains(".prose", "new words")
	want(t, s.imports(), "0 imported, 0 updated, 2 unchanged")
}

// What a text refers to is kept, and what is not kept is told.
func TestFilesThatTextsReferTo(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("files/doc.pdf", "%PDF")
	s.write("files/unused.pdf", "%PDF")
	s.write("files/film.mov", "mov")
	s.write("files/when.ics", "BEGIN:VCALENDAR")
	s.write("files/tool.exe", "MZ")
	s.post("2013-01-01-a.md", "title: A", "[d](/files/doc.pdf) [i](/files/when.ics) [n](/files/none.pdf) [e](/files/tool.exe) [p](/about.html) ![x](gone.png)\n\n<video src=\"/files/film.mov\" poster=\"/files/p.png\"></video>")
	out := s.imports()
	want(t, out, "3 files copied", `"/files/none.pdf" leads to no file in the folder`, `"/files/tool.exe" leads to no file that is kept; files that end in .exe are not`, `"gone.png" leads to no file`, `"/files/p.png" leads to no file`)
	if strings.Contains(out, "about") || strings.Contains(out, "unused") {
		t.Error(out)
	}
	for _, path := range []string{"/blog/media/files/doc.pdf", "/blog/media/files/when.ics", "/blog/media/files/film.mov"} {
		s.Get(path).WantStatus(200)
	}
	s.Get("/blog/media/files/unused.pdf").WantStatus(404)
	s.Get("/blog/2013/01/a/").WantAttr("video", "src", "/blog/media/files/film.mov")
	want(t, s.imports(), "1 unchanged", "0 files copied")
	s.write("files/doc.pdf", "%PDF-1.7")
	want(t, s.imports(), "1 unchanged", "1 files copied")
}

// A part of a site knows what the folder around it says.
func TestImportOfTheSourceOfASite(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"", "source"} {
		s := start(t, nil)
		s.write("_config.yml", "source: source\npermalink: /:categories/:year/:title/\ntimezone: nil\n")
		s.write("source/_posts/2013-01-01-a.md", "---\ntitle: A\n---\nx\n")
		s.write("source/news/_posts/2013-01-02-b.md", "---\ntitle: B\n---\nx\n")
		out, err := s.run("import", filepath.Join(s.dir, from))
		if err != nil {
			t.Fatal(err, out)
		}
		want(t, out, "2 posts: 2 imported", "0 failed")
		s.Get("/2013/a/").WantStatus(301).WantRedirect("/blog/2013/01/a/")
		s.Get("/news/2013/b/").WantStatus(301).WantRedirect("/blog/2013/01/b/")
		s.Get("/blog/tag/source/").WantStatus(404)
		s.Get("/blog/tag/news/").WantStatus(200)
	}
}

func TestAPartOfASiteWithoutConfig(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("source/_posts/2013-01-01-a.md", "---\ntitle: A\n---\nx\n")
	out, err := s.run("import", filepath.Join(s.dir, "source"))
	if err != nil {
		t.Fatal(err)
	}
	want(t, out, "1 imported", "note: there is no _config.yml in this folder or around it")
	if out := s.imports(); strings.Contains(out, "_config.yml") {
		t.Error(out)
	}
}

func TestAFolderOfHugo(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("content/post/x.md", "+++\ntitle = \"X\"\ndraft = true\n+++\n\nx\n")
	out, err := s.run("import", s.dir)
	if err == nil || !strings.Contains(err.Error(), "no file has the name of a post") || !strings.Contains(err.Error(), "Hugo") {
		t.Errorf("%v\n%s", err, out)
	}
	want(t, out, "0 posts")
	// With the name of a post, the front matter is refused, not published.
	s.write("_posts/2013-01-01-x.md", "+++\ntitle = \"X\"\ndraft = true\n+++\n\nx\n")
	out, err = s.run("import", s.dir)
	if err == nil {
		t.Error("no error")
	}
	want(t, out, "failed: _posts/2013-01-01-x.md:1: the front matter is TOML; only YAML is read")
	s.Get("/blog/").WantCount("article", 0)
}
