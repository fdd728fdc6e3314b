package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
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
		return a.mailAddress(ctx, tx, proveMail, email, link)
	})
}

// finishEmail stores the address of a link when the button is pressed. The old address is told,
// with a link that takes the change back.
func (a *Auth) finishEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, toChange)
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	if r.Method != http.MethodPost {
		return a.showLinked(w, r, http.StatusOK, provePage.Data(link))
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

// setEmail stores the address of a user, and other fields. All sessions and links of theirs end.
func (a *Auth) setEmail(ctx context.Context, tx *database.Tx, user *User, email string, fields ...orm.Field[User]) error {
	user.Email = email
	err := a.renewStamp(ctx, tx, user, append(fields, Users.Email, Users.EmailKey)...)
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

// takeBack removes the ways to prove who one is that were added since a time, by whoever has
// changed the address: a second factor, and what other modules know of.
func (a *Auth) takeBack(ctx context.Context, tx *database.Tx, user *User, since time.Time) error {
	n, err := orm.From[Factor](tx).Where(Factors.User.Eq(user.ID), Factors.Confirmed.Ge(since)).Delete(ctx)
	if err == nil && n > 0 {
		if _, err = orm.From[RecoveryCode](tx).Where(RecoveryCodes.User.Eq(user.ID)).Delete(ctx); err == nil {
			err = a.note(ctx, tx, FactorOff, user, string(EmailReverted))
		}
	}
	for _, fn := range a.takingBack {
		if err == nil {
			err = fn(ctx, tx, user, since)
		}
	}
	if err != nil {
		return fmt.Errorf("remove what was added to the account of user %d: %w", user.ID, err)
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
	return a.goTo(w, r, "accounts:login")
}

// revertEmail gives somebody their old address back who says that it was not them who changed
// it, and takes the password away, which somebody else may know, and the second factor and the
// passkeys that were added since: they choose a new password by a link that is mailed to them.
func (a *Auth) revertEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, toRevert)
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	if r.Method != http.MethodPost {
		return a.showLinked(w, r, http.StatusOK, revertPage.Data(link))
	}
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := a.spend(ctx, tx, link); err != nil {
			return err
		}
		if err := a.endRevertsAfter(ctx, tx, link); err != nil {
			return err
		}
		user.Password = ""
		if err := a.setEmail(ctx, tx, user, link.Email, Users.Password); err != nil {
			return err
		}
		if err := a.takeBack(ctx, tx, user, link.Created); err != nil {
			return err
		}
		if err := a.note(ctx, tx, EmailReverted, user, user.Email); err != nil {
			return err
		}
		return a.mailLink(ctx, tx, resetMail, toReset, user, "")
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
