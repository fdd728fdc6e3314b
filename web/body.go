package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/volaweb/vola/fault"
)

// watchedBody notes that the client did not send what it said.
type watchedBody struct {
	io.ReadCloser
	rw *Response
}

// Read reads from the body. An error that is not about the connection is about
// what was sent, such as a chunk without a length, and is [fault.Invalid].
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == nil, err == io.EOF, errors.Is(err, http.ErrBodyReadAfterClose):
		return n, err
	case isConnection(err):
		b.rw.lost = err
		return n, err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, err
	}
	return n, fault.Wrap(fault.Invalid, err, "The request is damaged.")
}

// isConnection reports whether an error is one of the connection: it broke, or
// nothing came for too long.
func isConnection(err error) bool {
	var timed interface{ Timeout() bool } // every error of package net
	return errors.As(err, &timed) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe)
}
