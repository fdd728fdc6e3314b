package webtest

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// maxShown is how much of a page a message shows, in bytes.
const maxShown = 600

// find returns the elements that the selector matches, in document order.
func (p *Response) find(selector string) []*html.Node {
	p.t.Helper()
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatalf("webtest: selector %q: %v", selector, err)
		return nil
	}
	return cascadia.QueryAll(p.document(), sel)
}

// first returns the first of the elements found, or nil.
func first(found []*html.Node) *html.Node {
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// document parses the body once. The parser takes anything as HTML.
func (p *Response) document() *html.Node {
	if p.doc == nil {
		doc, err := html.Parse(strings.NewReader(p.Body))
		if err != nil {
			doc = &html.Node{Type: html.DocumentNode}
		}
		p.doc = doc
	}
	return p.doc
}

// nearest returns the longest beginning of the selector that matches
// something, and the HTML of the first match.
func (p *Response) nearest(selector string) (where, found string) {
	words := strings.Fields(selector)
	for n := len(words) - 1; n > 0; n-- {
		where = strings.TrimRight(strings.Join(words[:n], " "), " >+~,")
		sel, err := cascadia.ParseGroup(where)
		if err != nil {
			continue
		}
		if node := cascadia.Query(p.document(), sel); node != nil {
			return where, render(node)
		}
	}
	return "the whole page", p.Body
}

// text returns the text in n, runs of white space as one space.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// attrOr returns an attribute, or otherwise if it is absent.
func attrOr(n *html.Node, name, otherwise string) string {
	if v, ok := attr(n, name); ok {
		return v
	}
	return otherwise
}

func render(n *html.Node) string {
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		return err.Error()
	}
	return b.String()
}

// clip shortens HTML for a message.
func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + " ..."
}
