// Package brotli compresses static files with Brotli (RFC 7932), which makes text about an eighth smaller
// than gzip does. It is a package of its own, as a program that uses it is larger: name it in
// vola.Config.StaticCodings, or in assets.Config.Codings.
package brotli

import (
	"io"

	"github.com/andybalholm/brotli"
)

// Coding compresses at the highest level, which takes some milliseconds for a kilobyte. The zero
// value is ready for use.
type Coding struct{}

// Name returns "br".
func (Coding) Name() string { return "br" }

// NewWriter returns a writer that is to be closed.
func (Coding) NewWriter(w io.Writer) io.WriteCloser {
	return brotli.NewWriterLevel(w, brotli.BestCompression)
}

// NewReader never fails.
func (Coding) NewReader(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }
