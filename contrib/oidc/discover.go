package oidc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// keepKnown is how long what a provider says of itself is used without asking again.
	keepKnown = time.Hour
	// keepFailed is how long a provider that did not answer is not asked again.
	keepFailed = 5 * time.Second
)

// provider is one at work. It is safe for concurrent use.
type provider struct {
	Provider
	client *http.Client
	now    func() time.Time
	log    *slog.Logger

	turn     chan struct{} // has room for who asks the provider what it is
	known    *known
	failed   error
	failedAt time.Time
}

// known is what a provider has said of itself.
type known struct {
	lib      *gooidc.Provider
	oauth    oauth2.Config // without the address that it sends people back to
	issuer   bool          // its answers name it (RFC 9207)
	verifier *gooidc.IDTokenVerifier
	at       time.Time
}

func newProvider(p Provider, client *http.Client) *provider {
	if p.Label == "" {
		p.Label = p.Name
	}
	if len(p.Scopes) == 0 {
		p.Scopes = []string{gooidc.ScopeOpenID, "profile", "email"}
	}
	if !slices.Contains(p.Scopes, gooidc.ScopeOpenID) {
		p.Scopes = append([]string{gooidc.ScopeOpenID}, p.Scopes...)
	}
	return &provider{Provider: p, client: client, turn: make(chan struct{}, 1)}
}

// offered reports whether people can log in with the provider.
func (p *provider) offered() bool { return p.ClientID != "" }

// discover returns what the provider says of itself. It is asked when it is first needed, so that
// a provider which is down does not keep the site from starting.
func (p *provider) discover(ctx context.Context) (*known, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := p.now()
	if p.known != nil && now.Sub(p.known.at) < keepKnown {
		return p.known, nil
	}
	if p.failed == nil || now.Sub(p.failedAt) >= keepFailed {
		// Others wait for the answer too, so that it does not end with this visitor.
		k, err := p.ask(context.WithoutCancel(ctx))
		if err == nil {
			p.known, p.failed = k, nil
			return k, nil
		}
		p.failed, p.failedAt = err, p.now() // the failure may have taken longer than keepFailed
		p.log.Warn("oidc: a provider does not say what it is", "provider", p.Name, "issuer", p.Issuer, "error", cut(err.Error(), 500))
	}
	if p.known != nil {
		return p.known, nil
	}
	return nil, p.failed
}

// ask reads the document of the provider (OpenID Connect Discovery 1.0).
func (p *provider) ask(ctx context.Context) (*known, error) {
	lib, err := gooidc.NewProvider(gooidc.ClientContext(ctx, p.client), p.Issuer)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Keys       string   `json:"jwks_uri"`
		Issuer     bool     `json:"authorization_response_iss_parameter_supported"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	if err := lib.Claims(&doc); err != nil {
		return nil, err
	}
	k := &known{lib: lib, issuer: doc.Issuer, at: p.now()}
	endpoint := lib.Endpoint()
	for name, at := range map[string]string{"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": doc.Keys} {
		if err := checkURL(at); err != nil {
			return nil, fmt.Errorf("its %s: %w", name, err)
		}
	}
	if at := lib.UserInfoEndpoint(); at != "" {
		if err := checkURL(at); err != nil {
			return nil, fmt.Errorf("its userinfo_endpoint: %w", err)
		}
	}
	algorithms := slices.DeleteFunc(slices.Clone(doc.Algorithms), func(a string) bool { return !slices.Contains(signatures(), a) })
	if len(algorithms) == 0 {
		if len(doc.Algorithms) > 0 {
			return nil, fmt.Errorf("it signs with %v only, and the site takes %v", doc.Algorithms, signatures())
		}
		algorithms = []string{gooidc.RS256}
	}
	endpoint.AuthStyle = style(doc.Methods, p.Secret)
	k.oauth = oauth2.Config{ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: endpoint, Scopes: p.Scopes}
	k.verifier = lib.Verifier(&gooidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: algorithms, Now: func() time.Time { return p.now().Add(-maxSkew) }})
	return k, nil
}

// signatures are the algorithms by which a provider may sign: those whose key the site need not
// keep secret.
func signatures() []string {
	return []string{gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.PS256, gooidc.PS384, gooidc.PS512,
		gooidc.ES256, gooidc.ES384, gooidc.ES512, gooidc.EdDSA}
}

// style is how the site shows its secret. The header is what every provider must take, unless it
// says otherwise.
func style(methods []string, secret string) oauth2.AuthStyle {
	if secret == "" || len(methods) > 0 && !slices.Contains(methods, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// isDown reports whether a call did not reach the provider, or had no answer in time.
func isDown(err error) bool {
	if retrieve, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return retrieve.Response != nil && retrieve.Response.StatusCode >= http.StatusInternalServerError
	}
	_, unreachable := errors.AsType[*net.OpError](err)
	call, ok := errors.AsType[net.Error](err)
	return unreachable || ok && call.Timeout()
}

// cut returns the first n bytes of a text, for the log.
func cut(text string, n int) string {
	if len(text) > n {
		return text[:n] + "..."
	}
	return text
}
