package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// maxCode is how long a code of a provider may be, in bytes.
const maxCode = 4096

// callback is where a provider sends people back to.
func (m *OIDC) callback(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := m.provider(r.PathValue("provider"))
	if p == nil {
		return fault.New(fault.NotFound, "You cannot log in with this service here.")
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the address has the code
	q := r.URL.Query()
	at, err := m.takeAttempt(r, p, q.Get("state"))
	if err != nil {
		return m.fail(w, r, err, "")
	}
	// The address is the same in all languages, as the provider knows it.
	if l := m.Texts.Language(at.Language); l != nil {
		ctx = i18n.With(ctx, l)
		r = r.WithContext(ctx)
		w.Header().Set("Content-Language", l.Tag())
	}
	c, detail, err := m.answered(ctx, p, at, q)
	if err == nil && p.Allow != nil {
		err = allowed(p, p.Allow(ctx, c))
	}
	if err != nil {
		m.Log.Info("oidc: nobody is logged in by an answer of a provider", "provider", p.Name, "error", cut(err.Error(), 500), "detail", detail)
		if err := m.auth.Note(ctx, m.DB, auth.LogInFailed, nil, "oidc "+p.Name); err != nil {
			return err
		}
		return m.fail(w, r, err, detail)
	}
	switch at.Kind {
	case toLink:
		return m.finishLink(w, r, p, at, c)
	case toConfirm:
		return m.finishConfirm(w, r, p, at, c)
	}
	return m.finishLogIn(w, r, p, at, c)
}

// allowed gives the error of Provider.Allow words for people, if it has none.
func allowed(p *provider, err error) error {
	if err == nil || fault.Message(err) != "" {
		return err
	}
	return fault.Wrap(fault.Forbidden, err, "With this account of {provider} you cannot log in here.", "provider", p.Label)
}

// answered returns who has logged in at the provider, or an error with words for people. detail is
// in those of the provider.
func (m *OIDC) answered(ctx context.Context, p *provider, at *Attempt, q url.Values) (c Claims, detail string, err error) {
	k, err := p.discover(ctx)
	if err != nil {
		return c, "", errDown(p, err)
	}
	// Whoever mixes up two providers has the answer of another one (RFC 9207). Its other values
	// are not looked at.
	if iss := q.Get("iss"); iss != p.Issuer && (iss != "" || k.issuer) {
		return c, "", errAnswer(p, errIssuer(iss))
	}
	if code := q.Get("error"); code != "" {
		return c, plain(q.Get("error_description"), 300), errSaid(p, plain(code, 60))
	}
	code := q.Get("code")
	if code == "" || len(code) > maxCode {
		return c, "", errAnswer(p, errors.New("it has no code, or one that is too long"))
	}
	redirect, err := m.redirect(p)
	if err != nil {
		return c, "", err
	}
	c, err = p.redeem(ctx, k, at, code, redirect)
	switch {
	case err == nil:
		return c, "", nil
	case isDown(err):
		return c, "", errDown(p, err)
	}
	return c, "", errAnswer(p, err)
}

// errIssuer is that of an answer that names another provider, or none.
type errIssuer string

// Error says whose answer it is.
func (e errIssuer) Error() string {
	if e == "" {
		return "the answer does not say whose it is (iss), which the provider always does"
	}
	return "the answer is that of " + string(e)
}

// errSaid is an error that the provider sends people back with (RFC 6749, section 4.1.2.1).
func errSaid(p *provider, code string) error {
	switch code {
	case "access_denied":
		return fault.New(fault.Forbidden, "{provider} did not let you log in here, or you have stopped it.", "provider", p.Label)
	case "temporarily_unavailable", "server_error":
		return fault.New(fault.Unavailable, "{provider} cannot log you in at the moment. Try again later, or log in in another way.", "provider", p.Label)
	}
	return fault.New(fault.Invalid, "{provider} did not log you in, and gives as the cause: {code}", "provider", p.Label, "code", code)
}

// finishLogIn logs somebody in whom a provider knows, or finds out what else to do with them.
func (m *OIDC) finishLogIn(w http.ResponseWriter, r *http.Request, p *provider, at *Attempt, c Claims) error {
	ctx := r.Context()
	current, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	user, err := m.use(ctx, p, c, current)
	if err != nil {
		return m.fail(w, r, err, "")
	}
	if user == nil {
		return m.arrive(w, r, p, at, c, current)
	}
	return m.enter(w, r, p, user, current, c, at.Next)
}

// enter logs a user in. current is who was logged in before, nil for nobody.
func (m *OIDC) enter(w http.ResponseWriter, r *http.Request, p *provider, user, current *auth.User, c Claims, next string) error {
	remember := m.cfg.Remember
	if current != nil {
		remember = sessions.From(r.Context()).Remembered(r.Context())
	}
	to, err := m.auth.Enter(w, r, user, auth.How{Remember: remember, Factor: p.SecondFactor, At: c.AuthTime}, next)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// finishLink links an account at a provider with that of the user who has asked for it.
func (m *OIDC) finishLink(w http.ResponseWriter, r *http.Request, p *provider, at *Attempt, c Claims) error {
	user, err := m.asker(r.Context(), at)
	if err == nil {
		err = m.link(r.Context(), p, user, c)
	}
	if err != nil {
		return m.fail(w, r, err, "")
	}
	return m.linked(w, r, p, "")
}

// finishConfirm takes it for proved that a user is still there, if the provider has asked them
// just now.
func (m *OIDC) finishConfirm(w http.ResponseWriter, r *http.Request, p *provider, at *Attempt, c Claims) error {
	ctx := r.Context()
	current, err := m.asker(ctx, at)
	if err != nil {
		return m.fail(w, r, err, "")
	}
	// A provider that has not asked would prove only that the browser is the same.
	if c.AuthTime.Before(at.Expires.Add(-attemptFor - maxSkew)) {
		return m.fail(w, r, fault.New(fault.Invalid, "{provider} has not asked you again who you are. Confirm it in another way, or choose a password by mail.", "provider", p.Label), "")
	}
	user, err := m.use(ctx, p, c, current)
	if err == nil && user == nil {
		err = fault.New(fault.Invalid, "This account of {provider} is not linked with yours.", "provider", p.Label)
	}
	if err != nil {
		return m.fail(w, r, err, "")
	}
	has, err := m.auth.Auth.HasFactor(ctx, m.DB, user)
	if err != nil {
		return err
	}
	if has && !p.SecondFactor { // the code is asked for too
		return m.enter(w, r, p, user, current, c, at.Next)
	}
	to, err := m.auth.Confirm(r, user, p.SecondFactor, at.Next)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// asker returns the user who has begun an attempt, and is still logged in.
func (m *OIDC) asker(ctx context.Context, at *Attempt) (*auth.User, error) {
	user, err := auth.Current(ctx)
	if err != nil {
		return nil, err
	}
	if user == nil || at.User == nil || at.User.ID != user.ID {
		return nil, fault.New(fault.Invalid, "You are not logged in any more as who has begun this. Log in, and try again.")
	}
	return user, nil
}
