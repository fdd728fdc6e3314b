package blog_test

import (
	"context"
	"html/template"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/volatest"
)

// echo is a demonstration that says what it was asked.
type echo struct{}

func (echo) Name() string { return "echo" }

func (echo) Show(_ context.Context, asked url.Values) (template.HTML, error) {
	return template.HTML(`<h2 id="demo-title">Try it</h2><p>` + template.HTMLEscapeString(asked.Encode()) + "</p>\n"), nil
}

const withDemo = "---\ntitle: With\ndate: 2013-10-01\ndemo: echo\n---\nText.\n"

// Only the content that is part of the program has demonstrations: whoever
// imports the posts of others does not get a form by accident.
func TestDemonstrationsAreForOurOwnArticles(t *testing.T) {
	t.Parallel()
	s := &site{t: t, clock: &clock{now: noon}, dir: t.TempDir()}
	s.blog = blog.New(fstest.MapFS{
		"2013-10-01-ours.md":  {Data: []byte(withDemo)},
		"2013-10-02-other.md": {Data: []byte(strings.Replace(withDemo, "echo", "no-such", 1))},
	})
	s.blog.Demonstrations = []blog.Demonstration{echo{}}
	s.Client = volatest.Start(t, config(s.blog), volatest.Options{Now: s.clock.Now, Seed: true})
	s.Get("/blog/2013/10/ours/").WantStatus(200).WantCount("section#demo", 1)
	s.Get("/blog/2013/10/ours/?a=1&b=%3Cb%3E").WantText("#demo p", "a=1&b=%3Cb%3E")
	s.Get("/blog/2013/10/ours/?a="+strings.Repeat("x", 5000)).WantStatus(200).WantText("#demo p", "")
	s.Get("/blog/2013/10/other/").WantStatus(200).WantCount("section#demo", 0).WantHeader("Cache-Control", "")
	s.Get("/blog/").WantCount("section#demo", 0)

	s.write("_posts/2013-10-03-theirs.md", withDemo)
	s.write("_posts/2013-10-04-html.html", "---\ndemo: echo\n---\n<section class=\"demo\" id=\"demo\"><h2 id=\"demo-title\">x</h2></section>{% demo echo %}\n")
	s.imports()
	s.Get("/blog/2013/10/theirs/").WantStatus(200).WantCount("#demo-title", 0)
	s.Get("/blog/2013/10/html/").WantStatus(200).WantCount("#demo p", 0).WantCount("#demo form", 0)

	// Nor when a file of theirs has the name of one of ours.
	s.write("2013-10-01-ours.md", withDemo)
	s.remove("_posts/2013-10-03-theirs.md")
	s.remove("_posts/2013-10-04-html.html")
	s.remove("_posts")
	s.imports()
	s.Get("/blog/2013/10/ours/").WantStatus(200).WantCount("#demo-title", 0)
}
