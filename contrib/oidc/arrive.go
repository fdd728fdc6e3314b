package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

const (
	// arrivalFor is how long somebody may take to log in or to choose a name, and arrivalByMail
	// with a mail on the way.
	arrivalFor    = 15 * time.Minute
	arrivalByMail = time.Hour
)

// use returns the user whom an account at a provider logs in, nil if it is linked with none, and
// stores that it was used. current is who is logged in, nil for nobody.
func (m *OIDC) use(ctx context.Context, p *provider, c Claims, current *auth.User) (*auth.User, error) {
	var user *auth.User
	err := m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user = nil
		id, ok, err := orm.From[Identity](tx).Where(Identities.Provider.Eq(p.Name), Identities.Subject.Eq(c.Subject)).ForUpdate(orm.Wait).Lookup(ctx)
		if err != nil || !ok {
			return err
		}
		u, err := orm.Find[auth.User](ctx, tx, id.User.ID)
		if err != nil {
			return err
		}
		switch {
		case id.Issuer != c.Issuer:
			m.Log.Warn("oidc: an identity was linked when the provider had another issuer; it logs nobody in", "provider", p.Name, "identity", id.ID, "was", id.Issuer)
			return errAnswer(p, errors.New("the provider had another issuer when the identity was linked"))
		case current != nil && current.ID != u.ID:
			return fault.New(fault.Conflict, "This account of {provider} is linked with another account here. Log out first.", "provider", p.Label)
		case !u.Active:
			return fault.New(fault.Forbidden, "This account is closed. Ask the people who run this site.")
		}
		now := m.Now()
		id.LastUsed, id.Email = &now, addressOf(c)
		if err := orm.Update(ctx, tx, &id, Identities.LastUsed, Identities.Email); err != nil {
			return err
		}
		user = &u
		return m.hook(ctx, tx, p, user, c)
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// hook calls Provider.LoggedIn.
func (m *OIDC) hook(ctx context.Context, tx *database.Tx, p *provider, user *auth.User, c Claims) error {
	if p.LoggedIn == nil {
		return nil
	}
	return p.LoggedIn(ctx, tx, user, c)
}

// link makes an account at a provider log a user in.
func (m *OIDC) link(ctx context.Context, p *provider, user *auth.User, c Claims) error {
	err := m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := m.auth.Lock(ctx, tx, user); err != nil {
			return err
		}
		have, err := orm.From[Identity](tx).Where(Identities.User.Eq(user.ID)).Count(ctx)
		if err != nil {
			return err
		}
		if have >= int64(m.cfg.Max) {
			return fault.New(fault.Conflict, "You cannot have more than {n} linked accounts. Remove one first.", "n", m.cfg.Max)
		}
		if err := m.store(ctx, tx, p, user, c); err != nil {
			return err
		}
		return m.tell(ctx, tx, user, Linked, p.Label, addressOf(c))
	})
	if errors.Is(err, database.ErrUnique) {
		return fault.Wrap(fault.Conflict, err, "This account of {provider} is linked already.", "provider", p.Label)
	}
	return err
}

// store stores an identity, and notes it.
func (m *OIDC) store(ctx context.Context, tx *database.Tx, p *provider, user *auth.User, c Claims) error {
	id := Identity{User: orm.RefTo[auth.User](user.ID), Provider: p.Name, Subject: c.Subject, Issuer: c.Issuer, Email: addressOf(c)}
	if err := orm.Create(ctx, tx, &id); err != nil {
		return err
	}
	if err := m.auth.Note(ctx, tx, Linked, user, p.Name); err != nil {
		return err
	}
	return m.hook(ctx, tx, p, user, c)
}

// addressOf returns the address of somebody, "" for none that a mail could be sent to.
func addressOf(c Claims) string {
	a, err := mail.ParseAddress(c.Email)
	if err != nil || a.Name != "" || a.Address != c.Email || len(c.Email) > 254 {
		return ""
	}
	return c.Email
}

// arrive finds out what to do with somebody whom a provider knows and the site does not. Nobody is
// found by the address that the provider gives: who has one there need not be who has it here.
func (m *OIDC) arrive(w http.ResponseWriter, r *http.Request, p *provider, at *Attempt, c Claims, current *auth.User) error {
	ctx := r.Context()
	email := addressOf(c)
	if err := m.keep(ctx, at, c, email); err != nil {
		return err
	}
	if current != nil {
		return m.goTo(w, r, "oidc:link", "")
	}
	mayMake := p.SignUp || m.auth.SignUp()
	say := i18n.From(ctx).T("No account here is linked with this account of {provider}. If you have one, log in to it; then you can link them.", "provider", p.Label)
	if c.EmailVerified && email != "" {
		there, err := m.isKnown(ctx, m.DB, email)
		if err != nil {
			return err
		}
		if !there && mayMake {
			return m.goTo(w, r, "oidc:new", "")
		}
		if there {
			say = i18n.From(ctx).T("There is an account here with the address {email}. Log in to it; then you can link it with that of {provider}.", "email", email, "provider", p.Label)
		}
	} else if mayMake {
		return m.goTo(w, r, "oidc:address", "")
	}
	if err := messages.Warning(ctx, say); err != nil {
		return err
	}
	return m.goTo(w, r, "accounts:login", "oidc:link")
}

// isKnown reports whether a user has an address.
func (m *OIDC) isKnown(ctx context.Context, h database.Handle, email string) (bool, error) {
	return orm.From[auth.User](h).Where(auth.Users.EmailKey.Eq(auth.Fold(email))).Exists(ctx)
}

// goTo leads to a page; next is the route of the one after it, "" for none.
func (m *OIDC) goTo(w http.ResponseWriter, r *http.Request, route, next string) error {
	to, err := m.URLFor(r.Context(), route)
	if err != nil {
		return err
	}
	if next != "" {
		then, err := m.URLFor(r.Context(), next)
		if err != nil {
			return err
		}
		to += "?next=" + url.QueryEscape(then)
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// stored is what an Arrival has of the claims.
type stored struct {
	Claims
	Raw []json.RawMessage
}

// keep stores who has arrived in a browser, in place of who has before.
func (m *OIDC) keep(ctx context.Context, at *Attempt, c Claims, email string) error {
	raw, err := json.Marshal(stored{c, c.raw})
	if err != nil {
		return err
	}
	a := Arrival{Browser: at.Browser, Provider: at.Provider, Issuer: c.Issuer, Subject: c.Subject, Email: email,
		Proved: c.EmailVerified && email != "", Name: plain(c.Name, 150), Username: proposal(c), Claims: strings.ToValidUTF8(string(raw), "\ufffd"), Next: at.Next, Expires: m.Now().Add(arrivalFor)}
	return m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, err := orm.From[Arrival](tx).Where(Arrivals.Browser.Eq(a.Browser)).Delete(ctx); err != nil {
			return err
		}
		return orm.Create(ctx, tx, &a)
	})
}

// proposal returns a user name that somebody may want to have, "" for none.
func proposal(c Claims) string {
	name, _, _ := strings.Cut(c.Username, "@")
	if name == "" {
		name, _, _ = strings.Cut(addressOf(c), "@")
	}
	return shorten(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".+-_", r) {
			return r
		}
		return -1
	}, name), 150)
}

// arrived returns who has arrived in the browser that sends a request, with the provider.
func (m *OIDC) arrived(r *http.Request) (*Arrival, *provider, Claims, error) {
	browser := browserOf(r)
	if browser == "" {
		return nil, nil, Claims{}, errOver()
	}
	a, ok, err := orm.From[Arrival](m.DB).Where(Arrivals.Browser.Eq(browser), Arrivals.Expires.Gt(m.Now())).Lookup(r.Context())
	if err != nil {
		return nil, nil, Claims{}, err
	}
	p := m.provider(a.Provider)
	if !ok || p == nil {
		return nil, nil, Claims{}, errOver()
	}
	var s stored
	if err := json.Unmarshal([]byte(a.Claims), &s); err != nil {
		return nil, nil, Claims{}, errOver()
	}
	s.raw = s.Raw
	return &a, p, s.Claims, nil
}

// spend deletes an arrival in the transaction of what it does: of two that try, one gets nil.
func (m *OIDC) spend(ctx context.Context, tx *database.Tx, a *Arrival) error {
	n, err := orm.From[Arrival](tx).Where(Arrivals.Browser.Eq(a.Browser), Arrivals.Provider.Eq(a.Provider), Arrivals.Subject.Eq(a.Subject)).Delete(ctx)
	if err == nil && n != 1 {
		err = errOver()
	}
	return err
}
