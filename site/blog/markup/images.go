package markup

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/site/htmltree"
)

// Images returns the local files that text, which is HTML, refers to: what
// images, films and sounds show, and what links offer if it looks like a file to keep ("notes.pdf",
// but not "about.html"). Each is there once, as written, in the order of the
// text. Local is what names no host: "pic.png", "../pic.png", "/assets/pic.png".
// These are addresses: a space in the name of a file may be %20.
func Images(text string) []string {
	root, err := htmltree.Parse(text)
	if err != nil {
		return nil
	}
	p := page{root: root, left: MaxHTML(len(text)), refs: map[string]bool{}}
	for n := range htmltree.Elements(p.root, atom.Img, atom.A, atom.Video, atom.Audio, atom.Source, atom.Track) {
		switch n.DataAtom {
		case atom.A:
			p.reference(n, "href")
		default:
			p.reference(n, "src")
			p.reference(n, "poster")
		}
	}
	return p.Images
}

// reference settles an address in an attribute: if it is a local file, it is
// noted and rewritten.
func (p *page) reference(n *html.Node, key string) {
	ref := strings.TrimSpace(htmltree.Attr(n, key))
	if isLocalFile(ref, n.DataAtom != atom.A) {
		if !p.refs[ref] {
			p.refs[ref] = true
			p.Images = append(p.Images, ref)
		}
		if p.opts.Rewrite != nil && p.left > 0 {
			ref = p.opts.Rewrite(ref)
			p.left -= len(ref)
		}
	}
	if len(p.opts.Base) <= p.left {
		p.left -= len(p.opts.Base)
		ref = fromRoot(p.opts.Base, ref)
	}
	// Browsers forgive spaces in addresses; the policy does not.
	htmltree.SetAttr(n, key, strings.ReplaceAll(strings.TrimSpace(ref), " ", "%20"))
}

// fromRoot returns a relative address as one from the root of the site, as it
// counted from the path at which the text was shown: that is another now.
func fromRoot(was, ref string) string {
	u, err := url.Parse(strings.ReplaceAll(ref, " ", "%20"))
	if err != nil || was == "" || u.IsAbs() || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/") {
		return ref
	}
	return (&url.URL{Path: was}).ResolveReference(u).String()
}

// isLocalFile reports whether an address is that of a file of the site.
func isLocalFile(ref string, image bool) bool {
	u, err := url.Parse(strings.ReplaceAll(ref, " ", "%20"))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || strings.HasSuffix(u.Path, "/") {
		return false
	}
	if image {
		return true
	}
	switch ext := strings.ToLower(path.Ext(u.Path)); ext {
	case "", ".", ".html", ".htm", ".md", ".markdown", ".php", ".asp", ".aspx", ".xml", ".rss", ".atom":
		return false
	default:
		return len(ext) <= 6
	}
}
