package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/directives"
	"github.com/volaweb/vola/templates"
)

// Send answers with a body that is whole in memory, after the header that the
// handler has set. An answer with status 200 to GET or HEAD gets an ETag of its
// bytes, unless the handler has set one or forbids storing it; a client that
// has the same bytes already gets 304 and no body.
func Send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	return SendPage(w, r, status, body, nil)
}

// SendPage is [Send] for a page that has scripts and styles of its own, as a
// [templates.PageWriter] gets it. It makes a nonce, puts it into them, and adds it
// to the Content-Security-Policy that the header has; likewise to one that is
// only reported. An import map is named in the policy by its SHA-256 instead.
//
// There is a nonce only where a policy needs one: for an inline script or style, and for a
// script with src where the policy has 'strict-dynamic'. A directive that is
// 'none' stays so, and one with 'unsafe-inline' needs nothing. A page without
// places, or without a policy, is sent as Send sends it.
//
// The ETag is of the page before the nonce is filled in, and a 304 leaves the
// policy that the client has. A page with a nonce is for one visitor at a time:
// if the handler says nothing else, it gets "Cache-Control: private, no-cache".
// Middleware that keeps whole pages is a [PageKeeper].
func SendPage(w http.ResponseWriter, r *http.Request, status int, page []byte, own []templates.Place) error {
	if len(own) > 0 && keep(w, status, page, own) {
		w.WriteHeader(status)
		return nil
	}
	h := w.Header()
	var nonce string
	if len(own) > 0 {
		nonce = needsOf(page, own).widen(h)
	}
	if nonce != "" && len(h["Cache-Control"]) == 0 {
		h.Set("Cache-Control", "private, no-cache")
	}
	if status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !directives.Has(h["Cache-Control"], "no-store") {
		if h.Get("Etag") == "" {
			filled := own
			if nonce == "" {
				filled = nil
			}
			h.Set("Etag", PageTag(page, filled))
		}
		if tag := h.Get("Etag"); nonce != "" && tag[0] == '"' {
			h.Set("Etag", "W/"+tag) // the bytes differ
		}
		if hasETag(r.Header.Values("If-None-Match"), h.Get("Etag")) {
			if nonce != "" {
				for _, name := range policyHeaders {
					h.Del(name) // the scripts that the client has carry the old nonce
				}
			}
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if nonce != "" {
		page = templates.AppendWithNonce(make([]byte, 0, len(page)+len(own)*(len(nonce)+len(` nonce=""`))), page, own, nonce)
	}
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	if _, err := w.Write(page); err != nil {
		return fmt.Errorf("send %d bytes: %w", len(page), err)
	}
	return nil
}

// PageKeeper is a ResponseWriter of middleware that keeps whole pages for other
// requests. What is written to it may have a nonce, which must not be sent
// twice; so it keeps what it is given here instead, and sends that by
// [SendPage], which fills in a new nonce.
type PageKeeper interface {
	// KeepPage is called before the status of a page with places is sent,
	// when the header is as the handler left it. Page and places must be
	// copied: they are used again after it returns. With true it has taken the page, which it
	// will send itself: then only the status follows, no nonce is made and nothing is written.
	KeepPage(status int, page []byte, own []templates.Place) (taken bool)
}

// keep offers a page to those around the handler that may keep it, and reports whether one has
// taken it.
func keep(w http.ResponseWriter, status int, page []byte, own []templates.Place) bool {
	for {
		if keeper, ok := w.(PageKeeper); ok && keeper.KeepPage(status, page, own) {
			return true
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = u.Unwrap()
	}
}

// PageTag returns the entity tag of a page: a weak one if it has places that are filled in when
// it is sent, as the bytes then differ. Where they stand counts.
func PageTag(page []byte, own []templates.Place) string {
	sum := sha256.New()
	sum.Write(page)
	weak := ""
	var place [9]byte
	for _, p := range own {
		weak = "W/"
		binary.BigEndian.PutUint64(place[:], uint64(p.At))
		place[8] = byte(p.Kind)
		sum.Write(place[:])
	}
	return weak + `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]) + `"`
}

// hasETag reports whether a list of entity tags, as If-None-Match has it, has
// the tag, by the weak comparison of RFC 9110, section 8.8.3.2.
func hasETag(lines []string, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for _, line := range lines {
		for line = trimList(line); line != ""; line = trimList(line) {
			if line[0] == '*' {
				return true
			}
			quoted := strings.TrimPrefix(line, "W/")
			if quoted == "" || quoted[0] != '"' {
				break // not a list of tags
			}
			end := strings.IndexByte(quoted[1:], '"')
			if end < 0 {
				break
			}
			if quoted[:end+2] == tag {
				return true
			}
			line = quoted[end+2:]
		}
	}
	return false
}

// trimList takes off what stands between the elements of a list.
func trimList(s string) string { return strings.TrimLeft(s, ", \t") }
