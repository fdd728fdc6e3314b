package mail

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/fault"
)

// WithPage returns the message with a page of HTML as its content: Subject is the title of the
// page in one line of at most 998 octets, unless the message has one, HTML is the page, and Text is what [TextOf] makes of it
// unless the message has one. Links and pictures whose addresses begin with a slash are
// made absolute with base, the scheme and host of the site. A page without a title, for a
// message without a subject, is an error.
func (m Message) WithPage(page, base string) (Message, error) {
	page = strings.ReplaceAll(strings.ToValidUTF8(page, "\ufffd"), "\x00", "\ufffd")
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return m, fault.Wrap(fault.Invalid, fmt.Errorf("mail: the page cannot be read as HTML: %w", err), "")
	}
	if m.Subject == "" {
		title, ok := titleOf(doc)
		if !ok {
			return m, errors.New("mail: the page has no title, which is the subject; write <title>...</title> in its head")
		}
		m.Subject = title // blank if what it is made of is: a mail without a subject arrives too
	}
	m.HTML = page
	if base != "" && makeAbsolute(doc, base) {
		var b strings.Builder
		if err := html.Render(&b, doc); err != nil {
			return m, fmt.Errorf("mail: write the page with absolute links: %w", err)
		}
		m.HTML = b.String()
	}
	if m.Text == "" {
		m.Text = textOf(doc)
	}
	return m, nil
}

// Links returns the addresses that the HTML links to, in their order, or those of the text in a
// mail without HTML.
func (m Message) Links() []string {
	var out []string
	if m.HTML == "" {
		for word := range strings.FieldsSeq(m.Text) {
			word = strings.Trim(word, "<>()[].,;\"'")
			if strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://") {
				out = append(out, word)
			}
		}
		return out
	}
	doc, err := html.Parse(strings.NewReader(m.HTML))
	if err != nil {
		return nil
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.A {
			if href := attribute(n, "href"); href != "" {
				out = append(out, href)
			}
		}
	}
	return out
}

// titleOf returns the text of the title in one line, and whether there is a title.
func titleOf(doc *html.Node) (string, bool) {
	for n := range doc.Descendants() {
		// Pictures can have titles too.
		if n.Type == html.ElementNode && n.DataAtom == atom.Title && n.Namespace == "" {
			return cut(oneLine(content(n))), true
		}
	}
	return "", false
}

// cut cuts what is too long for a subject.
func cut(text string) string {
	const end = "…"
	if len(text) <= maxSubject {
		return text
	}
	return strings.ToValidUTF8(text[:maxSubject-len(end)], "") + end
}

// oneLine replaces white space and what ends lines by single spaces.
func oneLine(text string) string {
	clean := strings.Map(func(c rune) rune {
		if breaksLine(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.Join(strings.Fields(clean), " ")
}

// content returns the text of a node without any structure.
func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// makeAbsolute puts base before the addresses that begin with one slash, and reports whether
// there are any.
func makeAbsolute(doc *html.Node, base string) (changed bool) {
	if u, err := url.Parse(base); err != nil || u.Host == "" {
		return false
	}
	for n := range doc.Descendants() {
		for i, a := range n.Attr {
			if (a.Key == "href" || a.Key == "src") && strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") {
				n.Attr[i].Val = strings.TrimSuffix(base, "/") + a.Val
				changed = true
			}
		}
	}
	return changed
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
