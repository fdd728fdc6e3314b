package auth

import (
	"context"
	"fmt"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/sessions"
)

type newPassword struct {
	Old string `form:"password,size=1024,complete=current-password" label:"Current password"`
	New string `form:"password,size=1024,complete=new-password" label:"New password"`
}

type onePassword struct {
	Password string `form:"password,size=1024,complete=current-password" label:"Password"`
	Code     string `form:"optional,size=60,complete=one-time-code" label:"Code" help:"Six digits that your app shows, or one of your recovery codes."`
	Next     string `form:"optional,hidden,size=2000"`
}

// ConfirmData is what the page shows that asks for the password again.
type ConfirmData struct {
	// Form asks for the password.
	Form *forms.Bound[onePassword]
	// Factor says that a code is asked for too.
	Factor bool
}

var (
	passwordForm = forms.New[newPassword]()
	passwordPage = templates.Page[*forms.Bound[newPassword]]("accounts/password.html")
	confirmForm  = forms.New[onePassword]()
	confirmPage  = templates.Page[ConfirmData]("accounts/confirm.html")
	sessionsPage = templates.Page[[]sessions.Device]("accounts/sessions.html")
)

// SetPassword gives a user a password, if it is one that may be used: an error of kind
// fault.Invalid says why not. All sessions of the user end, also that of the request.
func (a *Auth) SetPassword(ctx context.Context, h database.Handle, user *User, password string) error {
	return a.setPassword(ctx, h, user, password, func(context.Context, *database.Tx) error { return nil })
}

// setPassword is SetPassword with what else is done in its transaction.
func (a *Auth) setPassword(ctx context.Context, h database.Handle, user *User, password string, also func(context.Context, *database.Tx) error) error {
	if err := a.rules(user.Username, user.Email).Check(password); err != nil {
		return err
	}
	encoded, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user.Password = encoded
		if err := a.renewStamp(ctx, tx, user, Users.Password); err != nil {
			return err
		}
		if err := a.note(ctx, tx, PasswordSet, user, ""); err != nil {
			return err
		}
		return also(ctx, tx)
	})
}

// EndSessions ends all sessions of a user, on all devices, and all links that were mailed to
// them.
func (a *Auth) EndSessions(ctx context.Context, h database.Handle, user *User) error {
	return a.renewStamp(ctx, h, user)
}

// renewStamp stores fields of a user with a new stamp, and deletes the sessions that have the
// old one.
func (a *Auth) renewStamp(ctx context.Context, h database.Handle, user *User, fields ...orm.Field[User]) error {
	user.Stamp = newStamp()
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := orm.Update(ctx, tx, user, append(fields, Users.Stamp)...); err != nil {
			return fmt.Errorf("store user %d: %w", user.ID, err)
		}
		return a.store.EndIn(ctx, tx, user.ID)
	})
}

// leave begins a new session for the request if it has one of a user whose sessions have just
// ended, as what is told them on the next page would be lost with it.
func (a *Auth) leave(ctx context.Context, user *User) error {
	s := sessions.From(ctx)
	id, err := s.User(ctx)
	if err != nil || id != user.ID {
		return err
	}
	forget(ctx)
	return s.End(ctx)
}

// changePassword is the page on which people change their password.
func (a *Auth) changePassword(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	form := passwordForm.Bind(ctx, newPassword{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	status := form.Status()
	if ok {
		if err := a.confirmPassword(ctx, user, form.Value.Old); err != nil {
			if status, err = a.shown(w, form, &form.Value.Old, err); err != nil {
				return err
			}
		} else if err := a.storePassword(ctx, user, form.Value.New); err == nil {
			return a.passwordChanged(w, r, user)
		} else if status, err = a.shown(w, form, &form.Value.New, err); err != nil {
			return err
		}
	}
	noStore(w)
	return a.RenderStatus(w, r, status, passwordPage.Data(form))
}

// passwordChanged keeps somebody logged in whose other sessions have ended.
func (a *Auth) passwordChanged(w http.ResponseWriter, r *http.Request, user *User) error {
	ctx := r.Context()
	if err := a.logInAgain(ctx, user, a.provedFactor(ctx)); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Your password is changed. You are logged out everywhere else.")); err != nil {
		return err
	}
	return web.Redirect(w, r, a.cfg.Home, http.StatusSeeOther)
}

// provedFactor reports whether the session of the request was begun with a second factor.
func (a *Auth) provedFactor(ctx context.Context) bool {
	in, err := inSession.Get(ctx)
	return err == nil && in.Factor
}

// storePassword is SetPassword with a mail about it.
func (a *Auth) storePassword(ctx context.Context, user *User, password string) error {
	return a.setPassword(ctx, a.DB, user, password, func(ctx context.Context, tx *database.Tx) error {
		return a.tellPasswordChanged(ctx, tx, user)
	})
}

// confirmPassword counts a try, and returns an error of kind fault.Invalid if a password is not
// that of a user who is logged in.
func (a *Auth) confirmPassword(ctx context.Context, user *User, password string) error {
	tries, err := a.beforeCode(ctx, user)
	if err != nil {
		return err
	}
	ok := false
	if user.Password == "" {
		err = a.hasher.Burn(ctx, password)
	} else {
		ok, _, err = a.hasher.Check(ctx, user.Password, password)
	}
	if err == nil && !ok {
		err = fault.New(fault.Invalid, "This is not your password.")
	}
	if err != nil {
		return err
	}
	return tries.giveBack(ctx)
}

// confirm asks somebody who is logged in for their password again.
func (a *Auth) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	form := confirmForm.Bind(ctx, onePassword{Next: r.URL.Query().Get("next")})
	has, err := a.HasFactor(ctx, a.DB, user)
	if err == nil && has {
		err = require(form, "code")
	}
	if err != nil {
		return err
	}
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	status := form.Status()
	if ok {
		field := any(&form.Value.Password)
		err := a.confirmPassword(ctx, user, form.Value.Password)
		if err == nil && has {
			field, err = &form.Value.Code, a.tryCode(ctx, user, form.Value.Code)
		}
		if err == nil {
			to, err := Extension{a}.Confirm(r, user, has, form.Value.Next)
			if err != nil {
				return err
			}
			return web.Redirect(w, r, to, http.StatusSeeOther)
		}
		if status, err = a.shown(w, form, field, err); err != nil {
			return err
		}
	}
	noStore(w)
	return a.RenderStatus(w, r, status, a.pages.Confirm.Data(ConfirmData{form, has}))
}

// require makes a field of a form one that must be filled in.
func require(form interface {
	Field(name string) (*forms.Field, error)
}, name string) error {
	f, err := form.Field(name)
	if err != nil {
		return err
	}
	f.Required = true
	return nil
}

// sessions lists where the user is logged in.
func (a *Auth) sessions(w http.ResponseWriter, r *http.Request) error {
	devices, err := sessions.From(r.Context()).Devices(r.Context())
	if err != nil {
		return err
	}
	noStore(w)
	return a.Render(w, r, sessionsPage.Data(devices))
}

// endSession ends one of the sessions, or all others.
func (a *Auth) endSession(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), sessions.From(r.Context())
	var err error
	if id := r.PostFormValue("id"); id != "" {
		err = s.EndDevice(ctx, id)
	} else {
		_, err = s.EndOthers(ctx)
	}
	if err != nil {
		return err
	}
	forget(ctx)
	if user, err := Current(ctx); err != nil || user == nil {
		if err != nil {
			return err
		}
		return web.Redirect(w, r, a.cfg.Home, http.StatusSeeOther)
	}
	return a.goTo(w, r, "accounts:sessions")
}
