package webtest

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
)

// TB is the part of [testing.TB] that this package needs.
type TB interface {
	// Helper marks the caller as a helper, whose line is not reported.
	Helper()
	// Errorf reports a failure and goes on.
	Errorf(format string, args ...any)
	// Fatalf reports a failure and ends the test.
	Fatalf(format string, args ...any)
}

// maxRedirects is how many redirects are followed before the test fails.
const maxRedirects = 10

// Client is one browser: it keeps cookies and sends what browsers send. It is
// for one goroutine; make several for several visitors.
type Client struct {
	// BaseURL is where the site pretends to be; with an https URL requests
	// have a TLS state and secure cookies are sent. Defaults to
	// "http://example.test". Set it before the first request.
	BaseURL string

	// Header is sent with every request and replaces what the client would
	// send by itself.
	Header http.Header

	t          TB
	handler    http.Handler
	jar        *cookiejar.Jar
	follow     bool
	onRequest  []func(*http.Request) *http.Request
	onResponse []func(*Response)
}

// New returns a client of handler without cookies.
func New(t TB, handler http.Handler) *Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Helper()
		t.Fatalf("webtest: %v", err)
	}
	return &Client{BaseURL: "http://example.test", Header: http.Header{}, t: t, handler: handler, jar: jar}
}

// Follow says whether redirects within the site are followed, which they are
// not by default. It returns c.
func (c *Client) Follow(on bool) *Client {
	c.follow = on
	return c
}

// OnRequest has every request pass through f before the handler gets it, for
// instance to wrap its context. Several run in the order they were added.
func (c *Client) OnRequest(f func(*http.Request) *http.Request) {
	c.onRequest = append(c.onRequest, f)
}

// OnResponse calls f with every response, those that are redirects followed
// too. The request in it is the one that the handler got.
func (c *Client) OnResponse(f func(*Response)) {
	c.onResponse = append(c.onResponse, f)
}

// Get asks for target, a path or a URL, as a visitor who typed it.
func (c *Client) Get(target string) *Response {
	c.t.Helper()
	return c.send(message{method: http.MethodGet, target: target, site: "none"})
}

// Head asks for the header of target only.
func (c *Client) Head(target string) *Response {
	c.t.Helper()
	return c.send(message{method: http.MethodHead, target: target, site: "none"})
}

// Post sends values as a form of the site's own would. A [File] among them
// makes it multipart.
func (c *Client) Post(target string, values Values) *Response {
	c.t.Helper()
	list, err := values.pairs()
	if err != nil {
		c.t.Fatalf("webtest: POST %s: %v", target, err)
		return nil
	}
	body, contentType := encodeForm(list, "")
	return c.send(message{method: http.MethodPost, target: target, body: body, contentType: contentType, site: "same-origin"})
}

// Send sends a body of any type with any method, as a script of the site's own
// would. An empty contentType sends none.
func (c *Client) Send(method, target, contentType, body string) *Response {
	c.t.Helper()
	return c.send(message{method: method, target: target, body: body, contentType: contentType, site: "same-origin"})
}

// Cookie returns the value of the cookie that the client would send to the
// site's root, "" if there is none. [Response.Cookie] has the attributes of
// one that was set.
func (c *Client) Cookie(name string) string {
	c.t.Helper()
	for _, cookie := range c.jar.Cookies(c.base()) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie gives the client a cookie for the whole site.
func (c *Client) SetCookie(name, value string) {
	c.t.Helper()
	base := c.base()
	c.jar.SetCookies(base, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: base.Scheme == "https"}})
}

func (c *Client) base() *url.URL {
	c.t.Helper()
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" {
		c.t.Fatalf("webtest: BaseURL %q is not a URL with a host", c.BaseURL)
		return &url.URL{Scheme: "http", Host: "example.test", Path: "/"}
	}
	if base.Path == "" {
		base.Path = "/"
	}
	return base
}

// message is a request as it is going to be sent.
type message struct {
	method, target    string
	body, contentType string
	site              string // Sec-Fetch-Site
	referer           string
}

// send sends m and follows redirects if told to.
func (c *Client) send(m message) *Response {
	c.t.Helper()
	for range maxRedirects {
		page := c.exchange(m)
		if page == nil || !c.follow || !page.redirects() {
			return page
		}
		next, err := page.url.Parse(page.Header.Get("Location"))
		if err != nil || next.Host != page.url.Host {
			return page
		}
		m.target = next.String()
		if page.Status != http.StatusTemporaryRedirect && page.Status != http.StatusPermanentRedirect && m.method != http.MethodHead {
			m.method, m.body, m.contentType = http.MethodGet, "", ""
		}
	}
	c.t.Fatalf("webtest: %s %s: more than %d redirects", m.method, m.target, maxRedirects)
	return nil
}

// exchange sends one request.
func (c *Client) exchange(m message) *Response {
	c.t.Helper()
	target, err := c.base().Parse(m.target)
	if err != nil {
		c.t.Fatalf("webtest: %s %q: %v", m.method, m.target, err)
		return nil
	}
	r, err := c.request(m, target)
	if err != nil {
		c.t.Fatalf("webtest: %s %q: %v", m.method, m.target, err)
		return nil
	}
	for _, f := range c.onRequest {
		r = f(r)
	}
	rec := httptest.NewRecorder()
	aborted := serve(c.handler, rec, r)
	result := rec.Result()
	c.jar.SetCookies(target, result.Cookies())
	page := &Response{
		Request: r, Status: result.StatusCode, Header: result.Header, Aborted: aborted,
		client: c, t: c.t, url: target, cookies: result.Cookies(),
	}
	if m.method != http.MethodHead {
		page.Body = rec.Body.String()
	}
	for _, f := range c.onResponse {
		f(page)
	}
	return page
}

// request returns m as a server would hand it to the handler.
func (c *Client) request(m message, target *url.URL) (*http.Request, error) {
	r, err := http.NewRequestWithContext(context.Background(), m.method, target.String(), strings.NewReader(m.body))
	if err != nil {
		return nil, err
	}
	r.RequestURI = target.RequestURI()
	if r.URL, err = url.ParseRequestURI(r.RequestURI); err != nil {
		return nil, err
	}
	r.RemoteAddr = "192.0.2.1:1234"
	if target.Scheme == "https" {
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: target.Hostname()}
	}
	set := func(name, value string) {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	set("User-Agent", "webtest")
	set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	set("Content-Type", m.contentType)
	set("Sec-Fetch-Site", m.site)
	set("Referer", m.referer)
	if m.method != http.MethodGet && m.method != http.MethodHead {
		set("Origin", target.Scheme+"://"+target.Host)
	}
	for _, cookie := range c.jar.Cookies(target) {
		r.AddCookie(cookie)
	}
	for name, values := range c.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
		if strings.EqualFold(name, "Host") && len(values) > 0 {
			r.Host = values[0]
		}
	}
	if m.body == "" {
		r.Body = http.NoBody
	}
	return r, nil
}

// serve runs the handler and reports whether it aborted the connection.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		switch value := recover(); value {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(value)
		}
	}()
	h.ServeHTTP(w, r)
	_, _ = io.Copy(io.Discard, r.Body) // as a server does before the next request
	return false
}
