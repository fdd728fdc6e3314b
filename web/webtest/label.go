package webtest

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// caption is what an element is called: as it stands there, and without marks
// such as "(optional)".
type caption struct{ full, bare string }

// marks are the classes of elements in a label that are not part of the name:
// "(optional)", a star, what only screen readers say.
var marks = []string{"optional", "required", "hidden", "visually-hidden", "sr-only"}

// labelText returns the text in n as a label: that of fields in it is left out,
// pictures have their alt text. It also returns it without marks.
func labelText(n *html.Node) caption {
	var full, bare strings.Builder
	var add func(n *html.Node, marked bool)
	add = func(n *html.Node, marked bool) {
		for d := range n.ChildNodes() {
			word, around, skip, mark := "", "", false, marked
			switch {
			case d.Type == html.TextNode:
				word = d.Data
			case d.Type == html.ElementNode:
				switch d.Data {
				case "script", "style", "template", "select", "textarea", "button", "datalist":
					skip = true
				case "img":
					word = attrOr(d, "alt", "")
				case "b", "i", "em", "strong", "span", "small", "a", "abbr", "code", "u", "s", "q", "kbd", "mark", "sub", "sup", "bdi", "bdo", "var", "cite", "dfn", "time", "data", "wbr":
				default:
					around = " " // what stands on a line of its own
				}
				mark = mark || isMark(d)
			}
			if skip {
				continue
			}
			full.WriteString(around + word)
			if bare.WriteString(around); !mark {
				bare.WriteString(word)
			}
			add(d, mark)
			full.WriteString(around)
			bare.WriteString(around)
		}
	}
	add(n, false)
	return caption{full: oneLine(full.String()), bare: oneLine(bare.String())}
}

// isMark reports whether an element of a label is no part of the name.
func isMark(n *html.Node) bool {
	if attrOr(n, "aria-hidden", "") == "true" {
		return true
	}
	return slices.ContainsFunc(strings.Fields(attrOr(n, "class", "")), func(class string) bool { return slices.Contains(marks, class) })
}

// oneLine returns a text with runs of white space as one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// plain is a label that is only text.
func plain(s string) caption { return caption{full: oneLine(s), bare: oneLine(s)} }

// labels are the labels of a page.
type labels struct {
	ids map[string]*html.Node // the first element with each id
	of  map[*html.Node][]caption
}

// newLabels reads the labels of a page. An element label is that of the field
// it names, or of the first field in it.
func newLabels(doc *html.Node) *labels {
	l := &labels{ids: map[string]*html.Node{}, of: map[*html.Node][]caption{}}
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attrOr(n, "id", ""); id != "" && l.ids[id] == nil && !within(n, "template") {
			l.ids[id] = n
		}
		if n.Data == "label" && !within(n, "template") {
			found = append(found, n)
		}
	}
	for _, n := range found {
		field := labelled(n)
		if id, ok := attr(n, "for"); ok {
			field = l.ids[id]
		}
		if field != nil {
			l.of[field] = append(l.of[field], labelText(n))
		}
	}
	return l
}

// labelled returns the first field inside of a label, or nil.
func labelled(n *html.Node) *html.Node {
	for d := range n.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		switch d.Data {
		case "input":
			if controlKind(d) != "hidden" {
				return d
			}
		case "select", "textarea", "button":
			return d
		}
	}
	return nil
}

// names returns what an element is called: by its labels, its legend, its ARIA
// attributes; of a button by what is on it; by its title if it has none of them.
func (l *labels) names(n *html.Node) []caption {
	var list []caption
	if text := l.referred(n, "aria-labelledby"); text != nil {
		var full, bare []string
		for _, t := range text {
			full, bare = append(full, t.full), append(bare, t.bare)
		}
		list = append(list, caption{full: strings.Join(full, " "), bare: strings.Join(bare, " ")})
	}
	list = append(list, plain(attrOr(n, "aria-label", "")))
	list = append(list, l.of[n]...)
	switch n.Data {
	case "fieldset":
		if legend := legendOf(n); legend != nil {
			list = append(list, labelText(legend))
		}
	case "button":
		list = append(list, labelText(n))
	case "input":
		switch controlKind(n) {
		case "submit":
			list = append(list, plain(attrOr(n, "value", "Submit")))
		case "reset":
			list = append(list, plain(attrOr(n, "value", "Reset")))
		case "button":
			list = append(list, plain(attrOr(n, "value", "")))
		case "image":
			list = append(list, plain(attrOr(n, "alt", "")))
		}
	}
	list = slices.DeleteFunc(list, func(x caption) bool { return x.full == "" })
	if title := plain(attrOr(n, "title", "")); len(list) == 0 && title.full != "" {
		list = append(list, title)
	}
	return list
}

// referred returns the texts of the elements whose ids an attribute lists.
func (l *labels) referred(n *html.Node, attribute string) []caption {
	var list []caption
	for _, id := range strings.Fields(attrOr(n, attribute, "")) {
		if other := l.ids[id]; other != nil {
			list = append(list, labelText(other))
		}
	}
	return list
}

// called returns those of the list that have a name: exactly as it stands
// there, or else without marks.
func called[T any](list []T, names func(T) []caption, name string) []T {
	name = oneLine(name)
	for _, part := range []func(caption) string{func(x caption) string { return x.full }, func(x caption) string { return x.bare }} {
		var found []T
		for _, x := range list {
			if slices.ContainsFunc(names(x), func(l caption) bool { return part(l) == name }) {
				found = append(found, x)
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// keep returns those of the list that hold.
func keep[T any](list []T, holds func(T) bool) []T {
	var out []T
	for _, x := range list {
		if holds(x) {
			out = append(out, x)
		}
	}
	return out
}

// shownName returns a name for a message, "" if there is none.
func shownName(names []caption) string {
	if len(names) == 0 {
		return ""
	}
	return cmp.Or(names[0].bare, names[0].full)
}

// listed joins names for a message, each once and the first twenty of them.
func listed(names []string) string {
	const most = 20
	var list []string
	for _, n := range names {
		if n != "" && !slices.Contains(list, n) {
			list = append(list, n)
		}
		if len(list) > most {
			return strings.Join(list[:most], ", ") + " and more"
		}
	}
	return strings.Join(list, ", ")
}
