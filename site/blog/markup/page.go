package markup

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/yuin/goldmark/parser"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/site/htmltree"
)

// Options say how a text becomes a page. The zero value is useful. Options may
// be used for many texts at the same time, if the functions in it may.
type Options struct {
	// IDPrefix is put before every id in the text and before the links to
	// them, so that several texts fit on one page. Defaults to none.
	IDPrefix string
	// NotePrefix and a hyphen begin the ids of footnotes, after IDPrefix.
	// Defaults to none.
	NotePrefix string
	// Untrusted says that the text comes from somebody else, such as a comment: links
	// get rel="nofollow ugc", classes other than those of code are removed,
	// frames leave nothing.
	Untrusted bool
	// TakeTitle makes the first heading [Page.Heading], and leaves it out of
	// the page if it begins the text.
	TakeTitle bool
	// BelowTitle says that the page shows its title as h1: where the text has
	// headings of that rank, all of its headings go one rank down. Their ids do
	// not change.
	BelowTitle bool
	// Base is the path that relative addresses count from. Defaults to leaving
	// them as they are.
	Base string
	// Rewrite returns the new address of a local file that the text refers
	// to; see [Images] for which these are. It is given each as Images
	// returns it. Defaults to leaving them alone.
	Rewrite func(ref string) string
	// Rework may change the tree of the page before ids are given, addresses
	// are settled and all is cleaned. Defaults to nothing.
	Rework func(root *html.Node)
}

// Page is a text that was rendered.
type Page struct {
	HTML string // clean
	// Heading is the first heading, with [Options.TakeTitle].
	Heading string
	// Before is the part of HTML before the first comment <!--more-->, with
	// which writers say what lists show; "" if there is none, or nothing before
	// it. Ids are removed; see [Excerpt].
	Before string
	// Dropped are the names of elements that were left out together with what
	// was in them, each once, in the order of the text.
	Dropped []string
	// Images are the local files that the text refers to, before
	// [Options.Rewrite]; see [Images].
	Images []string
}

// page is a text on its way from HTML to clean HTML.
type page struct {
	Page
	root      *html.Node
	opts      Options
	notes     string // prefix of the ids of footnotes
	codeBytes int
	colours   int // the work for the colours of code; see colour
	left      int // bytes by which addresses and colours may lengthen the page
	lexers    map[string]chroma.Lexer
	ids       map[string]bool // that are taken
	counts    map[string]int  // how many headings say the same
	refs      map[string]bool // that are among the images
}

// Render returns text, which is Markdown, as clean HTML. Errors begin with
// "text" and a line; see [Check] and [Convert].
func Render(text string, opts Options) (string, error) {
	source, err := Check("text", []byte(text), MaxBytes)
	if err != nil {
		return "", err
	}
	page, err := Convert(Text{Name: "text", Line: 1, Source: source}, opts)
	return page.HTML, err
}

// Convert takes a text through all steps. An error is one sentence with name
// and line, and its kind is fault.Invalid: the text is made to keep the program
// busy.
func Convert(t Text, opts Options) (Page, error) {
	text, limit := t.Source, MaxHTML(t.size())
	if !t.HTML {
		if err := t.checkMarkdown(); err != nil {
			return Page{}, err
		}
		out, pc := bounded{left: limit}, parser.NewContext()
		pc.Set(repeatedLimit, limit)
		err := markdown().Convert([]byte(text), &out, parser.WithContext(pc))
		if pc.Get(repeatedTooMuch) != nil {
			err = errTooLong
		}
		if err != nil {
			return Page{}, t.errorf(t.Line, "the text cannot be rendered: %v", err)
		}
		text = out.String()
	}
	text = closeAtOnce(text)
	if err := checkTree(text, limit); err != nil {
		return Page{}, t.errorf(t.Line, "the text cannot be rendered: %v", err)
	}
	root, err := htmltree.Parse(text)
	if err != nil {
		return Page{}, t.errorf(t.Line, "elements are nested too deep")
	}
	p := &page{root: root, opts: opts, left: limit / 2, ids: map[string]bool{}, counts: map[string]int{}, refs: map[string]bool{}, lexers: map[string]chroma.Lexer{}}
	if opts.NotePrefix != "" {
		p.notes = opts.NotePrefix + "-"
	}
	if err := p.rawParts(t.Codes); err != nil {
		return Page{}, t.errorf(t.Line, "elements are nested too deep")
	}
	p.drop()
	p.codeBlocks(t.Codes)
	if opts.TakeTitle {
		p.takeTitle()
	}
	if opts.Rework != nil {
		opts.Rework(root)
	}
	if opts.BelowTitle {
		p.belowTitle()
	}
	p.finish()
	out := bounded{left: limit}
	if err := htmltree.Write(&out, root); err != nil {
		return Page{}, t.errorf(t.Line, "the text cannot be rendered: %v", err)
	}
	p.HTML = strings.TrimSpace(clean(out.String(), opts.Untrusted))
	if before, after, cut := strings.Cut(p.HTML, moreMark); cut {
		p.HTML = strings.TrimSpace(before + strings.ReplaceAll(after, moreMark, ""))
		p.Before, _ = Excerpt(before, maxBefore)
		if htmlEmpty(p.Before) {
			p.Before = ""
		}
	}
	if len(p.HTML) > limit {
		return Page{}, t.errorf(t.Line, "the text cannot be rendered: %v", errTooLong)
	}
	return p.Page, nil
}

// maxHeading is the length, in characters, to which a heading is cut that
// becomes the title.
const maxHeading = 200

// takeTitle makes the first heading the title. One that begins the text is
// removed: the page shows its title anyway.
func (p *page) takeTitle() {
	for n := range htmltree.Elements(p.root, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6) {
		if p.Heading = Clip(htmltree.TextOf(n), maxHeading); p.Heading == "" {
			continue
		}
		first := p.root.FirstChild
		for first != nil && htmltree.IsBlank(first) {
			first = first.NextSibling
		}
		if first == n {
			p.root.RemoveChild(n)
		}
		return
	}
}

// belowTitle makes room for the title of the page above all headings.
func (p *page) belowTitle() {
	headings := slices.Collect(htmltree.Elements(p.root, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6))
	if !slices.ContainsFunc(headings, func(n *html.Node) bool { return n.DataAtom == atom.H1 }) {
		return
	}
	lower := map[atom.Atom]atom.Atom{atom.H1: atom.H2, atom.H2: atom.H3, atom.H3: atom.H4, atom.H4: atom.H5, atom.H5: atom.H6, atom.H6: atom.H6}
	for _, n := range headings {
		n.DataAtom = lower[n.DataAtom]
		n.Data = n.DataAtom.String()
	}
}

// finish goes over all elements for the last time.
func (p *page) finish() {
	for _, n := range htmltree.Nodes(p.root) {
		if n.Type != html.ElementNode {
			continue
		}
		p.id(n)
		switch n.DataAtom {
		case atom.A:
			p.link(n)
		case atom.Img:
			p.picture(n)
		case atom.Video, atom.Audio, atom.Source, atom.Track:
			p.reference(n, "src")
			if htmltree.Attr(n, "poster") != "" {
				p.reference(n, "poster")
			}
		case atom.Td, atom.Th:
			if strings.EqualFold(htmltree.Attr(n, "align"), "right") {
				htmltree.SetAttr(n, "class", strings.TrimSpace(htmltree.Attr(n, "class")+" number"))
			}
		case atom.Table:
			p.table(n)
		}
	}
}

// picture settles a picture. Pages that load their pictures late have the
// address elsewhere.
func (p *page) picture(n *html.Node) {
	src := strings.TrimSpace(htmltree.Attr(n, "src"))
	for _, key := range [...]string{"data-src", "data-original", "data-lazy-src", "data-lazy"} {
		if late := strings.TrimSpace(htmltree.Attr(n, key)); late != "" && (src == "" || strings.HasPrefix(src, "data:")) {
			htmltree.SetAttr(n, "src", late)
			src = late
		}
	}
	if src == "" || !imageLink.MatchString(src) {
		p.dropped("img")
		if alt := strings.TrimSpace(htmltree.Attr(n, "alt")); alt != "" {
			n.Parent.InsertBefore(htmltree.Text(alt), n)
		}
		n.Parent.RemoveChild(n)
		return
	}
	p.reference(n, "src")
}

// table gives a table a box to scroll in, which can be reached by keyboard.
func (p *page) table(n *html.Node) {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.DataAtom == atom.Table || htmltree.HasClass(up, "scroll") {
			return
		}
	}
	for head := range n.ChildNodes() {
		if head.DataAtom == atom.Thead && isBlankRow(head) {
			n.RemoveChild(head)
			break
		}
	}
	box := htmltree.Element(atom.Div)
	box.Attr = []html.Attribute{
		{Key: "class", Val: "scroll"}, {Key: "role", Val: "region"},
		{Key: "aria-label", Val: "Table"}, {Key: "tabindex", Val: "0"},
	}
	htmltree.Wrap(n, box)
}

// isBlankRow reports whether nothing is below n but white space.
func isBlankRow(n *html.Node) bool {
	for child := range n.Descendants() {
		if child.DataAtom == atom.Img || child.Type == html.TextNode && !htmltree.IsBlank(child) {
			return false
		}
	}
	return true
}

// id settles the id of an element: that of the writer, or for a heading its
// words. Each is there once.
func (p *page) id(n *html.Node) {
	id := htmltree.Attr(n, "id")
	if id == "" && n.DataAtom == atom.A {
		id = htmltree.Attr(n, "name")
	}
	if id != "" {
		id = p.fragment(id)
	}
	if htmltree.IsHeading(n) && (id == "" || p.ids[id]) {
		base := p.opts.IDPrefix + Slug(htmltree.TextOf(n))
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
	htmltree.SetAttr(n, "id", id)
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
	href := strings.TrimSpace(htmltree.Attr(n, "href"))
	if id, ok := strings.CutPrefix(href, "#"); ok && id != "" {
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		htmltree.SetAttr(n, "href", "#"+p.fragment(id))
	} else if mailAddress.MatchString(href) {
		htmltree.SetAttr(n, "href", "mailto:"+href) // some program forgot it, and led to a page of that name
	} else if href != "" {
		p.reference(n, "href")
	}
	if p.opts.Untrusted {
		htmltree.SetAttr(n, "rel", "nofollow ugc")
		if href == "" {
			htmltree.SetAttr(n, "rel", "")
		}
		return
	}
	var keep []string
	for word := range strings.FieldsSeq(strings.ToLower(htmltree.Attr(n, "rel"))) {
		if slices.Contains([]string{"nofollow", "ugc", "sponsored", "author", "me", "license", "tag", "bookmark"}, word) {
			keep = append(keep, word)
		}
	}
	htmltree.SetAttr(n, "rel", strings.Join(keep, " "))
}
