package webtest

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Click follows the first link that the selector matches, or submits the form
// of the first button that it matches.
func (p *Response) Click(selector string) *Response {
	p.t.Helper()
	found := p.find(selector)
	switch n := first(found); {
	case n != nil && n.Data == "a":
		if href, ok := attr(n, "href"); ok {
			return p.visit(message{method: http.MethodGet, target: href})
		}
	case n != nil && submits(n):
		if form := p.formOf(n); form != nil {
			return p.submit(selector, form, n, nil)
		}
		p.t.Fatalf("%s: click %s: the button is in no form\n%s", p, selector, clip(render(n)))
		return nil
	}
	p.t.Fatalf("%s: click %s: no link or button%s", p, selector, p.seen(selector, found))
	return nil
}

// Submit sends the first form that the selector matches, as its first button
// would: with what the page has in its fields, except for those given in
// values. A field that the form does not have ends the test.
func (p *Response) Submit(selector string, values Values) *Response {
	p.t.Helper()
	form := first(p.find(selector))
	switch {
	case form == nil:
		p.t.Fatalf("%s: submit %s%s", p, selector, p.seen(selector, nil))
		return nil
	case form.Data != "form":
		p.t.Fatalf("%s: submit %s: that is a <%s>, not a form", p, selector, form.Data)
		return nil
	}
	isDefault := func(n *html.Node) bool { return submits(n) && !disabled(n) }
	controls := p.controls(form)
	var button *html.Node
	if i := slices.IndexFunc(controls, isDefault); i >= 0 {
		button = controls[i]
	}
	return p.submit(selector, form, button, values)
}

// visit sends m from this page.
func (p *Response) visit(m message) *Response {
	p.t.Helper()
	target, err := p.url.Parse(m.target)
	if err != nil {
		p.t.Fatalf("%s: the page leads to %q: %v", p, m.target, err)
		return nil
	}
	if target.Host != p.url.Host {
		p.t.Fatalf("%s: the page leads to %s, which is another site", p, target)
		return nil
	}
	target.Fragment = ""
	m.target, m.site, m.referer = target.String(), "same-origin", p.url.String()
	return p.client.send(m)
}

// submit sends form with the given button, which may be nil.
func (p *Response) submit(selector string, form, button *html.Node, values Values) *Response {
	p.t.Helper()
	list, ok := p.fill(selector, form, button, values)
	if !ok {
		return nil
	}
	action := attrOr(form, "action", "")
	if action == "" {
		action = p.url.String()
	}
	method, enctype := attrOr(form, "method", "get"), attrOr(form, "enctype", "")
	if button != nil {
		action = attrOr(button, "formaction", action)
		method = attrOr(button, "formmethod", method)
		enctype = attrOr(button, "formenctype", enctype)
	}
	if !strings.EqualFold(method, "post") {
		action, _, _ = strings.Cut(action, "#")
		action, _, _ = strings.Cut(action, "?")
		return p.visit(message{method: http.MethodGet, target: action + "?" + encodeQuery(list)})
	}
	body, contentType := encodeForm(list, enctype)
	return p.visit(message{method: http.MethodPost, target: action, body: body, contentType: contentType})
}

// fill returns what the form sends with values in place of its own.
func (p *Response) fill(selector string, form, button *html.Node, values Values) ([]pair, bool) {
	p.t.Helper()
	var list []pair
	names := map[string]bool{}
	for _, control := range p.controls(form) {
		name := attrOr(control, "name", "")
		if name == "" || disabled(control) || isButton(control) && control != button {
			continue
		}
		value, given := values[name]
		switch {
		case !given || control == button:
			list = append(list, ownPairs(control, name)...)
		case !names[name]: // the first control of a name sends all values given for it
			checked := "on"
			if isBox(control) {
				checked = attrOr(control, "value", "on")
			}
			more, err := fieldPairs(name, value, checked)
			if err != nil {
				p.t.Fatalf("%s: submit %s: %v", p, selector, err)
				return nil, false
			}
			list = append(list, more...)
		}
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !names[name] {
			p.t.Fatalf("%s: submit %s: the form has no field %q; it has %s",
				p, selector, name, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
			return nil, false
		}
	}
	return list, true
}

// ownPairs returns what a control sends as it is on the page.
func ownPairs(control *html.Node, name string) []pair {
	switch {
	case control.Data == "textarea":
		return []pair{{name: name, value: strings.ReplaceAll(rawText(control), "\n", "\r\n")}}
	case control.Data == "select":
		return selected(control, name)
	case isBox(control):
		if _, checked := attr(control, "checked"); !checked {
			return nil
		}
		return []pair{{name: name, value: attrOr(control, "value", "on")}}
	case strings.EqualFold(attrOr(control, "type", ""), "file"):
		return nil
	}
	return []pair{{name: name, value: attrOr(control, "value", "")}}
}

// selected returns the chosen options; without one a list of which one is
// chosen sends its first.
func selected(control *html.Node, name string) []pair {
	var chosen, all []pair
	for n := range control.Descendants() {
		if n.Type != html.ElementNode || n.Data != "option" || disabled(n) {
			continue
		}
		option := pair{name: name, value: attrOr(n, "value", text(n))}
		all = append(all, option)
		if _, ok := attr(n, "selected"); ok {
			chosen = append(chosen, option)
		}
	}
	if _, multiple := attr(control, "multiple"); multiple {
		return chosen
	}
	if len(chosen) > 0 {
		return chosen[len(chosen)-1:]
	}
	return all[:min(1, len(all))]
}

// controls returns the fields and buttons of form, those elsewhere on the page
// that name it by their form attribute too.
func (p *Response) controls(form *html.Node) []*html.Node {
	var list []*html.Node
	for n := range p.document().Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "input", "select", "textarea", "button":
			if p.formOf(n) == form {
				list = append(list, n)
			}
		}
	}
	return list
}

// formOf returns the form that a control belongs to, or nil.
func (p *Response) formOf(control *html.Node) *html.Node {
	if id, ok := attr(control, "form"); ok {
		for _, form := range cascadia.QueryAll(p.document(), cascadia.MustCompile("form[id]")) {
			if attrOr(form, "id", "") == id {
				return form
			}
		}
		return nil
	}
	for n := range control.Ancestors() {
		switch {
		case n.Type == html.ElementNode && n.Data == "template":
			return nil // what is in it is not part of the page until a script copies it
		case n.Type == html.ElementNode && n.Data == "form":
			return n
		}
	}
	return nil
}

// submits reports whether a control is a button that submits.
func submits(n *html.Node) bool {
	kind := strings.ToLower(attrOr(n, "type", ""))
	switch n.Data {
	case "button":
		return kind == "" || kind == "submit"
	case "input":
		return kind == "submit" || kind == "image"
	}
	return false
}

// isButton reports whether a control sends nothing but when it is pressed.
func isButton(n *html.Node) bool {
	switch strings.ToLower(attrOr(n, "type", "")) {
	case "button", "reset":
		return true
	}
	return n.Data == "button" || submits(n)
}

func isBox(n *html.Node) bool {
	kind := strings.ToLower(attrOr(n, "type", ""))
	return n.Data == "input" && (kind == "checkbox" || kind == "radio")
}

// disabled reports whether a control or a fieldset around it is disabled.
func disabled(n *html.Node) bool {
	if _, off := attr(n, "disabled"); off {
		return true
	}
	for a := range n.Ancestors() {
		if a.Data == "fieldset" || a.Data == "optgroup" {
			if _, off := attr(a, "disabled"); off {
				return true
			}
		}
	}
	return false
}

// rawText returns the text of a textarea with its white space.
func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
