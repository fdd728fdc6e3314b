package middleware

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// NoncePlace stands in a policy for the nonce of the response, which is sent
// as 'nonce-...', quotes included.
const NoncePlace = "{nonce}"

// DefaultNoncePolicy is [DefaultContentSecurityPolicy] with the scripts and
// styles that are written in the site's own templates.
const DefaultNoncePolicy = "default-src 'self'; script-src 'self' {nonce}; style-src 'self' {nonce}; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// nonceBytes is the size of a nonce: the 128 bits that the specification asks
// for (Content Security Policy Level 3, section 7.1).
const nonceBytes = 16

// NonceConfig configures [Nonce]. The zero value is ready to use.
type NonceConfig struct {
	// Policy is the Content-Security-Policy, with [NoncePlace] wherever a
	// directive accepts what the templates hold. Defaults to
	// [DefaultNoncePolicy].
	Policy string

	// ReportOnly sends the policy as Content-Security-Policy-Report-Only, by
	// which browsers report what they would refuse, to the report-to or
	// report-uri of the policy, and refuse nothing. A policy that is in force
	// besides, such as that of [SecureHeaders], stays in force.
	ReportOnly bool

	// Rand is where nonces come from, 16 bytes each. It must be safe for
	// concurrent use and impossible to guess. Defaults to [rand.Reader].
	Rand io.Reader
}

// Nonce lets pages have scripts and styles of their own under a strict
// Content-Security-Policy. Each response gets a new nonce: in its policy, and
// by way of [templates.WithNonce] in every <script> and <style> that is written
// in a template. One that an attacker brought in by the data of a page has
// none, so browsers do not run it. A page without scripts and styles of its own
// is sent without a nonce by [web.Send].
//
// It belongs after [SecureHeaders], whose policy it replaces, and before
// whatever keeps whole pages for later requests: a nonce that is sent twice
// can be copied. The handler may replace or delete the header for its own
// response.
func Nonce(cfg NonceConfig) web.Middleware {
	if cfg.Policy == "" {
		cfg.Policy = DefaultNoncePolicy
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	name := "Content-Security-Policy"
	if cfg.ReportOnly {
		name = "Content-Security-Policy-Report-Only"
	}
	parts := strings.Split(cfg.Policy, NoncePlace)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			nonce, err := newNonce(cfg.Rand)
			if err != nil {
				web.Fail(w, r, err)
				return
			}
			w.Header().Set(name, strings.Join(parts, "'nonce-"+nonce+"'"))
			next.ServeHTTP(w, r.WithContext(templates.WithNonce(r.Context(), nonce)))
		})
	}
}

// newNonce makes a nonce in base64 for URLs, which needs no escaping anywhere.
func newNonce(random io.Reader) (string, error) {
	var b [nonceBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
