package webtest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// WantStatus checks the status.
func (p *Response) WantStatus(status int) *Response {
	p.t.Helper()
	if p.Status != status {
		p.t.Errorf("%s: status %d, want %d%s\n%s", p, p.Status, status, p.location(), clip(p.Body))
	}
	return p
}

// WantRedirect checks that the response redirects to location, which is
// compared with the Location header as it was sent.
func (p *Response) WantRedirect(location string) *Response {
	p.t.Helper()
	if got := p.Header.Get("Location"); !p.redirects() || got != location {
		p.t.Errorf("%s: status %d%s, want a redirect to %s\n%s", p, p.Status, p.location(), location, clip(p.Body))
	}
	return p
}

// WantHeader checks the first value of a header; "" wants it absent.
func (p *Response) WantHeader(name, value string) *Response {
	p.t.Helper()
	if got := p.Header.Get(name); got != value {
		p.t.Errorf("%s: header %s is %q, want %q", p, name, got, value)
	}
	return p
}

// WantBody checks that the body contains part, as it was sent.
func (p *Response) WantBody(part string) *Response {
	p.t.Helper()
	if !strings.Contains(p.Body, part) {
		p.t.Errorf("%s: the body lacks %q\n%s", p, part, clip(p.Body))
	}
	return p
}

// WantText checks that an element that the selector matches has exactly this
// text, white space collapsed.
func (p *Response) WantText(selector, want string) *Response {
	p.t.Helper()
	found := p.find(selector)
	if !slices.ContainsFunc(found, func(n *html.Node) bool { return text(n) == want }) {
		p.t.Errorf("%s: no %s has the text %q%s", p, selector, want, p.seen(selector, found))
	}
	return p
}

// WantContains checks that an element that the selector matches has part in
// its text.
func (p *Response) WantContains(selector, part string) *Response {
	p.t.Helper()
	found := p.find(selector)
	if !slices.ContainsFunc(found, func(n *html.Node) bool { return strings.Contains(text(n), part) }) {
		p.t.Errorf("%s: no %s has %q in its text%s", p, selector, part, p.seen(selector, found))
	}
	return p
}

// WantNoText checks that no element that the selector matches has part in its
// text. It holds when the selector matches nothing.
func (p *Response) WantNoText(selector, part string) *Response {
	p.t.Helper()
	for _, n := range p.find(selector) {
		if strings.Contains(text(n), part) {
			p.t.Errorf("%s: %s has %q in its text, want it absent\n%s", p, selector, part, clip(render(n)))
			break
		}
	}
	return p
}

// WantCount checks how many elements the selector matches; 0 wants none.
func (p *Response) WantCount(selector string, count int) *Response {
	p.t.Helper()
	if found := p.find(selector); len(found) != count {
		p.t.Errorf("%s: %d of %s, want %d%s", p, len(found), selector, count, p.seen(selector, found))
	}
	return p
}

// WantAttr checks that an element that the selector matches has an attribute
// of exactly this value.
func (p *Response) WantAttr(selector, name, want string) *Response {
	p.t.Helper()
	found := p.find(selector)
	has := func(n *html.Node) bool {
		value, ok := attr(n, name)
		return ok && value == want
	}
	if !slices.ContainsFunc(found, has) {
		p.t.Errorf("%s: no %s has %s=%q%s", p, selector, name, want, p.seen(selector, found))
	}
	return p
}

// location names the target of a redirect in a message.
func (p *Response) location() string {
	if to := p.Header.Get("Location"); to != "" {
		return " to " + to
	}
	return ""
}

// seen describes what a selector found, for the message of a failed check: the
// elements, or the HTML nearest to where they should be.
func (p *Response) seen(selector string, found []*html.Node) string {
	if len(found) == 0 {
		where, near := p.nearest(selector)
		return fmt.Sprintf("; nothing matches %s. Nearest is %s:\n%s", selector, where, clip(near))
	}
	const most = 5
	var b strings.Builder
	fmt.Fprintf(&b, "; found %d:", len(found))
	for i, n := range found {
		if i == most {
			b.WriteString("\n...")
			break
		}
		b.WriteString("\n" + clip(render(n)))
	}
	return b.String()
}
