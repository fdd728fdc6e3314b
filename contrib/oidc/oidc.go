package oidc

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/oidc/migrations"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	limits "github.com/volaweb/vola/web/ratelimit/dbstore"
)

//go:embed templates messages
var files embed.FS

// Config says with which services people can log in.
type Config struct {
	// Auth is the module auth of the same site, whose pages get the buttons.
	Auth *auth.Auth
	// Providers are the services, in the order of their buttons.
	Providers []Provider
	// Remember keeps people logged in when the browser ends, as the box of the log-in page does.
	Remember bool
	// Max is how many identities a user may have. Defaults to 10.
	Max int
	// Timeout is how long a provider may take for an answer. Defaults to 10 seconds.
	Timeout time.Duration
	// Transport calls the providers. Defaults to one as net/http has, with the proxy that the
	// environment names.
	Transport http.RoundTripper
}

// OIDC is the module. It is safe for concurrent use, from Start on.
type OIDC struct {
	module.Base
	cfg       Config
	auth      auth.Extension
	providers []*provider
	settings  any
	starts    *ratelimit.Limiter
}

// New returns the module.
func New(cfg Config) *OIDC {
	if cfg.Max <= 0 {
		cfg.Max = 10
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Transport == nil {
		cfg.Transport = newTransport()
	}
	m := &OIDC{cfg: cfg, auth: auth.Extension{Auth: cfg.Auth}, settings: settingsOf(nil)}
	if len(m.Checks()) > 0 { // which names of fields could not be made of
		return m
	}
	client := newClient(cfg.Transport, cfg.Timeout)
	for _, p := range cfg.Providers {
		m.providers = append(m.providers, newProvider(p, client))
	}
	m.settings = settingsOf(cfg.Providers)
	m.auth.OnTakingBack(m.takeBack)
	m.auth.OnCountingWays(m.count)
	m.auth.CallRows("oidc_identity", i18n.Mark("Linked accounts of other services"))
	m.auth.CallRows("oidc_attempt", "")
	return m
}

// Name is "oidc".
func (*OIDC) Name() string { return "oidc" }

// Models are the identities, and what was begun and is not done.
func (*OIDC) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Identity](orm.Unique("Provider", "Subject")), orm.Model[Attempt](), orm.Model[Arrival]()}
}

// Migrations make the tables.
func (*OIDC) Migrations() []migrate.Migration { return migrations.All() }

// Templates are the pages and mails.
func (*OIDC) Templates() fs.FS { return files }

// Messages are the translations.
func (*OIDC) Messages() fs.FS { return files }

// Loaders have the buttons, which they put into the pages of accounts, whoever those are of.
func (*OIDC) Loaders(*module.Host) []templates.Loader {
	ways, err := fs.Sub(files, "templates/oidc/ways")
	if err != nil {
		return nil
	}
	return []templates.Loader{templates.FS("module oidc", ways)}
}

// Settings are OIDC_NAME_CLIENT_ID and OIDC_NAME_SECRET of each provider.
func (m *OIDC) Settings() any { return m.settings }

// Checks are about the configuration.
func (m *OIDC) Checks() []error {
	var errs []error
	if m.cfg.Auth == nil {
		errs = append(errs, errors.New("oidc.Config has no Auth; give it the module auth that is among the modules of the site"))
	}
	if len(m.cfg.Providers) == 0 {
		errs = append(errs, errors.New("oidc.Config has no Providers; name one, or leave the module out"))
	}
	seen := map[string]bool{}
	for _, p := range m.cfg.Providers {
		errs = append(errs, p.errs()...)
		if seen[p.Name] {
			errs = append(errs, fmt.Errorf("oidc: two providers are called %q; give one another name", p.Name))
		}
		seen[p.Name] = true
	}
	return errs
}

// Choice is a provider as pages show it.
type Choice struct{ Name, Label string }

// Funcs are the functions oidcProviders and oidcOwn of templates: the providers that people can
// log in with, and those by which the user who sent the request can.
func (m *OIDC) Funcs() map[string]any {
	return map[string]any{"oidcProviders": m.choices, "oidcOwn": m.own}
}

// choices are the providers that people can log in with.
func (m *OIDC) choices() []Choice {
	var out []Choice
	for _, p := range m.providers {
		if p.offered() {
			out = append(out, Choice{p.Name, p.Label})
		}
	}
	return out
}

// provider returns the one with a name, nil if people cannot log in with it.
func (m *OIDC) provider(name string) *provider {
	for _, p := range m.providers {
		if p.Name == name && p.offered() {
			return p
		}
	}
	return nil
}

// label returns what people call a provider, also one that was taken away.
func (m *OIDC) label(name string) string {
	for _, p := range m.providers {
		if p.Name == name {
			return p.Label
		}
	}
	return name
}

// Pages are those of the module.
func (*OIDC) Pages() []templates.Checked {
	return []templates.Checked{leavePage, failedPage, listPage, linkPage, newPage, addressPage, changedMail, proveMail, knownMail}
}

// Forms are those of somebody who makes an account.
func (*OIDC) Forms() []forms.Checked { return []forms.Checked{newForm, addressForm} }

// Mails are those that the module sends, with sample data.
func (*OIDC) Mails() []module.MailPreview {
	sample := mailData{Name: "Ann", Event: Linked, Provider: "Acme", Account: "ann@acme.example", Link: "https://example.org/oidc/"}
	var out []module.MailPreview
	for _, m := range []struct {
		name string
		page templates.PageOf[mailData]
	}{{"changed", changedMail}, {"prove", proveMail}, {"known", knownMail}} {
		out = append(out, module.MailPreview{Name: m.name, Page: func(context.Context) (templates.Rendering, error) { return m.page.Data(sample), nil }})
	}
	return out
}

// Routes are those of the module.
func (m *OIDC) Routes(r *web.Router) {
	r.Post("/begin/", m.beginLogIn).Name("begin")
	r.Get("/{provider:slug}/callback/", m.callback).Name("callback").AllLanguages()
	both := func(r *web.Router, pattern, name string, h web.HandlerFunc) {
		r.Get(pattern, h).Name(name)
		r.Post(pattern, h)
	}
	both(r, "/new/", "new", m.makeAccount)
	both(r, "/address/", "address", m.askAddress)
	r.Get("/prove/{secret}/", m.prove).Name("prove").Secret()
	r.Wrap(auth.LoginRequired).Post("/confirm/", m.beginConfirm).Name("confirm")
	sudo := r.Wrap(auth.SudoRequired)
	sudo.Get("/", m.list).Name("list")
	sudo.Post("/add/", m.beginLink).Name("add")
	both(sudo, "/link/", "link", m.linkArrival)
	sudo.Post("/{id:int}/remove/", m.remove).Name("remove")
}

// Start takes the settings, and begins to clean up. No provider is asked for anything.
func (m *OIDC) Start(ctx context.Context, h *module.Host) error {
	if err := m.Base.Start(ctx, h); err != nil {
		return err
	}
	set(m.providers, m.settings)
	for _, p := range m.providers {
		p.now, p.log = h.Now, h.Log
		if !p.offered() {
			h.Log.Warn("oidc: nobody is offered to log in with a provider, as the site has no client ID there", "provider", p.Name, "setting", settingName(p.Name))
		}
	}
	m.starts = ratelimit.New(ratelimit.Config{
		Name: "oidc-begin", Limit: ratelimit.Limit{Rate: 60, Per: 10 * time.Minute, Burst: 60},
		Store: limits.New(func() *database.DB { return h.DB }), Secret: h.Signer.Derive("oidc limits"), Now: h.Now,
	})
	go m.clean(ctx)
	return nil
}

// takeBack removes the identities that were linked since somebody else has changed the address of
// a user.
func (m *OIDC) takeBack(ctx context.Context, tx *database.Tx, user *auth.User, since time.Time) error {
	n, err := orm.From[Identity](tx).Where(Identities.User.Eq(user.ID), Identities.Created.Ge(since)).Delete(ctx)
	if err != nil || n == 0 {
		return err
	}
	return m.auth.Note(ctx, tx, Unlinked, user, string(auth.EmailReverted))
}

// count returns how many identities log a user in.
func (m *OIDC) count(ctx context.Context, h database.Handle, user *auth.User) (int64, error) {
	all, err := m.identities(ctx, h, user)
	return int64(len(slices.DeleteFunc(all, func(id Identity) bool { return !m.logsIn(id) }))), err
}

// logsIn reports whether an identity logs its user in: people can log in with its provider, which
// has the issuer that it was linked under.
func (m *OIDC) logsIn(id Identity) bool {
	p := m.provider(id.Provider)
	return p != nil && p.Issuer == id.Issuer
}

// clean deletes every ten minutes what was begun and is over, until the context is done.
func (m *OIDC) clean(ctx context.Context) {
	for {
		_, err := orm.From[Attempt](m.DB).Where(Attempts.Expires.Le(m.Now())).Delete(ctx)
		if err == nil {
			_, err = orm.From[Arrival](m.DB).Where(Arrivals.Expires.Le(m.Now())).Delete(ctx)
		}
		if err != nil && ctx.Err() == nil {
			m.Log.Warn("oidc: log-ins that nobody has finished were not deleted; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Minute):
		}
	}
}
