package auth

import (
	"context"
	"fmt"
	"net/http"

	"github.com/volaweb/vola/database"
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
	Next     string `form:"optional,hidden,size=2000"`
}

var (
	passwordForm = forms.New[newPassword]()
	passwordPage = templates.Page[*forms.Bound[newPassword]]("accounts/password.html")
	confirmForm  = forms.New[onePassword]()
	confirmPage  = templates.Page[*forms.Bound[onePassword]]("accounts/confirm.html")
	sessionsPage = templates.Page[[]sessions.Device]("accounts/sessions.html")
)

// SetPassword gives a user a password, if it is one that may be used: an error of kind
// fault.Invalid says why not. All sessions of the user end, also that of the request.
func (a *Auth) SetPassword(ctx context.Context, h database.Handle, user *User, password string) error {
	if err := a.rules(user.Username, user.Email).Check(password); err != nil {
		return err
	}
	encoded, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	user.Password = encoded
	return a.renewStamp(ctx, h, user, Users.Password)
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
	if ok {
		ok, err := a.checkPassword(ctx, user, form.Value.Old)
		if err != nil {
			return err
		}
		if !ok {
			form.Add(&form.Value.Old, "This is not your password.")
		} else if err := a.SetPassword(ctx, a.DB, user, form.Value.New); err == nil {
			return a.passwordChanged(w, r, user)
		} else if !form.AddError(&form.Value.New, err) {
			return err
		}
	}
	noStore(w)
	return a.RenderStatus(w, r, form.Status(), passwordPage.Data(form))
}

// passwordChanged keeps somebody logged in whose other sessions have ended.
func (a *Auth) passwordChanged(w http.ResponseWriter, r *http.Request, user *User) error {
	ctx := r.Context()
	if err := a.LogIn(ctx, user, false); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Your password is changed. You are logged out everywhere else.")); err != nil {
		return err
	}
	return web.Redirect(w, r, a.cfg.Home, http.StatusSeeOther)
}

// checkPassword reports whether a password is that of a user.
func (a *Auth) checkPassword(ctx context.Context, user *User, password string) (bool, error) {
	if user.Password == "" {
		return false, a.hasher.Burn(ctx, password)
	}
	ok, _, err := a.hasher.Check(ctx, user.Password, password)
	return ok, err
}

// confirm asks somebody who is logged in for their password again.
func (a *Auth) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	form := confirmForm.Bind(ctx, onePassword{Next: r.URL.Query().Get("next")})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		ok, err := a.checkPassword(ctx, user, form.Value.Password)
		if err != nil {
			return err
		}
		if ok {
			if err := sessions.From(ctx).Renew(ctx); err != nil {
				return err
			}
			if err := inSession.Set(ctx, loggedIn{Stamp: user.Stamp, At: a.Now()}); err != nil {
				return err
			}
			forget(ctx)
			return web.Redirect(w, r, web.SafeNext(r, form.Value.Next, a.cfg.Home), http.StatusSeeOther)
		}
		form.Add(&form.Value.Password, "This is not your password.")
	}
	noStore(w)
	return a.RenderStatus(w, r, form.Status(), confirmPage.Data(form))
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
	to, err := a.URLFor(ctx, "accounts:sessions")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}
