package markup_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
)

// TestWhatIsKept guards against a policy that is safe because nothing is left.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`<p class="lead" id="x" title="y" lang="de-AT" dir="ltr">z</p>`, `<abbr title="HyperText">HT</abbr>`, `<kbd>Ctrl</kbd>`,
		`<details open=""><summary>s</summary>d</details>`, `<figure class="wide"><img src="/a.png" alt="a" width="10" height="20"/><figcaption>f</figcaption></figure>`,
		`<ol start="3" type="a" reversed=""><li value="4">x</li></ol>`, `<a href="https://example.org/?a=1&amp;b=2#c" rel="nofollow">x</a>`, `<a href="mailto:ann@example.org">x</a>`,
		`<a href="data.html">x</a>`, `<a href="d">x</a>`, `<blockquote cite="https://example.org/">q</blockquote>`, `<time datetime="2013-10-17T09:30:00+05:30">then</time>`, `<q>q</q><sub>1</sub><sup>2</sup>`, `<img src="a.png" alt="a &lt;b&gt; -&gt; c" title="&#34;t&#34;"/>`, `<a href="/a:b">x</a>`, `<a href="?q=a:b">x</a>`,
	} {
		got, err := markup.Render(text, markup.Options{})
		if err != nil || strings.TrimSuffix(strings.TrimPrefix(got, "<p>"), "</p>") != strings.TrimSuffix(strings.TrimPrefix(text, "<p>"), "</p>") {
			t.Errorf("Render(%q) = %q, %v", text, got, err)
		}
	}
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	text := "# Hello\n\n[x](http://spam.example \"t\") <b class=\"masthead\">bold</b> <a rel=me>no</a> <iframe src='https://youtube.example/x'></iframe>\n\n```go\nvar x int\n```\n"
	got, err := markup.Render(text, markup.Options{Untrusted: true, IDPrefix: "c7-"})
	if err != nil {
		t.Fatal(err)
	}
	want := `<h1 id="c7-hello">Hello</h1>
<p><a href="http://spam.example" title="t" rel="nofollow ugc">x</a> <b>bold</b> <a>no</a> </p>
<pre class="chroma" tabindex="0"><code class="language-go"><span class="kd">var</span><span class="w"> </span><span class="nx">x</span><span class="w"> </span><span class="kt">int</span><span class="w">
</span></code></pre>`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
