package passkeys

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/passkeys/migrations"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/cleaning"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
	"github.com/volaweb/vola/web/ratelimit"
	limits "github.com/volaweb/vola/web/ratelimit/dbstore"
)

//go:embed templates static
var files embed.FS

// Config is about the passkeys of a site. The zero value is ready to use.
type Config struct {
	// Max is how many passkeys a user may have. Defaults to 20.
	Max int
}

// Passkeys is the module. It is safe for concurrent use, from Start on.
type Passkeys struct {
	module.Base
	cfg   Config
	auth  auth.Extension
	begin *ratelimit.Limiter
	at    party
	// library makes and checks messages, nil where there are no passkeys.
	library *webauthn.WebAuthn
}

// New returns the module. accounts is the module auth of the same site, whose pages get those
// of this module in their place.
func New(accounts *auth.Auth, cfg Config) *Passkeys {
	if cfg.Max <= 0 {
		cfg.Max = 20
	}
	p := &Passkeys{cfg: cfg, auth: auth.Extension{Auth: accounts}}
	if accounts != nil {
		p.auth.UsePages(auth.Pages{LogIn: loginPage, Confirm: confirmPage, Account: accountPage})
		p.auth.OnTakingBack(p.takeBack)
		p.auth.OnCountingWays(p.count)
		p.auth.CallRows("passkeys_credential", i18n.Mark("Passkeys"))
		p.auth.CallRows("passkeys_ceremony", "")
	}
	return p
}

// Name is "passkeys".
func (*Passkeys) Name() string { return "passkeys" }

// Models are the passkeys, and what browsers were asked to sign.
func (*Passkeys) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Credential](), orm.Model[Ceremony]()}
}

// Migrations make the tables.
func (*Passkeys) Migrations() []migrate.Migration { return migrations.All() }

// Templates are the pages and mails.
func (*Passkeys) Templates() fs.FS { return files }

// Static is the script of the pages.
func (*Passkeys) Static() fs.FS { return files }

// Checks are about the configuration.
func (p *Passkeys) Checks() []error {
	if p.auth.Auth == nil {
		return []error{errors.New("passkeys.New has no module auth; give it the one that is among the modules of the site")}
	}
	return nil
}

// Funcs is the function passkeysOffered of templates, which reports whether people can have
// passkeys at the address of the site.
func (p *Passkeys) Funcs() map[string]any {
	return map[string]any{"passkeysOffered": func() bool { return p.at.offered() }}
}

// Pages are those of passkeys, and those that ask who somebody is.
func (*Passkeys) Pages() []templates.Checked {
	return []templates.Checked{listPage, namePage, loginPage, confirmPage, accountPage, changedMail}
}

// Forms is that of a name.
func (*Passkeys) Forms() []forms.Checked { return []forms.Checked{nameForm} }

// Mails is that about a change, with sample data.
func (*Passkeys) Mails() []module.MailPreview {
	return []module.MailPreview{{Name: "changed", Page: func(context.Context) (templates.Rendering, error) {
		return changedMail.Data(mailData{Name: "Ann", Event: Added, Passkey: "Phone"}), nil
	}}}
}

// Routes are those of passkeys.
func (p *Passkeys) Routes(r *web.Router) {
	small := r.Wrap(middleware.MaxBody(maxMessage))
	small.Post("/login/begin/", p.beginLogIn).Name("login-begin").API()
	small.Post("/login/finish/", p.finishLogIn).Name("login-finish").API()
	sudo := r.Wrap(auth.SudoRequired)
	sudo.Get("/", p.list).Name("list")
	sudo.Post("/add/begin/", p.beginAdd).Name("add-begin").API()
	sudo.Wrap(middleware.MaxBody(maxMessage)).Post("/add/finish/", p.finishAdd).Name("add-finish").API()
	sudo.Get("/{id:int}/", p.rename).Name("rename")
	sudo.Post("/{id:int}/", p.rename)
	sudo.Post("/{id:int}/remove/", p.remove).Name("remove")
	sudo.Post("/{id:int}/accept/", p.accept).Name("accept")
}

// Start says what is wrong with the address of the site, and begins to clean up.
func (p *Passkeys) Start(ctx context.Context, h *module.Host) error {
	if err := p.Base.Start(ctx, h); err != nil {
		return err
	}
	p.at = partyOf(h.Site)
	if p.at.problem != "" {
		h.Log.Warn("passkeys: " + p.at.problem)
	}
	if p.at.offered() {
		var err error
		if p.library, err = p.at.library(h.Site.Name); err != nil {
			return err
		}
	}
	p.begin = ratelimit.New(ratelimit.Config{
		Name: "passkeys-begin", Limit: ratelimit.Limit{Rate: 60, Per: 10 * time.Minute, Burst: 60},
		Store: limits.New(func() *database.DB { return h.DB }), Secret: h.Signer.Derive("passkeys limits"), Now: h.Now,
	})
	go cleaning.Run(ctx, h.Log, "what was asked to be signed and nobody has answered cannot be deleted", p.clean)
	return nil
}

// takeBack removes the passkeys that were added since somebody else has changed the address of a
// user.
func (p *Passkeys) takeBack(ctx context.Context, tx *database.Tx, user *auth.User, since time.Time) error {
	n, err := orm.From[Credential](tx).Where(Credentials.User.Eq(user.ID), Credentials.Created.Ge(since)).Delete(ctx)
	if err != nil || n == 0 {
		return err
	}
	return p.auth.Note(ctx, tx, Removed, user, string(auth.EmailReverted))
}

// clean deletes what nobody has answered.
func (p *Passkeys) clean(ctx context.Context) error {
	_, err := orm.From[Ceremony](p.DB).Where(Ceremonies.Expires.Le(p.Now())).Delete(ctx)
	return err
}
