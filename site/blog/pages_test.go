package blog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/site/blog/markup"
)

// snippet: empty

func TestAnEmptyBlog(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.Get("/blog/").WantStatus(200).WantContains("main", "Nothing has been published here yet.").WantCount("article", 0)
		s.Get("/blog/archive/").WantStatus(200)
		s.Get("/blog/search/?q=x").WantStatus(200).WantContains("main", "No posts")
		for _, path := range []string{"/blog/page/2/", "/blog/tag/go/", "/blog/author/ann/", "/blog/archive/2013/oct/", "/about/", "/blog/2013/10/x/"} {
			s.Get(path).WantStatus(404)
		}
	})
}

// end snippet

func TestIndexPages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(25, "author: Ann; tags: [go, web]")
		page := s.Get("/blog/").WantStatus(200).WantCount("article.entry", 10).WantCount(`link[rel=prev]`, 0)
		if diff := cmp.Diff([]string{"Post 24", "Post 23", "Post 22"}, page.Texts("article h2")[:3]); diff != "" {
			t.Error(diff)
		}
		page.WantAttr("link[rel=canonical]", "href", "http://example.test/blog/")
		page = page.Click("nav.pages a[rel=next]").WantStatus(200).WantText("article h2", "Post 14")
		page.WantAttr("link[rel=canonical]", "href", "http://example.test/blog/page/2/")
		page = page.Click("nav.pages a[rel=next]").WantStatus(200).WantCount("article.entry", 5).WantText("article h2", "Post 0")
		page.WantCount("nav.pages a[rel=next]", 0).WantText(`nav.pages a[aria-current]`, "3")
		for _, path := range []string{"/blog/page/4/", "/blog/page/0/", "/blog/page/02/", "/blog/page/9223372036854775807/", "/blog/page/x/"} {
			s.Get(path).WantStatus(404)
		}
		s.Get("/blog/page/1/").WantStatus(301).WantRedirect("/blog/")
	})
}

func TestAListEntry(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	long := strings.Repeat("word ", 120)
	s.post("2013-10-16-two-queues.md", "title: Two <queues>; author: Ann Lee; tags: [Go, \"Web servers\"]", "It's **bold** "+long)
	s.post("2013-10-15-short.md", "title: Short; summary: In *brief*.", long)
	s.imports()
	page := s.Get("/blog/").WantStatus(200)
	page.WantText("article:nth-of-type(1) h2 a", "Two <queues>")
	page.WantAttr("article h2 a", "href", "/blog/2013/10/two-queues/")
	page.WantText("article:nth-of-type(1) .meta", "16 October 2013 By: Ann Lee")
	page.WantText("article:nth-of-type(1) .more", "more info..")
	page.WantText("article:nth-of-type(1) .topics", "Topics: Go Web servers")
	page.WantAttr("article .topics a", "href", "/blog/tag/web-servers/")
	// "It's" counts two, "bold" one.
	page.WantText("article:nth-of-type(1) .prose", "It’s bold "+strings.Repeat("word ", 96)+"word ...")
	page.WantText("article:nth-of-type(2) .prose", "In *brief*.")
	page.WantText("article:nth-of-type(2) .meta", "15 October 2013 By: Anonymous")
}

// A summary is text: readers, programs and feeds are shown all of it, as it was
// written.
func TestASummaryIsText(t *testing.T) {
	t.Parallel()
	for name, summary := range map[string]string{
		"script":     `She calls herself Robert"><script>alert(1)</script>. So what?`,
		"entities":   `<b>a</b> & "b" 'c' &amp; <!-- d --> ]]> </p></div>`,
		"markdown":   `*a* _b_ [c](d) {{ site.url }} # e`,
		"emoji":      "A flag 🇮🇹, a family 👩‍👩‍👧 and a bass 🎻 “quoted”.",
		"long":       strings.Repeat("Whether that is a name or a disaster depends on the place. ", 8) + "End.",
		"1000 signs": strings.Repeat(`<i> & "é" 🎻 `, 80) + "<!-- End!",
	} {
		if name == "1000 signs" {
			summary += strings.Repeat(".", 1000-utf8.RuneCountInString(summary))
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, s *site) { summaryIsShown(t, s, summary) })
		})
	}
}

func summaryIsShown(t *testing.T, s *site, summary string) {
	s.write("_posts/2013-10-01-post.md", "---\ntitle: T\nauthor: Ann\ntags: [go]\nsummary: |\n  "+summary+"\n---\n\nText.\n")
	s.imports()
	for _, path := range []string{"/blog/", "/blog/tag/go/", "/blog/author/ann/", "/blog/archive/2013/oct/"} {
		s.Get(path).WantStatus(200).WantText("article .prose", summary).WantCount("script:not([src])", 0)
	}
	post := s.Get("/blog/2013/10/post/").WantStatus(200).WantCount("script:not([src])", 1) // of JSON-LD, which is data
	post.WantAttr("meta[name=description]", "content", summary).WantAttr(`meta[property="og:description"]`, "content", summary)
	if got := decode(t, post.Texts(`script[type="application/ld+json"]`)[0])["description"]; got != summary {
		t.Errorf("JSON-LD has %q, want %q", got, summary)
	}
	for _, path := range []string{"/blog/rss/latest/", "/blog/tag/go/rss/"} {
		var doc rssDocument
		decodeXML(t, s.Get(path).WantStatus(200).Body, &doc)
		if got := markup.PlainText(doc.Channel.Items[0].Description); got != summary {
			t.Errorf("%s has %q, want %q", path, got, summary)
		}
	}
	var doc struct {
		Entries []struct {
			Summary string `xml:"summary"`
		} `xml:"entry"`
	}
	decodeXML(t, s.Get("/blog/atom/").WantStatus(200).Body, &doc)
	if got := markup.PlainText(doc.Entries[0].Summary); got != summary {
		t.Errorf("Atom has %q, want %q", got, summary)
	}
}

// What the text of a post may show, the page lets the browser fetch.
func TestPagesAllowThePicturesOfPosts(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2013-10-16-a.md", "title: A", "![x](https://other.example/a.png)")
	s.imports()
	for _, path := range []string{"/blog/", "/blog/2013/10/a/", "/blog/archive/2013/oct/"} {
		policy := s.Get(path).WantStatus(200).Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'self';", "object-src 'none'", "img-src 'self' https: http: data:", "media-src 'self' https: http:"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: no %s in %q", path, part, policy)
			}
		}
	}
	if policy := s.Get("/blog/nothing/").Header.Get("Content-Security-Policy"); strings.Contains(policy, "img-src") {
		t.Errorf("a page without texts of posts has %q", policy)
	}
}

func TestDirectionAndLanguage(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2013-10-16-a.md", "title: שלום; lang: he_IL", "שלום עולם.")
	s.post("2013-10-15-b.md", "title: B; lang: '\"><script>'", "x")
	s.imports()
	s.Get("/blog/").WantAttr("article:nth-of-type(1)", "lang", "he-IL").WantAttr("article:nth-of-type(1) h2", "dir", "auto").
		WantAttr("article:nth-of-type(1) .prose", "dir", "auto").WantCount("article[lang]", 1).WantCount(".sidebar li a[dir=auto]", 2)
	s.Get("/blog/2013/10/a/").WantAttr("article", "lang", "he-IL").WantAttr("h1", "dir", "auto").WantAttr(".prose", "dir", "auto").WantAttr(".next a", "dir", "auto")
}

func TestTopicsAuthorsAndMonths(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(12, "author: \" Ann \"; tags: [Go]")
		s.post("2012-02-29-leap.md", "title: Leap; author: ann; tags: [go, C++]", "x")
		s.post("2012-02-28-before.md", "title: Before; author: Ben", "x")
		s.imports()
		s.Get("/blog/tag/go/").WantStatus(200).WantText("h1", "Go").WantCount("article.entry", 10).
			Click("a[rel=next]").WantCount("article.entry", 3)
		s.Get("/blog/tag/go/2/").WantStatus(200).WantAttr("link[rel=canonical]", "href", "http://example.test/blog/tag/go/2/")
		s.Get("/blog/tag/go/3/").WantStatus(404)
		s.Get("/blog/tag/go/1/").WantRedirect("/blog/tag/go/")
		s.Get("/blog/tag/cpp/").WantStatus(200).WantText("h1", "C++").WantCount("article.entry", 1)
		s.Get("/blog/tag/Go/").WantStatus(404)
		s.Get("/blog/author/ann/").WantStatus(200).WantText("h1", "Ann").WantCount("article.entry", 10)
		s.Get("/blog/author/ann/2/").WantStatus(200).WantCount("article.entry", 3)
		s.Get("/blog/author/ben/").WantStatus(200).WantCount("article.entry", 1)
		s.Get("/blog/author/nobody/").WantStatus(404)
		s.Get("/blog/archive/2012/feb/").WantStatus(200).WantText("h1", "February 2012").WantCount("article.entry", 2)
		s.Get("/blog/archive/2013/oct/2/").WantStatus(200).WantCount("article.entry", 2)
		for _, path := range []string{"2012/Feb", "2012/02", "2012/mar", "2011/feb", "0000/feb", "99999/feb", "02012/feb"} {
			s.Get("/blog/archive/" + path + "/").WantStatus(404)
		}
		page := s.Get("/blog/archive/").WantStatus(200)
		if diff := cmp.Diff([]string{"October 2013 12", "February 2012 2"}, page.Texts("main .archive li")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSidebar(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for m := range 15 {
		s.post(fmt.Sprintf("20%02d-03-01-p%d.md", m, m), fmt.Sprintf("title: P%d; tags: [t%d, common]", m, m%3), "x")
	}
	s.imports()
	page := s.Get("/blog/").WantStatus(200)
	if diff := cmp.Diff([]string{"P13 1 March 2013", "P12 1 March 2012", "P11 1 March 2011", "P10 1 March 2010", "P9 1 March 2009"}, page.Texts("aside section:nth-of-type(2) li")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"common 14", "t0 5", "t1 5", "t2 4"}, page.Texts("aside .inline li")); diff != "" {
		t.Error(diff)
	}
	months := page.Texts("aside section:nth-of-type(4) li")
	if len(months) != 13 || months[0] != "March 2013 1" || months[12] != "All months" {
		t.Errorf("the months are %q", months)
	}
}

func TestAPost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-01-01-one.md", "title: One; tags: [a, b]", "x")
		s.post("2013-01-02-two.md", "title: Two; tags: [a]; author: Ann", "## Heading\n\nText & more.")
		s.post("2013-01-03-three.md", "title: Three; tags: [c]", "x")
		s.post("2013-01-04-four.md", "title: Four; tags: [b, a]", "x")
		s.imports()
		page := s.Get("/blog/2013/01/two/").WantStatus(200).WantText("h1", "Two").WantContains(".prose", "Text & more.")
		page.WantAttr(".next a[rel=prev]", "href", "/blog/2013/01/one/")
		page.WantAttr(".next a[rel=next]", "href", "/blog/2013/01/three/")
		s.Get("/blog/2013/01/one/").WantCount(".next a", 1)
		s.Get("/blog/2013/01/four/").WantCount(".next a", 1)
		// Four shares two topics with One, Two only one.
		if diff := cmp.Diff([]string{"4 Jan 2013 Four", "2 Jan 2013 Two"}, s.Get("/blog/2013/01/one/").Texts(".related li")); diff != "" {
			t.Error(diff)
		}
		s.Get("/blog/2013/01/three/").WantCount(".related", 0)
		for _, path := range []string{"2013/1/two", "2013/02/two", "02013/01/two", "2013/01/TWO", "2013/01/nothing", "2012/01/two", "2013/001/two"} {
			s.Get("/blog/" + path + "/").WantStatus(404)
		}
	})
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("assets/pic.png", "\x89PNG")
	s.post("2013-01-02-two.md", `title: "Two </script><b>"; date: 2013-01-02 23:30:00 +0530; tags: [Go]; author: Ann`, "![](/assets/pic.png) First words.")
	s.imports()
	page := s.Get("/blog/2013/01/two/").WantStatus(200)
	for property, want := range map[string]string{
		"og:title": "Two </script><b>", "og:type": "article", "og:url": "http://example.test/blog/2013/01/two/",
		"og:description": "First words.", "og:image": "http://example.test/blog/media/assets/pic.png",
		"article:published_time": "2013-01-02T23:30:00+05:30", "article:author": "http://example.test/blog/author/ann/", "article:tag": "Go",
	} {
		page.WantAttr(`meta[property="`+property+`"]`, "content", want)
	}
	page.WantAttr("link[rel=canonical]", "href", "http://example.test/blog/2013/01/two/")
	data := page.Texts(`script[type="application/ld+json"]`)
	if len(data) != 1 {
		t.Fatalf("%d blocks of JSON-LD", len(data))
	}
	posting := decode(t, data[0])
	for key, want := range map[string]any{
		"@context": "https://schema.org", "@type": "BlogPosting", "headline": "Two </script><b>",
		"datePublished": "2013-01-02T23:30:00+05:30", "url": "http://example.test/blog/2013/01/two/",
		"author": map[string]any{"@type": "Person", "name": "Ann", "url": "http://example.test/blog/author/ann/"},
	} {
		if diff := cmp.Diff(want, posting[key]); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
	page.WantCount("main script, head script:not([type])", 0)
}

func TestAPageOutsideOfTheStream(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.write("_pages/about.md", "---\ntitle: About us\nlayout: page\n---\n\nWe are here.\n")
		s.many(1, "tags: [go]")
		s.Get("/about/").WantStatus(200).WantText("h1", "About us").WantContains(".prose", "We are here.").WantCount(".meta", 0)
		s.Get("/about").WantStatus(308)
		s.Get("/blog/").WantCount("article.entry", 1).WantNoText("aside", "About us")
		s.Get("/blog/rss/latest/").WantStatus(200)
		s.Get("/blog/2013/10/about/").WantStatus(404)
		s.Get("/post-0/").WantStatus(404)
		s.Get("/blog/search/?q=here").WantContains("article h2", "About us")
		s.Get("/sitemap.xml").WantBody("http://example.test/about/")
	})
}

func TestAnInterview(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2010-06-07-talk.md", "title: A talk", "**Ann:** Why?\n\n**Ben:** Because.\n\n**Ann:** How?\n\n**Ben:** So.")
	s.imports()
	s.Get("/blog/2010/06/talk/").WantStatus(200).WantCount("dl.interview dt", 4).WantAttr("dl.interview dt a", "href", "#q1")
}

func TestStatementsAreConstant(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		var first, second []int
		measure := func() (out []int) {
			s.Get("/blog/archive/") // makes the overview, after the import
			for i, path := range []string{"/blog/", "/blog/tag/go/", "/blog/archive/2013/oct/", "/blog/author/ann/", "/blog/2013/10/post-9/", "/blog/archive/", "/blog/rss/latest/", "/blog/search/?q=text"} {
				s.Get(path).WantStatus(200)
				out = append(out, len(s.Statements()))
				if i < 4 { // the lists
					s.Get(path).WantStatus(200)
					kept := len(s.Statements())
					t.Logf("%s: %d statements, %d when its entries are kept", path, out[len(out)-1], kept)
					if want := out[len(out)-1] - 2; kept != want {
						t.Errorf("%s: %d statements when its entries are kept, want %d", path, kept, want)
					}
				}
			}
			return out
		}
		s.many(10, "author: Ann; tags: [go, web, sqlite]")
		first = measure()
		if first[0] > 4 {
			t.Errorf("/blog/ takes %d statements", first[0])
		}
		s.many(100, "author: Ann; tags: [go, web, sqlite]")
		second = measure()
		if !slices.Equal(first, second) {
			t.Errorf("with 10 posts the pages take %v statements, with 110 %v", first, second)
		}
		s.Get("/blog/page/11/").WantStatus(200).WantCount("article.entry", 10)
		s.WantStatements(first[0])
		s.Get("/blog/page/11/").WantStatus(200).WantCount("article.entry", 10)
		s.WantStatements(0)
	})
}

// TestKeptEntriesGo: a row that is written anywhere in the program is seen by the next request, also
// one whose change the overview does not notice.
func TestKeptEntriesGo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(1, "author: Ann; tags: [go]")
		s.Get("/blog/tag/go/").WantBody(">Ann</a>")
		ann, err := orm.From[blog.Author](s.DB).First(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ann.FullName = "Ann Other"
		if err := orm.Save(t.Context(), s.DB, &ann); err != nil {
			t.Fatal(err)
		}
		s.Get("/blog/tag/go/").WantBody(">Ann Other</a>")
	})
}
