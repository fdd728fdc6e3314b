package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

// closedFor is how long a closed account is kept, and can be opened again, before it is deleted.
const closedFor = 7 * 24 * time.Hour

var (
	closePage  = templates.Page[closeData]("accounts/close.html")
	keepPage   = templates.Page[*User]("accounts/keep.html")
	closedMail = templates.Page[mailData]("accounts/mail/closed.html")
)

// closeData says what is deleted with an account.
type closeData struct {
	Effects []closeEffect
	Days    int
}

type closeEffect struct {
	What string // in the words of the module, or the name of the table without that of its module
	Rows int64
}

// closeAccount shows what is deleted with an account, and closes it.
func (a *Auth) closeAccount(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost {
		plan, err := orm.PlanDelete(ctx, orm.From[User](a.DB).Where(Users.ID.Eq(user.ID)))
		if err != nil {
			return err
		}
		data := closeData{Days: int(closedFor / (24 * time.Hour))}
		for _, e := range plan.Effects {
			// What belongs to the account itself says nothing to people.
			module, what, found := strings.Cut(e.Table, "_")
			words, called := a.called[e.Table]
			if e.Rows == 0 || module == a.Name() || called && words == "" || e.Kind != orm.WouldDelete && e.Kind != orm.WouldUnlink {
				continue
			}
			if !found {
				what = e.Table
			}
			what = strings.ReplaceAll(what, "_", " ")
			if called {
				what = i18n.From(ctx).T(words)
			}
			data.Effects = append(data.Effects, closeEffect{what, e.Rows})
		}
		noStore(w)
		return a.Render(w, r, closePage.Data(data))
	}
	if err := a.CloseAccount(ctx, a.DB, user); err != nil {
		return err
	}
	if err := a.LogOut(ctx); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Your account is closed. We have sent you a mail, with which you can open it again.")); err != nil {
		return err
	}
	return web.Redirect(w, r, a.cfg.Home, http.StatusSeeOther)
}

// CloseAccount closes an account: the user is logged out, and cannot log in. After seven days
// they are deleted, with the rows that the database deletes with them (on_delete=cascade); until
// then a link that is mailed to them opens the account again.
func (a *Auth) CloseAccount(ctx context.Context, h database.Handle, user *User) error {
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		at := a.Now().Add(closedFor)
		user.Active, user.DeleteAt = false, &at
		if err := a.renewStamp(ctx, tx, user, Users.Active, Users.DeleteAt); err != nil {
			return err
		}
		if err := a.note(ctx, tx, AccountClosed, user, ""); err != nil || user.Email == "" {
			return err
		}
		return a.mailLink(ctx, tx, closedMail, toKeep, user, "")
	})
}

// keep opens a closed account again when the button is pressed.
func (a *Auth) keep(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, toKeep)
	if err == nil && user.DeleteAt == nil {
		err = errLink()
	}
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	if r.Method != http.MethodPost {
		return a.showLinked(w, r, http.StatusOK, keepPage.Data(user))
	}
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := a.spend(ctx, tx, link); err != nil {
			return err
		}
		user.Active, user.DeleteAt = true, nil
		if err := a.renewStamp(ctx, tx, user, Users.Active, Users.DeleteAt); err != nil {
			return err
		}
		return a.note(ctx, tx, AccountKept, user, "")
	})
	if fault.KindOf(err) == fault.Invalid {
		return a.linkFailed(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Your account is open again. Log in with your password.")); err != nil {
		return err
	}
	return a.goTo(w, r, "accounts:login")
}

// deleteClosed deletes the accounts that were closed long enough ago. One that cannot be deleted,
// as rows of a module refer to it and protect it, stays closed; the error names it.
func (a *Auth) deleteClosed(ctx context.Context) error {
	due, err := orm.From[User](a.DB).Where(Users.DeleteAt.Le(a.Now()), Users.Active.Eq(false)).Limit(100).All(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for i := range due {
		err := a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			// Somebody may have opened the account since it was read.
			n, err := orm.From[User](tx).Where(Users.ID.Eq(due[i].ID), Users.Active.Eq(false), Users.DeleteAt.Le(a.Now())).Delete(ctx)
			if err != nil || n == 0 {
				return err
			}
			if err := a.store.EndIn(ctx, tx, due[i].ID); err != nil {
				return err
			}
			return a.note(ctx, tx, AccountDeleted, &due[i], "")
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("delete user %d: %w", due[i].ID, err))
		}
	}
	return errors.Join(errs...)
}

// clean deletes what is over.
func (a *Auth) clean(ctx context.Context) error {
	return errors.Join(a.deleteClosed(ctx), a.forgetOld(ctx, a.Now()))
}
