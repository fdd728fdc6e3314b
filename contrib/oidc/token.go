package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// maxSkew is how far the clocks of the site and of a provider may be apart.
const maxSkew = time.Minute

// maxSubject is how long a subject may be, in bytes (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

// wire is what the site reads of the claims.
type wire struct {
	Subject       string      `json:"sub"`
	Email         string      `json:"email"`
	EmailVerified maybeText   `json:"email_verified"`
	Name          string      `json:"name"`
	Username      string      `json:"preferred_username"`
	AuthTime      json.Number `json:"auth_time"`
	Party         string      `json:"azp"`
	NotBefore     json.Number `json:"nbf"`
}

// maybeText is a truth that some providers write as a text.
type maybeText bool

// UnmarshalJSON reads it.
func (m *maybeText) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case "true", `"true"`:
		*m = true
	case "false", `"false"`, "null":
		*m = false
	default:
		return fmt.Errorf("email_verified is %s, and neither true nor false", cut(string(raw), 50))
	}
	return nil
}

// redeem gives the provider a code, and returns what it says of who has logged in. at is the
// log-in that was begun, which the answer must be to.
func (p *provider) redeem(ctx context.Context, k *known, at *Attempt, code, redirect string) (Claims, error) {
	ctx = gooidc.ClientContext(ctx, p.client)
	oauth := k.oauth
	oauth.RedirectURL = redirect
	token, err := oauth.Exchange(ctx, code, oauth2.VerifierOption(at.Verifier))
	if err != nil {
		return Claims{}, fmt.Errorf("give the code to the provider: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Claims{}, errors.New("the answer has no id_token")
	}
	id, err := k.verifier.Verify(ctx, raw)
	if err != nil {
		return Claims{}, fmt.Errorf("check the id_token: %w", err)
	}
	if err := p.check(id, at, token.AccessToken); err != nil {
		return Claims{}, fmt.Errorf("check the id_token: %w", err)
	}
	c := Claims{Issuer: p.Issuer, Subject: id.Subject}
	var own json.RawMessage
	if err := id.Claims(&own); err != nil {
		return Claims{}, err
	}
	if err := c.add(own); err != nil {
		return Claims{}, err
	}
	if c.Email == "" && k.lib.UserInfoEndpoint() != "" && token.AccessToken != "" {
		if err := p.addUserInfo(ctx, k, token, &c); err != nil {
			return Claims{}, fmt.Errorf("read the userinfo: %w", err)
		}
	}
	if !c.authTimeIsSane(p.now()) {
		return Claims{}, fmt.Errorf("auth_time %s is in the future", c.AuthTime)
	}
	return c, nil
}

// check looks at what the library leaves to its user.
func (p *provider) check(id *gooidc.IDToken, at *Attempt, access string) error {
	var w wire
	if err := id.Claims(&w); err != nil {
		return err
	}
	now, began := p.now(), at.Expires.Add(-attemptFor)
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(at.Nonce)) != 1:
		return errors.New("it has another nonce, so that it is the answer to another log-in")
	case id.Subject == "" || len(id.Subject) > maxSubject || strings.ContainsFunc(id.Subject, isNoText):
		return errors.New("it has no subject, or one that is too long or no text")
	case w.Party != "" && w.Party != p.ClientID:
		return fmt.Errorf("it was made for %q (azp)", w.Party)
	case len(id.Audience) > 1 && w.Party == "":
		return fmt.Errorf("it is for %d others, and does not say who asked for it (azp)", len(id.Audience)-1)
	case id.IssuedAt.After(now.Add(maxSkew)):
		return fmt.Errorf("it is of %s, which is in the future", id.IssuedAt)
	case id.IssuedAt.Before(began.Add(-maxSkew)):
		return fmt.Errorf("it is of %s, before the log-in was begun", id.IssuedAt)
	}
	if w.NotBefore != "" {
		from, err := moment("nbf", w.NotBefore)
		if err != nil {
			return err
		}
		if from.After(now.Add(maxSkew)) {
			return fmt.Errorf("it is good from %s on", from)
		}
	}
	if id.AccessTokenHash != "" {
		return id.VerifyAccessToken(access)
	}
	return nil
}

// addUserInfo asks for claims that are not in the token. They must be of the same person.
func (p *provider) addUserInfo(ctx context.Context, k *known, token *oauth2.Token, c *Claims) error {
	info, err := k.lib.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	if info.Subject != c.Subject {
		return errors.New("it is about somebody else")
	}
	var more json.RawMessage
	if err := info.Claims(&more); err != nil {
		return err
	}
	own := c.raw
	c.raw = nil
	for _, raw := range append([]json.RawMessage{more}, own...) { // what is signed goes before
		if err := c.add(raw); err != nil {
			return err
		}
	}
	return nil
}

// add takes claims, which go before those that are there.
func (c *Claims) add(raw json.RawMessage) error {
	w := wire{Email: c.Email, EmailVerified: maybeText(c.EmailVerified), Name: c.Name, Username: c.Username}
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	c.Email, c.EmailVerified, c.Name, c.Username = w.Email, bool(w.EmailVerified), w.Name, w.Username
	if w.AuthTime != "" {
		at, err := moment("auth_time", w.AuthTime)
		if err != nil {
			return err
		}
		c.AuthTime = at
	}
	c.raw = append(c.raw, raw)
	return nil
}

// moment reads a time of a token: seconds since 1970.
func moment(name string, number json.Number) (time.Time, error) {
	seconds, err := number.Float64()
	if err != nil || seconds < 0 || seconds > 1e11 {
		return time.Time{}, fmt.Errorf("%s is %s, which is no time", name, cut(string(number), 50))
	}
	return time.Unix(int64(seconds), 0), nil
}

// isNoText reports whether a character has no place in a name by which somebody is known:
// a sign that cannot be seen, or what is read in place of bytes that are no text.
func isNoText(c rune) bool { return unicode.IsControl(c) || c == utf8.RuneError }

func (c *Claims) authTimeIsSane(now time.Time) bool { return !c.AuthTime.After(now.Add(maxSkew)) }
