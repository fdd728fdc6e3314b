package mail

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TextOf returns a page of HTML as plain text, for the programs and people that read mails
// without HTML: paragraphs with blank lines between them, headings underlined, lists with
// hyphens or numbers, quotations after ">", the cells of a row with " | " between them, pictures as
// their alternative text. A link is followed by its address in parentheses, or on a line of its
// own where nothing else stands in its paragraph. What is hidden, and scripts and styles, are
// left out; so are control characters. Lines are not broken.
//
// Lists and quotations are indented up to eight levels. HTML with more than 512
// elements in each other has no text.
func TextOf(page string) string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return ""
	}
	return textOf(doc)
}

func textOf(doc *html.Node) string {
	w := textWriter{items: map[*html.Node]int{}}
	w.children(doc)
	text := strings.TrimRight(w.out.String(), " \n")
	if text == "" {
		return ""
	}
	return text + "\n"
}

// maxIndent is how many lists and quotations in each other are indented: a line has the
// indents of all, so that many of them would make a short page a long text.
const maxIndent = 8

// textWriter writes the text of nodes.
type textWriter struct {
	out     strings.Builder
	indents []indent
	// before is how many ends of lines are due before the next text; at least one
	// at the beginning of a block.
	before int
	space  bool               // a space is due
	inLine bool               // the line has text
	pre    bool               // white space counts
	items  map[*html.Node]int // how many items of a numbered list were begun
}

// indent begins the lines of a list item or a quotation.
type indent struct {
	first, rest string
	begun       bool // a line has it
}

// newline makes the next text begin a line, with so many ends of lines before it.
func (w *textWriter) newline(n int) {
	w.before = max(w.before, n)
	w.space = false
}

// begin writes what is due before a text.
func (w *textWriter) begin() {
	if w.before > 0 || w.out.Len() == 0 {
		if w.out.Len() > 0 {
			for i := range w.before {
				if i > 0 {
					w.out.WriteString(strings.TrimRight(w.blank(), " "))
				}
				w.out.WriteString("\n")
			}
		}
		for i := range w.indents {
			w.out.WriteString(w.indents[i].first)
			w.indents[i].first, w.indents[i].begun = w.indents[i].rest, true
		}
		w.before, w.inLine = 0, false
	}
	if w.space && w.inLine {
		w.out.WriteByte(' ')
	}
	w.space, w.inLine = false, true
}

// blank is the beginning of a blank line: that of the quotations around it.
func (w *textWriter) blank() string {
	var b strings.Builder
	for _, in := range w.indents {
		if !in.begun {
			break
		}
		b.WriteString(in.rest)
	}
	return b.String()
}

// text writes a text in the line.
func (w *textWriter) text(s string) {
	if w.pre {
		for line := range strings.Lines(s) {
			if line = strings.TrimSuffix(line, "\n"); line != "" {
				w.begin()
				w.word(line)
			}
			w.before++
		}
		if !strings.HasSuffix(s, "\n") && w.before > 0 {
			w.before--
		}
		return
	}
	for s != "" {
		i := strings.IndexAny(s, " \t\r\n\f\u00a0")
		if i < 0 {
			i = len(s)
		}
		if i > 0 {
			w.begin()
			w.word(s[:i])
		}
		if i == len(s) {
			return
		}
		w.space = w.before == 0 && w.inLine
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
}

// word writes a text without control characters, which could order a terminal about.
func (w *textWriter) word(s string) {
	for _, c := range s {
		if c == '\t' && w.pre || !breaksLine(c) {
			w.out.WriteRune(c)
		}
	}
}

// breaks says how many ends of lines stand around a block: two make a blank line.
func breaks(a atom.Atom) int {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote,
		atom.Pre, atom.Hr, atom.Figure, atom.Fieldset:
		return 2
	case atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Address, atom.Form,
		atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Caption, atom.Figcaption, atom.Center, atom.Body, atom.Details, atom.Summary, atom.Legend:
		return 1
	}
	return 0
}

func (w *textWriter) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *textWriter) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data)
		return
	case html.ElementNode:
	default:
		return
	}
	if isHidden(n) {
		return
	}
	around := breaks(n.DataAtom)
	if around == 2 && isListItem(n.Parent) {
		around = 1
	}
	if around > 0 {
		w.newline(around)
	}
	before := w.pre
	w.pre = w.pre || n.DataAtom == atom.Pre || strings.Contains(style(n), "white-space:pre")
	w.element(n)
	w.pre = before
	if around > 0 {
		w.newline(around)
	}
}

// element writes what is in an element.
func (w *textWriter) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		w.before++
		w.space = false
	case atom.Img:
		w.text(attribute(n, "alt"))
	case atom.Hr:
		w.begin()
		w.out.WriteString("----")
	case atom.A:
		w.link(n)
	case atom.H1, atom.H2:
		w.heading(n)
	case atom.Blockquote:
		w.indented(n, indent{first: "> ", rest: "> "})
	case atom.Li:
		w.indented(n, w.bullet(n))
	case atom.Dd:
		w.indented(n, indent{first: "  ", rest: "  "})
	case atom.Tr:
		w.row(n)
	default:
		w.children(n)
	}
}

func (w *textWriter) indented(n *html.Node, in indent) {
	if len(w.indents) >= maxIndent {
		w.children(n)
		return
	}
	w.indents = append(w.indents, in)
	w.children(n)
	w.indents = w.indents[:len(w.indents)-1]
}

// bullet begins an item of a list.
func (w *textWriter) bullet(li *html.Node) indent {
	first := "- "
	if list := li.Parent; list != nil && list.DataAtom == atom.Ol {
		start, err := strconv.Atoi(attribute(list, "start"))
		if err != nil || start < 0 || start > 1e6 {
			start = 1
		}
		first = strconv.Itoa(start+w.items[list]) + ". "
		w.items[list]++
	}
	return indent{first: first, rest: strings.Repeat(" ", len(first))}
}

func isListItem(n *html.Node) bool {
	return n != nil && (n.DataAtom == atom.Li || n.DataAtom == atom.Dd)
}

// heading underlines what fits into a line.
func (w *textWriter) heading(n *html.Node) {
	from := w.out.Len()
	w.children(n)
	text := w.out.String()[min(from, w.out.Len()):]
	text = text[strings.LastIndex(text, "\n")+1:]
	for _, in := range w.indents {
		text = strings.TrimPrefix(text, in.rest)
	}
	if text == "" {
		return
	}
	under := "="
	if n.DataAtom == atom.H2 {
		under = "-"
	}
	w.newline(1)
	w.begin()
	w.out.WriteString(strings.Repeat(under, min(utf8.RuneCountInString(text), 72)))
}

// link writes a link with its address.
func (w *textWriter) link(n *html.Node) {
	w.children(n)
	href := oneLine(attribute(n, "href"))
	label := oneLine(content(n))
	short := strings.TrimPrefix(strings.TrimPrefix(href, "mailto:"), "tel:")
	bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(href, "https://"), "http://"), "/")
	if href == "" || strings.HasPrefix(href, "#") || strings.HasPrefix(strings.ToLower(href), "javascript:") ||
		label == href || label == short || label == bare {
		return
	}
	if isAlone(n) {
		w.newline(1)
		w.begin()
		w.word(href)
		return
	}
	w.space = true
	w.begin()
	w.word("(" + href + ")")
}

// isAlone reports whether nothing else stands in the block that an element is in.
func isAlone(n *html.Node) bool {
	for _, next := range []func(*html.Node) *html.Node{
		func(n *html.Node) *html.Node { return n.PrevSibling }, func(n *html.Node) *html.Node { return n.NextSibling },
	} {
		for c := next(n); c != nil; c = next(c) {
			if c.Type == html.ElementNode && c.DataAtom != atom.Br || c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
				return false
			}
		}
	}
	return n.Parent != nil && breaks(n.Parent.DataAtom) > 0 && n.Parent.DataAtom != atom.Li
}

// row writes the cells of a row in one line, but for those that have blocks, as in tables
// that are there for the layout.
func (w *textWriter) row(n *html.Node) {
	inline := true
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (breaks(d.DataAtom) > 0 || d.DataAtom == atom.Br) {
			inline = false
			break
		}
	}
	first := true
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		switch {
		case !inline:
			w.newline(1)
		case !first:
			w.space = true
			w.begin()
			w.out.WriteByte('|')
			w.space = true
		}
		first = false
		w.node(c)
	}
}

// isHidden reports whether readers do not see an element.
func isHidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Iframe, atom.Object:
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" && a.Namespace == "" {
			return true
		}
	}
	return strings.Contains(style(n), "display:none")
}

// style returns the style of an element without spaces.
func style(n *html.Node) string {
	return strings.ToLower(strings.ReplaceAll(attribute(n, "style"), " ", ""))
}
