package oidc

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxAnswer is how long an answer of a provider may be, in bytes.
const maxAnswer = 1 << 20

// newClient returns what calls a provider. It bounds the time and the size of answers, and follows
// no redirect: it would carry the secret of the site elsewhere.
func newClient(transport http.RoundTripper, timeout time.Duration) *http.Client {
	return &http.Client{
		Transport: bounded{transport},
		Timeout:   timeout,
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			return fmt.Errorf("the provider sends the site on to %s, which is not followed", r.URL.Host)
		},
	}
}

// newTransport is what calls providers if Config.Transport does not say.
func newTransport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = 64 << 10
	return t
}

// bounded refuses answers that are too long.
type bounded struct{ next http.RoundTripper }

// RoundTrip sends a request.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &boundedBody{res.Body, maxAnswer, r.URL.Host}
	return res, nil
}

// boundedBody fails when more than some bytes are read.
type boundedBody struct {
	io.ReadCloser
	left int
	host string
}

// Read reads.
func (b *boundedBody) Read(into []byte) (int, error) {
	if len(into) > b.left+1 {
		into = into[:b.left+1]
	}
	n, err := b.ReadCloser.Read(into)
	if b.left -= n; b.left < 0 {
		return 0, fmt.Errorf("an answer of %s has more than %d bytes", b.host, maxAnswer)
	}
	return n, err
}
