package webtest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// WantValue checks what is in a field: the text of a field to write into, the
// texts of what is chosen in a select or a group of radio buttons or checkboxes,
// the names of the files of an upload. Without values it wants that nothing is
// chosen.
func (f *Form) WantValue(label string, want ...string) *Form {
	f.page.t.Helper()
	var got []string
	if from := f.choicesOf(label); from != nil {
		got = from.texts(func(c choice) bool { return c.chosen })
	} else {
		c := f.look(label, func(c *control) bool { return c.isText() || c.kind == "file" })
		if c == nil {
			return f
		}
		if c.kind == "file" {
			for _, file := range c.files {
				got = append(got, file.Name)
			}
		} else {
			got = []string{c.value}
			if want == nil {
				want = []string{""}
			}
		}
	}
	if !slices.Equal(got, want) {
		f.page.t.Errorf("%s: in %q of %s is %s, want %s", f.page, label, f, quoted(got), quoted(want))
	}
	return f
}

// quoted lists texts in quotes.
func quoted(list []string) string {
	var all []string
	for _, s := range list {
		all = append(all, strconv.Quote(s))
	}
	return cmp.Or(strings.Join(all, ", "), "nothing")
}

// WantChecked checks whether a checkbox has a tick, or a radio button is the one
// that is taken.
func (f *Form) WantChecked(label string, want bool) *Form {
	f.page.t.Helper()
	if c := f.look(label, (*control).isBox); c != nil && c.checked != want {
		f.page.t.Errorf("%s: %q of %s: checked is %t, want %t", f.page, label, f, c.checked, want)
	}
	return f
}

// WantError checks that a field, or a group such as one of radio buttons or a row,
// has the error message, as everyone is told of it: it has aria-invalid, and names
// the element with the message in aria-describedby or aria-errormessage. A group
// needs no aria-invalid, and that of a field in it counts. What is in an element of
// the class hidden in the message, such as "Error:", may be left out.
func (f *Form) WantError(label, message string) *Form {
	f.page.t.Helper()
	nodes, group := f.describable(label)
	if nodes == nil {
		return f
	}
	if !group {
		nodes = keep(nodes, invalid)
	}
	if len(nodes) == 0 {
		f.page.t.Errorf("%s: %q of %s has no error: it has no aria-invalid, want the error %q", f.page, label, f, message)
		return f
	}
	var texts []caption
	for _, n := range nodes {
		for _, attribute := range []string{"aria-describedby", "aria-errormessage"} {
			texts = append(texts, f.labels.referred(n, attribute)...)
		}
	}
	if called(texts, func(c caption) []caption { return []caption{c} }, message) == nil {
		var seen []string
		for _, t := range texts {
			seen = append(seen, t.full)
		}
		f.page.t.Errorf("%s: %q of %s is described by %s, want the error %q", f.page, label, f, quoted(seen), message)
	}
	return f
}

// invalid reports whether an element says that what is in it is wrong.
func invalid(n *html.Node) bool {
	v := attrOr(n, "aria-invalid", "")
	return v != "" && v != "false"
}

// describable returns the elements that may say what is wrong with a field: the
// field itself, or a group and the boxes in it that do.
func (f *Form) describable(label string) (nodes []*html.Node, isGroup bool) {
	f.page.t.Helper()
	fields := called(keep(f.scope(), func(c *control) bool { return !isButton(c.node) }), f.controlNames, label)
	groups := called(keep(f.groups, func(g *group) bool { return f.group == nil || inNode(g.node, f.group.node) }), groupNames, label)
	if len(fields) == 0 && len(groups) == 1 {
		nodes = []*html.Node{groups[0].node}
		for _, c := range f.boxes(groups[0]) {
			if invalid(c.node) {
				nodes = append(nodes, c.node)
			}
		}
		return nodes, true
	}
	if c := f.look(label, func(*control) bool { return true }); c != nil {
		return []*html.Node{c.node}, false
	}
	return nil, false
}

// WantErrors checks the summary of errors: the items of the lists in elements
// with role="alert" in the form or outside of any, or their text if they have no
// list. Links in them must lead to a field or group of the
// form. Without messages it wants no such element, and no field or
// group that has aria-invalid.
func (f *Form) WantErrors(want ...string) *Form {
	f.page.t.Helper()
	var got []caption
	for n := range f.page.document().Descendants() {
		if n.Type != html.ElementNode || attrOr(n, "role", "") != "alert" || within(n, "template") || within(n, "form") && !inNode(n, f.node) {
			continue
		}
		items, links := summaryOf(n)
		got = append(got, items...)
		for _, id := range links {
			if !f.leadsTo(f.labels.ids[id]) {
				f.page.t.Errorf("%s: the errors of %s lead to #%s, which is no field of it", f.page, f.name, id)
			}
		}
	}
	same := slices.EqualFunc(got, want, func(c caption, w string) bool { return c.full == oneLine(w) || c.bare == oneLine(w) })
	if !same {
		var seen []string
		for _, c := range got {
			seen = append(seen, c.full)
		}
		f.page.t.Errorf("%s: the errors of %s are %s, want %s", f.page, f.name, quoted(seen), quoted(want))
	}
	if len(want) > 0 {
		return f
	}
	for _, c := range f.controls {
		if invalid(c.node) {
			f.page.t.Errorf("%s: %q of %s has aria-invalid, want no error", f.page, cmp.Or(shownName(f.controlNames(c)), c.name), f.name)
		}
	}
	for _, g := range f.groups {
		if invalid(g.node) {
			f.page.t.Errorf("%s: the group %q of %s has aria-invalid, want no error", f.page, shownName(g.names), f.name)
		}
	}
	return f
}

// summaryOf returns the items of a summary of errors, and the ids that links in
// it lead to.
func summaryOf(n *html.Node) (items []caption, links []string) {
	for d := range n.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		switch d.Data {
		case "li":
			items = append(items, labelText(d))
		case "a":
			if id, ok := strings.CutPrefix(attrOr(d, "href", ""), "#"); ok {
				links = append(links, id)
			}
		}
	}
	if items == nil {
		if all := labelText(n); all.full != "" {
			items = append(items, all)
		}
	}
	return items, links
}

// leadsTo reports whether an element is a field or a group of the form.
func (f *Form) leadsTo(n *html.Node) bool {
	return n != nil && (slices.ContainsFunc(f.controls, func(c *control) bool { return c.node == n && c.kind != "hidden" }) ||
		slices.ContainsFunc(f.groups, func(g *group) bool { return g.node == n }))
}
