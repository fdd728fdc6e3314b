package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

var (
	emailPage   = templates.Page[*forms.Bound[address]]("accounts/email.html")
	provePage   = templates.Page[*Link]("accounts/email_finish.html")
	revertPage  = templates.Page[*Link]("accounts/email_revert.html")
	proveMail   = templates.Page[mailData]("accounts/mail/email.html")
	changedMail = templates.Page[mailData]("accounts/mail/email_changed.html")
)

// changeEmail asks for a new address, which counts when its owner has proved it.
func (a *Auth) changeEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	form := addressForm.Bind(ctx, address{Email: user.Email})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok && Fold(form.Value.Email) == Fold(user.Email) {
		form.Add(&form.Value.Email, "This is your address already.")
		ok = false
	}
	if ok {
		err := a.startMail(r, form.Value.Email, func(ctx context.Context, email string) error { return a.startChange(ctx, user, email) })
		if err != nil {
			return err
		}
		return a.goToSent(w, r, toChange)
	}
	noStore(w)
	return a.RenderStatus(w, r, form.Status(), emailPage.Data(form))
}

func (a *Auth) startChange(ctx context.Context, user *User, email string) error {
	return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		link, err := a.issue(ctx, tx, toChange, user, email)
		if err != nil {
			return err
		}
		// Without the name, in which the user could write to people who have not asked.
		return a.SendMail(ctx, tx, proveMail.Data(mailData{Link: link, Email: email}), mail.To(mail.Address{Address: email}))
	})
}

// finishEmail stores the address of a link when the button is pressed. The old address is told,
// with a link that takes the change back.
func (a *Auth) finishEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, a.DB, toChange)
	if err == nil && user == nil {
		err = errLink()
	}
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	if r.Method != http.MethodPost {
		noStore(w)
		w.Header().Set("Referrer-Policy", "no-referrer")
		return a.Render(w, r, provePage.Data(link))
	}
	old := user.Email
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := a.spend(ctx, tx, link); err != nil {
			return err
		}
		if err := a.setEmail(ctx, tx, user, link.Email); err != nil {
			return err
		}
		if err := a.note(ctx, tx, EmailChanged, user, old+" -> "+user.Email); err != nil || old == "" {
			return err
		}
		back, err := a.issue(ctx, tx, toRevert, user, old)
		if err != nil {
			return err
		}
		return a.SendMail(ctx, tx, changedMail.Data(mailData{Link: back, Name: user.Called(), Email: user.Email}),
			mail.To(mail.Address{Name: user.Name, Address: old}))
	})
	return a.emailChanged(w, r, user, err)
}

// setEmail stores the address of a user. All sessions and links of theirs end.
func (a *Auth) setEmail(ctx context.Context, tx *database.Tx, user *User, email string) error {
	user.Email = email
	err := a.renewStamp(ctx, tx, user, Users.Email, Users.EmailKey)
	if errors.Is(err, database.ErrUnique) {
		return fault.New(fault.Invalid, "Somebody else has this address now.")
	}
	return err
}

// endRevertsAfter ends the links that take back later changes than the one that a link takes
// back: they were mailed to addresses that are not the user's, and would give the account to
// whoever reads them. Those of earlier changes stay good.
func (a *Auth) endRevertsAfter(ctx context.Context, tx *database.Tx, link *Link) error {
	_, err := orm.From[Link](tx).Where(Links.Purpose.Eq(string(toRevert)), Links.User.Eq(link.User.ID), Links.ID.Gt(link.ID), Links.Used.IsNull()).
		Update(ctx, Links.Used.Set(a.Now()))
	if err != nil {
		return fmt.Errorf("end the links of later changes: %w", err)
	}
	return nil
}

// emailChanged answers after a change of the address.
func (a *Auth) emailChanged(w http.ResponseWriter, r *http.Request, user *User, err error) error {
	ctx := r.Context()
	if fault.KindOf(err) == fault.Invalid {
		return a.linkFailed(w, r, err)
	}
	if err != nil {
		return fmt.Errorf("change the address: %w", err)
	}
	if err := inLink.Delete(ctx); err != nil {
		return err
	}
	if err := a.leave(ctx, user); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Your address is now {email}. Log in again.", "email", user.Email)); err != nil {
		return err
	}
	to, err := a.URLFor(ctx, "accounts:login")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// revertEmail gives somebody their old address back who says that it was not them who changed
// it, and takes the password away, which somebody else may know: they choose a new one by a
// link that is mailed to them.
func (a *Auth) revertEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, a.DB, toRevert)
	if err == nil && user == nil {
		err = errLink()
	}
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	if r.Method != http.MethodPost {
		noStore(w)
		w.Header().Set("Referrer-Policy", "no-referrer")
		return a.Render(w, r, revertPage.Data(link))
	}
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := a.spend(ctx, tx, link); err != nil {
			return err
		}
		if err := a.endRevertsAfter(ctx, tx, link); err != nil {
			return err
		}
		user.Password = ""
		if err := a.renewStamp(ctx, tx, user, Users.Password); err != nil {
			return err
		}
		if err := a.setEmail(ctx, tx, user, link.Email); err != nil {
			return err
		}
		if err := a.note(ctx, tx, EmailReverted, user, user.Email); err != nil {
			return err
		}
		reset, err := a.issue(ctx, tx, toReset, user, user.Email)
		if err != nil {
			return err
		}
		return a.SendMail(ctx, tx, resetMail.Data(mailData{Link: reset, Name: user.Called(), Email: user.Email}),
			mail.To(mail.Address{Name: user.Name, Address: user.Email}))
	})
	if fault.KindOf(err) == fault.Invalid {
		return a.linkFailed(w, r, err)
	}
	if err != nil {
		return fmt.Errorf("take back the change of the address: %w", err)
	}
	if err := inLink.Delete(ctx); err != nil {
		return err
	}
	if err := a.leave(ctx, user); err != nil {
		return err
	}
	return a.goToSent(w, r, toRevert)
}
