package middleware

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"

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

// RequestID gives every request an id of 128 random bits in hexadecimal, in
// its context (see [RequestIDFrom]) and in the response's X-Request-Id.
func RequestID(cfg RequestIDConfig) web.Middleware {
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := ""
			if cfg.Trust {
				id = acceptedID(r.Header.Get(RequestIDHeader))
			}
			if id == "" {
				var err error
				if id, err = newID(cfg.Rand); err != nil {
					web.Fail(w, r, err)
					return
				}
			}
			w.Header().Set(RequestIDHeader, id)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
		})
	}
}

// RequestIDFrom returns the id of the request that ctx belongs to, or "".
func RequestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

func newID(random io.Reader) (string, error) {
	var b [16]byte
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
