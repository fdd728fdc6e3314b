package feed_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/site/blog/feed"
)

func Example() {
	err := feed.WriteSitemap(os.Stdout, []feed.Place{{
		Link:    "https://example.org/blog/",
		Changed: time.Date(2013, 10, 17, 9, 30, 0, 0, time.FixedZone("", 5*3600+1800)),
	}})
	if err != nil {
		panic(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
	//  <url>
	//   <loc>https://example.org/blog/</loc>
	//   <lastmod>2013-10-17T04:00:00Z</lastmod>
	//  </url>
	// </urlset>
}

func sample() feed.Feed {
	at := time.Date(2013, 10, 17, 9, 30, 0, 0, time.FixedZone("", 5*3600+1800))
	return feed.Feed{
		Title: "Notes & queries", Link: "https://example.org/blog/", Self: "https://example.org/blog/feed/",
		Entries: []feed.Entry{
			{
				Title: "Queues <1>", Link: "https://example.org/blog/2013/10/queues/", Author: "Ann",
				Published: at, Updated: at.Add(time.Hour), Topics: []string{"go", "a & b"},
				Summary: "<p>Short]]></p>", Content: "<p>Long \x00\x1b</p>",
			},
			{Title: "", Link: "https://example.org/blog/2012/1/x/", Published: at.AddDate(-1, 0, 0)},
		},
	}
}

// wellFormed reads the whole document, strictly.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in:\n%s", err, text)
		}
	}
}

func TestRSS(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := sample().WriteRSS(&out); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, out.String())
	type item struct {
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		GUID        string   `xml:"guid"`
		Date        string   `xml:"pubDate"`
		Creator     string   `xml:"http://purl.org/dc/elements/1.1/ creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description"`
		Content     string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
	}
	var got struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel struct {
			Title       string `xml:"title"`
			Links       []string
			Description string `xml:"description"`
			Built       string `xml:"lastBuildDate"`
			Items       []item `xml:"item"`
		} `xml:"channel"`
	}
	if err := xml.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	want := []item{
		{
			"Queues <1>", "https://example.org/blog/2013/10/queues/", "https://example.org/blog/2013/10/queues/",
			"Thu, 17 Oct 2013 09:30:00 +0530", "Ann", []string{"go", "a & b"}, "<p>Short]]></p>", "<p>Long \uFFFD\uFFFD</p>",
		},
		{Link: "https://example.org/blog/2012/1/x/", GUID: "https://example.org/blog/2012/1/x/", Date: "Wed, 17 Oct 2012 09:30:00 +0530"},
	}
	if diff := cmp.Diff(want, got.Channel.Items); diff != "" {
		t.Error(diff)
	}
	if got.Version != "2.0" || got.Channel.Title != "Notes & queries" || got.Channel.Description == "" ||
		got.Channel.Built != "Thu, 17 Oct 2013 05:00:00 +0000" {
		t.Errorf("the channel is %+v", got.Channel)
	}
}

func TestAtom(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := sample().WriteAtom(&out); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, out.String())
	for _, part := range []string{
		`<feed xmlns="http://www.w3.org/2005/Atom">`,
		`<id>https://example.org/blog/feed/</id>`,
		`<updated>2013-10-17T10:30:00+05:30</updated>`,
		`<published>2013-10-17T09:30:00+05:30</published>`,
		`<link rel="self" type="application/atom+xml" href="https://example.org/blog/feed/"></link>`,
		`<content type="html">&lt;p&gt;Long`,
		`<category term="a &amp; b"></category>`,
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the feed lacks %s:\n%s", part, out.String())
		}
	}
}

func TestEmptyFeeds(t *testing.T) {
	t.Parallel()
	f := feed.Feed{Title: "T", Link: "https://example.org/", Self: "https://example.org/f"}
	for _, write := range []func(io.Writer) error{f.WriteRSS, f.WriteAtom} {
		var out strings.Builder
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, out.String())
		if !strings.Contains(out.String(), "1970") {
			t.Errorf("no date in:\n%s", out.String())
		}
	}
}

func TestSitemapIndex(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := feed.WriteSitemapIndex(&out, []feed.Place{{Link: "https://example.org/sitemap/1.xml"}}); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, out.String())
	if !strings.Contains(out.String(), "<sitemap>") || strings.Contains(out.String(), "lastmod") {
		t.Error(out.String())
	}
}

func TestAbsolute(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{`<p>a &amp; b</p>`, `<p>a &amp; b</p>`},
		{`<img src="/m/a.png" alt="&quot;">`, `<img src="https://x.org/m/a.png" alt="&#34;">`},
		{`<a href="//other.org/">x</a>`, `<a href="//other.org/">x</a>`},
		{`<a href="#fn1">1</a>`, `<a href="https://x.org/p/#fn1">1</a>`},
		{`<a href="https://other.org/">x</a> <pre>a < b</pre>`, `<a href="https://other.org/">x</a> <pre>a < b</pre>`},
	}
	for _, tt := range tests {
		if got := feed.Absolute(tt.in, "https://x.org", "https://x.org/p/"); got != tt.want {
			t.Errorf("Absolute(%s)\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func FuzzFeeds(f *testing.F) {
	f.Add("Title", `<a href="/x">&amp;`, "topic")
	f.Add("\x00\xff", "]]>", "<!--")
	f.Fuzz(func(t *testing.T, title, text, topic string) {
		fd := feed.Feed{Title: title, Link: "https://example.org/", Self: "https://example.org/f", Entries: []feed.Entry{{
			Title: title, Link: "https://example.org/1", Topics: []string{topic}, Summary: feed.Absolute(text, "https://example.org", title), Content: text,
		}}}
		for _, write := range []func(io.Writer) error{fd.WriteRSS, fd.WriteAtom} {
			var out strings.Builder
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, out.String())
		}
	})
}
