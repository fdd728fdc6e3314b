package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
)

// Provider is a service that says who people are (OpenID Connect Core 1.0).
type Provider struct {
	// Name is in the addresses of the site, in the names of settings and in the table of
	// identities, so that it stays: lower-case letters and digits, at most 20.
	Name string
	// Label is what people call the service, "Log in with ...". Defaults to Name.
	Label string
	// Issuer is the address of the provider, exactly as it writes it itself. It has HTTPS, but on
	// this machine, for tests.
	Issuer string
	// ClientID and Secret are what the site is known by at the provider. The settings
	// OIDC_NAME_CLIENT_ID and OIDC_NAME_SECRET, with the Name in capital letters, go before them.
	// Without a ClientID the provider is not offered.
	ClientID string
	Secret   string `json:"-"`
	// Scopes are what is asked for. Defaults to "openid", "profile" and "email".
	Scopes []string
	// Params are added to the address that people are sent to, such as "hd" for Google.
	Params map[string]string
	// SignUp makes an account for everybody who has none, also where auth.Config.SignUp is off.
	SignUp bool
	// SecondFactor says that the provider asks for a second factor. Without it users who have one
	// here are asked for its code.
	SecondFactor bool
	// Allow refuses people by an error, whose text they see if it is one of package fault. Nil
	// allows everybody whom the provider knows.
	Allow func(ctx context.Context, c Claims) error
	// LoggedIn is called in the transaction of each log-in, such as to put the user into groups.
	// An error keeps them out. Nil does nothing.
	LoggedIn func(ctx context.Context, tx *database.Tx, user *auth.User, c Claims) error
}

// Claims are what a provider says of somebody.
type Claims struct {
	// Issuer is the provider, and Subject what it calls the person, who keeps it for good.
	Issuer, Subject string
	// Email is an address, "" for none. It is the person's only if EmailVerified.
	Email         string
	EmailVerified bool
	// Name is how the person wants to be called, and Username what they are called at the
	// provider, where others may get the name later. Both may be "".
	Name, Username string
	// AuthTime is when the person last proved who they are, zero if the provider does not say so.
	AuthTime time.Time
	raw      []json.RawMessage // later ones go before earlier ones
}

// Decode reads further claims into the struct or map that v points to, as encoding/json does.
func (c Claims) Decode(v any) error {
	for _, raw := range c.raw {
		if err := json.Unmarshal(raw, v); err != nil {
			return fmt.Errorf("read the claims of %s: %w", c.Issuer, err)
		}
	}
	return nil
}

// errs returns what is wrong with the provider.
func (p Provider) errs() []error {
	var errs []error
	if p.Name == "" || len(p.Name) > 20 || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		errs = append(errs, fmt.Errorf("oidc: the provider %q has another name than up to 20 lower-case letters and digits; set Name", p.Name))
	}
	if err := checkURL(p.Issuer); err != nil {
		errs = append(errs, fmt.Errorf("oidc: the issuer of the provider %q: %w", p.Name, err))
	}
	return errs
}

// checkURL returns why an address of a provider cannot be used. What passes over it says who
// somebody is, so that it has HTTPS unless it stays on this machine.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return err
	case u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%q is not the address of a provider, such as https://login.example.org", text)
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%q has no HTTPS", text)
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
