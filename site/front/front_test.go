package front_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/site/front"
	"github.com/volaweb/vola/volatest"
)

// start starts a site of a front page and a blog, with these posts.
func start(t *testing.T, db *database.DB, content fstest.MapFS, guides ...string) *volatest.Client {
	t.Helper()
	posts := blog.New(content)
	home := front.New(posts)
	home.Guides = guides
	cfg := vola.Config{
		Name:      "Vola",
		Drivers:   databasetest.Drivers(),
		Modules:   []module.Module{module.At("/", home), posts, module.At("/", posts.Root())},
		Templates: os.DirFS("../templates"),
		Static:    os.DirFS("../static"),
	}
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	return volatest.Start(t, cfg, volatest.Options{DB: db, Seed: true, Now: func() time.Time { return now }})
}

// add puts a post of that day in November into the content.
func add(content fstest.MapFS, day int, slug, summary string) {
	text := fmt.Sprintf("---\ntitle: The %s\nsummary: |\n  %s\n---\n\nText.\n", slug, summary)
	content[fmt.Sprintf("2026-11-%02d-%s.md", day, slug)] = &fstest.MapFile{Data: []byte(text)}
}

func TestTheFrontPageLeadsOn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		content := fstest.MapFS{}
		for day := 1; day <= 7; day++ {
			add(content, day, fmt.Sprintf("post-%d", day), "In short.")
		}
		content["2026-12-24-later.md"] = &fstest.MapFile{Data: []byte("Not yet.")}
		c := start(t, db, content, "post-5", "later", "no-such-post", "post-2")
		page := c.Get("/").WantStatus(200).WantCount("h1", 1).WantContains("h1", "Vola is a web framework for Go")
		page.WantAttr("link[rel=canonical]", "href", "http://example.test/")
		claim := page.Texts("h1")[0]
		page.WantAttr("meta[name=description]", "content", claim).WantAttr(`meta[property="og:description"]`, "content", claim)
		if got := strings.Join(page.Texts(".guides li > a"), ", "); got != "The post-5, The post-2" {
			t.Errorf("the guides are %q", got)
		}
		if got := strings.Join(page.Texts(".archive a"), ", "); got != "The post-7, The post-6, The post-5, The post-4, The post-3" {
			t.Errorf("the latest posts are %q", got)
		}
		for _, selector := range []string{".guides a", ".archive a", "a.more"} {
			href, _ := page.Attr(selector, "href")
			c.Get(href).WantStatus(200)
		}
	})
}

func TestTheFrontPageWithoutPosts(t *testing.T) {
	t.Parallel()
	page := start(t, nil, fstest.MapFS{}, "first-page").Get("/").WantStatus(200)
	page.WantCount(".guides", 0).WantCount(".archive", 0).WantContains("main", "Nothing has been published here yet.").WantCount("pre", 3)
}

// A summary is text, and all of it is shown.
func TestSummariesOnTheFrontPage(t *testing.T) {
	t.Parallel()
	summaries := []string{
		`She calls herself Robert"><script>alert(1)</script>. So what?`,
		`<b>a</b> & "b" 'c' &amp; <!-- d --> </div>`,
		"A flag 🇮🇹, a family 👩‍👩‍👧 and a bass 🎻.",
		strings.Repeat("<script> & \"more\" ", 1000/18) + strings.Repeat("é", 1000%18),
	}
	content, guides := fstest.MapFS{}, []string(nil)
	for i, summary := range summaries {
		slug := fmt.Sprintf("post-%d", i)
		guides = append(guides, slug)
		add(content, i+1, slug, summary)
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		page := start(t, db, content, guides...).Get("/").WantStatus(200).WantCount("script:not([src])", 0)
		for i, summary := range summaries {
			page.WantText(fmt.Sprintf(".guides li:nth-of-type(%d) .prose", i+1), summary)
		}
	})
}

// TestTheCodeIsWhatIsQuoted checks that the code on the page is that of the
// Markdown files, whose blocks of Go are compared with files that are compiled
// by TestSnippets of the root package.
func TestTheCodeIsWhatIsQuoted(t *testing.T) {
	t.Parallel()
	shown := start(t, nil, fstest.MapFS{}).Get("/").Texts("pre")
	block := regexp.MustCompile("(?ms)^```(\\w+)([^\n]*)\n(.*?)^```$")
	var quoted int
	for _, name := range []string{"code.md", "start.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllSubmatch(text, -1) {
			if quoted < len(shown) && strings.Join(strings.Fields(shown[quoted]), " ") != strings.Join(strings.Fields(string(m[3])), " ") {
				t.Errorf("%s has\n%s\nand the page shows\n%s", name, m[3], shown[quoted])
			}
			if string(m[1]) == "go" && !bytes.HasPrefix(m[2], []byte(" examples/")) {
				t.Errorf("%s: a block of Go quotes %q, not an example", name, m[2])
			}
			quoted++
		}
	}
	if quoted != len(shown) || quoted == 0 {
		t.Errorf("the page shows %d blocks of code, the files have %d", len(shown), quoted)
	}
}

// TestTheCommandsAreThoseOfTheDocs checks that the page starts a site as
// docs/first-page.md does.
func TestTheCommandsAreThoseOfTheDocs(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/first-page.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("start.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```sh\n(.*?)```").FindSubmatch(text)
	if m == nil {
		t.Fatal("start.md has no commands")
	}
	var lines int
	for line := range strings.Lines(string(m[1])) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		for command := range strings.SplitSeq(strings.TrimSpace(line), " && ") {
			if !strings.Contains("\n"+string(document), "\n"+command+"\n") {
				t.Errorf("docs/first-page.md does not say %q", command)
			}
		}
	}
	if lines != 2 {
		t.Errorf("it takes %d lines to start, want 2", lines)
	}
}
