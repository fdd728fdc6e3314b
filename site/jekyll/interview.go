package jekyll

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/site/htmltree"
)

// What makes an interview of a text in which paragraphs begin with bold names.
const (
	minSpeakers = 2
	minTurns    = 4
)

// Interview returns text, which is HTML, with the turns of an interview as
// lists: paragraphs that begin with a bold name and a colon, and what follows
// until the next.
//
//	<dl class="interview">
//	<div id="q1"><dt><a href="#q1">Ann</a></dt><dd class="question"><p>Why?</p></dd></div>
//	<div><dt>Ben</dt><dd><p>Because.</p></dd></div>
//	</dl>
//
// Turns of the one who asks have an id and a link to it. A heading or a rule
// ends a list. Text that is no interview is returned as it is: one has at least
// two speakers, four turns and a question mark. [Parse] does this
// already, also for less if the front matter has "kind: interview".
// The result is as clean as text.
func Interview(text string) string {
	root, err := htmltree.Parse(text)
	if err != nil || !interviews(root, false) {
		return text
	}
	out, err := htmltree.Render(root)
	if err != nil {
		return text
	}
	return out
}

// turn is what one person says at a time.
type turn struct {
	speaker string
	para    *html.Node // begins it
}

// interviews rewrites the turns below root and reports whether there are any.
// If sure, any turn will do.
func interviews(root *html.Node, sure bool) bool {
	splitTurns(root)
	var turns []turn
	for n := range root.ChildNodes() {
		if name, _ := speaker(n); name != "" {
			turns = append(turns, turn{name, n})
		}
	}
	if len(turns) == 0 || !sure && !isInterview(turns) {
		return false
	}
	asker := whoAsks(turns)
	questions := 0
	for _, t := range turns {
		list := t.para.PrevSibling
		for list != nil && htmltree.IsBlank(list) {
			list = list.PrevSibling
		}
		if list == nil || list.DataAtom != atom.Dl || htmltree.Attr(list, "class") != "interview" {
			list = htmltree.Element(atom.Dl)
			htmltree.SetAttr(list, "class", "interview")
			list.AppendChild(htmltree.Text("\n"))
			root.InsertBefore(list, t.para)
			root.InsertBefore(htmltree.Text("\n"), t.para)
		}
		question := 0
		if t.speaker == asker {
			questions++
			question = questions
		}
		list.AppendChild(t.element(root, question))
		list.AppendChild(htmltree.Text("\n"))
	}
	return true
}

// element moves the turn out of root into an element of its own. Questions
// count from 1; 0 is an answer.
func (t turn) element(root *html.Node, question int) *html.Node {
	div, dt, dd := htmltree.Element(atom.Div), htmltree.Element(atom.Dt), htmltree.Element(atom.Dd)
	div.AppendChild(dt)
	div.AppendChild(dd)
	name := htmltree.Text(t.speaker)
	if question > 0 {
		id := "q" + strconv.Itoa(question)
		htmltree.SetAttr(div, "id", id)
		htmltree.SetAttr(dd, "class", "question")
		link := htmltree.Element(atom.A)
		htmltree.SetAttr(link, "href", "#"+id)
		link.AppendChild(name)
		dt.AppendChild(link)
	} else {
		dt.AppendChild(name)
	}
	if _, cut := speaker(t.para); cut != nil {
		cut()
	}
	for n := t.para; n != nil; {
		next := n.NextSibling
		root.RemoveChild(n)
		if !htmltree.IsBlank(n) && (n != t.para || n.FirstChild != nil) {
			dd.AppendChild(n)
		}
		if n = next; n != nil && endsTurn(n) {
			break
		}
	}
	return div
}

func endsTurn(n *html.Node) bool {
	if htmltree.IsHeading(n) || n.DataAtom == atom.Hr || htmltree.HasClass(n, "footnotes") {
		return true
	}
	name, _ := speaker(n)
	return name != ""
}

// speaker returns the name that a paragraph begins with, and what takes it off.
func speaker(para *html.Node) (name string, cut func()) {
	if para.Type != html.ElementNode || para.DataAtom != atom.P {
		return "", nil
	}
	first := para.FirstChild
	for first != nil && htmltree.IsBlank(first) {
		first = first.NextSibling
	}
	return speakerAt(first)
}

// speakerAt is speaker for the node that may be the name:
// <strong>Ann:</strong> text, <strong>Ann</strong>: text, or
// <strong>Ann: text</strong>.
func speakerAt(bold *html.Node) (name string, cut func()) {
	if bold == nil || bold.DataAtom != atom.Strong && bold.DataAtom != atom.B {
		return "", nil
	}
	first, after := bold.FirstChild, bold.NextSibling
	if first == nil || first.Type != html.TextNode {
		return "", nil
	}
	label, rest, colon := strings.Cut(first.Data, ":")
	switch {
	case !isName(label):
		return "", nil
	case colon && strings.TrimSpace(rest) == "" && first.NextSibling == nil:
		cut = func() { bold.Parent.RemoveChild(bold); trimLeft(after, "") }
	case colon && strings.HasPrefix(rest, " "):
		cut = func() { first.Data = strings.TrimLeft(rest, " ") }
	case !colon && first.NextSibling == nil && after != nil && after.Type == html.TextNode && strings.HasPrefix(strings.TrimLeft(after.Data, " "), ":"):
		cut = func() { bold.Parent.RemoveChild(bold); trimLeft(after, ":") }
	default:
		return "", nil
	}
	return strings.Join(strings.Fields(label), " "), cut
}

func trimLeft(n *html.Node, prefix string) {
	if n != nil && n.Type == html.TextNode {
		n.Data = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(n.Data, " "), prefix), " \n")
	}
}

// isName reports whether somebody may be called so: up to four words, and none
// of those that begin remarks.
func isName(s string) bool {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > 40 || len(strings.Fields(s)) > 4 || strings.IndexFunc(s, unicode.IsLetter) < 0 {
		return false
	}
	switch strings.ToLower(s) {
	case "note", "notes", "update", "edit", "warning", "caution", "danger", "important", "tip", "hint", "info",
		"example", "input", "output", "result", "problem", "solution", "step", "before", "after", "pros", "cons", "summary", "tl;dr":
		return false
	}
	return true
}

// splitTurns parts paragraphs in which several turns stand on lines of their
// own.
func splitTurns(root *html.Node) {
	for para := root.FirstChild; para != nil; para = para.NextSibling {
		if name, _ := speaker(para); name == "" {
			continue
		}
		to := para
		for n := para.FirstChild.NextSibling; n != nil; {
			next := n.NextSibling
			last := n.PrevSibling
			if to != para {
				last = to.LastChild
			}
			if name, _ := speakerAt(n); name != "" && endsLine(last) {
				if last.DataAtom == atom.Br {
					last.Parent.RemoveChild(last)
				}
				last.Data = strings.TrimRight(last.Data, " \n")
				rest := htmltree.Element(atom.P)
				root.InsertBefore(rest, to.NextSibling)
				to = rest
			}
			if to != para {
				para.RemoveChild(n)
				to.AppendChild(n)
			}
			n = next
		}
		para = to
	}
}

// endsLine reports whether a line ends with n, which may be nil.
func endsLine(n *html.Node) bool {
	return n != nil && (n.DataAtom == atom.Br || n.Type == html.TextNode && strings.HasSuffix(strings.TrimRight(n.Data, " "), "\n"))
}

// isInterview decides from the turns.
func isInterview(turns []turn) bool {
	speakers, asked := map[string]int{}, false
	again := false
	for _, t := range turns {
		speakers[t.speaker]++
		again = again || speakers[t.speaker] > 1
		asked = asked || asks(t)
	}
	return len(speakers) >= minSpeakers && len(turns) >= minTurns && again && asked
}

func asks(t turn) bool { return strings.HasSuffix(htmltree.TextOf(t.para), "?") }

// whoAsks returns the speaker with the most questions, the first of several.
func whoAsks(turns []turn) string {
	asker, most := turns[0].speaker, 0
	counts := map[string]int{}
	for _, t := range turns {
		if asks(t) {
			counts[t.speaker]++
		}
	}
	for _, t := range turns {
		if counts[t.speaker] > most {
			asker, most = t.speaker, counts[t.speaker]
		}
	}
	return asker
}
