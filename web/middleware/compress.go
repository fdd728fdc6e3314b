package middleware

import (
	"bytes"
	"compress/gzip"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/volaweb/vola/internal/accept"
	"github.com/volaweb/vola/web"
)

// CompressConfig configures [Compress]. The zero value is ready to use.
type CompressConfig struct {
	// Level is that of package compress/gzip, from 1, the quickest, to 9. Defaults to 5.
	Level int
	// Skip reports whether an answer stays as it is. See [Compress] about secrets. Defaults to none.
	Skip func(r *http.Request) bool
}

// What is compressed: answers of at least minCompressed bytes. One of at most maxWhole is
// compressed as a whole, so that its length is known.
const (
	minCompressed = 1 << 10
	maxWhole      = 1 << 20
)

// Compress compresses answers by gzip for clients that take it: text, JSON, XML, SVG and the like that
// have no Content-Encoding yet, no part of a file, and are not declared with no-transform. An ETag becomes a
// weak one, and Vary has Accept-Encoding. Flush works, so events arrive at once.
//
// An attacker who sees how long encrypted answers are, and can make the visitor's browser ask
// for addresses, can guess a secret that stands in a page with something from the address
// (BREACH). The forms of this framework have no token that could be guessed so. Skip answers with other secrets.
func Compress(cfg CompressConfig) web.Middleware {
	if cfg.Level < 1 || cfg.Level > 9 {
		cfg.Level = 5
	}
	writers := new(sync.Pool)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if cfg.Skip != nil && cfg.Skip(r) {
				next.ServeHTTP(w, r)
				return
			}
			weight, _ := accept.Weight(r.Header.Get("Accept-Encoding"), "gzip")
			identity, named := accept.Weight(r.Header.Get("Accept-Encoding"), "identity")
			c := &compressor{w: w, head: r.Method == http.MethodHead, level: cfg.Level, writers: writers}
			c.takes = weight > 0 && (named < 3 || weight >= identity)
			next.ServeHTTP(c, r)
			c.close() // not after a panic, so that no part is taken for the whole
		})
	}
}

// compressor compresses what is written, or passes it on.
type compressor struct {
	w       http.ResponseWriter
	head    bool
	takes   bool // the client takes gzip
	level   int
	writers *sync.Pool

	status int // 0 until the handler has sent one
	gz     *gzip.Writer
	whole  *bytes.Buffer // what is not sent yet, nil if it goes out as it comes
}

// Unwrap returns the writer below, for [http.ResponseController].
func (c *compressor) Unwrap() http.ResponseWriter { return c.w }

// Header returns the header of the answer.
func (c *compressor) Header() http.Header { return c.w.Header() }

// WriteHeader decides what becomes of the body.
func (c *compressor) WriteHeader(status int) {
	if c.status != 0 || status < 200 && status != http.StatusSwitchingProtocols {
		c.w.WriteHeader(status)
		return
	}
	c.status = status
	h := c.w.Header()
	if !compressible(h, status) {
		c.w.WriteHeader(status)
		return
	}
	if !slices.ContainsFunc(h.Values("Vary"), func(line string) bool { return strings.Contains(strings.ToLower(line), "accept-encoding") }) {
		h.Add("Vary", "Accept-Encoding")
	}
	if !c.takes {
		c.w.WriteHeader(status)
		return
	}
	if tag := h.Get("Etag"); strings.HasPrefix(tag, `"`) {
		h.Set("Etag", "W/"+tag)
	}
	length, err := strconv.Atoi(h.Get("Content-Length"))
	h.Del("Content-Length")
	h.Del("Accept-Ranges")
	if status == http.StatusNotModified {
		c.w.WriteHeader(status)
		return
	}
	h.Set("Content-Encoding", "gzip")
	if c.head {
		c.w.WriteHeader(status)
		return
	}
	if err == nil && length <= maxWhole {
		c.whole = new(bytes.Buffer)
		c.gz = c.writer(c.whole)
		return
	}
	c.w.WriteHeader(status)
	c.gz = c.writer(c.w)
}

// compressible reports whether an answer is worth it.
func compressible(h http.Header, status int) bool {
	if status == http.StatusNotModified {
		return h.Get("Etag") != "" // for the answer that the client has
	}
	if status == http.StatusNoContent || status == http.StatusPartialContent || status == http.StatusSwitchingProtocols ||
		h.Get("Content-Encoding") != "" || strings.Contains(strings.ToLower(h.Get("Cache-Control")), "no-transform") {
		return false
	}
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil && n < minCompressed {
		return false
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml") {
		return true
	}
	return slices.Contains([]string{"application/json", "application/javascript", "application/xml", "application/manifest+json", "application/wasm"}, kind)
}

// writer returns a gzip.Writer, a used one if there is one.
func (c *compressor) writer(to interface{ Write([]byte) (int, error) }) *gzip.Writer {
	if used, ok := c.writers.Get().(*gzip.Writer); ok {
		used.Reset(to)
		return used
	}
	w, err := gzip.NewWriterLevel(to, c.level)
	if err != nil {
		return gzip.NewWriter(to) // the level was checked
	}
	return w
}

// Write sends a part of the body.
func (c *compressor) Write(p []byte) (int, error) {
	if c.status == 0 {
		if c.w.Header().Get("Content-Type") == "" {
			c.w.Header().Set("Content-Type", http.DetectContentType(p))
		}
		c.WriteHeader(http.StatusOK)
	}
	if c.gz == nil {
		return c.w.Write(p)
	}
	return c.gz.Write(p)
}

// Flush sends what was written so far.
func (c *compressor) Flush() {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	c.release()
	if c.gz != nil {
		_ = c.gz.Flush() // the error is that of the next write
	}
	_ = http.NewResponseController(c.w).Flush() // Flusher has no way to say that it cannot
}

// release sends what was kept to know its length, which will not be known.
func (c *compressor) release() {
	if c.whole == nil {
		return
	}
	kept := c.whole
	c.whole = nil
	_ = c.gz.Close() // into memory
	c.w.WriteHeader(c.status)
	_, _ = c.w.Write(kept.Bytes()) // the client went away: nobody to tell
	c.gz.Reset(c.w)                // gzip allows several parts after each other
}

// close sends what is left.
func (c *compressor) close() {
	if c.gz == nil {
		return
	}
	_ = c.gz.Close() // into memory, or the client went away: nobody to tell
	if c.whole != nil {
		c.w.Header().Set("Content-Length", strconv.Itoa(c.whole.Len()))
		c.w.WriteHeader(c.status)
		_, _ = c.w.Write(c.whole.Bytes()) // the client went away: nobody to tell
	}
	c.gz.Reset(nil)
	c.writers.Put(c.gz)
}
