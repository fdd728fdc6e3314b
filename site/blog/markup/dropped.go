package markup

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/site/htmltree"
)

// drop removes what is not allowed together with what is in it. The policy
// would do so too; but the steps in between need not know of these elements.
// Of an embedded page that readers can visit a link remains.
func (p *page) drop() {
	for _, n := range htmltree.Nodes(p.root) {
		if n.Parent == nil {
			continue
		}
		switch {
		case n.Type == html.CommentNode && !p.opts.Untrusted && strings.EqualFold(strings.TrimSpace(n.Data), "more"):
			mark := htmltree.Element(atom.Span)
			htmltree.SetAttr(mark, "class", moreClass)
			n.Parent.InsertBefore(mark, n)
			n.Parent.RemoveChild(n)
			continue
		case n.Type == html.CommentNode, n.Type == html.DoctypeNode, n.Namespace != "":
			n.Parent.RemoveChild(n)
			continue
		case n.Type != html.ElementNode:
			continue
		}
		if isHidden(n) {
			p.dropped("hidden " + n.Data)
			n.Parent.RemoveChild(n)
			continue
		}
		switch n.Data {
		case "iframe", "script", "embed":
			link := p.embedded(n)
			if link != nil {
				n.Parent.InsertBefore(link, n)
			} else {
				p.dropped(n.Data)
			}
			n.Parent.RemoveChild(n)
		case "video", "audio":
			p.player(n)
		case "style", "object", "applet", "frame", "frameset", "noscript", "noembed", "noframes",
			"template", "plaintext", "xmp", "textarea", "select", "button", "title", "base", "link", "meta", "input", "svg", "math":
			p.dropped(n.Data)
			n.Parent.RemoveChild(n)
		}
	}
}

// The mark that stands for <!--more--> until the page is clean.
const (
	moreClass = "vola-more-mark"
	moreMark  = `<span class="` + moreClass + `"></span>`
)

// maxBefore is how many words [Page.Before] has at most.
const maxBefore = 1000

// htmlEmpty reports whether HTML shows nothing.
func htmlEmpty(text string) bool {
	return PlainText(text) == "" && !strings.Contains(text, "<img") && !strings.Contains(text, "<video") && !strings.Contains(text, "<audio")
}

// dropped notes an element that was left out.
func (p *page) dropped(name string) {
	if !slices.Contains(p.Dropped, name) && len(p.Dropped) < 10 {
		p.Dropped = append(p.Dropped, name)
	}
}

// hiding is a style that shows nothing of an element.
var hiding = regexp.MustCompile(`(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\s*(?:!\s*important\s*)?(?:;|$)`)

// isHidden reports whether a browser would not show an element.
func isHidden(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && hiding.MatchString(a.Val) {
			return true
		}
	}
	return false
}

// player settles a film or a sound: readers start it. For untrusted text it is a
// link, if anything.
func (p *page) player(n *html.Node) {
	src := htmltree.Attr(n, "src")
	for source := range htmltree.Elements(n, atom.Source) {
		if src == "" {
			src = htmltree.Attr(source, "src")
		}
	}
	switch {
	case src == "", !mediaLink.MatchString(src):
		p.dropped(n.Data)
		n.Parent.RemoveChild(n)
	case p.opts.Untrusted:
		link := htmltree.Element(atom.A)
		htmltree.SetAttr(link, "href", src)
		link.AppendChild(htmltree.Text(src))
		n.Parent.InsertBefore(link, n)
		n.Parent.RemoveChild(n)
	default:
		n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "controls" })
		n.Attr = append(n.Attr, html.Attribute{Key: "controls"})
	}
}

// embedded returns a paragraph with a link to an embedded page, nil if there
// is nothing to visit.
func (p *page) embedded(n *html.Node) *html.Node {
	u, err := url.Parse(strings.TrimSpace(htmltree.Attr(n, "src")))
	if err != nil || p.opts.Untrusted || u.Host == "" || (u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	if n.Data == "script" {
		if u.Host != "gist.github.com" {
			return nil
		}
		u.Path = strings.TrimSuffix(u.Path, ".js")
	}
	u.Scheme = "https"
	link := htmltree.Element(atom.A)
	htmltree.SetAttr(link, "href", u.String())
	link.AppendChild(htmltree.Text(u.Host + u.Path))
	if n.Parent.DataAtom == atom.P {
		return link
	}
	para := htmltree.Element(atom.P)
	para.AppendChild(link)
	return para
}
