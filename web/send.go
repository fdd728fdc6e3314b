package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/volaweb/vola/templates"
)

// Send answers with a body that is whole in memory, after the header that the
// handler has set. An answer with status 200 to GET or HEAD gets an ETag of its
// bytes, unless the handler has set one or forbids storing it; a client that
// has the same bytes already gets 304 and no body.
//
// A nonce of [templates.WithNonce] does not count for the ETag. It is taken out
// of the Content-Security-Policy of a body that has none, and a 304 for a body
// that has one leaves the policy that the client has.
func Send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	nonce := templates.Nonce(r.Context())
	used := nonce != "" && bytes.Contains(body, []byte(nonce))
	if nonce != "" && !used {
		for _, name := range policyHeaders {
			if policy := h.Get(name); policy != "" {
				h.Set(name, strings.ReplaceAll(policy, " 'nonce-"+nonce+"'", ""))
			}
		}
	}
	if status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !forbidsStoring(h) {
		if h.Get("Etag") == "" {
			h.Set("Etag", etagOf(body, nonce, used))
		}
		if hasETag(r.Header.Values("If-None-Match"), h.Get("Etag")) {
			if used {
				for _, name := range policyHeaders {
					h.Del(name) // the scripts that the client has carry the old nonce
				}
			}
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("send %d bytes: %w", len(body), err)
	}
	return nil
}

var policyHeaders = [...]string{"Content-Security-Policy", "Content-Security-Policy-Report-Only"}

// forbidsStoring reports whether a header has "Cache-Control: no-store".
func forbidsStoring(h http.Header) bool {
	for _, line := range h.Values("Cache-Control") {
		for directive := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "no-store") {
				return true
			}
		}
	}
	return false
}

// etagOf returns the entity tag of a body: a weak one if a nonce was left out,
// as the bytes then differ.
func etagOf(body []byte, nonce string, used bool) string {
	sum := sha256.New()
	if !used {
		sum.Write(body)
	} else {
		for rest, more := body, true; more; {
			var part []byte
			part, rest, more = bytes.Cut(rest, []byte(nonce))
			sum.Write(part)
			sum.Write([]byte{0}) // where it stood counts
		}
	}
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]) + `"`
	if used {
		return "W/" + tag
	}
	return tag
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
