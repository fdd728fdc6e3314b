package web

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"time"
)

// Response is a ResponseWriter that knows what was written to it. A [Mux]
// passes one to every handler; [Observe] gets at it. It keeps what the writer
// below can do: [http.ResponseController] works through Unwrap, and files are
// still sent by the kernel. It is no safer for concurrent use than the writer
// below.
type Response struct {
	w      http.ResponseWriter
	status int
	bytes  int64
	fail   ErrorHandler // nil in one that Observe made

	mux    *Mux      // nil in one that Observe made
	route  *endpoint // nil where no route matches
	api    bool      // errors are JSON
	secret string    // what is logged in place of the path, unless ""
	onSend []func()
	first  [1]func() // where onSend begins
	lost   error     // why the client did not get what was written

	personal atomic.Bool // the answer depends on who asks

	before  []func(status int) error
	early   [1]func(status int) error // where before begins
	refused error                     // of before: nothing is sent

	mapStatus func(status int) int // nil for none
}

// Observe returns w itself if it is a Response, otherwise a new one around it.
func Observe(w http.ResponseWriter) *Response {
	if rw, ok := w.(*Response); ok {
		return rw
	}
	return &Response{w: w}
}

// Status returns the status sent, 0 if none was sent yet.
func (rw *Response) Status() int { return rw.status }

// Bytes returns the length of the body so far, before any encoding below.
func (rw *Response) Bytes() int64 { return rw.bytes }

// Written reports whether a status was sent, after which no other can be.
func (rw *Response) Written() bool { return rw.status != 0 }

// OnSend calls fn once, when the sending of a finished answer begins: one with
// a Content-Length. How long it takes from then on depends only on the client's
// connection. It is not called for other answers.
func (rw *Response) OnSend(fn func()) {
	if rw.onSend == nil {
		rw.onSend = rw.first[:0]
	}
	rw.onSend = append(rw.onSend, fn)
}

// BeforeHeader calls fn once, before the status is sent, whoever sends it: fn may
// still change the header. If it returns an error, nothing is sent, neither status
// nor body, and the request fails with that error, as [Fail] says. What is
// registered last is called first. fn is not called if nothing is ever sent, nor for
// the answer about its own error.
func (rw *Response) BeforeHeader(fn func(status int) error) {
	if rw.before == nil {
		rw.before = rw.early[:0]
	}
	rw.before = append(rw.before, fn)
}

// MapStatus makes fn decide which status is sent, given the one that the handler sends; it may
// change the header. It is called once, before what is registered by BeforeHeader. If there are
// several, the one that is registered last is called first.
func (rw *Response) MapStatus(fn func(status int) int) {
	if before := rw.mapStatus; before != nil {
		last := fn
		fn = func(status int) int { return before(last(status)) }
	}
	rw.mapStatus = fn
}

// Unwrap returns the writer below, for [http.ResponseController].
func (rw *Response) Unwrap() http.ResponseWriter { return rw.w }

// Header returns the header that will be sent with the status.
func (rw *Response) Header() http.Header { return rw.w.Header() }

// WriteHeader sends the status. Informational statuses may precede it.
func (rw *Response) WriteHeader(status int) {
	if rw.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		if fn := rw.mapStatus; fn != nil && rw.refused == nil {
			rw.mapStatus = nil
			status = fn(status)
		}
		if rw.mayBegin(status) != nil {
			return
		}
		rw.status = status
		rw.sending()
	}
	rw.w.WriteHeader(status)
}

// mayBegin calls what was registered by BeforeHeader, and returns its error, also later.
func (rw *Response) mayBegin(status int) error {
	if len(rw.before) == 0 || rw.refused != nil {
		return rw.refused
	}
	before := rw.before
	rw.before = nil
	for _, fn := range slices.Backward(before) {
		if err := fn(status); err != nil {
			rw.refused = err
			return err
		}
	}
	return nil
}

// Write sends part of the body, after status 200 if none was sent.
func (rw *Response) Write(p []byte) (int, error) {
	if err := rw.begin(); err != nil {
		return 0, err
	}
	n, err := rw.w.Write(p)
	return n, rw.sent(int64(n), err)
}

// WriteString is [Response.Write] without a copy where the writer below can.
func (rw *Response) WriteString(s string) (int, error) {
	if err := rw.begin(); err != nil {
		return 0, err
	}
	n, err := io.WriteString(rw.w, s)
	return n, rw.sent(int64(n), err)
}

// ReadFrom sends all of src, by the quickest way the writer below has.
func (rw *Response) ReadFrom(src io.Reader) (int64, error) {
	if err := rw.begin(); err != nil {
		return 0, err
	}
	n, err := rw.copy(src)
	if !ofConnection(err) {
		rw.bytes += n
		return n, err // the source failed
	}
	return n, rw.sent(n, err)
}

// ofConnection reports whether an error of ReadFrom is that of the connection, not of what was
// read. Package net gives both the same form, with the cause inside.
func ofConnection(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op == "read" {
		return false
	}
	if op.Op != "readfrom" {
		return true
	}
	if inner, ok := errors.AsType[*net.OpError](op.Err); ok {
		return inner.Op != "read"
	}
	if _, ok := errors.AsType[*os.SyscallError](op.Err); ok { // the kernel copies; a disk fails with EIO
		return !errors.Is(op.Err, syscall.EIO)
	}
	return errors.Is(op.Err, os.ErrDeadlineExceeded) || errors.Is(op.Err, net.ErrClosed)
}

// streamWrite is how long the client of a stream may take for one write, and
// streamPart how much of a reader is one write, in bytes.
const (
	streamWrite = 60 * time.Second
	streamPart  = 1 << 20
)

// copy sends all of src; that of a stream in parts, each with a deadline.
func (rw *Response) copy(src io.Reader) (n int64, err error) {
	if rw.route == nil || !rw.route.info.Stream {
		return io.Copy(rw.w, src)
	}
	// A limit is taken off, as the kernel sends a file in only one of them.
	from, limit := src, int64(math.MaxInt64)
	if l, ok := src.(*io.LimitedReader); ok {
		from, limit = l.R, l.N
		defer func() { l.N -= n }()
	}
	for err == nil && n < limit {
		rw.extend()
		var part int64
		part, err = io.CopyN(rw.w, from, min(streamPart, limit-n))
		n += part
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// extend gives the client of a stream its time for the next write.
func (rw *Response) extend() {
	if rw.route != nil && rw.route.info.Stream {
		// A writer without deadlines returns an error, and needs none.
		_ = http.NewResponseController(rw.w).SetWriteDeadline(time.Now().Add(streamWrite))
	}
}

// Flush sends what is buffered. It does nothing where the writer below cannot,
// and does not say so.
func (rw *Response) Flush() {
	if rw.begin() != nil {
		return
	}
	_ = http.NewResponseController(rw.w).Flush() // Flusher has no way to say that it cannot
}

// Hijack takes over the connection, or fails with [http.ErrNotSupported].
func (rw *Response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(rw.w).Hijack()
	if err == nil {
		rw.status = http.StatusSwitchingProtocols
	}
	return conn, buf, err
}

func (rw *Response) begin() error {
	if rw.status == 0 {
		if err := rw.mayBegin(http.StatusOK); err != nil {
			return err
		}
		rw.status = http.StatusOK
		rw.sending()
	}
	rw.extend()
	return nil
}

// end is called when the handler is done. One that has written nothing has answered with
// 200; one that did not look at the error of a write, as http.Redirect does not, fails now.
func (rw *Response) end(r *http.Request) {
	if len(rw.before) > 0 && rw.status == 0 {
		rw.WriteHeader(http.StatusOK)
	}
	if rw.refused != nil {
		Fail(rw, r, rw.refused)
	}
}

// sending calls what was registered by OnSend if the answer is finished.
func (rw *Response) sending() {
	if len(rw.onSend) == 0 || rw.w.Header().Get("Content-Length") == "" {
		return
	}
	for _, fn := range rw.onSend {
		fn()
	}
	rw.onSend = nil
}

// sent notes what was written, and that the client did not get it. Mistakes of
// the handler, such as a body longer than it said, are not the client's.
func (rw *Response) sent(n int64, err error) error {
	rw.bytes += n
	if err != nil && !errors.Is(err, http.ErrContentLength) && !errors.Is(err, http.ErrBodyNotAllowed) &&
		!errors.Is(err, http.ErrHijacked) && !errors.Is(err, http.ErrHandlerTimeout) {
		rw.lost = err
	}
	return err
}
