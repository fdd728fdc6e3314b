package blog_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func decode(t *testing.T, text string) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

func decodeXML(t *testing.T, text string, v any) {
	t.Helper()
	if err := xml.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// rssDocument has what RSS 2.0 requires.
type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title       string    `xml:"title"`
		Link        []string  `xml:"link"`
		Description string    `xml:"description"`
		Items       []rssItem `xml:"item"`
	} `xml:"channel"`
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        string   `xml:"guid"`
	Date        string   `xml:"pubDate"`
	Creator     string   `xml:"creator"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
	Content     string   `xml:"encoded"`
}

func TestRSS(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(12, "author: Ann; tags: [go]")
		s.write("assets/a.png", "\x89PNG")
		s.post("2013-10-17-new.md", `title: "New & <odd>"; date: 2013-10-17 11:30:00 +0530; author: Ann Lee; tags: [C++, go]`,
			"![](/assets/a.png) and [a note](#n).\n\n## N\n\nSee [the list](/blog/).")
		s.imports()
		page := s.Get("/blog/rss/latest/").WantStatus(200).WantHeader("Content-Type", "application/rss+xml; charset=utf-8")
		var doc rssDocument
		decodeXML(t, page.Body, &doc)
		if doc.Version != "2.0" || doc.Channel.Title != "Test" || doc.Channel.Description == "" || len(doc.Channel.Items) != 10 {
			t.Errorf("the channel is %+v", doc.Channel)
		}
		for _, i := range doc.Channel.Items {
			if _, err := time.Parse(time.RFC1123Z, i.Date); err != nil || !strings.HasPrefix(i.Link, "http://example.test/blog/2013/10/") || i.GUID != i.Link {
				t.Errorf("%q: date %q, link %q", i.Title, i.Date, i.Link)
			}
		}
		// An hour and a half before noon UTC there are younger ones.
		at := 0
		for doc.Channel.Items[at].Title != "New & <odd>" {
			at++
		}
		got := doc.Channel.Items[at]
		if !strings.Contains(got.Content, `src="http://example.test/blog/media/assets/a.png"`) ||
			!strings.Contains(got.Content, `href="http://example.test/blog/2013/10/new/#n"`) ||
			!strings.Contains(got.Content, `href="http://example.test/blog/"`) {
			t.Errorf("addresses are not absolute in %s", got.Content)
		}
		got.Content, got.Description = "", ""
		want := rssItem{
			Title: "New & <odd>", Link: "http://example.test/blog/2013/10/new/", GUID: "http://example.test/blog/2013/10/new/",
			Date: "Thu, 17 Oct 2013 11:30:00 +0530", Creator: "Ann Lee", Categories: []string{"C++", "go"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A peer looked topics up by their name in feeds, and by their slug in pages.
func TestTheFeedOfATopicIsFoundByItsSlug(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2013-10-01-a.md", "title: A; tags: [\"Web servers\"]", "x")
	s.post("2013-10-02-b.md", "title: B; tags: [other]", "x")
	s.imports()
	page := s.Get("/blog/tag/web-servers/").WantStatus(200)
	href, ok := page.Attr(`link[type="application/rss+xml"]`, "href")
	if !ok {
		t.Fatal("the page of the topic names no feed")
	}
	var doc rssDocument
	decodeXML(t, s.Get(href).WantStatus(200).Body, &doc)
	if doc.Channel.Title != "Test: Web servers" || len(doc.Channel.Items) != 1 || doc.Channel.Items[0].Title != "A" {
		t.Errorf("the feed is %+v", doc.Channel)
	}
	s.Get("/blog/tag/Web%20servers/rss/").WantStatus(404)
	s.Get("/blog/tag/nothing/rss/").WantStatus(404)
}

func TestAtom(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.many(12, "author: Ann; tags: [go]")
	page := s.Get("/blog/atom/").WantStatus(200).WantHeader("Content-Type", "application/atom+xml; charset=utf-8")
	var doc struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Links   []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			ID        string `xml:"id"`
			Title     string `xml:"title"`
			Updated   string `xml:"updated"`
			Published string `xml:"published"`
			Author    string `xml:"author>name"`
			Content   string `xml:"content"`
		} `xml:"entry"`
	}
	decodeXML(t, page.Body, &doc)
	if len(doc.Entries) != 10 || doc.ID != "http://example.test/blog/atom/" || len(doc.Links) != 2 {
		t.Fatalf("the feed is %+v", doc)
	}
	seen := map[string]bool{}
	for _, e := range doc.Entries {
		for _, at := range []string{e.Updated, e.Published, doc.Updated} {
			if _, err := time.Parse(time.RFC3339, at); err != nil {
				t.Error(err)
			}
		}
		if seen[e.ID] || !strings.HasPrefix(e.ID, "http://example.test/blog/") || e.Author != "Ann" || e.Title == "" || e.Content == "" {
			t.Errorf("the entry is %+v", e)
		}
		seen[e.ID] = true
	}
	if e := doc.Entries[0]; e.Title != "Post 11" || e.Published != "2013-10-17T11:00:00Z" {
		t.Errorf("the first entry is %+v", e)
	}
	since := page.Header.Get("Last-Modified")
	s.Client.Header = http.Header{"If-Modified-Since": {since}}
	s.Get("/blog/atom/").WantStatus(304)
}

// What the site sends is checked by a program that knows nothing of ours.
func TestFeedsAreValid(t *testing.T) {
	t.Parallel()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("needs xmllint, of libxml2-utils")
	}
	s := start(t, nil)
	check := func(path, schema string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--relaxng", "feed/testdata/"+schema+".rng", "-")
		command.Stdin = strings.NewReader(s.Get(path).WantStatus(200).Body)
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", path, err, out)
		}
	}
	check("/blog/atom/", "atom")
	check("/blog/rss/latest/", "rss")
	s.many(12, "author: \"Ann <&> Lee\"; tags: [go, \"<b>&amp;\", 日本語]")
	s.post("2013-10-17-odd.md", `title: "<b>&amp; ]]> \x01"; date: 2013-10-17 11:30:00 +0530`, "]]> <!-- & <script>x</script> <b>&nbsp;\u0001")
	s.imports()
	check("/blog/atom/", "atom")
	check("/blog/rss/latest/", "rss")
	check("/blog/tag/go/rss/", "rss")
	check("/sitemap.xml", "sitemap")
	check("/sitemap/1.xml", "sitemap")
}

func TestSitemap(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(12, "tags: [go]")
		var doc struct {
			XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
			Places  []struct {
				Link    string `xml:"loc"`
				Changed string `xml:"lastmod"`
			} `xml:"url"`
		}
		decodeXML(t, s.Get("/sitemap.xml").WantStatus(200).Body, &doc)
		if len(doc.Places) != 13 || doc.Places[0].Link != "http://example.test/blog/" || doc.Places[1].Changed != "2013-10-17T12:00:00Z" {
			t.Errorf("the sitemap is %+v", doc.Places)
		}
		for _, p := range doc.Places {
			s.Get(p.Link).WantStatus(200)
		}
		s.Get("/sitemap/1.xml").WantStatus(200)
		s.Get("/sitemap/2.xml").WantStatus(404)
		s.Get("/sitemap/0.xml").WantStatus(404)
	})
}

// A feed changes when a post becomes due, is changed, taken back or removed, and
// readers who know only its bytes or only a time are told so.
func TestFeedsSayWhenTheyChanged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		feeds := []string{"/blog/atom/", "/blog/rss/latest/", "/blog/tag/go/rss/"}
		s.post("2013-10-16-old.md", "title: Old; tags: [go]", "x")
		s.post("2013-10-17-due.md", "title: Due; tags: [go]; date: 2013-10-17 12:01:00 +0000", "x")
		s.post("2013-10-15-other.md", "title: Other; tags: [go]", "x")
		s.imports()
		changed := func(what string, change func()) {
			t.Helper()
			s.clock.Move(10 * time.Second)
			type known struct{ tag, date, body string }
			before := map[string]known{}
			for _, path := range feeds {
				r := s.Get(path).WantStatus(200)
				before[path] = known{r.Header.Get("ETag"), r.Header.Get("Last-Modified"), r.Body}
				for _, h := range []http.Header{{"If-None-Match": {r.Header.Get("ETag")}}, {"If-Modified-Since": {r.Header.Get("Last-Modified")}}} {
					s.Client.Header = h
					s.Get(path).WantStatus(304)
					s.Client.Header = nil
				}
			}
			change()
			for _, path := range feeds {
				for _, h := range []http.Header{{"If-None-Match": {before[path].tag}}, {"If-Modified-Since": {before[path].date}}} {
					s.Client.Header = h
					if r := s.Get(path).WantStatus(200); r.Body == before[path].body {
						t.Errorf("%s of %s: the feed is the same", what, path)
					}
					s.Client.Header = nil
				}
			}
		}
		changed("a post that becomes due", func() { s.clock.Move(time.Minute) })
		changed("a post that changes", func() {
			s.post("2013-10-16-old.md", "title: Older; tags: [go]", "x")
			s.imports()
		})
		changed("a post that is taken back", func() {
			s.post("2013-10-17-due.md", "title: Due; tags: [go]; date: 2013-10-17 12:01:00 +0000; published: false", "x")
			s.imports()
		})
		changed("a post that is removed", func() {
			s.remove("_posts/2013-10-15-other.md")
			s.imports("--prune")
		})
		// Two changes in one second: whoever was told a time asks again.
		s.clock.Move(10 * time.Second)
		s.post("2013-10-16-old.md", "title: One; tags: [go]", "x")
		s.imports()
		date := s.Get("/blog/atom/").WantStatus(200).Header.Get("Last-Modified")
		s.post("2013-10-16-old.md", "title: Two; tags: [go]", "x")
		s.imports()
		s.clock.Move(5 * time.Second)
		s.Client.Header = http.Header{"If-Modified-Since": {date}}
		s.Get("/blog/atom/").WantStatus(200).WantBody("Two")
	})
}

// A feed does not grow with the texts of its posts.
func TestALongPostHasItsExcerptInFeeds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		for i := range 10 {
			s.post(fmt.Sprintf("2013-10-0%d-long.md", i%9+1), "title: Long", strings.Repeat("word ", 30_000))
		}
		s.post("2013-10-10-short.md", "title: Short", "All of it.")
		s.imports()
		for _, path := range []string{"/blog/atom/", "/blog/rss/latest/"} {
			r := s.Get(path).WantStatus(200).WantBody("All of it.").WantBody("word word")
			if len(r.Body) > 100_000 {
				t.Errorf("%s has %d bytes", path, len(r.Body))
			}
		}
	})
}

// TestFeedsAreKept: what programs read is made once, and again when a post was written.
func TestFeedsAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(3, "author: Ann; tags: [go]")
		s.imports()
		for _, path := range []string{"/blog/rss/latest/", "/blog/atom/", "/blog/tag/go/rss/", "/sitemap.xml"} {
			first := s.Get(path).WantStatus(200)
			if again := s.Get(path+"?utm=x").WantHeader("Age", "0"); again.Body != first.Body {
				t.Errorf("%s: another answer", path)
			}
		}
		s.post("2013-10-17-newest.md", "title: The newest; date: 2013-10-17 11:30:00; author: Ann; tags: [go]", "Text.")
		s.imports()
		for _, path := range []string{"/blog/rss/latest/", "/blog/atom/", "/blog/tag/go/rss/", "/sitemap.xml"} {
			if got := s.Get(path).WantHeader("Age", ""); !strings.Contains(got.Body, "newest") {
				t.Errorf("%s does not have the newest post", path)
			}
		}
	})
}
