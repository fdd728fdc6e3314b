package pagecache

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
)

// maxIdentity is how much a request may say that a page depends on, in bytes.
const maxIdentity = 4 << 10

// identity is all that a page may depend on.
type identity struct {
	key    string // a hash of it
	host   string
	query  string // in the order of the names
	header http.Header
}

// identify returns what the page that a request asks for depends on; false if the request is not
// one for a page that may be kept.
func (cfg *Config) identify(w http.ResponseWriter, r *http.Request) (id identity, ok bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.ContentLength != 0 ||
		len(r.Header["Authorization"]) > 0 || len(r.Header["Upgrade"]) > 0 || r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		return id, false
	}
	if id.query, ok = cfg.queryOf(r.URL.RawQuery); !ok {
		return id, false
	}
	id.host = strings.ToLower(r.Host)
	scheme, accept := "http", "text/html"
	if r.TLS != nil {
		scheme = "https"
	}
	if web.WantsJSON(w, r) {
		accept = "application/json" // of errors
	}
	var room [512]byte
	text := room[:0]
	for _, part := range [...]string{
		scheme, id.host, r.Pattern, r.URL.EscapedPath(), id.query, accept, i18n.From(r.Context()).Tag(), i18n.Zone(r.Context()).String(),
	} {
		text = appendPart(text, part)
	}
	id.header = http.Header{"Accept": {accept}}
	for _, name := range cfg.Headers {
		lines := r.Header[name]
		text = binary.AppendUvarint(text, uint64(len(lines)))
		for _, line := range lines {
			text = appendPart(text, line)
		}
		if len(lines) > 0 {
			id.header[name] = slices.Clone(lines)
		}
	}
	if len(text) > maxIdentity {
		return id, false
	}
	sum := sha256.Sum256(text)
	id.key = base64.RawURLEncoding.EncodeToString(sum[:])
	return id, true
}

// appendPart appends a text so that it is known where it ends.
func appendPart(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// queryOf returns the parameters of a query that pages depend on, in the order of their names;
// false if it has others, or is not one.
func (cfg *Config) queryOf(raw string) (string, bool) {
	if raw == "" {
		return "", true
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "", false
	}
	for name := range values {
		if _, named := slices.BinarySearch(cfg.Query, name); named {
			continue
		}
		if !cfg.IgnoreOthers {
			return "", false
		}
		delete(values, name)
	}
	return values.Encode(), true // sorted
}

// request returns the request as the handler may see it: with what its page depends on, and nothing
// else.
func (id *identity) request(ctx context.Context, r *http.Request) *http.Request {
	out := r.Clone(ctx)
	out.Method, out.Host, out.Header = http.MethodGet, id.host, id.header.Clone()
	out.Proto, out.ProtoMajor, out.ProtoMinor = "HTTP/1.1", 1, 1
	out.URL.Scheme, out.URL.Host, out.URL.User = "", "", nil
	out.URL.RawQuery, out.URL.ForceQuery, out.URL.Fragment, out.URL.RawFragment = id.query, false, "", ""
	out.RequestURI, out.RemoteAddr = out.URL.RequestURI(), ""
	out.Body, out.GetBody, out.ContentLength, out.TransferEncoding, out.Trailer = http.NoBody, nil, 0, nil, nil
	out.Form, out.PostForm, out.MultipartForm, out.Close = nil, nil, nil, false
	if out.TLS != nil {
		out.TLS = new(tls.ConnectionState)
	}
	return out
}
