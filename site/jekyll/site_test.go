package jekyll_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/volaweb/vola/site/jekyll"
)

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func TestReadSite(t *testing.T) {
	t.Parallel()
	site, err := jekyll.ReadSite(files(
		"_config.yml", "---\nbaseurl: /notes/\nurl: https://old.example\nTitle: Old\nn: 3\nnothing:\nauthor: {name: Ann Lee, web: x}\na: {b: {c: deep}}\nlist: [1]\n",
		"_data/authors.yml", "ben: {full_name: Ben Ito}\neve: Eve\nnobody: {}\n",
	))
	if err != nil {
		t.Fatal(err)
	}
	want := &jekyll.Site{
		Permalink: "date", BaseURL: "/notes", Author: "Ann Lee", Authors: map[string]string{"ben": "Ben Ito", "eve": "Eve"},
		Values: map[string]string{"title": "Old", "n": "3", "author.name": "Ann Lee", "author.web": "x", "a.b.c": "deep"},
	}
	if diff := cmp.Diff(want, site, cmpopts.IgnoreUnexported(jekyll.Site{})); diff != "" {
		t.Error(diff)
	}
	if site, err := jekyll.ReadSite(files("_data/authors.yml", "ben: Ben\n")); site != nil || err != nil {
		t.Errorf("without _config.yml: %v, %v", site, err)
	}
}

func TestZonesOfASite(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"Asia/Kolkata": "Asia/Kolkata ", "nil": " ", "": " ", "~": " ", "Null": " ", "Mars/Olympus": ` _config.yml:2: time zone "Mars/Olympus" is not known`,
	} {
		site, err := jekyll.ReadSite(files("_config.yml", "title: x\ntimezone: "+zone+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		name := ""
		if site.Zone != nil {
			name = site.Zone.String()
		}
		if got := name + " " + strings.Join(site.Warnings, " "); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q, want %q", zone, got, want)
		}
	}
}

func TestEmoji(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		"plugins: [jemoji]": "<p>❤️ :nothing: 👍<code>:heart:</code> a:b http://x:80:</p>",
		"gems:\n- jemoji":   "<p>❤️ :nothing: 👍<code>:heart:</code> a:b http://x:80:</p>",
		"plugins: [other]":  "<p>:heart: :nothing: :+1:<code>:heart:</code> a:b http://x:80:</p>",
	} {
		site, err := jekyll.ReadSite(files("_config.yml", config))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jekyll.Parse("2014-05-06-x.md", []byte("---\ntitle: x\n---\n:heart: :nothing: :+1:`:heart:` a:b http://x:80:\n"), jekyll.Options{Site: site})
		if got := strings.ReplaceAll(strings.ReplaceAll(doc.HTML, `<a href="http://x:80">`, ""), "</a>", ""); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", config, got, err, want)
		}
	}
}

// A site may begin in another folder than the one that is read.
func TestWhereASiteBegins(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		files []string
		want  string
	}{
		{[]string{"_config.yml", "a: b", "source/_posts/x.md", ""}, ""},
		{[]string{"_config.yml", "source: source", "source/_data/authors.yml", "ann: Ann Lee"}, "source Ann Lee"},
		{[]string{"_config.yml", "source: ./", "_data/authors.yml", "ann: Ann Lee"}, " Ann Lee"},
		{[]string{"_config.yml", "source: ../out"}, ""},
		{[]string{"docs/_config.yml", "a: b", "docs/_data/authors.yml", "ann: Ann Lee"}, "docs Ann Lee"},
		{[]string{"docs/_config.yml", "source: src", "docs/src/_data/authors.yml", "ann: Ann Lee"}, "docs/src Ann Lee"},
	} {
		site, err := jekyll.ReadSite(files(test.files...))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(site.Root+" "+site.Authors["ann"], " "); got != test.want {
			t.Errorf("%v: %q, want %q", test.files, got, test.want)
		}
	}
	if site, err := jekyll.ReadSite(files("a/_config.yml", "a: b", "b/_config.yml", "a: b")); site != nil || err != nil {
		t.Errorf("of two folders: %v, %v", site, err)
	}
}

func TestReadSiteThatIsBroken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, config, authors, want string }{
		{"no YAML", "a: 1\ntitle: [", "", "_config.yml:3: the file is not YAML"},
		{"a list", "- a\n", "", "_config.yml:1: the file is not a list of keys"},
		{"binary", "a\x00b", "", "_config.yml:1: the file contains a NUL byte"},
		{"large", strings.Repeat("#", 300<<10), "", "_config.yml:1: the file has"},
		{"authors", "title: x\n", "a: b: c\n", "_data/authors.yml:1: "},
	} {
		site, err := jekyll.ReadSite(files("_config.yml", test.config, "_data/authors.yml", test.authors))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if test.authors != "" && (site == nil || site.Values["title"] != "x") {
			t.Errorf("%s: what could be read is lost: %v", test.name, site)
		}
	}
	deep := strings.Repeat("{a: ", 50) + "x" + strings.Repeat("}", 50)
	if site, err := jekyll.ReadSite(files("_config.yml", "a: "+deep+"\nb: 1\n")); err != nil || site.Values["b"] != "1" || len(site.Values) != 1 {
		t.Errorf("nested: %v, %v", site, err)
	}
}

func TestAuthorsOfASite(t *testing.T) {
	t.Parallel()
	site := &jekyll.Site{Author: "ben", Authors: map[string]string{"ben": "Ben Ito", "also": "Ben Ito", "zoë": "Zoë Okapi"}}
	for front, want := range map[string]string{
		"":                     "ben: Ben Ito",
		"author: Ben":          "ben: Ben Ito",
		"author: BEN ITO":      "also: BEN ITO",
		"author: zoë":          "zoe: Zoë Okapi",
		"author: Eve":          "eve: Eve",
		"authors: [zoë, ben]":  "zoe: Zoë Okapi",
		"author: {name: Zoë }": "zoe: Zoë Okapi",
		"author: []":           "ben: Ben Ito",
	} {
		doc, err := jekyll.Parse("2014-05-06-x.md", []byte("---\n"+front+"\n---\nx\n"), jekyll.Options{Site: site})
		if got := doc.Username + ": " + doc.Author; err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", front, got, err, want)
		}
	}
}

// Maps that stand in for each other many times over are not all followed.
func TestReadSiteWithManyAliases(t *testing.T) {
	t.Parallel()
	var config strings.Builder
	config.WriteString("a: &a {x: {}}\n")
	for _, level := range []string{"ab", "bc", "cd"} {
		config.WriteString(level[1:] + ": &" + level[1:] + " {")
		for i := range 3000 {
			fmt.Fprintf(&config, "k%d: *%s, ", i, level[:1])
		}
		config.WriteString("}\n")
	}
	if _, err := jekyll.ReadSite(files("_config.yml", config.String())); err != nil {
		t.Error(err)
	}
}

func TestWhereAPostWas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ config, name, front, want string }{
		{"permalink: date", "_posts/2014-05-06-Two_Words.md", "", "/2014/05/06/Two_Words.html"},
		{"permalink: pretty", "_posts/2014-05-06-x.md", "categories: a B", "/a/b/2014/05/06/x/"},
		{"permalink: none", "news/_posts/2014-05-06-x.md", "category: My Things", "/news/my things/x.html"},
		{"permalink: ordinal", "_posts/2014-02-01-x.md", "", "/2014/032/x.html"},
		{"permalink: /:short_year/:i_month/:i_day/:slug", "_posts/2014-05-06-Two_Words.md", "", "/14/5/6/two-words"},
		{"baseurl: /b", "_posts/2014-05-06-x.md", "permalink: /own/", "/b/own/"},
		{"permalink: /p/:title/", "_posts/2014-05-06-x.md", "slug: y", "/p/y/"},
		{"permalink: /:year/:hour/:title/\ntimezone: Asia/Kolkata", "_posts/2014-05-06-x.md", "date: 2013-12-31 20:00 +0000", "/2014/01/x/"},
		{"permalink: date", "_posts/2014-05-06-50%#? & more~.md", "", "/2014/05/06/50-&-more~.html"},
		{"permalink: /:year/:title:output_ext", "_posts/2020-01-02-a.md", "", "/2020/a.html"},
		{"permalink: /:slugified_categories/:title/", "_posts/2020-01-02-a.md", "categories: [Big News, big  news, É]", "/big-news/é/a/"},
		{"permalink: weekdate", "_posts/2020-01-02-a.md", "", "/2020/W01/Thu/a.html"},
		{"permalink: /:short_month/:long_month/:short_day/:long_day/:week/:w_year/:w_day/:y_day/:title", "_posts/2020-01-02-a.md", "", "/Jan/January/Thu/Thursday/01/2020/4/002/a"},
		{"permalink: /:year_:month/:titles/:nothing/", "_posts/2020-01-02-a.md", "", "/2020_01/as/:nothing/"},
		{"permalink: /:collection/:path/", "news/_posts/2020-01-02-a.md", "", "/posts/news/_posts/2020-01-02-a/"},
		{"permalink: date", "news/_posts/2020-01-02-a.md", "categories: news", "/news/2020/01/02/a.html"},
		{"permalink: date", "_posts/2020-01-02-a.md", "categories: [A, a]", "/a/2020/01/02/a.html"},
		{"permalink: date", "_posts/2020-01-02-hello world & more.md", "", "/2020/01/02/hello-world-&-more.html"},
		{"permalink: date", "_posts/2020-01-02-x.md", "date: 2020-01-02 23:30 -0800", "/2020/01/02/x.html /2020/01/03/x.html"},
		{"permalink: date\ntimezone: America/Los_Angeles", "_posts/2020-01-02-x.md", "date: 2020-01-02 23:30 -0800", "/2020/01/02/x.html"},
		{"permalink: date", "_posts/2020-01-02-x.md", "permalink: /" + strings.Repeat("x", 600) + "/", ""},
		{"source: source\npermalink: /:categories/:year/:title/", "source/_posts/2020-01-02-a.md", "", "/2020/a/"},
		{"source: ./source/", "source/news/_posts/2020-01-02-a.md", "", "/news/2020/01/02/a.html"},
		{"defaults:\n- scope: {path: '', type: posts}\n  values: {permalink: /d/:title/, author: ann}", "_posts/2020-01-02-a.md", "", "/d/a/"},
		{"defaults:\n- scope: {path: ''}\n  values: {permalink: /d/:title/}\n- scope: {path: news}\n  values: {permalink: /n/:title/}", "news/_posts/2020-01-02-a.md", "", "/n/a/"},
		{"defaults:\n- scope: {path: other}\n  values: {permalink: /d/:title/}", "_posts/2020-01-02-a.md", "", "/2020/01/02/a.html"},
		{"defaults:\n- scope: {path: '', type: pages}\n  values: {permalink: /d/:title/}", "_posts/2020-01-02-a.md", "", "/2020/01/02/a.html"},
		{"defaults:\n- scope: {path: ''}\n  values: {categories: [x]}", "_posts/2020-01-02-a.md", "", "/x/2020/01/02/a.html"},
		{"defaults:\n- scope: {path: ''}\n  values: {permalink: /d/:title/}", "_posts/2020-01-02-a.md", "permalink: /own/", "/own/"},
		{"collections:\n  posts:\n    permalink: /c/:title/\npermalink: pretty", "_posts/2020-01-02-a.md", "", "/c/a/"},
		{"permalink: date", "_pages/x.md", "layout: page", ""},
		{"permalink: date", "_drafts/x.md", "", ""},
	} {
		site, err := jekyll.ReadSite(files("_config.yml", test.config))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jekyll.Parse(test.name, []byte("---\n"+test.front+"\n---\n[n](next.html) [d](../d/#x) [a](/a/) [h](#h) [o](http://o.example/)\n"), jekyll.Options{Site: site})
		got := strings.Join(doc.OldPaths, " ")
		if err != nil || got != test.want {
			t.Errorf("%s, %s: %q, %v; want %q", test.config, test.name, got, err, test.want)
		}
		if test.want == "/14/5/6/two-words" && doc.HTML != `<p><a href="/14/5/6/next.html">n</a> <a href="/14/5/d/#x">d</a> <a href="/a/">a</a> <a href="#h">h</a> <a href="http://o.example/">o</a></p>` {
			t.Errorf("relative links: %s", doc.HTML)
		}
		if test.want == "" && !strings.Contains(doc.HTML, `"next.html"`) {
			t.Errorf("links of what had no address: %s", doc.HTML)
		}
	}
}

func TestWhatTheSiteSaysOfAPost(t *testing.T) {
	t.Parallel()
	site := &jekyll.Site{
		Author: "ben", Authors: map[string]string{"ben": "Ben Ito"},
		Values: map[string]string{"repo": "https://code.example", "evil": "<script>x</script>", "loop": "{{ site.loop }}"},
	}
	doc, err := jekyll.Parse("news/_posts/2014-05-06-x.md", []byte("---\ntags: [News, b]\n---\n[r]({{ site.repo }}/i) {{ SITE.repo }} {{site.evil}} {{ site.loop }} {{ site.none }} `{{ site.repo }}`\n"), jekyll.Options{Site: site})
	if err != nil {
		t.Fatal(err)
	}
	if want := `<p><a href="https://code.example/i">r</a> {{ SITE.repo }}  {{ site.loop }} {{ site.none }} <code>{{ site.repo }}</code></p>`; doc.HTML != want {
		t.Errorf("%s\nwant %s", doc.HTML, want)
	}
	if doc.Author != "Ben Ito" || doc.Username != "ben" {
		t.Errorf("author %q, %q", doc.Author, doc.Username)
	}
	if diff := cmp.Diff([]jekyll.Topic{{Name: "news", Slug: "news"}, {Name: "b", Slug: "b"}}, doc.Topics); diff != "" {
		t.Error(diff)
	}
}
