package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// hostPrefix begins the name of a cookie that only this host can set: a browser
// takes it only with Secure, with the path "/" and without a domain (RFC 6265bis,
// section 4.1.3.2). Another host of the same domain cannot plant one.
const hostPrefix = "__Host-"

// maxCookie is the longest cookie that browsers keep, in bytes of name and value
// (RFC 6265bis, section 5.6).
const maxCookie = 4096

// IsHTTPS reports whether the visitor's connection is encrypted: r.TLS is not nil.
// Where something in front of the site handles HTTPS, middleware.Proxies sets r.TLS to
// an empty state, by what a trusted proxy says or by the site's own address; it
// must be around the handler that asks.
func IsHTTPS(r *http.Request) bool { return r.TLS != nil }

// HostCookieName returns the name that a cookie of [HostCookie] has in this
// request: "__Host-" and name over HTTPS, name alone over plain HTTP, as in
// development. The two are different cookies.
func HostCookieName(r *http.Request, name string) string {
	name = strings.TrimPrefix(name, hostPrefix)
	if IsHTTPS(r) {
		return hostPrefix + name
	}
	return name
}

// HostCookie returns a cookie of this host alone, for [SetCookie]: HttpOnly,
// SameSite=Lax, with the path "/" and, over HTTPS, Secure and a name with
// "__Host-" in front. It has no domain, as no other host should see it.
//
// maxAge is rounded down to seconds, but is at least one; 0 makes a cookie that
// ends with the browser's session, a negative one removes the cookie.
func HostCookie(r *http.Request, name, value string, maxAge time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: HostCookieName(r, name), Value: value, Path: "/",
		Secure: IsHTTPS(r), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	switch {
	case maxAge < 0:
		c.Value, c.MaxAge = "", -1
	case maxAge > 0:
		c.MaxAge = max(1, int(maxAge/time.Second))
	}
	return c
}

// HostCookieValue returns the value of a cookie that [HostCookie] made; false if
// there is none. If the request has several of the name with different values,
// somebody else has planted one, and none is returned.
func HostCookieValue(r *http.Request, name string) (string, bool) {
	found := r.CookiesNamed(HostCookieName(r, name))
	if len(found) == 0 {
		return "", false
	}
	for _, c := range found[1:] {
		if c.Value != found[0].Value {
			return "", false
		}
	}
	return found[0].Value, true
}

// SetCookie is [http.SetCookie] with an error for each cookie that a browser would
// drop without a word: one with an invalid name or value, one of more than 4,096 bytes of name
// and value, one whose name begins with "__Host-" or "__Secure-" without what that
// asks for, and one with SameSite=None that is not Secure. A value is never in the error.
func SetCookie(w http.ResponseWriter, c *http.Cookie) error {
	if err := checkCookie(c); err != nil {
		return err
	}
	http.SetCookie(w, c)
	return nil
}

func checkCookie(c *http.Cookie) error {
	if size := len(c.Name) + len(c.Value); size > maxCookie {
		return fmt.Errorf("cookie %.40q has %d bytes of name and value, at most %d are kept by browsers", c.Name, size, maxCookie)
	}
	shape := *c
	shape.Value = ""
	if err := shape.Valid(); err != nil {
		return fmt.Errorf("cookie %q: %w", c.Name, err)
	}
	if c.Valid() != nil {
		return fmt.Errorf("cookie %q: the value has a character that cookies cannot have; encode it in base64 for URLs", c.Name)
	}
	host, secure := hasPrefixFold(c.Name, hostPrefix), hasPrefixFold(c.Name, "__Secure-")
	switch {
	case host && c.Domain != "":
		return fmt.Errorf("cookie %q has the domain %q, which a cookie of this name must not have; remove Domain", c.Name, c.Domain)
	case host && c.Path != "/":
		return fmt.Errorf("cookie %q has the path %q; a cookie of this name must have the path \"/\"", c.Name, c.Path)
	case (host || secure) && !c.Secure:
		return fmt.Errorf("cookie %q must be Secure, as its name says; over plain HTTP use the name that HostCookieName returns", c.Name)
	case c.SameSite == http.SameSiteNoneMode && !c.Secure:
		return fmt.Errorf("cookie %q has SameSite=None and must be Secure; use SameSite=Lax over plain HTTP", c.Name)
	}
	return nil
}

// hasPrefixFold compares as browsers do, who ignore the case of prefixes.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
