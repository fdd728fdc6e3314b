package markup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
)

func ExampleInterview() {
	fmt.Println(markup.Interview(`<p><strong>Ann:</strong> Why?</p>
<p><strong>Ben:</strong> Because.</p>
<p><strong>Ann:</strong> And then?</p>
<p><strong>Ben:</strong> Nothing.</p>`))
	// Output:
	// <dl class="interview">
	// <div id="q1"><dt><a href="#q1">Ann</a></dt><dd class="question"><p>Why?</p></dd></div>
	// <div><dt>Ben</dt><dd><p>Because.</p></dd></div>
	// <div id="q2"><dt><a href="#q2">Ann</a></dt><dd class="question"><p>And then?</p></dd></div>
	// <div><dt>Ben</dt><dd><p>Nothing.</p></dd></div>
	// </dl>
}

// TestInterviewOrNot decides from Markdown; a plus says that it is one.
func TestInterviewOrNot(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"+two speakers, four turns", "**A:** x?|**B:** y|**A:** z|**B:** w"},
		{"+colon outside", "**A**: x?|**B**: y|**A** : z|**B**: w"},
		{"+question in bold", "**A: x?**|**B:** y|**A: z**|**B:** w"},
		{"+the other asks", "**A:** x|**B:** y?|**A:** z|**B:** w?"},
		{"+three speakers", "**A:** x?|**B:** y|**C:** z|**A:** w"},
		{"+words before", "Intro.|**A:** x?|**B:** y|**A:** z|**B:** w"},
		{"three turns", "**A:** x?|**B:** y|**A:** z"},
		{"one speaker", "**A:** x?|**A:** y|**A:** z|**A:** w"},
		{"nobody asks", "**A:** x|**B:** y|**A:** z|**B:** w"},
		{"each speaks once", "**A:** x?|**B:** y|**C:** z|**D:** w"},
		{"no colons", "**A** x?|**B** y|**A** z|**B** w"},
		{"an address is no name", "**http://a.example** x?|**http://b.example** y|**http://a.example** z|**B:** w"},
		{"remarks", "**Note:** x?|**Update:** y|**Note:** z|**Update:** w"},
		{"sentences", "**One two three four five:** x?|**B:** y|**One two three four five:** z|**B:** w"},
		{"not at the beginning", "x **A:** y?|x **B:** y|x **A:** z|x **B:** w"},
	}
	for _, test := range tests {
		name, want := strings.CutPrefix(test.name, "+")
		doc, err := markup.Parse("2013-10-17-x.md", []byte(strings.ReplaceAll(test.text, "|", "\n\n")), markup.Options{})
		if err != nil || doc.Interview != want {
			t.Errorf("%s: %v, %v", name, doc.Interview, err)
		}
		if again := markup.Interview(doc.HTML); again != doc.HTML && want {
			t.Errorf("%s: an interview is changed again: %s", name, again)
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"<p>one</p><p>two</p>", "one two"},
		{"wo<b>r</b>d and<br>line", "word and line"},
		{"<p>a &amp; b &lt;c&gt; &#39;d&#39; e&nbsp;f</p>", "a & b <c> 'd' e f"},
		{"<pre><code>x  =\n1</code></pre>", "x = 1"},
		{`<p>claim<sup id="a-fnref:1"><a href="#fn:1">1</a></sup>.</p>`, "claim."},
		{`note <a class="footnote-backref" href="#x">back</a>`, "note"},
		{"<script>x()</script>y<style>z</style>", "y"},
		{`<img alt="no" src="x"> 2<sup>3</sup>`, "23"},
		{"<dl><dt>A</dt><dd>b</dd></dl><table><tr><td>1</td><td>2</td></tr></table>", "A b 1 2"},
	}
	for _, test := range tests {
		if got := markup.PlainText(test.in); got != test.want {
			t.Errorf("PlainText(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	text := `<img src="a.png"><img src="/assets/b.png?v=1"><img src="a.png"><img src="https://example.org/c.png"><img src="//example.org/d.png">
<img src="data:image/png;base64,AA=="><img src=""><img src="dir/"><a href="e.pdf">e</a><a href="f.html">f</a><a href="/g/">g</a><a href="h">h</a>
<a href="#i.png">i</a><a href="mailto:j@example.org">j</a><a href="../k.tar.gz">k</a><img src="l m.png"><a href="n.something">n</a><img src="%zz">`
	want := []string{"a.png", "/assets/b.png?v=1", "e.pdf", "../k.tar.gz", "l m.png"}
	if got := markup.Images(text); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRewriteCannotBreakOut(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"javascript:alert(1)", `"><script>alert(1)</script>`, "data:text/html,x"} {
		got, err := markup.Render("![x](a.png) [y](b.pdf)", markup.Options{Rewrite: func(string) string { return to }})
		if found := harm(got); err != nil || found != "" {
			t.Errorf("rewritten to %q: %v, %s in %q", to, err, found, got)
		}
	}
}
