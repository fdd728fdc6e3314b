package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/volaweb/vola/contrib/auth/passwords"
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

// credentials are what people log in with.
type credentials struct {
	Login    string `form:"size=254,complete=username" label:"User name or email address"`
	Password string `form:"password,size=1024,complete=current-password" label:"Password"`
	Remember bool   `form:"" label:"Keep me logged in on this device"`
	Next     string `form:"optional,hidden,size=2000"`
}

var (
	loginForm  = forms.New[credentials]()
	loginPage  = templates.Page[LogInData]("accounts/login.html")
	logoutPage = templates.Page[struct{}]("accounts/logout.html")
)

// LogInData is what the log-in page shows.
type LogInData struct {
	// Form asks for a name and a password.
	Form *forms.Bound[credentials]
	// SignUpURL is where people make an account, "" if nobody can.
	SignUpURL string
	// Magic says that people can log in by a link.
	Magic bool
}

// signUpURL returns the path of the page where people make an account, "" if there is none.
func (a *Auth) signUpURL(ctx context.Context) (string, error) {
	if !a.cfg.SignUp {
		return "", nil
	}
	return a.URLFor(ctx, "accounts:signup")
}

// sendToLogin answers somebody who must log in first.
func (a *Auth) sendToLogin(w http.ResponseWriter, r *http.Request) {
	if web.WantsJSON(w, r) {
		web.Fail(w, r, fault.New(fault.Unauthenticated, "Log in first."))
		return
	}
	to, err := a.URLFor(r.Context(), "accounts:login")
	if err == nil {
		// What was to be sent is not sent again, so that another method leads to the page before.
		next := r.URL.RequestURI()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			next = web.SafeNext(r, r.Referer(), "")
		}
		if next != "" {
			to += "?next=" + url.QueryEscape(next)
		}
		err = web.Redirect(w, r, to, http.StatusSeeOther)
	}
	if err != nil {
		web.Fail(w, r, err)
	}
}

// login shows the page, and logs people in.
func (a *Auth) login(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form := loginForm.Bind(ctx, credentials{Next: r.URL.Query().Get("next")})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	next := web.SafeNext(r, form.Value.Next, a.cfg.Home)
	status := form.Status()
	if ok {
		user, err := a.tryPassword(r, form.Value.Login, form.Value.Password)
		if err == nil {
			return a.afterPassword(w, r, user, form.Value.Remember, next)
		}
		if status, err = a.shown(w, form, nil, err); err != nil {
			return err
		}
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if user, err := Current(ctx); err != nil {
			return err
		} else if user != nil {
			return web.Redirect(w, r, next, http.StatusSeeOther)
		}
	}
	signUp, err := a.signUpURL(ctx)
	if err != nil {
		return err
	}
	noStore(w)
	return a.RenderStatus(w, r, status, a.pages.LogIn.Data(LogInData{form, signUp, a.cfg.MagicLinks}))
}

// tryPassword counts a try of a password before it is made.
func (a *Auth) tryPassword(r *http.Request, login, password string) (*User, error) {
	ctx := r.Context()
	user, err := a.byLogin(ctx, a.DB, login)
	if err != nil {
		return nil, err
	}
	tries, err := a.beforePassword(r, login, user)
	if err != nil {
		if fault.KindOf(err) == fault.RateLimited {
			err = errors.Join(err, a.note(ctx, a.DB, LogInRefused, user, ""))
		}
		return nil, err
	}
	found := user
	if user, err = a.authenticate(ctx, user, password); err != nil {
		if fault.KindOf(err) == fault.Invalid {
			err = cmp.Or(a.note(ctx, a.DB, LogInFailed, found, ""), err)
		}
		return nil, err
	}
	return user, tries.giveBack(ctx)
}

// afterPassword logs in who has given the right password, or asks for the second factor.
func (a *Auth) afterPassword(w http.ResponseWriter, r *http.Request, user *User, remember bool, next string) error {
	has, err := a.HasFactor(r.Context(), a.DB, user)
	if err != nil {
		return err
	}
	if has {
		return a.askForCode(w, r, user, remember, next)
	}
	return a.enter(w, r, user, remember, next, false)
}

// enter logs somebody in who has proved all that is asked of them, and leads to the page that
// they came for.
func (a *Auth) enter(w http.ResponseWriter, r *http.Request, user *User, remember bool, next string, factor bool) error {
	to, err := Extension{a}.Admit(w, r, user, How{Remember: remember, Factor: factor}, next)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// shown makes an error one of the form, at a field or of the form as a whole, if it has a text
// for people, and returns the status of the page; other errors are returned.
func (a *Auth) shown(w http.ResponseWriter, form interface {
	AddError(field any, err error) bool
}, field any, err error) (int, error) {
	switch fault.KindOf(err) {
	case fault.RateLimited:
		if wait, ok := fault.RetryAfter(err); ok {
			w.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
		}
		form.AddError(nil, fault.New(fault.Invalid, "There were too many tries. Wait a while, or choose a new password by mail."))
		return http.StatusTooManyRequests, nil
	case fault.Invalid:
		if form.AddError(field, err) {
			return http.StatusUnprocessableEntity, nil
		}
	}
	return 0, err
}

// goTo leads to a page of accounts.
func (a *Auth) goTo(w http.ResponseWriter, r *http.Request, route string) error {
	to, err := a.URLFor(r.Context(), route)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// noStore keeps a page of an account out of every cache, that of the browser too.
func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }

func errWrong() error {
	return fault.New(fault.Invalid, "This user name, email address or password is not right.")
}

// Authenticate returns the user who has a user name or email address and a password. Its
// errors for people are of kind fault.Invalid: one and the same for a wrong password, an
// unknown name and a user without a password, after the same work, and another for a user who
// is not active but has given the right password. A hash that is older than today's is renewed.
func (a *Auth) Authenticate(ctx context.Context, login, password string) (*User, error) {
	user, err := a.byLogin(ctx, a.DB, login)
	if err != nil {
		return nil, err
	}
	return a.authenticate(ctx, user, password)
}

// authenticate checks the password of a user, or of nobody, who has none.
func (a *Auth) authenticate(ctx context.Context, user *User, password string) (*User, error) {
	if user == nil || user.Password == "" {
		if err := a.hasher.Burn(ctx, password); err != nil {
			return nil, err
		}
		return nil, errWrong()
	}
	ok, upgrade, err := a.hasher.Check(ctx, user.Password, password)
	if err != nil && fault.KindOf(err) == fault.Internal { // it cannot be read, which nobody else should learn
		a.Log.Error("the stored password of a user cannot be checked; give them another with the command changepassword", "user", user, "error", err)
		return nil, errWrong()
	}
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errWrong()
	case !user.Active:
		return nil, fault.New(fault.Invalid, "This account is closed. Ask the people who run this site.")
	}
	if upgrade {
		a.renewHash(ctx, user, password)
	}
	return user, nil
}

// byLogin finds the user with a name or address, nil if there is none. A user name has no @,
// so that it is nobody's address.
func (a *Auth) byLogin(ctx context.Context, h database.Handle, login string) (*User, error) {
	key := Fold(login)
	user, ok, err := orm.From[User](h).Where(orm.Or(Users.UsernameKey.Eq(key), Users.EmailKey.Eq(key))).Lookup(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the user who logs in: %w", err)
	}
	if !ok {
		return nil, nil
	}
	return &user, nil
}

// renewHash stores a hash with today's parameters, unless the password was changed meanwhile.
// That it fails does not keep anybody out.
func (a *Auth) renewHash(ctx context.Context, user *User, password string) {
	encoded, err := a.hasher.Hash(ctx, password)
	if err == nil {
		_, err = orm.From[User](a.DB).Where(Users.ID.Eq(user.ID), Users.Password.Eq(user.Password)).Update(ctx, Users.Password.Set(encoded))
	}
	if err != nil {
		a.Log.Warn("the hash of a password was not renewed", "user", user, "error", err)
		return
	}
	user.Password = encoded
}

// How says how somebody has logged in.
type How struct {
	// Remember keeps them logged in when the browser ends. Staff are never remembered.
	Remember bool
	// Factor says that they have proved a second factor too, or one that counts as two, such as
	// a passkey.
	Factor bool
	// At is when they have proved who they are, if that is a while ago, as with a service that
	// knows them from before: what asks for a proof that is not older than 15 minutes asks again.
	// Zero is now, and so is a time to come.
	At time.Time
}

// LogIn logs a user in who has proved who they are, in the request of the context. The session
// gets a new token; it lasts as long as the browser, or if it is remembered as long as
// Config.Remember says, and for staff as long as Config.Staff says. It does not ask for a second
// factor; see [Auth.HasFactor].
func (a *Auth) LogIn(ctx context.Context, user *User, how How) error {
	if !user.Active {
		return errors.New("auth: a user who is not active cannot be logged in")
	}
	limits := sessions.Options{}
	switch {
	case user.Staff || user.Superuser:
		limits = a.cfg.Staff
	case how.Remember:
		limits = a.cfg.Remember
	}
	now := a.Now()
	if err := sessions.From(ctx).LogIn(ctx, user.ID, limits); err != nil {
		return err
	}
	at := now
	if !how.At.IsZero() && how.At.Before(now) {
		at = how.At
	}
	if err := inSession.Set(ctx, loggedIn{Stamp: user.Stamp, At: at, Factor: how.Factor, Staff: user.Staff || user.Superuser}); err != nil {
		return err
	}
	forget(ctx)
	if _, err := orm.From[User](a.DB).Where(Users.ID.Eq(user.ID)).Update(ctx, Users.LastLogin.Set(now)); err != nil {
		return fmt.Errorf("note the log-in: %w", err)
	}
	return a.note(ctx, a.DB, LoggedIn, user, "")
}

var deviceMail = templates.Page[mailData]("accounts/mail/device.html")

// tellDevice mails a user that somebody has logged in on a device that they have not used. A mail
// that cannot be sent keeps nobody out.
func (a *Auth) tellDevice(ctx context.Context, user *User) {
	if err := a.mailAbout(ctx, a.DB, deviceMail, user, "accounts:sessions"); err != nil {
		a.Log.Error("a user was not told of a new device", "user", user, "error", err)
	}
}

// logInAgain keeps the user logged in who sent the request, whose sessions have ended by what
// they did. The session keeps its limits. It proves no more than the one before: what asks for a
// password and a second factor asks for them when it would have.
func (a *Auth) logInAgain(ctx context.Context, user *User, factor bool) error {
	before, err := inSession.Get(ctx)
	if err != nil {
		return err
	}
	if err := a.LogIn(ctx, user, How{Remember: sessions.From(ctx).Remembered(ctx), Factor: factor}); err != nil {
		return err
	}
	return inSession.Update(ctx, func(in *loggedIn) error {
		in.At = before.At
		return nil
	})
}

// LogOut ends the session of the user who sent the request.
func (a *Auth) LogOut(ctx context.Context) error {
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	if user != nil {
		if err := a.note(ctx, a.DB, LoggedOut, user, ""); err != nil {
			return err
		}
	}
	if err := sessions.From(ctx).End(ctx); err != nil {
		return err
	}
	forget(ctx)
	return nil
}

// logout shows a button, and logs out by POST, so that no picture of another page can.
func (a *Auth) logout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if r.Method != http.MethodPost {
		noStore(w)
		return a.Render(w, r, logoutPage.Data(struct{}{}))
	}
	if err := a.LogOut(ctx); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("You are logged out.")); err != nil {
		return err
	}
	return web.Redirect(w, r, a.cfg.Home, http.StatusSeeOther)
}

// sudoFor is how long a log-in counts as one that was just made.
const sudoFor = 15 * time.Minute

// maxSkew is how far the clocks of the machines that a site runs on may be apart.
const maxSkew = time.Minute

// isWithin reports whether less than a time has passed since a moment that another machine may
// have noted, whose clock is a little ahead.
func isWithin(most time.Duration, since, now time.Time) bool {
	passed := now.Sub(since)
	return passed < most && passed >= -maxSkew
}

// SudoRequired lets requests of users pass who have proved in the last 15 minutes who they
// are; others give their password again first. It is for what would hurt most if somebody else
// sat down at a computer that is logged in. People who are not logged in are treated as by
// [LoginRequired].
func SudoRequired(next http.Handler) http.Handler {
	sudo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		of := of(r.Context())
		of.mu.Lock()
		since, now := of.since, of.auth.Now()
		of.mu.Unlock()
		if isWithin(sudoFor, since, now) {
			next.ServeHTTP(w, r)
			return
		}
		of.auth.sendToConfirm(w, r)
	})
	return LoginRequired(sudo)
}

// sendToConfirm asks for the password again.
func (a *Auth) sendToConfirm(w http.ResponseWriter, r *http.Request) {
	if web.WantsJSON(w, r) {
		web.Fail(w, r, fault.New(fault.Forbidden, "Confirm your password first."))
		return
	}
	to, err := a.URLFor(r.Context(), "accounts:confirm")
	if err == nil {
		next := r.URL.RequestURI()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			next = web.SafeNext(r, r.Referer(), a.cfg.Home)
		}
		err = web.Redirect(w, r, to+"?next="+url.QueryEscape(next), http.StatusSeeOther)
	}
	if err != nil {
		web.Fail(w, r, err)
	}
}

// rules are those of a password of somebody with a user name and an address.
func (a *Auth) rules(username, email string) passwords.Rules {
	words := []string{a.Site.Name, username}
	if email != "" {
		words = append(words, email)
	}
	return passwords.Rules{MinLength: a.cfg.MinPassword, Words: words}
}

// NewSession makes a session of a user without a request, as for tests, and returns the value
// of its cookie. It has the limits of staff.
func NewSession(ctx context.Context, a *Auth, user *User) (token string, err error) {
	raw, err := json.Marshal(loggedIn{Stamp: user.Stamp, At: a.Now(), Staff: true})
	if err != nil {
		return "", err
	}
	now := a.Now()
	return a.store.Create(ctx, &sessions.Record{User: user.ID, Created: now, Seen: now, Idle: a.cfg.Staff.Idle, Ends: now.Add(a.cfg.Staff.Absolute),
		Data: map[string]json.RawMessage{string(inSession): raw}})
}
