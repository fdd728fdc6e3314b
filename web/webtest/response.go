package webtest

import (
	"encoding/json"
	"net/http"
	"net/url"

	"golang.org/x/net/html"
)

// Response is an answer of the handler: a page, with checks that return the
// Response again.
type Response struct {
	Request *http.Request // as the handler got it
	Status  int
	Header  http.Header
	Body    string
	Aborted bool // the handler gave up with a panic of http.ErrAbortHandler

	client  *Client
	t       TB
	url     *url.URL
	cookies []*http.Cookie
	doc     *html.Node
}

// URL returns the absolute URL of the page, after redirects that were
// followed.
func (p *Response) URL() string { return p.url.String() }

// Cookie returns the cookie that the response set, with its attributes, or nil
// if it set none of that name.
func (p *Response) Cookie(name string) *http.Cookie {
	for _, c := range p.cookies {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// JSON decodes the body into v, which is a pointer.
func (p *Response) JSON(v any) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(p.Body), v); err != nil {
		p.t.Fatalf("%s: the body is not JSON for a %T: %v\n%s", p, v, err, clip(p.Body))
	}
}

// Texts returns the text of every element that the selector matches, white
// space collapsed.
func (p *Response) Texts(selector string) []string {
	p.t.Helper()
	var list []string
	for _, n := range p.find(selector) {
		list = append(list, text(n))
	}
	return list
}

// Attr returns an attribute of the first element that the selector matches,
// and whether it is there.
func (p *Response) Attr(selector, name string) (string, bool) {
	p.t.Helper()
	n := first(p.find(selector))
	if n == nil {
		return "", false
	}
	return attr(n, name)
}

// String names the request: "GET /blog/".
func (p *Response) String() string { return p.Request.Method + " " + p.Request.RequestURI }

// redirects reports whether the response sends the browser elsewhere.
func (p *Response) redirects() bool {
	return p.Status >= 300 && p.Status < 400 && p.Header.Get("Location") != ""
}
