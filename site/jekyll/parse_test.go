package jekyll_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/jekyll"
)

func ExampleParse() {
	text := []byte("---\ntitle: Two queues\nauthor: Ann\ntags: Python C++\n---\nThe *first* one.\n")
	doc, err := jekyll.Parse("_posts/2013-10-17-queues.md", text, jekyll.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doc.Title, "by", doc.Username, "at", doc.Date.Format("2006/01/")+doc.Slug)
	fmt.Println(doc.Topics)
	fmt.Println(doc.HTML)
	_, err = jekyll.Parse("_posts/2013-10-17-queues.md", []byte("---\ntitle: Two: queues\n---\n"), jekyll.Options{})
	fmt.Println(err)
	// Output:
	// Two queues by ann at 2013/10/queues
	// [{Python python} {C++ cpp}]
	// <p>The <em>first</em> one.</p>
	// _posts/2013-10-17-queues.md:2: the front matter is not YAML: mapping values are not allowed in this context; put the value in quotes
}

func TestDates(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, want, zone string }{
		{"2013-10-17", "2013-10-17T00:00:00+02:00", "Europe/Berlin"},
		{"2013-01-17", "2013-01-17T00:00:00+01:00", "Europe/Berlin"},
		{"2013-1-7", "2013-01-07T00:00:00+01:00", "Europe/Berlin"},
		{"2013/10/17", "2013-10-17T00:00:00+02:00", "Europe/Berlin"},
		{"2013-10-17 09:30", "2013-10-17T09:30:00+02:00", "Europe/Berlin"},
		{"2013-10-17   9:30:15", "2013-10-17T09:30:15+02:00", "Europe/Berlin"},
		{"2013-10-17 09:30:15.250 Z", "2013-10-17T09:30:15Z", "UTC"},
		{"2013-10-17T09:30:15+05:30", "2013-10-17T09:30:15+05:30", "+05:30"},
		{"2013-10-17 09:30:15 +0530", "2013-10-17T09:30:15+05:30", "+05:30"},
		{"2013-10-17 09:30:15+05", "2013-10-17T09:30:15+05:00", "+05:00"},
		{"2013-10-17 +0530", "2013-10-17T00:00:00+05:30", "+05:30"},
		{"2013-10-17 09:30 +0000", "2013-10-17T09:30:00Z", "UTC"},
		{"2013-10-17 09:30 UTC", "2013-10-17T09:30:00Z", "UTC"},
		{"2013-10-17 09:30 EST", "2013-10-17T09:30:00-05:00", "-05:00"},
		{"2013-10-17 09:30 Asia/Kolkata", "2013-10-17T09:30:00+05:30", "Asia/Kolkata"},
		{"2013-10-17 9:30 pm", "2013-10-17T21:30:00+02:00", "Europe/Berlin"},
		{"October 17, 2013", "2013-10-17T00:00:00+02:00", "Europe/Berlin"},
		{"Thu, 17 Oct 2013 09:30:00 +0530", "2013-10-17T09:30:00+05:30", "+05:30"},
		{"Jan 2, 2020 23:30", "2020-01-02T23:30:00+01:00", "Europe/Berlin"},
		{"January 2, 2020 at 11:30 pm", "2020-01-02T23:30:00+01:00", "Europe/Berlin"},
		{"Thursday, January 2, 2020 23:30:05 +0530", "2020-01-02T23:30:05+05:30", "+05:30"},
		{"2 Jan 2020 23:30 -0800", "2020-01-02T23:30:00-08:00", "-08:00"},
		{"2020-01-02 23:30:22 2020 -0800", "2020-01-02T23:30:22-08:00", "-08:00"},
		{"2020-01-02 23:30:22 -0800 2020", "2020-01-02T23:30:22-08:00", "-08:00"},
		{"'2013-10-17'", "2013-10-17T00:00:00+02:00", "Europe/Berlin"},
		{"", "2001-02-03T00:00:00+01:00", "Europe/Berlin"}, // of the file's name
	}
	for _, test := range tests {
		doc, err := jekyll.Parse("2001-02-03-x.md", []byte("---\ndate: "+test.in+"\n---\n"), jekyll.Options{Zone: berlin})
		if got := doc.Date.Format(time.RFC3339); err != nil || got != test.want || doc.Zone != test.zone {
			t.Errorf("date %q: %s in %q, %v; want %s in %q", test.in, got, doc.Zone, err, test.want, test.zone)
		}
	}
}

func TestSlugsAndOldPaths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, front string
		slug        string
		old         []string
	}{
		{"2013-10-17-Two_Queues.md", "", "two-queues", nil},
		{"plain.md", "date: 2013-10-17", "plain", nil},
		{"2013-10-17-x.md", "slug: My Slug", "my-slug", nil},
		{"2013-10-17-x.md", "slug: ???", "x", nil},
		{"2013-10-17-x.md", "permalink: /2013/10/two-queues/", "two-queues", []string{"/2013/10/two-queues/"}},
		{"2013-10-17-x.md", "permalink: /two.html\nslug: three", "three", []string{"/two.html"}},
		{"2013-10-17-x.md", "permalink: /two/index.html", "two", []string{"/two/index.html"}},
		{"2013-10-17-x.md", "permalink: two", "two", []string{"/two"}},
		{"2013-10-17-x.md", "permalink: https://example.org/a/b?c=d#e", "b", []string{"/a/b"}},
		{"2013-10-17-x.md", "permalink: /../../etc/passwd", "passwd", []string{"/etc/passwd"}},
		{"2013-10-17-x.md", "permalink: /", "x", nil},
		{"2013-10-17-x.md", "permalink: '%zz'", "x", nil},
		{"2013-10-17-x.md", "permalink: /:year/:month/:day/:title.html", "x", []string{"/2013/10/17/x.html"}},
		{"2013-10-17-x.md", "permalink: /:categories/:title/\ncategory: Web Apps", "x", []string{"/web apps/x/"}},
		{"2013-10-17-x.md", "redirect_from: /old\naliases: [/old, /older/]", "x", []string{"/old", "/older/"}},
	}
	for _, test := range tests {
		doc, err := jekyll.Parse(test.name, []byte("---\n"+test.front+"\n---\n"), jekyll.Options{})
		if err != nil || doc.Slug != test.slug || !cmp.Equal(doc.OldPaths, test.old) {
			t.Errorf("%s with %q: %q, %q, %v; want %q, %q", test.name, test.front, doc.Slug, doc.OldPaths, err, test.slug, test.old)
		}
	}
}

func TestNamesWithoutHTML(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Tips &amp; Tricks &#8211; <em>new</em>":    "Tips & Tricks – new",
		"<b>a <i>b</i></b> &#x3c;c&#62;":            "a b <c>",
		"The <em> element and <b>":                  "The <em> element and <b>",
		`Robert"><script>`:                          `Robert"><script>`,
		"<script>x</script>":                        "<script>x</script>",
		"AT&T; &copy x &nothing; <a href='x'>y</a>": "AT&T; &copy x &nothing; y",
		"one<br/>two":                               "one two",
		"a < b > c":                                 "a < b > c",
	} {
		doc, err := jekyll.Parse("2020-01-02-x.md", []byte("---\ntitle: |\n  "+name+"\ntags:\n- |\n  "+name+"\n---\nx\n"), jekyll.Options{})
		if err != nil || doc.Title != want || len(doc.Topics) != 1 || doc.Topics[0].Name != want && len(want) < 40 {
			t.Errorf("%q: %q, %v, %v; want %q", name, doc.Title, doc.Topics, err, want)
		}
	}
	doc, _ := jekyll.Parse("2020-01-02-x.md", []byte("---\ntags: ['Q &amp; A']\n---\nx\n"), jekyll.Options{})
	if got := fmt.Sprint(doc.Topics); got != "[{Q & A q-a}]" {
		t.Error(got)
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	tests := []struct{ front, want string }{
		{"tags: Python django", "Python/python django/django"},
		{"tags: [Python, Web apps]", "Python/python Web apps/web-apps"},
		{"tags: web apps, Python", "web apps/web-apps Python/python"},
		{"category: Web Apps", "Web Apps/web-apps"},
		{"category: [a, b]", "a/a b/b"},
		{"categories: a\ntags: A b", "a/a b/b"},
		{"tags: ~", ""}, {"tags: []", ""}, {"tags: {a: b}", ""}, {"tags: 2013", "2013/2013"}, {"tags: [1, null, [x]]", "1/1"},
		{"tags: C C++ C#", "C/c C++/cpp C#/csharp"},
	}
	for _, test := range tests {
		doc, err := jekyll.Parse("2013-10-17-x.md", []byte("---\n"+test.front+"\n---\n"), jekyll.Options{})
		var got []string
		for _, topic := range doc.Topics {
			got = append(got, topic.Name+"/"+topic.Slug)
		}
		if err != nil || strings.Join(got, " ") != test.want {
			t.Errorf("%q: %q, %v; want %q", test.front, got, err, test.want)
		}
	}
}

func TestAuthors(t *testing.T) {
	t.Parallel()
	for _, author := range []string{"Ann", "'ann '", "\"  ANN\""} {
		doc, err := jekyll.Parse("2013-10-17-x.md", []byte("---\nauthor: "+author+"\n---\n"), jekyll.Options{})
		if err != nil || doc.Username != "ann" || strings.TrimSpace(doc.Author) != doc.Author {
			t.Errorf("author %s: %q, %q, %v", author, doc.Author, doc.Username, err)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want, html string }{
		{"---\ntitle: '  A   title '\n---\n# Heading\n", "A title", `<h2 id="heading">Heading</h2>`},
		{"# A *heading* &amp; `code`\n\ntext\n", "A heading & code", "<p>text</p>"},
		{"text\n\n## Heading\n", "Heading", "<p>text</p>\n<h2 id=\"heading\">Heading</h2>"},
		{"---\ntitle:\n---\ntext\n", "Two queues", "<p>text</p>"},
		{"\ufeff---\r\ntitle: x\r\n---\r\na\r\nb\r\n", "x", "<p>a\nb</p>"},
		{"---\n---\n", "Two queues", ""},
		{"---\n# nothing\n...\n", "Two queues", ""},
		{"", "Two queues", ""},
		{"a\x1b[0m\x0bb", "Two queues", "<p>a[0mb</p>"},
	}
	for _, test := range tests {
		doc, err := jekyll.Parse("2013-10-17-two-queues.md", []byte(test.text), jekyll.Options{})
		if err != nil || doc.Title != test.want || doc.HTML != test.html {
			t.Errorf("%q: %q, %q, %v; want %q, %q", test.text, doc.Title, doc.HTML, err, test.want, test.html)
		}
	}
}

// FuzzParse checks that no text is too odd to be read or refused, and that the
// parts of a document keep their promises.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"---\ntitle: x\ndate: 2013-10-17 09:30 +0530\ntags: [a, b]\npermalink: /x/y.html\n---\n# Text\n", "---\na: &x [*x]\n---\n", "---\n? [a]\n: b\n---\n",
		"---\n<<: {a: b}\ntags: !!binary x\n---\n", "---\ndate: !!timestamp 2001-12-14t21:59:43.10-05:00\n---\n", "--- \n...\n", "---\n%YAML 1.1\n---\n",
		"{% raw %}{% highlight x %}{% endraw %}{% endhighlight %}{{ 'a' | prepend: site.url }}", "```\n{% raw %}\n~~~\n", "<pre lang=x><code>y</pre>", "{% include a b=\"c %}", "* TOC\n{:toc}\n{:.x}",
		"{%}", "{{}", "{::", "{:}", "](", "$$", "**A:** b?\n**B**: c\n**A: d**<br>**B:** e", "###x###\n#y\n", "<table>\n\n    <tr>\n\n    x", "a``b`c``", "[^1]\n\n[^1]: x\n\n# #\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := jekyll.Parse("2013-10-17-x.md", text, jekyll.Options{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "2013-10-17-x.md:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		if doc.Title == "" || doc.Slug == "" || doc.Slug != markup.Slug(doc.Slug) || strings.Contains(doc.Title, "\n") {
			t.Errorf("title %q, slug %q", doc.Title, doc.Slug)
		}
		if doc.Published && !doc.Page && (doc.Date.Year() < 1900 || doc.Date.Year() > 2999 || doc.Zone == "") {
			t.Errorf("date %v in %q", doc.Date, doc.Zone)
		}
		for _, old := range doc.OldPaths {
			if !strings.HasPrefix(old, "/") || strings.Contains(old, "..") && strings.Contains(old, "/../") {
				t.Errorf("old path %q", old)
			}
		}
		for _, topic := range doc.Topics {
			if topic.Slug == "" || topic.Name == "" {
				t.Errorf("topic %+v", topic)
			}
		}
	})
}
