// Package harm is for tests: it looks in HTML for what must never leave a
// program that cleans what others wrote, and has texts that try.
package harm

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Unmatched says which tag of text is not closed, or closes nothing; "" if all
// is well.
func Unmatched(text string) string {
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

// In looks for anything in text that a browser would run, load as a page, or
// send to a place it should not. It parses text as browsers do, with scripts on
// and off. It returns what it found, "" for nothing.
func In(text string) string {
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
		case key == "href", key == "src", key == "cite", key == "poster":
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

// Attacks returns texts in HTML, Markdown and Liquid that try to get a script
// into the page, in the manner of the OWASP cheat sheet on filter evasion.
func Attacks() []string {
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
