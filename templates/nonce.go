package templates

import (
	"context"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// nonceKey is the key of a nonce in a context.
type nonceKey struct{}

// WithNonce returns a context in which pages are rendered with a nonce of a
// Content-Security-Policy: every script and style element that is written in
// a template gets it as an attribute. What is in the data of a page never
// does. The nonce must be of the form the policy has, letters, digits, "+",
// "/", "-", "_" and "=", new for each response; one with other characters is
// left out, and the browser then refuses the scripts.
func WithNonce(ctx context.Context, nonce string) context.Context {
	return context.WithValue(ctx, nonceKey{}, nonce)
}

// Nonce returns the nonce that [WithNonce] put into a context; "" for none and
// for one that is left out.
func Nonce(ctx context.Context) string {
	nonce, _ := ctx.Value(nonceKey{}).(string)
	if !htmlcompile.IsNonce(nonce) {
		return ""
	}
	return nonce
}
