package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The defaults of Client's numbers.
const (
	defaultTimeout   = 10 * time.Second
	defaultMaxBody   = 10 << 20
	defaultRedirects = 5
)

// Client reads URLs, each within bounds of time and size. The zero value is
// ready for use. A Client is safe for concurrent use as long as its fields are
// not changed.
type Client struct {
	// Transport makes the requests. Defaults to [http.DefaultTransport]. For
	// URLs that users of the program have chosen, take [PublicTransport].
	Transport http.RoundTripper
	// Timeout is how long one URL may take, from the request to the last byte
	// of the answer, redirects included. Defaults to 10 seconds.
	Timeout time.Duration
	// MaxBody is the most bytes of an answer, after decompression; a longer one
	// is [ErrTooLarge]. Defaults to 10 MiB.
	MaxBody int64
	// MaxRedirects is how many redirects are followed one after the other.
	// Below zero none is, and a redirect is an answer like others. Defaults to 5.
	MaxRedirects int
	// Header is sent with each request.
	Header http.Header
}

// Page is the answer to a request.
type Page struct {
	URL    string // the one asked for
	Final  string // the one that answered, after redirects
	Status int
	Header http.Header
	Body   []byte
}

// ErrTooLarge is the cause of the error of an answer longer than
// [Client.MaxBody].
var ErrTooLarge = errors.New("the answer is too large")

// Error tells which URL could not be read.
type Error struct {
	URL    string // the one asked for, without a password
	Status int    // of the answer; 0 where there was none
	Err    error  // nil where the status is all there is to say
}

// Error returns one line with the URL and the cause or the status.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("fetch %s: %v", e.URL, e.Err)
	}
	return fmt.Sprintf("fetch %s: status %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Unwrap returns the cause, which may be nil.
func (e *Error) Unwrap() error { return e.Err }

// Get reads a URL: with [Each] or [All] many of them. A status other than 2xx
// is an error too; the page then holds the answer all the same. Errors are of
// type [*Error]; they wrap [context.DeadlineExceeded] when the time was up.
func (c Client) Get(ctx context.Context, rawURL string) (Page, error) {
	caller, timeout := ctx, positive(c.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeout(caller, timeout)
	defer cancel()
	page := Page{URL: rawURL, Final: rawURL}
	failed := func(err error) (Page, error) {
		if err != nil && ctx.Err() != nil && caller.Err() == nil {
			err = fmt.Errorf("no complete answer within %v: %w", timeout, context.DeadlineExceeded)
		}
		return page, &Error{URL: redacted(rawURL), Status: page.Status, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, nil)
	if err != nil {
		return failed(cause(err))
	}
	if c.Header != nil {
		req.Header = c.Header.Clone()
	}
	hc := http.Client{Transport: c.Transport, CheckRedirect: c.checkRedirect}
	resp, err := hc.Do(req)
	if err != nil {
		return failed(cause(err))
	}
	defer resp.Body.Close()
	page.Final, page.Status, page.Header = resp.Request.URL.String(), resp.StatusCode, resp.Header
	body, err := read(resp, positive(c.MaxBody, defaultMaxBody))
	switch page.Body = body; {
	case page.Status < 200 || page.Status > 299:
		return failed(nil)
	case err != nil:
		return failed(err)
	}
	return page, nil
}

// checkRedirect decides whether to follow one more redirect.
func (c Client) checkRedirect(_ *http.Request, via []*http.Request) error {
	limit := positive(c.MaxRedirects, defaultRedirects)
	switch {
	case c.MaxRedirects < 0:
		return http.ErrUseLastResponse
	case len(via) > limit:
		return fmt.Errorf("more than %d redirects", limit)
	}
	return nil
}

// read reads the answer, if it has at most limit bytes.
func read(resp *http.Response, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(body)) == limit {
		if n, _ := io.ReadFull(resp.Body, make([]byte, 1)); n > 0 {
			return nil, fmt.Errorf("%w: it has more than %d bytes", ErrTooLarge, limit)
		}
	}
	return body, nil
}

// cause takes away what net/http and net/url put around errors: the method and
// the URL, which may hold a password.
func cause(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// redacted returns the URL without its password.
func redacted(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return strconv.Quote(rawURL)
	}
	return u.Redacted()
}

// positive returns v, or otherwise where v is not above zero.
func positive[V int | int64 | time.Duration](v, otherwise V) V {
	if v <= 0 {
		return otherwise
	}
	return v
}
