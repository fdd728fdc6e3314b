package webtest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// field returns the field of the present group that has a label and is of a
// sort, and can be filled in. Any other number than one of them ends the test.
func (f *Form) field(label string, sort func(*control) bool) *control {
	f.page.t.Helper()
	c := f.look(label, sort)
	if c != nil && disabled(c.node) {
		f.page.t.Fatalf("%s: the field %q of %s is disabled", f.page, label, f)
		return nil
	}
	return c
}

// look is field for one that may be disabled.
func (f *Form) look(label string, sort func(*control) bool) *control {
	f.page.t.Helper()
	fields := keep(f.scope(), func(c *control) bool { return !isButton(c.node) })
	all := called(fields, f.controlNames, label)
	fit := keep(all, sort)
	if len(fit) > 1 { // of several, that which a visitor can use
		if usable := keep(fit, func(c *control) bool { return !disabled(c.node) }); len(usable) == 1 {
			fit = usable
		}
	}
	switch {
	case len(fit) > 1:
		f.page.t.Fatalf("%s: %s has %d fields %q; enter the group of one with In: %s", f.page, f, len(fit), label, f.groupsOf(fit))
	case len(fit) == 1:
		return fit[0]
	case len(all) > 0:
		f.page.t.Fatalf("%s: the field %q of %s is %s", f.page, label, f, all[0].describe())
	case called(f.boxGroups(), groupNames, label) != nil:
		f.page.t.Fatalf("%s: %q in %s is a group to choose from; use Choose", f.page, label, f)
	default:
		f.page.t.Fatalf("%s: %s has no field %q; it has %s", f.page, f, label, cmp.Or(f.fieldNames(), "none with a label"))
	}
	return nil
}

// describe says what a field is and what fills it in.
func (c *control) describe() string {
	switch c.kind {
	case "select":
		return "a list to choose from; use Choose"
	case "checkbox":
		return "a checkbox; use Check or Uncheck"
	case "radio":
		return "a radio button; use Check or Choose"
	case "file":
		return "an upload; use Attach"
	}
	return "a text; use Fill"
}

// fieldNames lists the labels of the fields of the present group, those of groups
// to choose from in place of their boxes, and counts fields that have none.
func (f *Form) fieldNames() string {
	var names, nameless []string
	for _, c := range f.scope() {
		if isButton(c.node) || c.kind == "hidden" {
			continue
		}
		if g := f.groupAround(c); c.isBox() && g != nil && g != f.group && f.chooses(g) {
			names = append(names, shownName(g.names))
			continue
		}
		if name := shownName(f.controlNames(c)); name != "" {
			names = append(names, name)
		} else {
			nameless = append(nameless, strconv.Quote(c.name))
		}
	}
	out := listed(names)
	if nameless != nil {
		more := fmt.Sprintf("%d without a label (%s)", len(nameless), listed(nameless))
		if out == "" {
			return more
		}
		out += ", and " + more
	}
	return out
}

// groupsOf lists the groups that controls are in, for a message.
func (f *Form) groupsOf(list []*control) string {
	var names []string
	for _, c := range list {
		if g := f.groupAround(c); g != nil {
			names = append(names, shownName(g.names))
		}
	}
	return cmp.Or(listed(names), "they are in none")
}

// groupAround returns the nearest group around a control, or nil.
func (f *Form) groupAround(c *control) *group {
	for a := range c.node.Ancestors() {
		if g := f.groupOf[a]; g != nil {
			return g
		}
	}
	return nil
}

// boxGroups returns the groups inside of the present one that have boxes of
// their own.
func (f *Form) boxGroups() []*group {
	var list []*group
	for _, c := range f.scope() {
		if g := f.groupAround(c); c.isBox() && g != nil && !slices.Contains(list, g) {
			list = append(list, g)
		}
	}
	return list
}

// chooses reports whether a group is there to choose from, and not one of fields
// with a checkbox among them.
func (f *Form) chooses(g *group) bool {
	own := keep(f.controls, func(c *control) bool { return f.groupAround(c) == g && c.kind != "hidden" && !isButton(c.node) })
	boxes := keep(own, (*control).isBox)
	return len(boxes) > 0 && (len(boxes) == len(own) || slices.ContainsFunc(boxes, func(c *control) bool { return c.kind == "radio" }))
}

// boxes returns the checkboxes or radio buttons of a group.
func (f *Form) boxes(g *group) []*control {
	return keep(f.controls, func(c *control) bool { return c.isBox() && f.groupAround(c) == g })
}

// choice is one of what a visitor chooses from.
type choice struct {
	names    []caption
	disabled bool
	chosen   bool
	choose   func(on bool)
}

// choices is a select or a group of boxes.
type choices struct {
	several bool
	of      []choice
}

// choicesOf returns the select with this label, or the group of boxes. It is nil
// if there is none, and the test has ended if there are several.
func (f *Form) choicesOf(label string) *choices {
	f.page.t.Helper()
	selects := called(keep(f.scope(), func(c *control) bool { return c.kind == "select" }), f.controlNames, label)
	groups := called(f.boxGroups(), groupNames, label)
	switch {
	case len(selects)+len(groups) > 1:
		f.page.t.Fatalf("%s: %s has %d fields %q to choose from; enter the group of one with In: %s",
			f.page, f, len(selects)+len(groups), label, f.groupsOf(selects))
		return &choices{several: true}
	case len(selects) == 1:
		c := selects[0]
		out := &choices{several: c.several()}
		for _, o := range c.options {
			out.of = append(out.of, choice{[]caption{plain(o.label)}, o.disabled || disabled(c.node), o.chosen, func(on bool) {
				for _, other := range c.options {
					other.chosen = other.chosen && (out.several || !on)
				}
				o.chosen = on
			}})
		}
		return out
	case len(groups) == 1:
		boxes := f.boxes(groups[0])
		out := &choices{several: true}
		if radio := keep(boxes, func(c *control) bool { return c.kind == "radio" }); len(radio) > 0 {
			boxes, out.several = radio, false
		}
		for _, c := range boxes {
			out.of = append(out.of, choice{f.controlNames(c), disabled(c.node), c.checked, func(on bool) {
				switch {
				case on:
					f.check(c)
				case c.kind == "checkbox":
					c.checked = false
				}
			}})
		}
		return out
	}
	return nil
}

// Choose chooses by their texts from a select, or by their labels from a group
// of radio buttons or checkboxes. Where several may be chosen these are chosen
// and no others, and without any nothing is.
func (f *Form) Choose(label string, options ...string) *Form {
	f.page.t.Helper()
	from := f.choicesOf(label)
	if from == nil {
		f.field(label, func(*control) bool { return false })
		return f
	}
	if !from.several && len(options) != 1 {
		f.page.t.Fatalf("%s: of %q in %s one is chosen, not %d", f.page, label, f, len(options))
		return f
	}
	var chosen []int
	for _, text := range options {
		var at []int
		for i := range from.of {
			at = append(at, i)
		}
		at = called(at, func(i int) []caption { return from.of[i].names }, text)
		switch {
		case len(at) == 0:
			f.page.t.Fatalf("%s: %q in %s has no %q; it has %s", f.page, label, f, text, cmp.Or(from.shown(), "nothing"))
			return f
		case len(at) > 1:
			f.page.t.Fatalf("%s: %q in %s has %d of %q", f.page, label, f, len(at), text)
			return f
		case from.of[at[0]].disabled:
			f.page.t.Fatalf("%s: %q of %q in %s is disabled", f.page, text, label, f)
			return f
		}
		chosen = append(chosen, at[0])
	}
	for i := range from.of {
		if !from.of[i].disabled {
			from.of[i].choose(false)
		}
	}
	for _, i := range chosen {
		from.of[i].choose(true)
	}
	return f
}

// shown lists the texts of all choices for a message.
func (c *choices) shown() string {
	return listed(c.texts(nil))
}

// texts returns the texts of those choices that are wanted; nil wants all.
func (c *choices) texts(wanted func(choice) bool) []string {
	var list []string
	for _, x := range c.of {
		if wanted == nil || wanted(x) {
			list = append(list, shownName(x.names))
		}
	}
	return list
}
