package webtest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Form is a form of a page as a visitor fills it in: fields are named by their
// labels, buttons by what is on them. What is filled in stays in the Form; the
// page is as it was, and p.Form gives a form to begin with again.
//
// A label is that of an element label, of the legend of a fieldset, or of
// aria-label and aria-labelledby; a title counts where there is none of them, a
// placeholder does not. White space counts as one space. What is in an element
// of the class optional, required, hidden, visually-hidden or sr-only, or with
// aria-hidden, may be left out: "Title" is also "Title (optional)".
//
// A name that the form does not have ends the test, and the message says which
// it has; so does what a visitor cannot do, such as to fill in a field that is
// disabled, to write more than maxlength allows, or a text into a field of type
// date. Client.Post sends anything. Scripts do not run, and what a browser
// checks before it sends, such as required and pattern, is not checked.
type Form struct {
	page     *Response
	node     *html.Node
	name     string // for messages
	labels   *labels
	controls []*control
	groups   []*group
	groupOf  map[*html.Node]*group
	group    *group // that the fields are in; nil is the whole form
}

// group is a part of a form that has a name: a fieldset, or an element with
// aria-label or aria-labelledby.
type group struct {
	node  *html.Node
	names []caption
}

// Form returns the form that has this name, or a button of this name, or else a
// field or group with this label. If name is "" it is the only form of the page.
// That there is none, or more than one of the kind that was found, ends the
// test.
func (p *Response) Form(name string) *Form {
	p.t.Helper()
	var all []*Form
	l := newLabels(p.document())
	for _, n := range cascadia.QueryAll(p.document(), cascadia.MustCompile("form")) {
		if !within(n, "template") {
			all = append(all, p.newForm(n, l, name))
		}
	}
	found := all
	if name != "" {
		found = called(all, func(f *Form) []caption { return l.names(f.node) }, name)
		for _, holds := range []func(*Form) bool{
			func(f *Form) bool { return f.has(name, func(c *control) bool { return submits(c.node) }) },
			func(f *Form) bool {
				return f.has(name, func(c *control) bool { return !isButton(c.node) }) || called(f.groups, groupNames, name) != nil
			},
		} {
			if len(found) == 0 {
				found = keep(all, holds)
			}
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	var seen []string
	for _, f := range all {
		seen = append(seen, f.summary())
	}
	switch {
	case len(all) == 0:
		p.t.Fatalf("%s: the page has no form\n%s", p, clip(p.Body))
	case len(found) == 0:
		p.t.Fatalf("%s: no form of the page has the name, the button or the field %q; it has %s", p, name, listed(seen))
	case name == "":
		p.t.Fatalf("%s: the page has %d forms; name a button or a field of one: %s", p, len(found), listed(seen))
	default:
		p.t.Fatalf("%s: %d forms of the page have %q; name what only one has: %s", p, len(found), name, listed(seen))
	}
	return p.newForm(&html.Node{Type: html.ElementNode, Data: "form"}, l, name)
}

func (p *Response) newForm(n *html.Node, l *labels, name string) *Form {
	f := &Form{page: p, node: n, labels: l, controls: p.state(n)}
	f.name = "the form without a name"
	if name = cmp.Or(oneLine(name), shownName(l.names(n)), f.firstButton()); name != "" {
		f.name = fmt.Sprintf("the form %q", name)
	}
	f.groupOf = map[*html.Node]*group{}
	seen := map[*html.Node]bool{}
	for _, c := range f.controls {
		var around []*group // from outside to inside
		for a := range c.node.Ancestors() {
			if seen[a] || a.Type != html.ElementNode || a.Data == "form" || a.Data == "label" {
				continue
			}
			seen[a] = true
			if names := l.names(a); names != nil && isGroup(a) {
				f.groupOf[a] = &group{node: a, names: names}
				around = slices.Insert(around, 0, f.groupOf[a])
			}
		}
		f.groups = append(f.groups, around...)
	}
	return f
}

// isGroup reports whether an element is a group of fields if it has a name.
func isGroup(n *html.Node) bool {
	if n.Data == "fieldset" {
		return true
	}
	_, by := attr(n, "aria-labelledby")
	_, is := attr(n, "aria-label")
	return by || is
}

func groupNames(g *group) []caption { return g.names }

// has reports whether a control of that sort has a name.
func (f *Form) has(name string, sort func(*control) bool) bool {
	return slices.ContainsFunc(called(f.controls, f.controlNames, name), sort)
}

func (f *Form) controlNames(c *control) []caption {
	if c.kind == "hidden" {
		return nil
	}
	return f.labels.names(c.node)
}

// firstButton returns the name of the first button that submits the form and
// has a name, "" if there is none.
func (f *Form) firstButton() string {
	for _, c := range f.controls {
		if name := shownName(f.controlNames(c)); submits(c.node) && name != "" {
			return name
		}
	}
	return ""
}

// summary describes a form in a message about all of a page.
func (f *Form) summary() string {
	if name := cmp.Or(shownName(f.labels.names(f.node)), f.firstButton()); name != "" {
		return strconv.Quote(name)
	}
	return "one with " + cmp.Or(f.fieldNames(), "no field")
}

// In returns the same form with only the fields of a group, such as one of
// several rows, to fill in: of a fieldset with this legend, or of an element
// with aria-label or aria-labelledby. A group inside of the present one comes
// first, so that a chain may go on to the next row:
//
//	form.In("Ingredient 1").Fill("Name", "Salt").In("Ingredient 2").Fill("Name", "Oil").Submit()
func (f *Form) In(name string) *Form {
	f.page.t.Helper()
	inside := keep(f.groups, func(g *group) bool { return f.group != nil && inNode(g.node, f.group.node) })
	found := called(inside, groupNames, name)
	if found == nil {
		found = called(f.groups, groupNames, name)
	}
	switch len(found) {
	case 0:
		var names []string
		for _, g := range f.groups {
			names = append(names, shownName(g.names))
		}
		f.page.t.Fatalf("%s: %s has no group %q; it has %s", f.page, f.name, name, cmp.Or(listed(names), "none"))
		return f
	case 1:
	default:
		f.page.t.Fatalf("%s: %s has %d groups %q; enter a group around one of them first", f.page, f.name, len(found), name)
		return f
	}
	in := *f
	in.group = found[0]
	return &in
}

// inNode reports whether n is inside of around.
func inNode(n, around *html.Node) bool {
	for a := range n.Ancestors() {
		if a == around {
			return true
		}
	}
	return false
}

// scope returns the controls of the present group.
func (f *Form) scope() []*control {
	if f.group == nil {
		return f.controls
	}
	return keep(f.controls, func(c *control) bool { return inNode(c.node, f.group.node) })
}

// String names the form, or the group of it, in messages.
func (f *Form) String() string {
	if f.group == nil {
		return f.name
	}
	return fmt.Sprintf("the group %q of %s", shownName(f.group.names), f.name)
}

// Fill writes a text into a field, in place of what is in it.
func (f *Form) Fill(label, text string) *Form {
	f.page.t.Helper()
	c := f.field(label, (*control).isText)
	if c == nil {
		return f
	}
	if _, readonly := attr(c.node, "readonly"); readonly {
		f.page.t.Fatalf("%s: the field %q of %s can only be read", f.page, label, f)
		return f
	}
	value := lines(text)
	if c.kind != "textarea" {
		cleaned, takes := clean(c.kind, value)
		if strings.TrimSpace(cleaned) != strings.TrimSpace(value) || strings.Contains(value, "\n") {
			f.page.t.Fatalf("%s: the field %q of %s takes %s, and %q is not; Client.Post sends anything", f.page, label, f, takes, text)
			return f
		}
		value = cleaned
	}
	if most, err := strconv.Atoi(attrOr(c.node, "maxlength", "")); err == nil && most >= 0 && len(utf16.Encode([]rune(value))) > most {
		f.page.t.Fatalf("%s: the field %q of %s takes at most %d characters, and the text has %d; Client.Post sends anything",
			f.page, label, f, most, len(utf16.Encode([]rune(value))))
		return f
	}
	c.value = value
	return f
}

// Check ticks a checkbox, or takes a radio button.
func (f *Form) Check(label string) *Form {
	f.page.t.Helper()
	if c := f.field(label, (*control).isBox); c != nil {
		f.check(c)
	}
	return f
}

// Uncheck takes the tick from a checkbox.
func (f *Form) Uncheck(label string) *Form {
	f.page.t.Helper()
	if c := f.field(label, func(c *control) bool { return c.kind == "checkbox" }); c != nil {
		c.checked = false
	}
	return f
}

// check ticks a box. The other radio buttons of the same name lose theirs.
func (f *Form) check(c *control) {
	for _, other := range f.controls {
		if c.kind == "radio" && other.kind == "radio" && c.name != "" && other.name == c.name {
			other.checked = false
		}
	}
	c.checked = true
}

// Attach chooses files for an upload, in place of those chosen before. A form
// that sends only their names, because it has no enctype="multipart/form-data",
// ends the test when it is sent.
func (f *Form) Attach(label string, files ...File) *Form {
	f.page.t.Helper()
	c := f.field(label, func(c *control) bool { return c.kind == "file" })
	if c == nil {
		return f
	}
	if len(files) > 1 && !c.several() {
		f.page.t.Fatalf("%s: the field %q of %s takes one file, not %d; it has no attribute multiple", f.page, label, f, len(files))
		return f
	}
	c.files = slices.Clone(files)
	return f
}

// Submit sends the form as the Enter key does: by its first button, or without
// one if it has none.
func (f *Form) Submit() *Response {
	f.page.t.Helper()
	i := slices.IndexFunc(f.controls, func(c *control) bool { return submits(c.node) })
	if i < 0 {
		return f.send(nil)
	}
	return f.press(f.controls[i])
}

// Press sends the form by the button of this name. A button of the present
// group comes first.
func (f *Form) Press(button string) *Response {
	f.page.t.Helper()
	isButton := func(c *control) bool { return isButton(c.node) }
	buttons := keep(f.controls, isButton)
	found := called(keep(f.scope(), isButton), f.controlNames, button)
	if found == nil {
		found = called(buttons, f.controlNames, button)
	}
	sending := keep(found, func(c *control) bool { return submits(c.node) })
	switch {
	case len(found) == 0:
		var names []string
		for _, c := range buttons {
			names = append(names, shownName(f.controlNames(c)))
		}
		f.page.t.Fatalf("%s: %s has no button %q; it has %s", f.page, f.name, button, cmp.Or(listed(names), "none with a name"))
		return nil
	case len(sending) == 0:
		f.page.t.Fatalf("%s: the button %q of %s sends nothing without a script", f.page, button, f.name)
		return nil
	case len(sending) > 1:
		f.page.t.Fatalf("%s: %s has %d buttons %q; enter the group of one with In: %s", f.page, f, len(sending), button, f.groupsOf(sending))
		return nil
	}
	return f.press(sending[0])
}

func (f *Form) press(c *control) *Response {
	f.page.t.Helper()
	if disabled(c.node) {
		f.page.t.Fatalf("%s: the button %q of %s is disabled", f.page, shownName(f.controlNames(c)), f.name)
		return nil
	}
	return f.send(c)
}

// send sends the form; button may be nil.
func (f *Form) send(button *control) *Response {
	f.page.t.Helper()
	var list []pair
	var pressed *html.Node
	if button != nil {
		pressed = button.node
	}
	files := methodOf(f.node, pressed) == "post" && enctypeOf(f.node, pressed) == "multipart/form-data"
	for _, c := range f.controls {
		list = append(list, c.entries(c == button)...)
		if len(c.files) > 0 && !files {
			f.page.t.Fatalf("%s: %s would send only the name of the file in %q; give it method=\"post\" and enctype=\"multipart/form-data\"",
				f.page, f.name, shownName(f.controlNames(c)))
			return nil
		}
	}
	return f.page.deliver(f.node, pressed, list)
}
