package jekyll_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/jekyll"
)

// TestAllocationsGrowWithTheText counts allocations, so it cannot be parallel.
func TestAllocationsGrowWithTheText(t *testing.T) {
	texts := []struct{ name, item string }{
		{"paragraphs", "word *word* `code`\nit's\n\n"},
		{"headings", "## Same\n\n"},
		{"tables", "<table>\n<tr><td>x</td></tr>\n</table>\n\n"},
		{"code", "```go\nx := 1\n```\n\n"},
		{"turns", "**A:** x?\n\n**B:** y\n\n"},
		{"notes and images", "[^1]\n![](a.png)\n\n"},
		{"liquid", "{{ site.baseurl }}\n{% post_url 2013-10-17-x %}\n\n"},
	}
	for _, text := range texts {
		parse := func(lines int) float64 {
			input := []byte(strings.Repeat(text.item, lines/strings.Count(text.item, "\n")) + "\n\n[^1]: x\n")
			return testing.AllocsPerRun(1, func() {
				doc, err := jekyll.Parse("2013-10-17-x.md", input, jekyll.Options{})
				if err != nil {
					t.Fatalf("%s: %v", text.name, err)
				}
				if len(doc.HTML) < lines {
					t.Fatalf("%s: %d bytes of HTML", text.name, len(doc.HTML))
				}
			})
		}
		few, many := parse(300), parse(3_000)
		if many > 11*few {
			t.Errorf("%s: %.0f allocations for 300 lines, %.0f for 3,000", text.name, few, many)
		}
	}
}

// TestOddTextIsReadOnce would take hours if anything that has no end were
// looked for more than once. There is nothing to compare: it ends, or it fails
// by the time limit of all tests.
func TestOddTextIsReadOnce(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{
		"{% raw %}", "{% comment %}", "{% highlight x %}", "{% include x %}", "{% link x %}", "{{", "{%", "{{ site.baseurl }}",
		"<pre lang=x>", "</pre", "<pre><code>", "` ``\n\n", "~~~", "\n{:", "&#", "%}", "word ", "\n", " ",
		"<b a=b>x</b>\n\n", "<pre lang=x>y</pre>\n\n", "<pre lang=\"a b\">y</pre>\n\n", "**A:** x?<br>\n\n",
	} {
		for _, name := range []string{"2013-10-17-x.md", "2013-10-17-x.html"} {
			text := strings.Repeat(piece, (1<<17)/len(piece))
			doc, err := jekyll.Parse(name, []byte(text), jekyll.Options{})
			if err != nil {
				continue // refused for its marks, also quickly
			}
			if _, cut := markup.Excerpt(doc.HTML, 1<<30); cut {
				t.Errorf("%s of %q: an excerpt of all words is cut", name, piece)
			}
			jekyll.Interview(doc.HTML)
			markup.Images(doc.HTML)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte("---\ntitle: Two queues\nauthor: Ann\ntags: Python Django\n---\n" + strings.Repeat(
		"Some *words* of a paragraph that is as long as one in a post, with a [link](http://example.org/) and `code`.\n\n"+
			"```python\ndef f(a, b):\n    return a + b\n```\n\n## A heading\n\n", 10))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jekyll.Parse("2013-10-17-queues.md", text, jekyll.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
