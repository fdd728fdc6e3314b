package markup

import (
	"iter"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// body is the context in which fragments are parsed.
func body() *html.Node { return element(atom.Body) }

// parseTree returns an element that has the parsed text as children. Text that
// is nested too deep (512 elements, by the parser's own limit) is an error.
func parseTree(text string) (*html.Node, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text), body())
	if err != nil {
		return nil, err
	}
	root := element(atom.Div)
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, nil
}

// renderTree writes the children of root.
func renderTree(root *html.Node) (string, error) {
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
}

func textNode(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// setAttr sets an attribute; an empty value removes it.
func setAttr(n *html.Node, key, value string) {
	for i, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			if value == "" {
				n.Attr = append(n.Attr[:i], n.Attr[i+1:]...)
			} else {
				n.Attr[i].Val = value
			}
			return
		}
	}
	if value != "" {
		n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
	}
}

func hasClass(n *html.Node, class string) bool {
	for word := range strings.FieldsSeq(attr(n, "class")) {
		if word == class {
			return true
		}
	}
	return false
}

func removeChildren(n *html.Node) {
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
}

// wrap puts outer in the place of n and n into it.
func wrap(n, outer *html.Node) {
	n.Parent.InsertBefore(outer, n)
	n.Parent.RemoveChild(n)
	outer.AppendChild(n)
}

// nodesOf returns what is below root, in the order of the text, gathered
// beforehand so that the tree may be changed meanwhile.
func nodesOf(root *html.Node) []*html.Node {
	var nodes []*html.Node
	for n := range root.Descendants() {
		nodes = append(nodes, n)
	}
	return nodes
}

// elements yields the elements below the root that have one of the names.
func (p *page) elements(names ...atom.Atom) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for _, n := range nodesOf(p.root) {
			for _, name := range names {
				if n.Type == html.ElementNode && n.DataAtom == name && !yield(n) {
					return
				}
			}
		}
	}
}

// textOf returns the text below n, with single spaces.
func textOf(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func isHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return n.Type == html.ElementNode
	}
	return false
}

func isBlankText(n *html.Node) bool {
	return n.Type == html.TextNode && strings.TrimSpace(n.Data) == ""
}
