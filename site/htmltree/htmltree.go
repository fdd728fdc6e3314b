// Package htmltree has what the packages that work on HTML share about trees of
// golang.org/x/net/html: to parse a fragment, to write one, to look at nodes and
// to change them. Nothing here knows which elements are safe.
package htmltree

import (
	"io"
	"iter"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Body is the context in which fragments are parsed.
func Body() *html.Node { return Element(atom.Body) }

// Parse returns an element that has the parsed text as children. Text that
// is nested too deep (512 elements, by the parser's own limit) is an error.
func Parse(text string) (*html.Node, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text), Body())
	if err != nil {
		return nil, err
	}
	root := Element(atom.Div)
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, nil
}

// Render writes the children of root.
func Render(root *html.Node) (string, error) {
	var b strings.Builder
	err := Write(&b, root)
	return b.String(), err
}

// Write writes the children of root to w.
func Write(w io.Writer, root *html.Node) error {
	for n := range root.ChildNodes() {
		if err := html.Render(w, n); err != nil {
			return err
		}
	}
	return nil
}

// Element returns an element of that name without attributes.
func Element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
}

// Text returns a node of text, which is escaped when it is written.
func Text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// Attr returns the value of an attribute, "" if n does not have it.
func Attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// SetAttr sets an attribute; an empty value removes it.
func SetAttr(n *html.Node, key, value string) {
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

// HasClass reports whether class is among the classes of n.
func HasClass(n *html.Node, class string) bool {
	for word := range strings.FieldsSeq(Attr(n, "class")) {
		if word == class {
			return true
		}
	}
	return false
}

// RemoveChildren empties n.
func RemoveChildren(n *html.Node) {
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
}

// Wrap puts outer in the place of n and n into it.
func Wrap(n, outer *html.Node) {
	n.Parent.InsertBefore(outer, n)
	n.Parent.RemoveChild(n)
	outer.AppendChild(n)
}

// Nodes returns what is below root, in the order of the text, gathered
// beforehand so that the tree may be changed meanwhile.
func Nodes(root *html.Node) []*html.Node {
	var nodes []*html.Node
	for n := range root.Descendants() {
		nodes = append(nodes, n)
	}
	return nodes
}

// Elements yields the elements below root that have one of the names, in the
// order of the text. The tree may be changed meanwhile.
func Elements(root *html.Node, names ...atom.Atom) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for _, n := range Nodes(root) {
			for _, name := range names {
				if n.Type == html.ElementNode && n.DataAtom == name && !yield(n) {
					return
				}
			}
		}
	}
}

// TextOf returns the text below n, with single spaces between words and none
// around them.
func TextOf(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// IsHeading reports whether n is one of h1 to h6.
func IsHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return n.Type == html.ElementNode
	}
	return false
}

// IsBlank reports whether n is text of white space only.
func IsBlank(n *html.Node) bool {
	return n.Type == html.TextNode && strings.TrimSpace(n.Data) == ""
}
