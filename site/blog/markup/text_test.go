package markup_test

import (
	"slices"
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/htmltree/harm"
)

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
		if found := harm.In(got); err != nil || found != "" {
			t.Errorf("rewritten to %q: %v, %s in %q", to, err, found, got)
		}
	}
}
