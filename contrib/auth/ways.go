package auth

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// Pages are those that ask who somebody is. A module with another way to prove it, such as
// passkeys, puts pages of its own in their place. They extend accounts/login.html,
// accounts/confirm.html and accounts/account.html, and fill the block "ways", of which that of
// an account is a place for items of a list. The block begins with {{super}}, as a module such
// as oidc puts more ways into the pages that they extend, by a file of the same name in its
// Loaders.
type Pages struct {
	LogIn   templates.PageOf[LogInData]
	Confirm templates.PageOf[ConfirmData]
	Account templates.PageOf[AccountData]
}

// Extension is what a module needs of Auth that lets people prove in another way who they are.
// Its methods are safe for concurrent use, but for those that are called before the site is made.
type Extension struct{ Auth *Auth }

// UsePages puts pages of the module in place of those of Auth. It is called before the site is
// made, by at most one module: a second is an error when the site is checked.
func (e Extension) UsePages(p Pages) {
	if now := e.Auth.pages.LogIn.TemplateName(); now != loginPage.TemplateName() {
		e.Auth.wrong = append(e.Auth.wrong, fmt.Errorf("two modules have a log-in page: %s and %s; leave one of the modules out", now, p.LogIn.TemplateName()))
		return
	}
	e.Auth.pages = p
}

// OnTakingBack makes fn remove the ways to prove who one is that the module has stored for a user
// since a time: in the transaction in which the user takes back a change of their address that was
// not theirs. It is called before the site is made.
func (e Extension) OnTakingBack(fn func(ctx context.Context, tx *database.Tx, user *User, since time.Time) error) {
	e.Auth.takingBack = append(e.Auth.takingBack, fn)
}

// CallRows says what people read instead of the name of a table where they close their account, if
// rows of it are deleted with the account: a text that [i18n.Mark] has marked, such as "Passkeys".
// An empty one leaves those rows out, which say nothing to people. It is called before the site is
// made.
//
// [i18n.Mark]: https://pkg.go.dev/github.com/volaweb/vola/i18n#Mark
func (e Extension) CallRows(table, text string) { e.Auth.called[table] = text }

// Admit logs somebody in who has proved to the module all that is asked of them, as the pages of
// accounts do: [Auth.LogIn], and a mail if they have not used the device before. It returns where
// to send them: next if that is a page of this site, else Config.Home. The user is active.
func (e Extension) Admit(w http.ResponseWriter, r *http.Request, user *User, how How, next string) (to string, err error) {
	a := e.Auth
	first, known := user.LastLogin == nil, a.knownDevice(r, user)
	if err := a.LogIn(r.Context(), user, how); err != nil {
		return "", err
	}
	if !known {
		if err := a.rememberDevice(w, r, user); err != nil {
			return "", err
		}
		if !first {
			a.tellDevice(r.Context(), user)
		}
	}
	return web.SafeNext(r, next, a.cfg.Home), nil
}

// Confirm notes that the user who sent the request has proved again who they are, and with factor a
// second factor too, so that [SudoRequired] lets them pass for a while. What their session holds
// stays. It returns where to send them, as [Extension.Admit] does.
func (e Extension) Confirm(r *http.Request, user *User, factor bool, next string) (to string, err error) {
	ctx, a := r.Context(), e.Auth
	if err := sessions.From(ctx).Renew(ctx); err != nil {
		return "", err
	}
	err = inSession.Update(ctx, func(in *loggedIn) error {
		in.Stamp, in.At, in.Factor = user.Stamp, a.Now(), factor
		return nil
	})
	if err != nil {
		return "", err
	}
	forget(ctx)
	if err := a.note(ctx, a.DB, Confirmed, user, ""); err != nil {
		return "", err
	}
	return web.SafeNext(r, next, a.cfg.Home), nil
}

// LogInAgain keeps the user logged in who sent the request, after [Auth.EndSessions]: with a new
// token, the same limits, and a second factor if they had given one.
func (e Extension) LogInAgain(ctx context.Context, user *User) error {
	return e.Auth.logInAgain(ctx, user, e.Auth.provedFactor(ctx))
}

// Enter is [Extension.Admit] for a proof that may be one factor only: a user who has a second one
// is sent to the page that asks for its code, unless how says that it was given, and is logged in
// when the code is right.
func (e Extension) Enter(w http.ResponseWriter, r *http.Request, user *User, how How, next string) (to string, err error) {
	if !how.Factor {
		has, err := e.Auth.HasFactor(r.Context(), e.Auth.DB, user)
		if err != nil {
			return "", err
		}
		if has {
			return e.Auth.keepPending(r.Context(), user, how.Remember, web.SafeNext(r, next, e.Auth.cfg.Home))
		}
	}
	return e.Admit(w, r, user, how, next)
}

// OnCountingWays makes fn count the ways to log in that the module has stored for a user. It is
// called before the site is made.
func (e Extension) OnCountingWays(fn func(ctx context.Context, h database.Handle, user *User) (int64, error)) {
	e.Auth.countingWays = append(e.Auth.countingWays, fn)
}

// Ways returns how many ways to log in a user has: the password, and those that modules count. A
// module that removes one asks afterwards, in the transaction, and takes it back if there is none
// left.
func (e Extension) Ways(ctx context.Context, h database.Handle, user *User) (int64, error) {
	var n int64
	if user.Password != "" {
		n++
	}
	for _, count := range e.Auth.countingWays {
		more, err := count(ctx, h, user)
		if err != nil {
			return 0, fmt.Errorf("count the ways of user %d to log in: %w", user.ID, err)
		}
		n += more
	}
	return n, nil
}

// Lock makes changes of the ways of a user to log in wait for each other until the transaction ends,
// and reads the user again, who is still the one who sent the request: an account that was closed,
// or whose sessions were ended, since that is an error of kind [fault.Unauthenticated].
func (e Extension) Lock(ctx context.Context, tx *database.Tx, user *User) error {
	fresh, err := orm.From[User](tx).Where(Users.ID.Eq(user.ID)).ForUpdate(orm.Wait).First(ctx)
	if err != nil {
		return err
	}
	if !fresh.Active || fresh.Stamp != user.Stamp {
		return fault.New(fault.Unauthenticated, "Your account was changed at the same time. Log in again.")
	}
	*user = fresh
	return nil
}

// Tell mails a page to a user, after the commit if h is a transaction; those who have no address are
// not told.
func (e Extension) Tell(ctx context.Context, h database.Handle, user *User, page templates.Rendering) error {
	if user.Email == "" {
		return nil
	}
	return e.Auth.SendMail(ctx, h, page, addressOf(user))
}

// SignUp reports whether everybody can make an account.
func (e Extension) SignUp() bool { return e.Auth.cfg.SignUp }

// MayMail counts a mail that a visitor asks for, to an address that may be somebody else's. If it
// is false there were too many: the mail is not sent, and the page does not say so.
func (e Extension) MayMail(r *http.Request, address string) (bool, error) {
	return e.Auth.mayMail(r, address)
}

// Note stores an event about the account of a user, nil for nobody. h may be a transaction. The
// detail is cut after 300 characters; see [Event] for what it must not have.
func (e Extension) Note(ctx context.Context, h database.Handle, kind EventKind, user *User, detail string) error {
	return e.Auth.note(ctx, h, kind, user, detail)
}
