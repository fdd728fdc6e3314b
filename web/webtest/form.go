package webtest

import (
	"maps"
	"net/http"
	"net/url"
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
	target, err := p.base().Parse(m.target)
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

// base returns the URL that links of the page are relative to.
func (p *Response) base() *url.URL {
	n := cascadia.Query(p.document(), cascadia.MustCompile("base[href]"))
	if n == nil {
		return p.url
	}
	base, err := p.url.Parse(attrOr(n, "href", ""))
	if err != nil {
		return p.url
	}
	return base
}

// submit sends form with the given button, which may be nil.
func (p *Response) submit(selector string, form, button *html.Node, values Values) *Response {
	p.t.Helper()
	list, ok := p.fill(selector, form, button, values)
	if !ok {
		return nil
	}
	return p.deliver(form, button, list)
}

// methodOf returns how a form is sent when button, which may be nil, sends it.
func methodOf(form, button *html.Node) string {
	method := attrOr(form, "method", "")
	if button != nil {
		method = attrOr(button, "formmethod", method)
	}
	return strings.ToLower(method)
}

// enctypeOf returns how a form is encoded when button, which may be nil, sends
// it.
func enctypeOf(form, button *html.Node) string {
	enctype := attrOr(form, "enctype", "")
	if button != nil {
		enctype = attrOr(button, "formenctype", enctype)
	}
	return strings.ToLower(enctype)
}

// deliver sends what form has in its fields to where it leads.
func (p *Response) deliver(form, button *html.Node, list []pair) *Response {
	p.t.Helper()
	action := attrOr(form, "action", "")
	if button != nil {
		action = attrOr(button, "formaction", action)
	}
	if action == "" {
		action = p.url.String()
	}
	for i := range list {
		list[i].name, list[i].value = sentLines(list[i].name), sentLines(list[i].value)
	}
	switch methodOf(form, button) {
	case "post":
		body, contentType := encodeForm(list, enctypeOf(form, button))
		return p.visit(message{method: http.MethodPost, target: action, body: body, contentType: contentType})
	case "dialog":
		p.t.Fatalf("%s: a form with the method dialog sends nothing", p)
		return nil
	}
	action, _, _ = strings.Cut(action, "#")
	action, _, _ = strings.Cut(action, "?")
	return p.visit(message{method: http.MethodGet, target: action + "?" + encodeQuery(list)})
}

// fill returns what the form sends with values in place of its own.
func (p *Response) fill(selector string, form, button *html.Node, values Values) ([]pair, bool) {
	p.t.Helper()
	var list []pair
	names := map[string]bool{}
	for _, c := range p.state(form) {
		value, given := values[c.name]
		switch {
		case disabled(c.node) || isButton(c.node) && c.node != button:
			continue
		case !given || c.node == button:
			list = append(list, c.entries(c.node == button)...)
		case !names[c.name]: // the first control of a name sends all values given for it
			checked := "on"
			if c.isBox() {
				checked = c.value
			}
			more, err := fieldPairs(c.name, value, checked)
			if err != nil {
				p.t.Fatalf("%s: submit %s: %v", p, selector, err)
				return nil, false
			}
			list = append(list, more...)
		}
		if c.name != "" {
			names[c.name] = true
		}
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

// state returns the controls of a form as the page has them. Of the radio
// buttons of one name only the last that is checked is.
func (p *Response) state(form *html.Node) []*control {
	var list []*control
	last := map[string]*control{}
	for _, n := range p.controls(form) {
		c := newControl(n)
		list = append(list, c)
		if c.kind == "radio" && c.checked && c.name != "" {
			if before := last[c.name]; before != nil {
				before.checked = false
			}
			last[c.name] = c
		}
	}
	return list
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
			if p.formOf(n) == form && !within(n, "template") {
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

// disabled reports whether a control or a fieldset around it is disabled. What
// is in the legend of a fieldset is not disabled with it.
func disabled(n *html.Node) bool {
	if _, off := attr(n, "disabled"); off {
		return true
	}
	below := n
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode && a.Data == "fieldset" && below != legendOf(a) {
			if _, off := attr(a, "disabled"); off {
				return true
			}
		}
		below = a
	}
	return false
}

// legendOf returns the legend of a fieldset, or nil.
func legendOf(fieldset *html.Node) *html.Node {
	for n := range fieldset.ChildNodes() {
		if n.Type == html.ElementNode && n.Data == "legend" {
			return n
		}
	}
	return nil
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
