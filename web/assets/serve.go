package assets

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/accept"
	"github.com/volaweb/vola/web"
)

// ServeHTTP serves the file that the URL's path names, without the prefix.
// A name with the hash of the content may be kept by browsers and proxies for
// a year; a plain name is asked for again each time. A folder is never listed.
//
// A client that accepts gzip or another coding of the [Config] gets a file that way, as far as it has been
// compressed: see [Set.Compress]. Parts are always those of the file itself.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		web.Fail(w, r, fault.New(fault.MethodNotAllowed, "Files can only be read."))
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	f := s.byName[name]
	if f == nil {
		s.serveNow(w, r, name)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	if name == f.name {
		h.Set("Cache-Control", "no-cache")
	} else {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if f.content == nil {
		h.Set("Etag", f.etag)
		s.serveLayer(w, r, f)
		return
	}
	body, etag := f.content, f.etag
	if compressible(f.name) {
		h.Add("Vary", "Accept-Encoding")
		if e := f.choose(r); e != nil {
			h.Set("Content-Encoding", e.coding)
			body, etag = e.body, e.etag
			if r.Header.Get("Range") != "" {
				r = withoutRange(r)
			}
		}
	}
	h.Set("Etag", etag)
	if conditional(r.Header) {
		http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(body))
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Content-Encoding") == "" {
		h.Set("Accept-Ranges", "bytes")
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		w.Write(body)
	}
}

// conditional reports whether a request asks for a part, or only for what has changed.
func conditional(h http.Header) bool {
	for _, name := range [...]string{"If-None-Match", "Range", "If-Modified-Since", "If-Match", "If-Unmodified-Since"} {
		if len(h[name]) > 0 {
			return true
		}
	}
	return false
}

// withoutRange returns the request for the whole.
func withoutRange(r *http.Request) *http.Request {
	whole := *r
	whole.Header = r.Header.Clone()
	whole.Header.Del("Range")
	return &whole
}

// choose returns the coding that a client likes most; nil for the file as it is. Of
// those that it likes as much, the first of the [Config], then gzip. A client that refuses even the file as it is gets it
// where there is no coding: an error would be no better.
func (f *file) choose(r *http.Request) *encoded {
	header := strings.Join(r.Header["Accept-Encoding"], ",")
	if header == "" {
		return nil
	}
	plain, named := accept.Weight(header, "identity")
	if r.Header.Get("Range") != "" && (named == 0 || plain > 0) {
		return nil
	}
	if named < 3 {
		plain = 0 // what is not named is liked least
	}
	gzipped, _ := accept.Weight(header, "gzip")
	var best *encoded
	most := 0.0
	for i := range f.better {
		e := f.better[i].Load()
		if e == nil {
			continue
		}
		if weight, _ := accept.Weight(header, e.coding); weight > most && weight >= gzipped && weight >= plain {
			best, most = e, weight
		}
	}
	if best == nil && gzipped > 0 && gzipped >= plain {
		return f.gzip(context.Background(), nil)
	}
	return best
}

// serveLayer serves a file that is too large for memory.
func (s *Set) serveLayer(w http.ResponseWriter, r *http.Request, f *file) {
	file, err := f.layer.Open(f.name)
	if err != nil {
		web.Fail(w, r, fmt.Errorf("static file %s: %w", f.name, err))
		return
	}
	defer file.Close()
	content, ok := file.(io.ReadSeeker)
	if !ok {
		web.Fail(w, r, fmt.Errorf("static file %s: its file system cannot seek", f.name))
		return
	}
	http.ServeContent(w, r, f.name, time.Time{}, content)
}
