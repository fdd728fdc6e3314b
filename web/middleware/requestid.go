package middleware

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/volaweb/vola/web"
)

// RequestIDHeader is the header that carries the id of a request.
const RequestIDHeader = "X-Request-Id"

// maxRequestID is the longest id accepted from outside, in bytes.
const maxRequestID = 64

// RequestIDConfig configures [RequestID]. The zero value is ready to use.
type RequestIDConfig struct {
	// Trust takes the id that the request comes with, if it is 1 to 64
	// letters, digits, hyphens, underscores or dots. Only for servers behind a
	// proxy that sets it; anybody else could forge entries of the log.
	Trust bool

	// Rand is where ids come from, 16 bytes each. It must be safe for
	// concurrent use. Defaults to [rand.Reader].
	Rand io.Reader
}

type requestIDKey struct{}

// requestContext is the context of a request with its id, which is also the value
// of the header: together they are one allocation.
type requestContext struct {
	// lifetime: that of the request, as of any context made from another
	context.Context
	id [1]string
}

// Value returns the id for its key.
func (c *requestContext) Value(key any) any {
	if key == (requestIDKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// RequestID gives every request an id of 128 random bits in hexadecimal, in
// its context (see [RequestIDFrom]) and in the response's X-Request-Id.
func RequestID(cfg RequestIDConfig) web.Middleware {
	next := func() (string, error) { return newID(cfg.Rand) }
	if cfg.Rand == nil {
		next = new(ids).next
	}
	return func(handler http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := ""
			if cfg.Trust {
				id = acceptedID(r.Header.Get(RequestIDHeader))
			}
			if id == "" {
				var err error
				if id, err = next(); err != nil {
					web.Fail(w, r, err)
					return
				}
			}
			ctx := &requestContext{r.Context(), [1]string{id}}
			w.Header()[RequestIDHeader] = ctx.id[:]
			handler.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// RequestIDFrom returns the id of the request that ctx belongs to, or "".
func RequestIDFrom(ctx context.Context) string {
	if c, ok := ctx.Value(requestIDKey{}).(*requestContext); ok {
		return c.id[0]
	}
	return ""
}

// ids makes ids ahead: several cost hardly more than one.
type ids struct {
	mu   sync.Mutex
	text string // of ids that are to be used
}

// idBytes is how many random bytes an id has, and idsAhead how many ids are made
// together. Whoever keeps one keeps the text of all.
const (
	idBytes  = 16
	idsAhead = 16
)

func (i *ids) next() (string, error) {
	const length = 2 * idBytes
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.text == "" {
		var b [idsAhead * idBytes]byte
		if _, err := rand.Read(b[:]); err != nil {
			return "", fmt.Errorf("make a request id: %w", err)
		}
		i.text = hex.EncodeToString(b[:])
	}
	id := i.text[:length]
	i.text = i.text[length:]
	return id, nil
}

func newID(random io.Reader) (string, error) {
	var b [idBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make a request id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// acceptedID returns id, or "" if it could do harm in a log or a header.
func acceptedID(id string) string {
	if len(id) > maxRequestID {
		return ""
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return ""
		}
	}
	return id
}
