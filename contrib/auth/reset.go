package auth

import (
	"context"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web/messages"
)

// chosenPassword is what somebody chooses who has opened a link.
type chosenPassword struct {
	Password string `form:"password,size=1024,complete=new-password" label:"New password"`
	Code     string `form:"optional,size=60,complete=one-time-code" label:"Code" help:"Six digits that your app shows, or one of your recovery codes."`
}

var (
	resetPage  = templates.Page[*forms.Bound[address]]("accounts/reset.html")
	chosenForm = forms.New[chosenPassword]()
	chosenPage = templates.Page[chosenData]("accounts/reset_finish.html")

	resetMail    = templates.Page[mailData]("accounts/mail/reset.html")
	nobodyMail   = templates.Page[mailData]("accounts/mail/nobody.html")
	inviteMail   = templates.Page[mailData]("accounts/mail/invite.html")
	passwordMail = templates.Page[mailData]("accounts/mail/password.html")
)

type chosenData struct {
	Form   *forms.Bound[chosenPassword]
	User   *User
	Factor bool // a code is asked for
}

// reset asks for the address of somebody who has forgotten their password. The page, the
// statements and the mail are the same whether or not there is an account.
func (a *Auth) reset(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form := addressForm.Bind(ctx, address{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		if err := a.startMail(r, form.Value.Email, a.startReset); err != nil {
			return err
		}
		return a.goToSent(w, r, toReset)
	}
	return a.RenderStatus(w, r, form.Status(), resetPage.Data(form))
}

// startMail calls start unless too many mails were asked for.
func (a *Auth) startMail(r *http.Request, email string, start func(ctx context.Context, email string) error) error {
	ok, err := a.mayMail(r, email)
	if err != nil || !ok {
		return err
	}
	return start(r.Context(), email)
}

func (a *Auth) startReset(ctx context.Context, email string) error {
	return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user, err := a.byEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if err := a.note(ctx, tx, ResetAsked, user, ""); err != nil {
			return err
		}
		if user == nil || !user.Active {
			return a.mailNobody(ctx, tx, toReset, email, "")
		}
		return a.mailLink(ctx, tx, resetMail, toReset, user, "")
	})
}

// Invite mails a link to a user, with which they choose their first password. The user has an
// address.
func (a *Auth) Invite(ctx context.Context, h database.Handle, user *User) error {
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		return a.mailLink(ctx, tx, inviteMail, toInvite, user, "")
	})
}

// finishReset lets somebody choose a password who has opened the link. It does not log them in:
// whoever reads a mailbox has not proved more than that.
func (a *Auth) finishReset(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, toReset, toInvite)
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	form := chosenForm.Bind(ctx, chosenPassword{})
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
		err := a.rules(user.Username, user.Email).Check(form.Value.Password)
		if err == nil && has { // whoever reads the mailbox has not the phone
			field, err = &form.Value.Code, a.tryCode(ctx, user, form.Value.Code)
		}
		if err == nil {
			return a.choose(w, r, link, user, form.Value.Password)
		}
		if status, err = a.shown(w, form, field, err); err != nil {
			return err
		}
	}
	return a.showLinked(w, r, status, chosenPage.Data(chosenData{form, user, has}))
}

// choose stores the password of a link.
func (a *Auth) choose(w http.ResponseWriter, r *http.Request, link *Link, user *User, password string) error {
	ctx := r.Context()
	encoded, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	user.Password = encoded
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := a.spend(ctx, tx, link); err != nil {
			return err
		}
		if err := a.renewStamp(ctx, tx, user, Users.Password); err != nil {
			return err
		}
		if err := a.note(ctx, tx, PasswordSet, user, link.Purpose); err != nil {
			return err
		}
		return a.tellPasswordChanged(ctx, tx, user)
	})
	if fault.KindOf(err) == fault.Invalid {
		return a.linkFailed(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := inLink.Delete(ctx); err != nil {
		return err
	}
	if err := a.leave(ctx, user); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Your password is set. Log in with it.")); err != nil {
		return err
	}
	return a.goTo(w, r, "accounts:login")
}

// tellPasswordChanged mails a user that their password was changed.
func (a *Auth) tellPasswordChanged(ctx context.Context, tx *database.Tx, user *User) error {
	return a.mailAbout(ctx, tx, passwordMail, user, "accounts:reset")
}

// translate returns what puts messages into the language of a context.
func (a *Auth) translate(ctx context.Context) func(string, ...any) string {
	return func(message string, values ...any) string { return i18n.From(ctx).T(message, values...) }
}
