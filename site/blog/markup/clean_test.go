package markup_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/site/blog/markup"
)

// unmatched says which tag of text is not closed, or closes nothing.
func unmatched(text string) string {
	z := html.NewTokenizer(strings.NewReader(text))
	void := []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return "not closed: " + strings.Join(open, " ")
			}
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return fmt.Sprintf("%v closed by %s", open, name)
			}
			open = open[:len(open)-1]
		}
	}
}

// harm looks for anything in text that a browser would run, load as a page, or
// send to a place it should not. It parses text as browsers do, with scripts on
// and off.
func harm(text string) string {
	for _, scripting := range []bool{true, false} {
		body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
		nodes, err := html.ParseFragmentWithOptions(strings.NewReader(text), body, html.ParseOptionEnableScripting(scripting))
		if err != nil {
			return err.Error()
		}
		for _, root := range nodes {
			if found := harmOf(root); found != "" {
				return found
			}
			for n := range root.Descendants() {
				if found := harmOf(n); found != "" {
					return found
				}
			}
		}
	}
	return ""
}

func harmOf(n *html.Node) string {
	if n.Type == html.CommentNode {
		return "a comment"
	}
	if n.Type != html.ElementNode {
		return ""
	}
	if n.Namespace != "" {
		return "an element of " + n.Namespace
	}
	if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "form", "input", "button", "base", "link", "meta", "template", "noscript", "svg", "math", "textarea", "title", "xmp", "plaintext", "frame"}, n.Data) {
		return "element " + n.Data
	}
	for _, a := range n.Attr {
		key, value := strings.ToLower(a.Key), strings.TrimSpace(a.Val)
		switch {
		case strings.HasPrefix(key, "on"), key == "style", key == "srcset", key == "srcdoc", key == "target", key == "formaction", key == "action", key == "background":
			return "attribute " + key
		case key == "href", key == "src", key == "cite":
			u, err := url.Parse(value)
			if err != nil {
				return "address " + value
			}
			image := n.Data == "img" && strings.HasPrefix(value, "data:image/") && !strings.Contains(value, "svg")
			if !image && !slices.Contains([]string{"", "http", "https", "mailto", "tel", "ftp", "xmpp"}, u.Scheme) {
				return "address " + value
			}
		}
	}
	return ""
}

// attacks are in the manner of the OWASP cheat sheet on filter evasion.
func attacks() []string {
	return []string{
		`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<script/x src=x></script>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`,
		`<<script>alert(1);//<</script>`, `<script src=x.js?<b>`, `</title><script>alert(1)</script>`, `</textarea><script>alert(1)</script>`,
		`<img src="javascript:alert(1)">`, `<img src=JaVaScRiPt:alert(1)>`, "<img src=`javascript:alert(1)`>", `<img """><script>alert(1)</script>">`,
		`<img src=# onmouseover="alert(1)">`, `<img src= onmouseover="alert(1)">`, `<img onerror=alert(1) src=/>`, `<img src=x onerror="&#0000106&#0000097lert(1)">`,
		`<a href="&#106;avascript:alert(1)">x</a>`, `<a href="&#x6A&#x61vascript:alert(1)">x</a>`, "<a href=\"jav\tascript:alert(1)\">x</a>", "<a href=\"jav&#x0A;ascript:alert(1)\">x</a>",
		`<a href=" &#14; javascript:alert(1)">x</a>`, `<a href="vbscript:x">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="//evil.example">x</a>`,
		`<a href="data:image/png;base64,AAAA">x</a>`, `<img src="data:image/svg+xml;base64,PHN2Zz4=">`, `<img src="data:image/png,<script>">`, `<img src="data:text/html;base64,AAAA">`,
		`<a/onclick=alert(1) href=x>x</a>`, `<a onclick
=alert(1)>x</a>`, `<b onfocus=alert(1) tabindex=1 autofocus>x</b>`, `<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
		`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>`, `<math href="javascript:alert(1)">x</math>`,
		`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<iframe src="javascript:alert(1)"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<frameset><frame src="javascript:alert(1)"></frameset>`, `<object data="data:text/html;base64,AAAA"></object>`,
		`<embed src="javascript:alert(1)">`, `<applet code=x>`, `<meta http-equiv="refresh" content="0;url=javascript:alert(1)">`, `<base href="javascript:alert(1);//">`, `<link rel=stylesheet href="javascript:alert(1)">`,
		`<style>@import 'javascript:alert(1)';</style>`, `<style><img src="</style><img src=x onerror=alert(1)//">`, `<div style="background:url(javascript:alert(1))">`, `<div style="width:expression(alert(1))">`,
		`<table background="javascript:alert(1)"><td background="javascript:alert(1)">`, `<body onload=alert(1)>`, `<bgsound src="javascript:alert(1)">`, `<input type=image src="javascript:alert(1)">`,
		`<video><source onerror="alert(1)"></video>`, `<video src=x onerror=alert(1)>`, `<audio src=x onerror=alert(1)>`, `<details open ontoggle=alert(1)>`, `<marquee onstart=alert(1)>`, `<isindex action="javascript:alert(1)">`,
		`<xmp><p title="</xmp><script>alert(1)</script>">`, `<plaintext><script>alert(1)</script>`, `<textarea><p title="</textarea><img src=x onerror=alert(1)>">`, `<template><script>alert(1)</script></template>`,
		`<!--<img src="--><img src=x onerror=alert(1)//">`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml version="1.0"?><script>alert(1)</script>`, `<!--[if gte IE 4]><script>alert(1)</script><![endif]-->`,
		`[x](javascript:alert(1))`, `[x](JaVa&#115;cript:alert(1))`, `[x](<javascript:alert(1)>)`, `![x](javascript:alert(1))`, `![x](x"onerror="alert(1))`, `[x](x 'y" onmouseover="alert(1)')`, `<javascript:alert(1)>`,
		"[x]: javascript:alert(1)\n\n[x]", "```\"><script>alert(1)</script>\nx\n```", "```x\" onload=alert(1)\nx\n```", "`<script>alert(1)</script>`", "## <script>alert(1)</script>", "[^1]\n\n[^1]: <script>alert(1)</script>",
		"{% highlight \"><script>alert(1)</script> %}x{% endhighlight %}", "<pre lang=\"python\"><script>alert(1)</script></pre>", "<pre lang='\"><script>'>x</pre>", "{{ \"<script>alert(1)</script>\" | relative_url }}",
		`<pre data-code="0"><script>alert(1)</script></pre>`, `<p id="x" onclick="y">**A:** <script>?</p>`, "**A:** <img src=x onerror=alert(1)>?\n\n**B:** x\n\n**A:** y?\n\n**B:** <script>z</script>",
		`<a name="&quot;><script>alert(1)</script>">x</a>`, `<h2><a href="javascript:x">y</a></h2>`, `<a href="http://ok.example" target=_blank rel="opener">x</a>`, "<b title='\"><script>'>x</b>", `<img alt="<script>" src=x>`,
	}
}

func TestNoScriptSurvives(t *testing.T) {
	t.Parallel()
	for _, attack := range attacks() {
		for _, name := range []string{"2013-10-17-p.md", "2013-10-17-p.html"} {
			for _, untrusted := range []bool{false, true} {
				doc, err := markup.Parse(name, []byte(attack), markup.Options{Untrusted: untrusted})
				if err != nil {
					t.Errorf("%s of %q: %v", name, attack, err)
					continue
				}
				for _, text := range []string{doc.HTML, doc.Excerpt, markup.Interview(doc.HTML)} {
					if found := harm(text); found != "" {
						t.Errorf("%s of %q: %s in %q", name, attack, found, text)
					}
				}
			}
		}
	}
}

func TestHarmIsFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"<script>x</script>", "<p onclick=x>", "<a href='javascript:x'>", "<p><b style=x>", "<svg>", "<img src='data:text/html,x'>", "<a href='data:image/png;base64,x'>"} {
		if harm(text) == "" {
			t.Errorf("harm finds nothing in %q", text)
		}
	}
}

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

// FuzzClean checks that whatever is written, what comes out is harmless, and
// stays so when it is cut or made an interview.
func FuzzClean(f *testing.F) {
	for _, attack := range attacks() {
		f.Add(attack, false)
		f.Add(attack, true)
	}
	f.Fuzz(func(t *testing.T, text string, isHTML bool) {
		name := "2013-10-17-p.md"
		if isHTML {
			name = "2013-10-17-p.html"
		}
		doc, err := markup.Parse(name, []byte(text), markup.Options{})
		if err != nil {
			return
		}
		short, _ := markup.Excerpt(doc.HTML, 3)
		for _, out := range []string{doc.HTML, doc.Excerpt, short, markup.Interview(doc.HTML)} {
			if found := harm(out); found != "" {
				t.Errorf("%q: %s in %q", text, found, out)
			}
		}
		if open := unmatched(doc.HTML); open != "" {
			t.Errorf("%q: %s in %q", text, open, doc.HTML)
		}
	})
}
