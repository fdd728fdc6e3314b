package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
)

// DefaultFileCacheControl is how [File] lets answers be kept, if the handler has not set
// Cache-Control: by the browser alone, for an hour, and then again if nothing has changed.
const DefaultFileCacheControl = "private, max-age=3600"

// Policies of stored files: they can do nothing in the name of the site, should a browser take
// one for a page, as scripts do not run in a sandbox. A browser makes a page around a picture,
// sound or film that is opened alone; its styles, and the file, which it asks for again from
// the same origin, need exceptions. Not every browser runs its viewer of PDFs in a sandbox.
const (
	savedPolicy = "sandbox; default-src 'none'"
	shownPolicy = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
	pdfPolicy   = "default-src 'none'; object-src 'self'; img-src 'self'; style-src 'unsafe-inline'"
)

// File answers with a stored file. Whether the visitor may have it is for the handler to
// check before.
//
//	r.Get("/invoices/{id:int}.pdf", m.invoice).Stream(0)
//
//	func (m *shop) invoice(w http.ResponseWriter, r *http.Request) error {
//		... // find the invoice of the visitor, or return an error
//		return web.File(w, r, m.Storage, invoice.PDF)
//	}
//
// The media type is that of the name ([storage.KindOf]), never what the sender said or what a
// browser would guess. Kinds that browsers show without danger are shown, all others are saved
// under [storage.Name.Base]; a name of no known kind is sent as application/octet-stream. The
// Content-Security-Policy is that of a file alone. A Cache-Control that the handler has set
// stays; the default is [DefaultFileCacheControl]. As a stored file never changes, its ETag is
// made of its name and size.
//
// Parts of the file (Range, If-Range), HEAD and conditional requests are answered as
// [http.ServeContent] does; who asks for more than ten parts at once gets the whole file. The
// time that a client takes to receive a large file counts for the deadline of the request:
// declare the route with [Route.Stream], which has none but 60 seconds for each part of up to
// 1 MB.
func File(w http.ResponseWriter, r *http.Request, store storage.Storage, name storage.Name) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return fault.Newf(fault.MethodNotAllowed, "a file answers GET and HEAD, not %s", r.Method)
	}
	f, err := store.Open(r.Context(), name)
	if err != nil {
		return err
	}
	defer f.Close()
	info := f.Info()
	h := w.Header()
	fileHeader(h, name)
	h.Set("Etag", `"`+string(name)+"-"+strconv.FormatInt(info.Size, 36)+`"`)
	rw := Observe(w)
	before := rw.Bytes()
	http.ServeContent(rw, fewRanges(r, info.Size), "", info.Created, f)
	if want, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil && r.Method == http.MethodGet &&
		rw.Status() != http.StatusNotModified && rw.Bytes()-before < want {
		// ServeContent does not say what went wrong.
		return fmt.Errorf("send file %s: %d of %d bytes were sent", name, rw.Bytes()-before, want)
	}
	return nil
}

// maxRanges is how many parts of a file a request may ask for. Each takes a head of more than 100
// bytes in the answer and, from some storages, a request of its own.
const maxRanges = 10

// fewRanges returns the request without its header Range, if it asks for too many parts, or for
// parts of a file that has none.
func fewRanges(r *http.Request, size int64) *http.Request {
	ranges := r.Header.Get("Range")
	if ranges == "" || size > 0 && strings.Count(ranges, ",") < maxRanges {
		return r
	}
	whole := *r
	whole.Header = r.Header.Clone()
	whole.Header.Del("Range")
	return &whole
}

// fileHeader sets what browsers are told of a stored file.
func fileHeader(h http.Header, name storage.Name) {
	kind, ok := storage.KindOf(name)
	if !ok {
		kind = storage.Kind{Media: "application/octet-stream"}
	}
	h.Set("Content-Type", kind.Media)
	h.Set("X-Content-Type-Options", "nosniff")
	how, policy := "attachment", savedPolicy
	if kind.Inline {
		how, policy = "inline", shownPolicy
	}
	if kind.Name == "pdf" {
		policy = pdfPolicy
	}
	// A name has no quote, backslash or control character.
	h.Set("Content-Disposition", how+`; filename="`+name.Base()+`"`)
	h.Set("Content-Security-Policy", policy)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", DefaultFileCacheControl)
	}
}
