package blog_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog"
)

var update = flag.Bool("update", false, "write what the imports give to the want.txt of each folder")

// TestImport imports the folders in testdata/import and compares the report
// and what is stored with the file want.txt in each.
func TestImport(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/import/*")
	if err != nil || len(folders) == 0 {
		t.Fatal("no folders", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, s *site) {
				out, failed := s.run("import", "--timezone", "+01:00", folder)
				stored := s.stored()
				got := fmt.Sprintf("%serror: %v\n%s", out, failed, stored)
				golden := filepath.Join(folder, "want.txt")
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Error(diff)
				}
				again, _ := s.run("import", "--timezone", "+01:00", folder)
				if !strings.Contains(again, ": 0 imported, 0 updated,") || !strings.Contains(again, " 0 files copied") {
					t.Errorf("the second import: %s", again)
				}
				if diff := cmp.Diff(stored, s.stored()); diff != "" {
					t.Errorf("the second import changed something:\n%s", diff)
				}
			})
		})
	}
}

// stored describes all that the database and the media folder have.
func (s *site) stored() string {
	s.t.Helper()
	ctx := s.t.Context()
	posts, err := orm.From[blog.Post](s.DB).OrderBy(blog.Posts.Slug.Asc()).With(blog.Posts.Author, blog.Posts.Topics, blog.Posts.Body).All(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	var out strings.Builder
	for _, p := range posts {
		author, err := p.Author.Get()
		if err != nil {
			s.t.Fatal(err)
		}
		topics, err := p.Topics.All()
		if err != nil {
			s.t.Fatal(err)
		}
		body, err := p.Body.Get()
		if err != nil || body == nil {
			s.t.Fatalf("%v has no body: %v", p, err)
		}
		at := "draft"
		if p.Published != nil {
			at = p.Date().Format(time.RFC3339) + " " + p.Zone
		}
		if p.Page {
			at = "page"
		}
		fmt.Fprintf(&out, "\n%s: %q by %s (%s), %s\n", p.Slug, p.Title, author.Name(), author.Username, at)
		for _, t := range topics {
			fmt.Fprintf(&out, "  topic %s: %s\n", t.Slug, t.Name)
		}
		old, err := orm.From[blog.OldPath](s.DB).Where(blog.OldPaths.Post.Eq(p.ID)).OrderBy(blog.OldPaths.Path.Asc()).All(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, o := range old {
			fmt.Fprintf(&out, "  from %s\n", o.Path)
		}
		for line := range strings.Lines(strings.TrimSpace(body.HTML)) {
			fmt.Fprintf(&out, "  | %s\n", strings.TrimRight(line, "\n"))
		}
	}
	out.WriteString("\nmedia:")
	if _, err := os.Stat(s.media); err == nil {
		err := fs.WalkDir(os.DirFS(s.media), ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				out.WriteString(" " + name)
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return out.String() + "\n"
}

func TestASecondImportChangesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.write("assets/a.png", "one")
		s.post("2013-01-01-a.md", "title: A; tags: [x, y]", "old words")
		s.post("2013-01-02-b.md", "title: B", "x")
		want(t, s.imports(), "2 posts: 2 imported, 0 updated, 0 unchanged, 0 failed; 1 files copied")
		s.post("2013-01-01-a.md", "title: A new title; tags: [y, z]; author: Ann", "new words")
		s.post("2013-01-03-c.md", "title: C", "x")
		s.write("assets/a.png", "two")
		want(t, s.imports("--dry-run"), "nothing was changed", "3 posts: 1 imported, 1 updated, 1 unchanged, 0 failed; 1 files copied")
		s.Get("/blog/2013/01/a/").WantText("h1", "A")
		want(t, s.imports(), "3 posts: 1 imported, 1 updated, 1 unchanged, 0 failed; 1 files copied")
		s.Get("/blog/2013/01/a/").WantText("h1", "A new title").WantContains(".prose", "new words").WantText(".topics", "Topics: y z").WantContains(".meta", "Ann")
		s.Get("/blog/search/?q=old").WantCount("article", 0)
		s.Get("/blog/tag/x/").WantStatus(404)
		s.Get("/blog/media/assets/a.png").WantStatus(200).WantBody("two")
		want(t, s.imports(), "3 posts: 0 imported, 0 updated, 3 unchanged, 0 failed; 0 files copied")
		// Another zone is another date.
		want(t, s.imports("--timezone", "Asia/Kolkata"), "0 imported, 3 updated")
	})
}

func TestClashingSlugsAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		for _, name := range []string{"2013-01-01-test.md", "2013-01-02-test.md", "2013-02-03-test.md"} {
			s.post(name, "title: "+name, "x")
		}
		s.imports()
		addresses := []string{"/blog/2013/01/test/", "/blog/2013/01/test-2/", "/blog/2013/02/test-3/"}
		for _, a := range addresses {
			s.Get(a).WantStatus(200)
		}
		for _, name := range []string{"2013-02-03-test.md", "2013-01-02-test.md"} {
			s.post(name, "title: Changed", "y")
		}
		want(t, s.imports(), "0 imported, 2 updated, 1 unchanged")
		for i, a := range addresses {
			s.Get(a).WantStatus(200).WantText("h1", []string{"2013-01-01-test.md", "Changed", "Changed"}[i])
		}
	})
}

// A peer found a free slug first and stored the post later, without a
// constraint in the database: two at the same time got the same.
func TestSlugsAreUniqueInARace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		const writers = 8
		done := make(chan error, writers)
		for i := range writers {
			path := s.write(fmt.Sprintf("%d/2013-01-0%d-same.md", i, i+1), "---\ntitle: Same\nauthor: Ann\ntags: [new]\n---\nx\n")
			go func() {
				_, err := s.run("publish", path)
				done <- err
			}()
		}
		for range writers {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		s.Get("/blog/tag/new/").WantStatus(200).WantCount("article.entry", writers)
		s.Get("/blog/2013/01/").WantStatus(404)
		n, err := orm.From[blog.Post](s.DB).Where(blog.Posts.Slug.In("same", "same-2", "same-3", "same-4", "same-5", "same-6", "same-7", "same-8")).Count(t.Context())
		if err != nil || n != writers {
			t.Errorf("%d of the slugs are there, %v", n, err)
		}
	})
}

func TestLinksThatLeadOutOrInCircles(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	outside := filepath.Join(t.TempDir(), "2013-01-01-secret.md")
	if err := os.WriteFile(outside, []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	s.post("2013-01-02-good.md", "title: Good", "x")
	s.write("posts/2013-01-09-inside.md", "Inside.")
	s.write("assets/x.png", "x")
	for name, target := range map[string]string{
		"_posts/2013-01-01-out.md":    outside,
		"_posts/2013-01-03-up.md":     "../../" + filepath.Base(filepath.Dir(outside)) + "/2013-01-01-secret.md",
		"_posts/2013-01-04-self.md":   "2013-01-04-self.md",
		"_posts/2013-01-05-gone.md":   "nothing.md",
		"_posts/2013-01-06-folder.md": ".",
		"_posts/2013-01-07-inside.md": "../posts/2013-01-09-inside.md",
		"_posts/around":               "..",
		"assets/out.png":              outside,
	} {
		if err := os.Symlink(target, filepath.Join(s.dir, name)); err != nil {
			t.Skip(err)
		}
	}
	out, err := s.run("import", s.dir)
	if err == nil {
		t.Error("the import says that all went well")
	}
	want(t, out, "7 posts: 2 imported", "failed: _posts/2013-01-01-out.md: the link leads out of the folder",
		"failed: _posts/2013-01-03-up.md: the link leads out", "failed: _posts/2013-01-04-self.md: the link leads in a circle",
		"failed: _posts/2013-01-05-gone.md: the link leads nowhere", "failed: _posts/2013-01-06-folder.md: it is a folder",
		"failed: _posts/around: ", "failed: assets/out.png: the link leads out")
	s.Get("/blog/2013/01/inside/").WantStatus(200)
	s.Get("/blog/search/?q=secret").WantCount("article", 0)
	s.Get("/blog/media/assets/out.png").WantStatus(404)
}

func TestAHugePostIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	path := s.post("2013-01-01-huge.md", "title: Huge", "x")
	if err := os.Truncate(path, 50<<20); err != nil {
		t.Fatal(err)
	}
	s.post("2013-01-02-good.md", "title: Good", "x")
	out, err := s.run("import", s.dir)
	if err == nil {
		t.Error("no error")
	}
	want(t, out, "1 imported", "failed: _posts/2013-01-01-huge.md: it has 52428800 bytes, more than")
}

func TestImportIsCalledInTheWrongWay(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, args := range [][]string{{filepath.Join(s.dir, "nothing")}, {"--timezone", "Mars/Olympus", s.dir}, {"--timezone", "Local", s.dir}, {s.write("file.md", "x")}} {
		if out, err := s.run(append([]string{"import"}, args...)...); err == nil {
			t.Errorf("import %v: no error\n%s", args, out)
		}
	}
	want(t, s.imports(), "0 posts: 0 imported")
}

func TestAFileThatBecomesBadKeepsItsPost(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2013-01-01-a.md", "title: A", "x")
	s.imports()
	s.post("2013-01-01-a.md", "title: [", "y")
	if _, err := s.run("import", s.dir); err == nil {
		t.Error("no error")
	}
	s.Get("/blog/2013/01/a/").WantStatus(200).WantContains(".prose", "x")
}

func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %q in:\n%s", part, text)
		}
	}
}
