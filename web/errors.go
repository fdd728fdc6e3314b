package web

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
)

// ErrorHandler answers a request that failed with err, and is the place to log
// err. What the visitor may see of it is [fault.Message]; its status is
// [Status]. It must be safe for concurrent use.
type ErrorHandler func(w http.ResponseWriter, r *http.Request, err error)

// Fail answers the request with err: through the [ErrorHandler] of the [Mux]
// that w came from, or through [WriteError] where there is none. Handlers
// return their errors; Fail is for middleware, which cannot. Middleware in
// between that replaces the writer needs an Unwrap method, as for
// [http.ResponseController], for the ErrorHandler to be found.
//
// If part of a response was sent already, a second status would corrupt it.
// Then the ErrorHandler gets a writer that discards, so that the error is
// logged, and the connection is aborted with a panic of
// [http.ErrAbortHandler], so that no client takes the part for the whole
// response.
//
// Once the client is gone, err is of kind [fault.Canceled], whatever it was
// before: what goes wrong then is nobody's mistake. Once the deadline of the
// request is over, an err of kind [fault.Internal] is of kind [fault.Timeout].
//
// An answer 429 or 503 to an error with [fault.WithRetry] has the header
// Retry-After, in whole seconds, unless the header has one already.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	handle, written, lost := ErrorHandler(nil), false, error(nil)
	for under := w; under != nil; {
		if rw, ok := under.(*Response); ok {
			written = written || rw.Written()
			rw.refused = nil
			if handle == nil {
				handle = rw.fail
			}
			if lost == nil {
				lost = rw.lost
			}
		}
		u, ok := under.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			break
		}
		under = u.Unwrap()
	}
	if handle == nil {
		handle = WriteError
	}
	err = afterTheEnd(r.Context(), lost, err)
	if written {
		handle(discard{http.Header{}}, r, err)
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for _, name := range [...]string{"Content-Length", "Content-Encoding", "Content-Type", "Etag", "Last-Modified", "Cache-Control"} {
		h.Del(name) // they describe the response that did not come about
	}
	if Status(err) == http.StatusMethodNotAllowed && len(h["Allow"]) == 0 {
		h.Set("Allow", allowedBut(w, r)) // RFC 9110, section 15.5.6
	}
	if after, ok := fault.RetryAfter(err); ok && len(h["Retry-After"]) == 0 && mayRetry(Status(err)) {
		seconds := int64(after / time.Second)
		if after%time.Second > 0 {
			seconds++ // whole seconds, and not too early
		}
		h.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	handle(w, r, err)
}

// mayRetry says whether a status has a Retry-After: RFC 9110, section 10.2.3, and RFC 6585.
func mayRetry(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// afterTheEnd gives err the kind of an error of a request that has ended
// already; lost is why the connection cannot be used.
func afterTheEnd(ctx context.Context, lost, err error) error {
	ended := ctx.Err()
	var kinded fault.Kinded
	switch {
	case lost != nil, errors.Is(ended, context.Canceled):
		if Status(err) != StatusClientClosedRequest {
			return WithStatus(StatusClientClosedRequest, fault.Wrap(fault.Canceled, err, ""))
		}
	case ended != nil && Status(err) == http.StatusInternalServerError && !errors.As(err, &kinded):
		return fault.Wrap(fault.Timeout, err, "") // such as "interrupted", which a database says
	}
	return err
}

// allowedBut returns the methods of the routes for the path of the request but
// for its own, which the handler refused.
func allowedBut(w http.ResponseWriter, r *http.Request) string {
	rw := responseOf(w)
	path, ok := matchable(r.URL)
	if rw == nil || !ok {
		return "GET, HEAD"
	}
	methods := strings.Split(rw.mux.allow(path), ", ")
	return strings.Join(slices.DeleteFunc(methods, func(m string) bool {
		return m == r.Method || m == http.MethodHead && r.Method == http.MethodGet
	}), ", ")
}

// discard is the writer for errors that can no longer be shown.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return io.Discard.Write(p) }
func (d discard) WriteHeader(int)             {}

// Status returns the HTTP status for err: the one given by [WithStatus], or
// that of its [fault.Kind]. A body that [http.MaxBytesReader] cut off is 413,
// nil is 200.
func Status(err error) int {
	var (
		chosen *statusError
		body   *http.MaxBytesError
	)
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &chosen):
		return chosen.status
	case errors.As(err, &body):
		return http.StatusRequestEntityTooLarge
	}
	return kindStatus(fault.KindOf(err))
}

// kindStatus is the table from kinds to statuses.
func kindStatus(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.MethodNotAllowed:
		return http.StatusMethodNotAllowed
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Timeout:
		return http.StatusGatewayTimeout
	case fault.Canceled:
		return StatusClientClosedRequest
	case fault.Unsupported:
		return http.StatusNotAcceptable
	}
	return http.StatusInternalServerError
}

// StatusClientClosedRequest is what [Status] returns for [fault.Canceled]: the
// client went away. Nobody receives it; it is for logs, as in nginx.
const StatusClientClosedRequest = 499

type statusError struct {
	status int
	cause  error
}

func (e *statusError) Error() string { return e.cause.Error() }
func (e *statusError) Unwrap() error { return e.cause }

// WithStatus gives err a status that no [fault.Kind] has, such as 410 Gone.
// Its kind, message and text stay. WithStatus of nil is nil; a status that is
// not one of an error, below 400 or above 599, becomes 500.
func WithStatus(status int, err error) error {
	if err == nil {
		return nil
	}
	if status < 400 || status > 599 {
		status = http.StatusInternalServerError
	}
	return &statusError{status, err}
}

// Message returns the text about err for a program that asked, in the language of
// ctx: [fault.Message], or else a sentence about its status.
func Message(ctx context.Context, err error) string {
	l := i18n.From(ctx)
	if message := fault.MessageIn(err, l.T); message != "" {
		return message
	}
	switch status := Status(err); {
	case status == http.StatusNotFound:
		return l.T("What was asked for does not exist.")
	case status == http.StatusUnauthorized:
		return l.T("You must log in first.")
	case status == http.StatusForbidden:
		return l.T("This is not allowed.")
	case status == http.StatusMethodNotAllowed:
		return l.T("This cannot be used in this way.")
	case status == http.StatusConflict:
		return l.T("It was changed meanwhile, or exists already.")
	case status == http.StatusRequestEntityTooLarge:
		return l.T("What was sent is too large.")
	case status == http.StatusTooManyRequests:
		return l.T("There were too many requests; try again later.")
	case status == http.StatusServiceUnavailable:
		return l.T("The service is not available now; try again later.")
	case status == http.StatusGatewayTimeout:
		return l.T("The answer took too long.")
	case status < 500:
		return l.T("The request is not acceptable.")
	}
	return l.T("Something is wrong with this service.")
}

// Title returns the name of a status, such as "Not Found", in the language of ctx.
// Statuses that few visitors meet have their English name, unknown ones "Error".
func Title(ctx context.Context, status int) string {
	l := i18n.From(ctx)
	switch status {
	case http.StatusBadRequest:
		return l.T("Bad Request")
	case http.StatusUnauthorized:
		return l.T("Unauthorized")
	case http.StatusForbidden:
		return l.T("Forbidden")
	case http.StatusNotFound:
		return l.T("Not Found")
	case http.StatusMethodNotAllowed:
		return l.T("Method Not Allowed")
	case http.StatusNotAcceptable:
		return l.T("Not Acceptable")
	case http.StatusConflict:
		return l.T("Conflict")
	case http.StatusGone:
		return l.T("Gone")
	case http.StatusRequestEntityTooLarge:
		return l.T("Request Entity Too Large")
	case http.StatusRequestURITooLong:
		return l.T("Request URI Too Long")
	case http.StatusTooManyRequests:
		return l.T("Too Many Requests")
	case http.StatusInternalServerError:
		return l.T("Internal Server Error")
	case http.StatusServiceUnavailable:
		return l.T("Service Unavailable")
	case http.StatusGatewayTimeout:
		return l.T("Gateway Timeout")
	}
	return cmp.Or(http.StatusText(status), l.T("Error"))
}

// WriteError is the [ErrorHandler] that is used when none is given: a small
// page with the status and the user's message in the language of the request,
// nothing else of err. Where [WantsJSON] says so it is a [Problem].
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	status := Status(err)
	title := Title(r.Context(), status)
	if WantsJSON(w, r) {
		WriteProblem(w, r, err, "")
		return
	}
	l := i18n.From(r.Context())
	var page strings.Builder
	page.WriteString("<!doctype html>\n<html lang=\"" + l.Tag() + "\" dir=\"" + l.Dir() + "\">\n<meta charset=\"utf-8\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>" + template.HTMLEscapeString(title) + "</title>\n<h1>" + template.HTMLEscapeString(title) + "</h1>\n")
	if message := fault.MessageIn(err, l.T); message != "" {
		page.WriteString("<p>" + template.HTMLEscapeString(message) + "</p>\n")
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page.String()) // the client went away: nobody to tell
}
