package webtest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// control is a field or a button of a form, with what is in it: at first what
// the page says, then what a visitor has changed.
type control struct {
	node    *html.Node
	kind    string // the type of an input, or "select", "textarea", "button"
	name    string // as it is sent; "" is not sent
	value   string // of a text; lines end with "\n"
	checked bool   // of a checkbox or radio button
	options []*option
	files   []File
}

// option is one of a select.
type option struct {
	label, value     string
	chosen, disabled bool
}

// inputKinds are the types of inputs that differ from a text.
var inputKinds = []string{
	"hidden", "search", "tel", "url", "email", "password", "date", "month", "week", "time", "datetime-local", "number",
	"range", "color", "checkbox", "radio", "file", "submit", "image", "reset", "button",
}

// controlKind returns the kind of a control.
func controlKind(n *html.Node) string {
	if n.Data != "input" {
		return n.Data
	}
	if kind := strings.ToLower(attrOr(n, "type", "")); slices.Contains(inputKinds, kind) {
		return kind
	}
	return "text"
}

// newControl returns a control as the page has it.
func newControl(n *html.Node) *control {
	c := &control{node: n, kind: controlKind(n), name: attrOr(n, "name", "")}
	switch c.kind {
	case "textarea":
		c.value = lines(rawText(n))
	case "select":
		c.options = options(n)
	case "checkbox", "radio":
		_, c.checked = attr(n, "checked")
		c.value = attrOr(n, "value", "on")
	case "hidden", "submit", "image", "reset", "button":
		c.value = attrOr(n, "value", "")
	case "file":
	default:
		c.value, _ = clean(c.kind, attrOr(n, "value", ""))
	}
	return c
}

// options returns the options of a select. Of a list of one line without a
// chosen option the first that can be chosen is.
func options(n *html.Node) []*option {
	var list []*option
	for d := range n.Descendants() {
		if d.Type != html.ElementNode || d.Data != "option" {
			continue
		}
		label := attrOr(d, "label", "")
		if label == "" {
			label = text(d)
		}
		_, chosen := attr(d, "selected")
		list = append(list, &option{label: label, value: attrOr(d, "value", text(d)), chosen: chosen, disabled: disabledOption(d)})
	}
	if _, several := attr(n, "multiple"); several {
		return list
	}
	last := -1
	for i, o := range list {
		if o.chosen {
			last = i
		}
		o.chosen = false
	}
	if rows, err := strconv.Atoi(attrOr(n, "size", "1")); last < 0 && (err != nil || rows <= 1) {
		last = slices.IndexFunc(list, func(o *option) bool { return !o.disabled })
	}
	if last >= 0 {
		list[last].chosen = true
	}
	return list
}

// disabledOption reports whether an option or its group is disabled.
func disabledOption(n *html.Node) bool {
	if _, off := attr(n, "disabled"); off {
		return true
	}
	if n.Parent != nil && n.Parent.Data == "optgroup" {
		_, off := attr(n.Parent, "disabled")
		return off
	}
	return false
}

// several reports whether a select or an upload takes several values.
func (c *control) several() bool {
	_, several := attr(c.node, "multiple")
	return several
}

func (c *control) isBox() bool { return c.kind == "checkbox" || c.kind == "radio" }

// isText reports whether one writes into the control.
func (c *control) isText() bool {
	return c.kind != "select" && c.kind != "file" && c.kind != "hidden" && !c.isBox() && !isButton(c.node)
}

// entries returns what the control sends: the entry list that the HTML standard
// constructs. pressed says that it is the button that submits the form.
func (c *control) entries(pressed bool) []pair {
	if disabled(c.node) || isButton(c.node) && !pressed || within(c.node, "datalist") {
		return nil
	}
	if c.kind == "image" { // where it was clicked
		prefix := ""
		if c.name != "" {
			prefix = c.name + "."
		}
		return []pair{{name: prefix + "x", value: "0"}, {name: prefix + "y", value: "0"}}
	}
	if c.name == "" {
		return nil
	}
	var list []pair
	switch c.kind {
	case "select":
		for _, o := range c.options {
			if o.chosen && !o.disabled {
				list = append(list, pair{name: c.name, value: o.value})
			}
		}
	case "checkbox", "radio":
		if c.checked {
			list = append(list, pair{name: c.name, value: c.value})
		}
	case "file":
		for _, f := range c.files {
			list = append(list, pair{name: c.name, value: f.Name, file: &f})
		}
		if c.files == nil { // a file without a name
			list = append(list, pair{name: c.name, file: &File{}})
		}
	case "hidden":
		value := c.value
		if strings.EqualFold(c.name, "_charset_") {
			value = "UTF-8"
		}
		list = append(list, pair{name: c.name, value: value})
	default:
		list = append(list, pair{name: c.name, value: c.value})
	}
	if dir := attrOr(c.node, "dirname", ""); dir != "" && (c.isText() || c.kind == "hidden") {
		list = append(list, pair{name: dir, value: direction(c.node)})
	}
	return list
}

// direction is that of text in n, by the nearest attribute dir.
func direction(n *html.Node) string {
	for ; n != nil; n = n.Parent {
		if dir := strings.ToLower(attrOr(n, "dir", "")); dir == "ltr" || dir == "rtl" {
			return dir
		}
	}
	return "ltr"
}

// within reports whether n is inside an element of that name.
func within(n *html.Node, element string) bool {
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode && a.Data == element {
			return true
		}
	}
	return false
}

// clean returns what an input of a kind makes of a value, as browsers do: a
// text of one line has no line breaks, and what is no date is no value of a
// date. If it is not the value that it was given, takes says what the input
// takes.
func clean(kind, value string) (cleaned, takes string) {
	for _, f := range inputForms {
		if f.kind != kind {
			continue
		}
		if value == "" && kind != "color" && kind != "range" || f.valid(value) {
			return value, f.takes
		}
		return f.otherwise, f.takes
	}
	cleaned = strings.NewReplacer("\r", "", "\n", "").Replace(value)
	if kind == "url" || kind == "email" {
		cleaned = strings.Trim(cleaned, " \t\f")
	}
	return cleaned, "a text of one line"
}

// inputForms are the kinds of inputs whose values have a form.
var inputForms = []struct {
	kind, takes string
	valid       func(string) bool
	otherwise   string
}{
	{"date", "a date such as 2026-01-31", layouts("2006-01-02"), ""},
	{"month", "a month such as 2026-01", layouts("2006-01"), ""},
	{"week", "a week such as 2026-W05", regexp.MustCompile(`^\d{4,}-W(0[1-9]|[1-4]\d|5[0-3])$`).MatchString, ""},
	{"time", "a time of day such as 18:30", layouts("15:04", "15:04:05"), ""},
	{"datetime-local", "a time such as 2026-01-31T18:30", layouts("2006-01-02T15:04", "2006-01-02T15:04:05"), ""},
	{"number", "a number such as 1.5", isNumber, ""},
	{"range", "a number such as 1.5", isNumber, "50"},
	{"color", "a colour such as #0a7f3c", regexp.MustCompile(`^#[0-9a-fA-F]{6}$`).MatchString, "#000000"},
}

func isNumber(s string) bool {
	return regexp.MustCompile(`^-?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?$`).MatchString(s)
}

// layouts returns a function that reports whether a text is a time of one of
// these layouts.
func layouts(all ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(all, func(layout string) bool {
			_, err := time.Parse(layout, s)
			return err == nil && len(s) >= len(layout)
		})
	}
}

// lines returns a text whose lines end with "\n".
func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// sentLines returns a text with the line ends that forms are sent with.
func sentLines(s string) string { return strings.ReplaceAll(lines(s), "\n", "\r\n") }
