package mail_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
)

// TestTextOf reads HTML as text.
func TestTextOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ html, want string }{
		"empty":      {"", ""},
		"paragraphs": {"<title>No</title><p>One\n two</p>\n<p>Three<br>four<br><br>five</p>", "One two\n\nThree\nfour\n\nfive\n"},
		"inline":     {"a<b>b</b> <i>c</i>\n<span> d</span>e", "ab c de\n"},
		"divs":       {"<div>a</div><div><div>b</div></div>c", "a\nb\nc\n"},
		"headings":   {"<h1>Größe</h1><p>a</p><h2>Two <a href='https://example.org/'>example.org</a></h2>b<h3>Three</h3>c<h1></h1>", "Größe\n=====\n\na\n\nTwo example.org\n---------------\n\nb\n\nThree\n\nc\n"},
		"lists": {
			"<p>a</p><ul><li>one<li><p>two</p><p>more</p><li>three<ol start=9><li>x<li>y<br>z</ol></ul><p>b",
			"a\n\n- one\n- two\n  more\n- three\n  9. x\n  10. y\n      z\n\nb\n",
		},
		"links": {
			`<p>See <a href="https://example.org/a?b=1&amp;c=2">the page</a>.</p><p><a href="https://example.org/reset">Choose a password</a></p>` +
				`<p><a href="https://example.org/x">https://example.org/x</a>, <a href="mailto:a@b.c">a@b.c</a> <a href="#top">top</a> <a>none</a></p><ul><li><a href="https://example.org/1">one</a></li></ul>`,
			"See the page (https://example.org/a?b=1&c=2).\n\nChoose a password\nhttps://example.org/reset\n\nhttps://example.org/x, a@b.c top none\n\n- one (https://example.org/1)\n",
		},
		"pictures":  {`<p>a <img src=x alt="a cat"> b <img src=y><a href="https://example.org/"><img alt="Logo"></a></p>`, "a a cat b Logo (https://example.org/)\n"},
		"quotation": {"<h1>x</h1><blockquote><p>a</p><p>b<br>c</p><ul><li>d</ul></blockquote><p>e", "x\n=\n\n> a\n>\n> b\n> c\n>\n> - d\n\ne\n"},
		"table": {
			"<table><caption>Order</caption><tr><th>Item<th>Price</tr><tr><td>Tea<td>3.50</table>a",
			"Order\nItem | Price\nTea | 3.50\n\na\n",
		},
		"layout":      {"<table><tr><td><p>a</p><p>b</p></td><td><div>c</div></td></tr></table>", "a\n\nb\n\nc\n"},
		"definitions": {"<dl><dt>a<dd>b<dd>c<dt>d<dd>e</dl>", "a\n  b\n  c\nd\n  e\n"},
		"pre":         {"<pre>a  b\n\n\tc\n</pre><p style='white-space: pre-wrap'>d\n  e</p><hr><p>f", "a  b\n\n\tc\n\nd\n  e\n\n----\n\nf\n"},
		"hidden":      {`<style>p{}</style><script>x</script><p hidden>a</p><p style="DISPLAY: none">b</p><template>c</template><svg><title>d</title></svg><!-- e -->f`, "f\n"},
		"entities":    {"&lt;b&gt;&nbsp;&amp;&nbsp;x&shy;y", "<b> & x\u00ady\n"},
		"control":     {"<p>a\x1b[31mb\u0085c\u2028d</p>", "a[31mbcd\n"},
		"scripts":     {`<a href="javascript:alert(1)">a</a> <a href=" JAVASCRIPT:x">b</a>`, "a b\n"},
		"no body":     {"x", "x\n"},
	} {
		if got := mail.TextOf(test.html); got != test.want {
			t.Errorf("%s: the text of %s is\n%q, want\n%q", name, test.html, got, test.want)
		}
	}
}

// TestTextIsBounded: HTML that is deep, or has many indents, makes no long text and takes no
// long stack.
func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<blockquote>", 400) + strings.Repeat("a<br>", 10_000)
	if n := len(mail.TextOf(deep)); n > 200_000 || n < 10_000 {
		t.Errorf("a text of %d bytes is made of %d", n, len(deep))
	}
	if text := mail.TextOf(strings.Repeat("<div>", 10_000) + "a"); len(text) > 2 {
		t.Errorf("the text is %q", text)
	}
	for _, html := range []string{"<ol>" + strings.Repeat("<li>a", 50_000), strings.Repeat("<a href=/b>c</a>", 50_000), "<table>" + strings.Repeat("<tr><td>a<td>b", 30_000)} {
		if mail.TextOf(html) == "" {
			t.Error("it has no text")
		}
	}
}

// FuzzTextOf: any HTML has a text of valid UTF-8, without control characters and markup that
// was not text.
func FuzzTextOf(f *testing.F) {
	for _, seed := range []string{
		"<p>a<ul><li>b<blockquote>c<pre>d\n\n\te</pre><table><tr><td>f<th>g</table><a href=x>h</a><img alt=i><hr><dl><dd>j",
		"<h1><h2><li><li>", "<ol start=99999999999999999999><li>x", "\x00\xff<p>\x1b", "<pre>\n\n\n</pre>", "<a><a><a>", "<br><br><br>", "<li>", "<td>a<td>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, html string) {
		text := mail.TextOf(html)
		if !utf8.ValidString(text) && utf8.ValidString(html) {
			t.Errorf("the text %q is not UTF-8", text)
		}
		if i := strings.IndexFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }); i >= 0 {
			t.Errorf("the text %q has a control character at %d", text, i)
		}
		if text != "" && (strings.TrimSpace(text) == "" || !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n")) {
			t.Errorf("the text is %q", text)
		}
		if len(text) > 60*len(html)+1000 {
			t.Errorf("a text of %d bytes is made of %d", len(text), len(html))
		}
	})
}

// TestWithPage takes subject, HTML and text from a page.
func TestWithPage(t *testing.T) {
	t.Parallel()
	page := "<!doctype html><title>Hello\r\nBcc: all@example.org &lt;you&gt;\u2028 </title><p>Go <a href=\"/a?b=1&amp;c=2\">here</a> <img src=\"/x.png\" alt=x> <a href=\"//other.example/\">o</a> <a href=\"https://third.example/\">t</a></p>"
	m, err := letter().WithPage(page, "https://example.org")
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Hello" || m.Text != "Hello Bob.\n" {
		t.Errorf("what the message has is replaced: %q %q", m.Subject, m.Text)
	}
	m, err = mail.To(bob).WithPage(page, "https://example.org")
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Hello Bcc: all@example.org <you>" {
		t.Errorf("the subject is %q", m.Subject)
	}
	if want := "Go here (https://example.org/a?b=1&c=2) x o (//other.example/) t (https://third.example/)\n"; m.Text != want {
		t.Errorf("the text is %q, want %q", m.Text, want)
	}
	if want := []string{"https://example.org/a?b=1&c=2", "//other.example/", "https://third.example/"}; !slices.Equal(m.Links(), want) {
		t.Errorf("the links are %q, want %q", m.Links(), want)
	}
	if !strings.Contains(m.HTML, `<img src="https://example.org/x.png"`) || !strings.HasPrefix(m.HTML, "<!DOCTYPE html>") {
		t.Errorf("the HTML is %s", m.HTML)
	}
	same := `<title>a</title><a href="https://example.org/">x</a>`
	if m, err := mail.To(bob).WithPage(same, "https://example.org"); err != nil || m.HTML != same {
		t.Errorf("HTML without relative links is changed: %s, %v", m.HTML, err)
	}
	long, err := mail.Message{From: ann, To: []mail.Address{bob}}.WithPage("<title>"+strings.Repeat("名", 500)+"</title><p>a\x00b\xffc", "https://example.org")
	if err != nil || long.Check() != nil || len(long.Subject) > 998 || !strings.HasSuffix(long.Subject, "名…") || long.Text != "a\ufffdb\ufffdc\n" {
		t.Errorf("a long title: %v, %v, %q, %q", err, long.Check(), long.Subject, long.Text)
	}
	if m, err := mail.To(bob).WithPage("<title> \n </title>x", ""); err != nil || m.Subject != "" {
		t.Errorf("a blank title: %q, %v", m.Subject, err)
	}
	for _, page := range []string{"<p>no title", "<svg><title>a picture</title></svg>"} {
		if _, err := mail.To(bob).WithPage(page, ""); err == nil || !strings.Contains(err.Error(), "<title>") {
			t.Errorf("%s: the error is %v", page, err)
		}
	}
	if _, err := mail.To(bob).WithPage(strings.Repeat("<div>", 1000), ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("deep HTML: %v", err)
	}
}

// TestLinksOfText: a mail without HTML has links too.
func TestLinksOfText(t *testing.T) {
	t.Parallel()
	m := mail.Message{Text: "See https://example.org/a?b=1, or (http://example.org/b). <https://example.org/c>\nftp://x mailto:a@b.c"}
	if want := []string{"https://example.org/a?b=1", "http://example.org/b", "https://example.org/c"}; !slices.Equal(m.Links(), want) {
		t.Errorf("the links are %q, want %q", m.Links(), want)
	}
}
