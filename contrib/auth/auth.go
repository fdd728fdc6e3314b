package auth

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/contrib/auth/migrations"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/contrib/auth/tokens"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/internal/cleaning"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	limits "github.com/volaweb/vola/web/ratelimit/dbstore"
	"github.com/volaweb/vola/web/sessions"
	"github.com/volaweb/vola/web/sessions/dbstore"
)

//go:embed templates static
var files embed.FS

// Config says how people get an account and log in. The zero value is ready to use: accounts
// are made by the command createuser and by invitations.
type Config struct {
	// SignUp lets everybody make an account, who proves an email address.
	SignUp bool
	// MagicLinks lets people log in by a link that is mailed to them, instead of a password.
	MagicLinks bool
	// Home is where people are sent after log-in and log-out who came from no other page.
	// Defaults to "/".
	Home string
	// Hashing says how passwords are stored.
	Hashing passwords.Config
	// MinPassword is how long a password must be, in characters. Defaults to
	// passwords.MinLength.
	MinPassword int
	// Staff are the limits of sessions of staff, which are never remembered. Defaults to an
	// hour without use and 12 hours in all.
	Staff sessions.Options
	// Remember are the limits of sessions of people who ask to be remembered. Defaults to 30
	// days without use and 90 in all.
	Remember sessions.Options
	// Scopes are what tokens of users may allow programs to do. Without any there are no tokens.
	Scopes []Scope
	// TokenPrefix begins each token, so that it can be found in source code. Defaults to
	// "vola".
	TokenPrefix string
}

func (c Config) withDefaults() Config {
	if c.Home == "" {
		c.Home = "/"
	}
	if c.Staff.Idle <= 0 {
		c.Staff.Idle = time.Hour
	}
	if c.Staff.Absolute <= 0 {
		c.Staff.Absolute = 12 * time.Hour
	}
	c.Staff.Remember, c.Remember.Remember = false, true
	if c.TokenPrefix == "" {
		c.TokenPrefix = "vola"
	}
	if c.MinPassword <= 0 {
		c.MinPassword = passwords.MinLength
	}
	return c
}

// Auth is the module. Its methods are safe for concurrent use, from Start on.
type Auth struct {
	module.Base
	cfg         Config
	hasher      *passwords.Hasher
	store       *dbstore.Store
	permissions []module.Permission
	throttle    throttle
	pages       Pages
	wrong       []error           // what modules did wrong that build on this one
	called      map[string]string // what rows of tables are called, see Extension.CallRows
	takingBack  []func(ctx context.Context, tx *database.Tx, user *User, since time.Time) error
	// countingWays count the ways to log in that modules have.
	countingWays []func(ctx context.Context, h database.Handle, user *User) (int64, error)
}

// New returns the module.
func New(cfg Config) *Auth {
	cfg = cfg.withDefaults()
	return &Auth{cfg: cfg, hasher: passwords.New(cfg.Hashing), pages: Pages{loginPage, confirmPage, accountPage}, called: map[string]string{}}
}

// Name is "accounts".
func (*Auth) Name() string { return "accounts" }

// Models are those of accounts, and the sessions of the site.
func (*Auth) Models() []orm.Declaration {
	return []orm.Declaration{
		orm.Model[User](), orm.Model[Group](), orm.Model[Link](), orm.Model[Factor](), orm.Model[RecoveryCode](), orm.Model[Token](), orm.Model[Event](),
		dbstore.Model(), limits.Model(),
		orm.Model[Grant](orm.Unique("User", "Permission"), orm.Unique("Group", "Permission")),
	}
}

// Migrations make the tables.
func (*Auth) Migrations() []migrate.Migration { return migrations.All() }

// Checks are about the configuration.
func (a *Auth) Checks() []error {
	errs := append([]error{tokens.CheckPrefix(a.cfg.TokenPrefix)}, a.wrong...)
	for _, s := range a.cfg.Scopes {
		if s.Name == "" || strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyz0123456789:.-_") != "" {
			errs = append(errs, fmt.Errorf("the scope %q has other characters than lower-case letters, digits, and the signs : . - _", s.Name))
		}
		if s.Help == "" {
			errs = append(errs, fmt.Errorf("the scope %q does not say what it allows; set Help", s.Name))
		}
	}
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// Templates are the pages and mails.
func (*Auth) Templates() fs.FS { return files }

// Static is the style of the pages.
func (*Auth) Static() fs.FS { return files }

// SessionStore keeps the sessions of the site in its database.
func (a *Auth) SessionStore(h *module.Host) sessions.Store {
	if a.store == nil {
		a.store = dbstore.New(h.DB)
	}
	return a.store
}

// Middleware lets handlers ask who sends a request.
func (a *Auth) Middleware() []web.Middleware { return []web.Middleware{a.middleware} }

// Funcs are the functions user and can of templates.
func (*Auth) Funcs() map[string]any {
	return map[string]any{"user": Current, "can": Can}
}

// Start begins to clean up.
func (a *Auth) Start(ctx context.Context, h *module.Host) error {
	if err := a.Base.Start(ctx, h); err != nil {
		return fmt.Errorf("start auth: %w", err)
	}
	a.permissions = h.Permissions
	a.SessionStore(h)
	a.throttle = newThrottle(h)
	go cleaning.Run(ctx, h.Log, "accounts were not cleaned up", a.clean)
	go a.store.Run(ctx, h.Now, h.Log)
	go limits.New(func() *database.DB { return h.DB }).Run(ctx, h.Now, h.Log)
	return nil
}

// Pages are those of accounts, and the mails.
func (a *Auth) Pages() []templates.Checked {
	return []templates.Checked{
		loginPage, logoutPage, accountPage, passwordPage, confirmPage, sessionsPage, sentPage, linkPage,
		closePage, keepPage, magicPage, magicFinishPage, codePage, tokensPage, tokenPage, factorPage, setupPage, codesPage,
		signUpPage, newAccountPage, resetPage, chosenPage, emailPage, provePage, revertPage,
		signUpMail, knownMail, resetMail, nobodyMail, inviteMail, passwordMail, proveMail, changedMail, factorMail, closedMail, magicMail, deviceMail,
	}
}

// Forms are those of the pages.
func (*Auth) Forms() []forms.Checked {
	return []forms.Checked{loginForm, passwordForm, confirmForm, addressForm, accountForm, chosenForm, codeForm, tokenForm}
}

// Routes are those of accounts.
func (a *Auth) Routes(r *web.Router) {
	both := func(r *web.Router, pattern, name string, h web.HandlerFunc) {
		r.Get(pattern, h).Name(name)
		r.Post(pattern, h)
	}
	both(r, "/login/", "login", a.login)
	both(r, "/logout/", "logout", a.logout)
	if a.cfg.SignUp {
		both(r, "/signup/", "signup", a.signUp)
		both(r, "/signup/finish/", "signup-finish", a.finishSignUp)
	}
	both(r, "/reset/", "reset", a.reset)
	both(r, "/reset/finish/", "reset-finish", a.finishReset)
	both(r, "/email/finish/", "email-finish", a.finishEmail)
	both(r, "/email/revert/", "email-revert", a.revertEmail)
	r.Get("/sent/", a.sent).Name("sent")
	r.Get("/open/{purpose:slug}/{secret}/", a.open).Name("open").Secret()

	own := r.Wrap(LoginRequired)
	own.Get("/", a.account).Name("account")
	both(r, "/keep/", "keep", a.keep)
	both(r, "/magic/", "magic", a.magic)
	both(r, "/magic/finish/", "magic-finish", a.finishMagic)
	both(r, "/code/", "code", a.code)
	both(own, "/confirm/", "confirm", a.confirm)
	own.Get("/sessions/", a.sessions).Name("sessions")
	own.Post("/sessions/", a.endSession)
	both(own, "/password/", "password", a.changePassword)
	sudo := r.Wrap(SudoRequired)
	both(sudo, "/email/", "email", a.changeEmail)
	both(sudo, "/close/", "close", a.closeAccount)
	both(sudo, "/factor/", "factor", a.secondFactor)
	sudo.Post("/factor/begin/", a.beginFactor).Name("factor-begin")
	both(sudo, "/factor/new/", "factor-new", a.setUpFactor)
	sudo.Get("/factor/qr.png", a.factorQR).Name("factor-qr")
	both(sudo, "/tokens/", "tokens", a.tokens)
	sudo.Post("/tokens/{id:int}/end/", a.endToken).Name("token-end")
}

// Mails are those that the module sends, with sample data, for the page of development that
// shows them.
func (a *Auth) Mails() []module.MailPreview {
	sample := mailData{Link: "https://example.org/accounts/open/...", Name: "Ann", Email: "ann@example.org"}
	var out []module.MailPreview
	for _, m := range []struct {
		name string
		page templates.PageOf[mailData]
	}{
		{"signup", signUpMail}, {"known", knownMail}, {"reset", resetMail}, {"nobody", nobodyMail}, {"invite", inviteMail},
		{"password", passwordMail}, {"email", proveMail}, {"email_changed", changedMail},
		{"closed", closedMail}, {"magic", magicMail}, {"device", deviceMail},
	} {
		out = append(out, module.MailPreview{Name: m.name, Page: func(context.Context) (templates.Rendering, error) { return m.page.Data(sample), nil }})
	}
	return append(out, module.MailPreview{Name: "factor", Page: func(context.Context) (templates.Rendering, error) {
		return factorMail.Data(factorMailData{Name: sample.Name, Event: "recovery", Left: 3, Link: sample.Link}), nil
	}})
}
