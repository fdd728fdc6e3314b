package assets

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"time"
)

// Coding is a way to compress what goes to browsers, such as that of package brotli. It is safe for concurrent
// use.
type Coding interface {
	// Name is what the coding is called in the header Accept-Encoding, in lower case letters.
	Name() string
	// NewWriter returns what compresses, as well as it can, what is written to it.
	NewWriter(io.Writer) io.WriteCloser
	// NewReader returns what was compressed.
	NewReader(io.Reader) (io.Reader, error)
}

// gzipCoding is the coding that every browser takes.
type gzipCoding struct{}

func (gzipCoding) Name() string { return "gzip" }
func (gzipCoding) NewWriter(w io.Writer) io.WriteCloser {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	return z
}
func (gzipCoding) NewReader(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

// minCompressed is the size from which on a coding is tried, in bytes: its own header is a part of that.
const minCompressed = 128

// Compress compresses the files, first all with gzip, then with the codings of the [Config], and
// returns when it is done or when ctx is. It is meant for a goroutine of its own: it rests as long
// as it works, so that requests have the processor. Until then files go out with gzip, which is
// made at the first request for one. What it makes is kept in the folder dir, by the hash of the
// content, so that the next start finds it; "" keeps nothing. The error is about the folder; the files are
// compressed all the same. In development there is nothing to do.
func (s *Set) Compress(ctx context.Context, dir string) error {
	if len(s.files) == 0 {
		return nil
	}
	c := openCache(dir)
	defer c.close()
	for _, f := range s.files {
		if f.mayShrink() && ctx.Err() == nil {
			f.gzip(ctx, c)
		}
	}
	for i, coding := range s.cfg.Codings {
		for _, f := range s.files {
			if f.mayShrink() && ctx.Err() == nil {
				f.better[i].Store(f.encode(ctx, c, coding))
			}
		}
	}
	if ctx.Err() == nil {
		c.forgetOld()
	}
	return c.err
}

func (f *file) mayShrink() bool {
	return len(f.content) >= minCompressed && compressible(f.name)
}

// gzip returns the content with gzip, made when it is first asked for; nil where that is not smaller.
func (f *file) gzip(ctx context.Context, c *cache) *encoded {
	f.gzipOnce.Do(func() {
		if !f.mayShrink() {
			return
		}
		f.gzipped = f.encode(ctx, c, gzipCoding{})
		if f.gzipped == nil && ctx.Err() != nil { // requests come until the end
			f.gzipped = f.encode(context.Background(), nil, gzipCoding{})
		}
	})
	return f.gzipped
}

// encode returns the content in a coding, from the cache if that has it; nil where it is not smaller,
// and when ctx is done.
func (f *file) encode(ctx context.Context, cache *cache, c Coding) *encoded {
	body, ok := cache.load(f, c)
	if !ok {
		if body = compress(ctx, f.content, c, cache != nil); body == nil {
			return nil
		}
		if len(body) >= len(f.content) {
			body = nil
		}
		cache.store(f, c, body)
	}
	if body == nil {
		return nil
	}
	return &encoded{coding: c.Name(), etag: `"` + f.hash + "-" + c.Name() + `"`, body: body}
}

// piece is how much is compressed at a time, in bytes.
const piece = 16 << 10

// compress compresses, with rests if it is to be gentle; nil when ctx is done.
func compress(ctx context.Context, content []byte, c Coding, gentle bool) []byte {
	var b bytes.Buffer
	w := c.NewWriter(&b)
	for len(content) > 0 {
		n := min(piece, len(content))
		began := time.Now()
		w.Write(content[:n]) // a Buffer takes everything
		content = content[n:]
		if len(content) == 0 {
			w.Close()
		}
		if gentle && !rest(ctx, time.Since(began)) {
			return nil
		}
	}
	return b.Bytes()
}

// rest waits; false when ctx is done.
func rest(ctx context.Context, long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
