package markup_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
)

func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	text := "# A\n\n# A\n\n<p id=a>x</p><p id=b>y</p><p id=b>z</p>\n\n<h2 id='kept'>K</h2>\n\n# ?\n\n[a](#a) [sp](#%61) [note][^1]\n\n[^1]: n\n"
	got, err := markup.Render(text, markup.Options{IDPrefix: "p-"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<h1 id="p-a">A</h1>`, `<h1 id="p-a-2">A</h1>`, `<p>x</p>`, `<p id="p-b">y</p><p>z</p>`, `<h2 id="p-kept">K</h2>`, `<h1 id="p-section">`,
		`<a href="#p-a">a</a> <a href="#p-a">sp</a>`, `<sup id="p-fnref:1"><a class="footnote-ref" href="#p-fn:1"`, `<li id="p-fn:1">`, `href="#p-fnref:1"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}
