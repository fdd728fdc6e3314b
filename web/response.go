package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
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
}

// Observe returns w itself if it is a Response, otherwise a new one around it.
func Observe(w http.ResponseWriter) *Response {
	if rw, ok := w.(*Response); ok {
		return rw
	}
	return &Response{w: w}
}

// Status returns the status sent, 0 while none is.
func (rw *Response) Status() int { return rw.status }

// Bytes returns the length of the body so far, before any encoding below.
func (rw *Response) Bytes() int64 { return rw.bytes }

// Written reports whether a status was sent, after which no other can be.
func (rw *Response) Written() bool { return rw.status != 0 }

// Unwrap returns the writer below, for [http.ResponseController].
func (rw *Response) Unwrap() http.ResponseWriter { return rw.w }

// Header returns the header that will be sent with the status.
func (rw *Response) Header() http.Header { return rw.w.Header() }

// WriteHeader sends the status. Informational statuses may precede it.
func (rw *Response) WriteHeader(status int) {
	if rw.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		rw.status = status
	}
	rw.w.WriteHeader(status)
}

// Write sends part of the body, after status 200 if none was sent.
func (rw *Response) Write(p []byte) (int, error) {
	rw.begin()
	n, err := rw.w.Write(p)
	rw.bytes += int64(n)
	return n, err
}

// WriteString is [Response.Write] without a copy where the writer below can.
func (rw *Response) WriteString(s string) (int, error) {
	rw.begin()
	n, err := io.WriteString(rw.w, s)
	rw.bytes += int64(n)
	return n, err
}

// ReadFrom sends all of src, by the quickest way the writer below has.
func (rw *Response) ReadFrom(src io.Reader) (int64, error) {
	rw.begin()
	n, err := io.Copy(rw.w, src)
	rw.bytes += n
	return n, err
}

// Flush sends what is buffered. It does nothing where the writer below cannot;
// [http.ResponseController] tells.
func (rw *Response) Flush() {
	rw.begin()
	_ = http.NewResponseController(rw.w).Flush() // Flusher has no way to say that it cannot
}

// Hijack takes the connection over, or fails with [http.ErrNotSupported].
func (rw *Response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(rw.w).Hijack()
	if err == nil {
		rw.status = http.StatusSwitchingProtocols
	}
	return conn, buf, err
}

func (rw *Response) begin() {
	if rw.status == 0 {
		rw.status = http.StatusOK
	}
}
