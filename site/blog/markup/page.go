package markup

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// renderer makes the page of a text.
type renderer struct {
	file       *source
	opts       Options
	title      string // for {{ page.title }}
	wantTitle  bool   // take the first heading for the title
	notePrefix string // begins the ids of footnotes
	was        string // the path at which the text was shown, "" if unknown
	interview  bool   // the writer says that it is one
	html       bool   // no Markdown
}

// page is a text on its way from HTML to clean HTML.
type page struct {
	root      *html.Node
	opts      Options
	notes     string // prefix of the ids of footnotes
	was       string // the path that relative addresses count from
	codeBytes int
	lexers    map[string]chroma.Lexer
	ids       map[string]bool // that are taken
	counts    map[string]int  // how many headings say the same
	refs      map[string]bool // that are among the images

	heading   string // the first, if it is the title
	html      string
	images    []string
	warnings  []string
	interview bool
}

// render takes a text through all steps.
func (r *renderer) render(p part) (*page, error) {
	// Some exporters wrote every slash as an entity, those of tags as well.
	p.text = strings.ReplaceAll(p.text, "<&#47;", "</")
	l := liquid{file: r.file, opts: r.opts, title: r.title, markdown: !r.html}
	text := l.run(p)
	if !r.html {
		if err := r.file.checkMarkdown(part{text: text, line: p.line}, l.shifts); err != nil {
			return &page{}, err
		}
		var out bytes.Buffer
		if err := markdown().Convert([]byte(text), &out); err != nil {
			return &page{}, r.file.errorf(p.line, "the text cannot be rendered: %v", err)
		}
		text = out.String()
	}
	root, err := parseTree(text)
	if err != nil {
		return &page{}, r.file.errorf(p.line, "elements are nested too deep")
	}
	out := &page{root: root, opts: r.opts, was: r.was, warnings: l.warnings, ids: map[string]bool{}, counts: map[string]int{}, refs: map[string]bool{}, lexers: map[string]chroma.Lexer{}}
	if r.notePrefix != "" {
		out.notes = r.notePrefix + "-"
	}
	out.drop()
	out.codeBlocks(l.codes)
	if r.wantTitle {
		out.takeTitle()
	}
	out.interview = interviews(root, r.interview)
	out.finish()
	if out.html, err = renderTree(root); err != nil {
		return &page{}, r.file.errorf(p.line, "the text cannot be rendered: %v", err)
	}
	out.html = strings.TrimSpace(clean(out.html, r.opts.Untrusted))
	out.root = nil
	return out, nil
}

// drop removes what is not allowed together with what is in it. The policy
// would do so too; but the steps in between need not know of these elements.
// Of an embedded page that readers can visit a link remains.
func (p *page) drop() {
	for _, n := range nodesOf(p.root) {
		if n.Parent == nil {
			continue
		}
		switch {
		case n.Type == html.CommentNode, n.Type == html.DoctypeNode, n.Namespace != "":
			n.Parent.RemoveChild(n)
			continue
		case n.Type != html.ElementNode:
			continue
		}
		switch n.Data {
		case "iframe", "script", "embed":
			if link := p.embedded(n); link != nil {
				n.Parent.InsertBefore(link, n)
			}
			n.Parent.RemoveChild(n)
		case "style", "object", "applet", "frame", "frameset", "noscript", "noembed", "noframes",
			"template", "plaintext", "xmp", "textarea", "select", "button", "title", "base", "link", "meta", "input", "svg", "math":
			n.Parent.RemoveChild(n)
		}
	}
}

// embedded returns a paragraph with a link to an embedded page, nil if there
// is nothing to visit.
func (p *page) embedded(n *html.Node) *html.Node {
	u, err := url.Parse(strings.TrimSpace(attr(n, "src")))
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
	link := element(atom.A)
	setAttr(link, "href", u.String())
	link.AppendChild(textNode(u.Host + u.Path))
	if n.Parent.DataAtom == atom.P {
		return link
	}
	para := element(atom.P)
	para.AppendChild(link)
	return para
}

// takeTitle makes the first heading the title. One that begins the text is
// removed: the page shows its title anyway.
func (p *page) takeTitle() {
	for n := range p.elements(atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6) {
		if p.heading = clip(textOf(n), maxTitle); p.heading == "" {
			continue
		}
		first := p.root.FirstChild
		for first != nil && isBlankText(first) {
			first = first.NextSibling
		}
		if first == n {
			p.root.RemoveChild(n)
		}
		return
	}
}

// finish goes over all elements for the last time.
func (p *page) finish() {
	for _, n := range nodesOf(p.root) {
		if n.Type != html.ElementNode {
			continue
		}
		p.id(n)
		switch n.DataAtom {
		case atom.A:
			p.link(n)
		case atom.Img:
			p.reference(n, "src")
		case atom.Td, atom.Th:
			if strings.EqualFold(attr(n, "align"), "right") {
				setAttr(n, "class", strings.TrimSpace(attr(n, "class")+" number"))
			}
		case atom.Table:
			p.table(n)
		}
	}
}

// table gives a table a box to scroll in, which can be reached by keyboard.
func (p *page) table(n *html.Node) {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.DataAtom == atom.Table || hasClass(up, "scroll") {
			return
		}
	}
	for head := range n.ChildNodes() {
		if head.DataAtom == atom.Thead && isBlankRow(head) {
			n.RemoveChild(head)
			break
		}
	}
	box := element(atom.Div)
	box.Attr = []html.Attribute{
		{Key: "class", Val: "scroll"}, {Key: "role", Val: "region"},
		{Key: "aria-label", Val: "Table"}, {Key: "tabindex", Val: "0"},
	}
	wrap(n, box)
}

// isBlankRow reports whether nothing is below n but white space.
func isBlankRow(n *html.Node) bool {
	for child := range n.Descendants() {
		if child.DataAtom == atom.Img || child.Type == html.TextNode && !isBlankText(child) {
			return false
		}
	}
	return true
}

// id settles the id of an element: that of the writer, or for a heading its
// words. Each is there once.
func (p *page) id(n *html.Node) {
	id := attr(n, "id")
	if id == "" && n.DataAtom == atom.A {
		id = attr(n, "name")
	}
	if id != "" {
		id = p.fragment(id)
	}
	if isHeading(n) && (id == "" || p.ids[id]) {
		base := p.opts.IDPrefix + Slug(textOf(n))
		if base == p.opts.IDPrefix {
			base += "section"
		}
		for id = base; p.ids[id]; {
			p.counts[base]++
			id = base + "-" + strconv.Itoa(p.counts[base]+1)
		}
	}
	if p.ids[id] {
		id = ""
	}
	if id != "" {
		p.ids[id] = true
	}
	setAttr(n, "id", id)
}

// fragment returns the id under which what the writer calls id is found.
func (p *page) fragment(id string) string {
	if strings.HasPrefix(id, "fn:") || strings.HasPrefix(id, "fnref") && strings.Contains(id, ":") {
		id = p.notes + id
	}
	return p.opts.IDPrefix + strings.Join(strings.Fields(id), "-")
}

// mailAddress is an address of which nobody has a page.
var mailAddress = regexp.MustCompile(`^[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}$`)

// link settles where a link leads and what it says about that.
func (p *page) link(n *html.Node) {
	href := strings.TrimSpace(attr(n, "href"))
	if id, ok := strings.CutPrefix(href, "#"); ok && id != "" {
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		setAttr(n, "href", "#"+p.fragment(id))
	} else if mailAddress.MatchString(href) {
		setAttr(n, "href", "mailto:"+href) // some program forgot it, and led to a page of that name
	} else if href != "" {
		p.reference(n, "href")
	}
	if p.opts.Untrusted {
		setAttr(n, "rel", "nofollow ugc")
		if href == "" {
			setAttr(n, "rel", "")
		}
		return
	}
	var keep []string
	for word := range strings.FieldsSeq(strings.ToLower(attr(n, "rel"))) {
		if slices.Contains([]string{"nofollow", "ugc", "sponsored", "author", "me", "license", "tag", "bookmark"}, word) {
			keep = append(keep, word)
		}
	}
	setAttr(n, "rel", strings.Join(keep, " "))
}
