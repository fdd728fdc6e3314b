package templates_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

type numbered struct{ Number, Pages, Prev, Next int }

type lists struct {
	Page  numbered
	Part  struct{ Prev, Next string }
	Query url.Values
}

// TestBuiltinLists: the pages of a list are linked with the parameters of the address, and a list of
// one page has no links.
func TestBuiltinLists(t *testing.T) {
	t.Parallel()
	page := templates.Page[lists]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{
			templates.Memory{"page.html": `{{component "lists/pages.html" "page" .Page "query" .Query}}{{component "lists/parts.html" "part" .Part "query" .Query}}`},
			templates.FS("builtin", templates.Builtin()),
		},
		Pages: []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	data := lists{Page: numbered{Number: 2, Pages: 3, Prev: 1, Next: 3}, Query: url.Values{"q": {"a&b"}, "page": {"2"}}}
	data.Part.Next = "xyz"
	var b strings.Builder
	if err := set.Render(context.Background(), &b, page.Data(data)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<a href="?page=1&amp;q=a%26b" rel="prev">Previous</a>`, `<a href="?page=2&amp;q=a%26b" aria-label="Page 2" aria-current="page">2</a>`,
		`<a href="?page=3&amp;q=a%26b" rel="next">Next</a>`, `cursor=xyz`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := set.Render(context.Background(), &b, page.Data(lists{Page: numbered{Number: 1, Pages: 1}})); err != nil || strings.Contains(b.String(), "nav") {
		t.Error(err, b.String())
	}
}
