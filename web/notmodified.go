package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// Validators say which version of a page there is. One of them is enough.
type Validators struct {
	// ETag is a text that is another one whenever the answer is, such as the version of a row. With
	// quotes, and W/ in front if it is weak, it is sent as it is. Anything else is made a weak tag.
	ETag string
	// LastModified is when the answer changed last. Header fields have whole seconds: a change
	// of the last two seconds is not told, as there may be another one in the same second.
	LastModified time.Time
}

// NotModified answers a request with 304 if the client has this version already, and reports
// whether it did: a handler calls it as soon as it knows the version, and returns before it does
// the rest of the work. Otherwise the header has the validators.
//
//	if web.NotModified(w, r, web.Validators{LastModified: post.Changed}) {
//		return nil
//	}
//
// Only requests with GET and HEAD are looked at. If-None-Match counts, and If-Modified-Since only
// without it (RFC 9110, section 13.2.2). What decides about the answer must be in the header
// before: Vary and Cache-Control, which a 304 repeats. A page that differs from visitor to visitor
// needs an ETag that does so too.
func NotModified(w http.ResponseWriter, r *http.Request, v Validators) bool {
	h := w.Header()
	tag := entityTag(v.ETag)
	if tag != "" {
		h.Set("Etag", tag)
	}
	modified := ""
	if !v.LastModified.IsZero() && v.LastModified.Before(time.Now().Add(-datePrecision)) {
		modified = v.LastModified.UTC().Format(http.TimeFormat)
		h.Set("Last-Modified", modified)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !unchanged(r.Header, tag, v.LastModified, modified != "") {
		return false
	}
	notModified(w)
	return true
}

// datePrecision is how old a change must be before its time tells it from others.
const datePrecision = 2 * time.Second

// unchanged reports whether a client has the version of these validators.
func unchanged(h http.Header, tag string, modified time.Time, byTime bool) bool {
	if lines := h["If-None-Match"]; len(lines) > 0 {
		return hasETag(lines, tag)
	}
	lines := h["If-Modified-Since"]
	if !byTime || len(lines) != 1 {
		return false
	}
	since, err := http.ParseTime(lines[0])
	return err == nil && !modified.Truncate(time.Second).After(since)
}

// notModified sends a 304. The client goes on with the policies of the answer that it has, whose
// nonces are in the page that it has.
func notModified(w http.ResponseWriter) {
	h := w.Header()
	for _, name := range policyHeaders {
		h.Del(name)
	}
	for _, name := range [...]string{"Content-Type", "Content-Length", "Content-Encoding"} {
		h.Del(name)
	}
	if h.Get("Etag") != "" {
		h.Del("Last-Modified") // RFC 9110, section 15.4.5: what is needed to update what the client has
	}
	w.WriteHeader(http.StatusNotModified)
}

// entityTag returns a text as an entity tag; "" is none.
func entityTag(text string) string {
	inside := strings.TrimPrefix(text, "W/")
	if len(inside) >= 2 && inside[0] == '"' && inside[len(inside)-1] == '"' && isTagText(inside[1:len(inside)-1]) {
		return text
	}
	switch {
	case text == "":
		return ""
	case isTagText(text) && len(text) <= 64:
		return `W/"` + text + `"`
	}
	sum := sha256.Sum256([]byte(text))
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// isTagText reports whether a text can stand between the quotes of an entity tag everywhere.
func isTagText(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c == '"' || c >= 0x7f {
			return false
		}
	}
	return true
}
