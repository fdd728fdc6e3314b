package oidc

import (
	"context"
	"errors"
	"net/http"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/sessions"
)

// newAccount is what somebody chooses who has no account here.
type newAccount struct {
	Username string `form:"size=150,complete=username" label:"User name" help:"Others see it. Letters, digits and the signs . + - _ only."`
	Name     string `form:"optional,size=150,complete=name" label:"What should we call you?"`
}

// address is where a link is mailed to.
type address struct {
	Email string `form:"email,size=254,complete=email" label:"Email address"`
}

var (
	newForm     = forms.New[newAccount]()
	newPage     = templates.Page[newData]("oidc/new.html")
	addressForm = forms.New[address]()
	addressPage = templates.Page[addressData]("oidc/address.html")
	proveMail   = templates.Page[mailData]("oidc/mail/prove.html")
	knownMail   = templates.Page[mailData]("oidc/mail/known.html")
)

type newData struct {
	Form     *forms.Bound[newAccount]
	Email    string
	Provider string
}

type addressData struct {
	Form     *forms.Bound[address]
	Provider string
}

// maker returns who has arrived and may make an account.
func (m *OIDC) maker(r *http.Request) (*Arrival, *provider, Claims, error) {
	current, err := auth.Current(r.Context())
	if err != nil {
		return nil, nil, Claims{}, err
	}
	a, p, c, err := m.arrived(r)
	if err == nil && (current != nil || !p.SignUp && !m.auth.SignUp()) {
		err = fault.New(fault.Forbidden, "You cannot make an account here.")
	}
	return a, p, c, err
}

// makeAccount lets somebody choose a name who has none here, and makes the account.
func (m *OIDC) makeAccount(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, p, c, err := m.maker(r)
	if err == nil && !a.Proved {
		return m.goTo(w, r, "oidc:address", "")
	}
	if err != nil {
		return m.fail(w, r, err, "")
	}
	form := newForm.Bind(ctx, newAccount{a.Username, a.Name})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		user := &auth.User{Username: form.Value.Username, Name: form.Value.Name, Email: a.Email}
		err := m.create(ctx, p, a, user, c)
		switch {
		case err == nil:
			if err := messages.Success(ctx, i18n.From(ctx).T("Welcome, {name}! You are logged in.", "name", user.Called())); err != nil {
				return err
			}
			return m.enter(w, r, p, user, nil, c, a.Next)
		case shown(form, err):
		default:
			return m.fail(w, r, err, "")
		}
	}
	noStore(w)
	return m.RenderStatus(w, r, form.Status(), newPage.Data(newData{form, a.Email, p.Label}))
}

// create makes the account of somebody who has arrived.
func (m *OIDC) create(ctx context.Context, p *provider, a *Arrival, user *auth.User, c Claims) error {
	return m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user.ID = 0
		if err := m.spend(ctx, tx, a); err != nil {
			return err
		}
		if err := m.auth.Auth.CreateUser(ctx, tx, user, ""); err != nil {
			return err
		}
		if err := m.auth.Note(ctx, tx, auth.AccountMade, user, "oidc "+p.Name); err != nil {
			return err
		}
		return m.store(ctx, tx, p, user, c)
	})
}

// shown makes an error of storing a user one of the form, if it is one of what was typed.
func shown(form *forms.Bound[newAccount], err error) bool {
	if field, ok := errors.AsType[*orm.FieldError](err); ok {
		switch field.Field {
		case "Username":
			return form.AddError(&form.Value.Username, field.Err)
		case "Name":
			return form.AddError(&form.Value.Name, field.Err)
		}
		return false
	}
	unique, ok := errors.AsType[*database.Error](err)
	if !ok || !errors.Is(err, database.ErrUnique) || len(unique.Columns) == 0 {
		return false
	}
	switch unique.Columns[0] {
	case "username_key":
		form.Add(&form.Value.Username, "Somebody has this user name already.")
	case "email_key":
		form.Add(nil, "This address has an account already. Log in with it.")
	default:
		form.Add(nil, "This account is linked already. Log in with it.")
	}
	return true
}

// askAddress asks for an address of somebody whose provider has none that is proved.
func (m *OIDC) askAddress(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, p, _, err := m.maker(r)
	if err != nil {
		return m.fail(w, r, err, "")
	}
	form := addressForm.Bind(ctx, address{a.Email})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if !ok {
		noStore(w)
		return m.RenderStatus(w, r, form.Status(), addressPage.Data(addressData{form, p.Label}))
	}
	may, err := m.auth.MayMail(r, form.Value.Email)
	if err == nil && may {
		err = m.mailLink(ctx, p, a, form.Value.Email)
	}
	if err != nil {
		return err
	}
	to, err := m.URLFor(ctx, "accounts:sent")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// mailLink mails a link to an address, or to one that has an account that there is one. The page
// and the work are the same.
func (m *OIDC) mailLink(ctx context.Context, p *provider, a *Arrival, email string) error {
	secret := sessions.NewToken()
	return m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		known, err := m.isKnown(ctx, tx, email)
		if err != nil {
			return err
		}
		page, route, args := proveMail, "oidc:prove", []any{secret}
		if known {
			page, route, args = knownMail, "accounts:login", nil
			secret = sessions.NewToken() // which nobody gets
		}
		_, err = orm.From[Arrival](tx).Where(Arrivals.Browser.Eq(a.Browser), Arrivals.Subject.Eq(a.Subject)).
			Update(ctx, Arrivals.Asked.Set(email), Arrivals.Link.Set(hashOf(secret)), Arrivals.Expires.Set(m.Now().Add(arrivalByMail)))
		if err != nil {
			return err
		}
		path, err := m.URLFor(ctx, route, args...)
		if err != nil {
			return err
		}
		return m.SendMail(ctx, tx, page.Data(mailData{Provider: p.Label, Link: m.Site.BaseURL + path}), mail.To(mail.Address{Address: email}))
	})
}

// prove takes an address for proved whose link somebody has opened in the browser that has asked
// for it. In another one, such as that of whoever looks through mails, it does nothing.
func (m *OIDC) prove(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Referrer-Policy", "no-referrer")
	n := int64(0)
	a, _, _, err := m.maker(r)
	if err == nil && a.Asked != "" {
		n, err = orm.From[Arrival](m.DB).Where(Arrivals.Browser.Eq(a.Browser), Arrivals.Link.Eq(hashOf(r.PathValue("secret")))).
			Update(r.Context(), Arrivals.Proved.Set(true), Arrivals.Email.Set(a.Asked), Arrivals.Link.Set(""))
	}
	if err == nil && n != 1 {
		err = errOver()
	}
	if err != nil {
		return m.fail(w, r, err, "")
	}
	return m.goTo(w, r, "oidc:new", "")
}
