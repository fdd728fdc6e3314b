package blog_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWriteAPost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.blog.Random = bytes.NewReader(bytes.Repeat([]byte{0xab}, 64))
		out, err := s.run("new", "--dir", s.dir, "--author", "Ann", `Two "queues": a story`)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(s.dir, "2013-10-17-two-queues-a-story.md")
		want(t, out, path)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		wantText := "---\ntitle: \"Two \\\"queues\\\": a story\"\nauthor: \"Ann\"\ncategories: []\npublished: false\n---\n\n"
		if diff := cmp.Diff(wantText, string(text)); diff != "" {
			t.Error(diff)
		}
		if err := os.WriteFile(path, append(text, "Once.\n"...), 0o666); err != nil {
			t.Fatal(err)
		}

		if out, err = s.run("preview", path); err != nil {
			t.Fatal(err)
		}
		link := regexp.MustCompile(`http://example\.test(/blog/preview/two-queues-a-story/[0-9a-f]{32}/)`).FindStringSubmatch(out)
		if link == nil {
			t.Fatalf("no link in %q", out)
		}
		page := s.Get(link[1]).WantStatus(200).WantText("h1", `Two "queues": a story`).WantContains(".messages", "not published")
		page.WantHeader("Cache-Control", "no-store").WantHeader("X-Robots-Tag", "noindex, nofollow").WantHeader("Referrer-Policy", "no-referrer")
		page.WantAttr("meta[name=robots]", "content", "noindex")
		s.Get("/blog/").WantCount("article.entry", 0)

		if out, err = s.run("publish", path); err != nil {
			t.Fatal(err)
		}
		want(t, out, "published: http://example.test/blog/2013/10/two-queues-a-story/")
		s.Get("/blog/2013/10/two-queues-a-story/").WantStatus(200).WantContains(".prose", "Once.")
		s.Get(link[1]).WantStatus(302).WantRedirect("/blog/2013/10/two-queues-a-story/")

		// An import of the folder knows the file.
		want(t, s.imports(), "1 posts: 0 imported, 0 updated, 1 unchanged")
		// Publishing again keeps the date.
		s.clock.Move(100 * 24 * time.Hour)
		if out, err = s.run("publish", path); err != nil {
			t.Fatal(err)
		}
		want(t, out, "/blog/2013/10/two-queues-a-story/")
	})
}

func TestPreviewsNeedTheKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		path := s.post("2013-10-20-later.md", "title: Later", "x")
		out, err := s.run("preview", path)
		if err != nil {
			t.Fatal(err)
		}
		want(t, out, "will be published at 2013-10-20T00:00:00Z")
		_, key, _ := strings.Cut(strings.TrimSpace(out), "/preview/later/")
		key = strings.TrimSuffix(key, "/")
		s.Get("/blog/preview/later/"+key+"/").WantStatus(200).WantContains(".messages", "before 20 October 2013, 00:00 UTC")
		last := byte('0')
		if key[31] == last {
			last = '1'
		}
		for _, wrong := range []string{key[:31], key + "0", key[:31] + string(last), strings.Repeat("-", 32), strings.Repeat("0", 32), strings.ToUpper(key) + "x", "-"} {
			s.Get("/blog/preview/later/"+wrong+"/").WantStatus(404).WantHeader("Cache-Control", "no-store")
		}
		s.Get("/blog/preview/other/" + key + "/").WantStatus(404)
		// A wrong key asks as much of the database as a wrong name.
		s.Get("/blog/preview/other/" + strings.Repeat("0", 32) + "/").WantStatus(404)
		unknown := len(s.Statements())
		s.Get("/blog/preview/later/" + strings.Repeat("0", 32) + "/").WantStatus(404)
		s.WantStatements(unknown)
		// With a new key the old one leads nowhere.
		renewed, err := s.run("preview", "--new-key", path)
		if err != nil || strings.Contains(renewed, key) {
			t.Errorf("%v: %s", err, renewed)
		}
		s.Get("/blog/preview/later/" + key + "/").WantStatus(404)
		s.Get("/blog/preview/later/" + key).WantStatus(404)
		_, key, _ = strings.Cut(strings.TrimSpace(renewed), "/preview/later/")
		s.Get("/blog/preview/later/" + key).WantStatus(200)
		// Two posts have two keys.
		other, err := s.run("preview", s.post("2013-10-21-next.md", "title: Next", "x"))
		if err != nil || strings.Contains(other, key) {
			t.Errorf("%v: %s", err, other)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	if _, err := s.run("new", "--dir", s.dir, "Title"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"--dir", s.dir, "Title"}, "is there already"},
		{[]string{"--dir", filepath.Join(s.dir, "nothing"), "Title"}, "there is no folder"},
		{[]string{"--dir", s.dir, "!!!"}, "no letter or digit"},
		{[]string{"--dir", s.dir, ""}, "no letter or digit"},
	}
	for _, tt := range tests {
		if _, err := s.run(append([]string{"new"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("new %q: %v, want %q", tt.args, err, tt.want)
		}
	}
}

func TestPublishChangesNothingElse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, before, after string }{
		{"no date", "---\ntitle: A\npublished: false # yet\ntags: [x]\n---\nThe text.\npublished: false\n", "---\ntitle: A\ntags: [x]\ndate: 2013-10-17 12:00:00 +00:00\n---\nThe text.\npublished: false\n"},
		{"a date", "---\ndate: 2013-01-02\ndraft: true\n---\nx", "---\ndate: 2013-01-02\n---\nx"},
		{"published", "---\ndate: 2013-01-02\n---\nx", "---\ndate: 2013-01-02\n---\nx"},
		{"no front matter", "Only text.\n", "---\ndate: 2013-10-17 12:00:00 +00:00\n---\n\nOnly text.\n"},
		{"bad", "---\ntitle: [\npublished: false\n---\nx", "---\ntitle: [\npublished: false\n---\nx"},
		{"no end", "---\ntitle: x\n", "---\ntitle: x\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, nil)
			path := s.write("2013-01-01-a.md", tt.before)
			if _, err := s.run("publish", path); (err != nil) != (tt.name == "bad" || tt.name == "no end") {
				t.Error(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.after, string(got)); diff != "" {
				t.Error(diff)
			}
			if left, _ := filepath.Glob(path + "?*"); len(left) > 0 {
				t.Errorf("left over: %v", left)
			}
		})
	}
}
