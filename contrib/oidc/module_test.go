package oidc_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/oidc"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// TestSettings: what the environment says goes before what the program says, and a provider
// without a client ID is not offered.
func TestSettings(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	bare := acme(h.URL)
	bare.ClientID, bare.Secret = "", ""
	other := acme(h.URL)
	other.Name, other.Label, other.ClientID = "other", "", "wrong"
	none := acme(h.URL)
	none.Name, none.ClientID = "none", ""
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := volatest.Start(t, site(auth.Config{}, bare, other, none)(), volatest.Options{Environ: map[string]string{
		"OIDC_ACME_CLIENT_ID": "site", "OIDC_ACME_SECRET_FILE": file, "OIDC_OTHER_CLIENT_ID": "site"}})
	user := authtest.User(t, c, "ann")
	link(t, c, user, h.URL, "sub-ann")
	c.Get("/accounts/login/").WantCount(`button[name="provider"]`, 2)
	c.Get(h.answer(t, start(t, c))).WantRedirect("/")
	to := leave(t, c.Another().Get("/accounts/login/"), "Log in with other")
	if !strings.Contains(to, "client_id=site&") {
		t.Errorf("the setting does not count: %s", to)
	}
	c.Post("/oidc/begin/", map[string]any{"provider": "none"}).WantStatus(404)
	c.Get("/oidc/none/callback/").WantStatus(404)
}

// TestChecks: what is wrong with the configuration is said when the site is checked.
func TestChecks(t *testing.T) {
	t.Parallel()
	good := acme("https://login.example.org")
	with := func(change func(*oidc.Provider)) oidc.Config {
		p := good
		change(&p)
		return oidc.Config{Providers: []oidc.Provider{p}}
	}
	for want, cfg := range map[string]oidc.Config{
		"oidc.Config has no Providers":                         {},
		`the provider "Acme" has another name`:                 with(func(p *oidc.Provider) { p.Name = "Acme" }),
		`the provider "" has another name`:                     with(func(p *oidc.Provider) { p.Name = "" }),
		`"http://login.example.org" has no HTTPS`:              with(func(p *oidc.Provider) { p.Issuer = "http://login.example.org" }),
		`"" is not the address of a provider`:                  with(func(p *oidc.Provider) { p.Issuer = "" }),
		`"login.example.org" is not the address of a provider`: with(func(p *oidc.Provider) { p.Issuer = "login.example.org" }),
		`two providers are called "acme"`:                      {Providers: []oidc.Provider{good, good}},
	} {
		accounts := auth.New(auth.Config{})
		cfg.Auth = accounts
		wantError(t, vola.Config{Modules: []module.Module{accounts, oidc.New(cfg)}}, want)
	}
	wantError(t, vola.Config{Modules: []module.Module{auth.New(auth.Config{}), oidc.New(oidc.Config{Providers: []oidc.Provider{good}})}}, "oidc.Config has no Auth")
}

// TestProjectPages: the buttons are in a log-in page of the project's own too, which must have a
// place for them.
func TestProjectPages(t *testing.T) {
	t.Parallel()
	own := func(text string) vola.Config {
		cfg := site(auth.Config{}, acme("https://login.example.org"))()
		cfg.Templates = fstest.MapFS{"accounts/login.html": {Data: []byte(text)}}
		return cfg
	}
	volatest.New(t, own(`<h1>Ours</h1><div>{{block "ways" .}}{{end}}</div>`)).Get("/accounts/login/").
		WantText("h1", "Ours").WantText("div button", "Log in with Acme")
	wantError(t, own(`<h1>Ours</h1>`), "ways")
}

// TestMigrations: they make the tables that the models need.
func TestMigrations(t *testing.T) {
	t.Parallel()
	cfg := site(auth.Config{}, acme("https://login.example.org"))()
	cfg.Drivers = []database.Driver{sqlite.Driver}
	var out strings.Builder
	status := vola.Run(t.Context(), cfg, []string{"makemigrations", "--check"}, []string{"SECRET_KEY=" + strings.Repeat("k", 40)}, strings.NewReader(""), &out, &out)
	if status != 0 {
		t.Errorf("status %d: %s", status, out.String())
	}
}

// wantError fails the test unless a site cannot be made, for a reason.
func wantError(t *testing.T, cfg vola.Config, want string) {
	t.Helper()
	cfg.Name, cfg.Drivers = "Papers", []database.Driver{sqlite.Driver}
	var out strings.Builder
	status := vola.Run(t.Context(), cfg, []string{"check"}, []string{"SECRET_KEY=" + strings.Repeat("k", 40), "DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "x.db")}, strings.NewReader(""), io.Discard, &out)
	if status == 0 || !strings.Contains(out.String(), want) {
		t.Errorf("status %d, want %q: %s", status, want, out.String())
	}
}

// TestTakeBack: who takes back a change of their address that was not theirs also gets rid of the
// accounts that were linked since.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Now())
	h := newHostile(t, clock.Now)
	c := volatest.Start(t, site(auth.Config{}, acme(h.URL))(), volatest.Options{Now: clock.Now})
	ann := authtest.User(t, c, "ann")
	link(t, c, ann, h.URL, "sub-ann")
	clock.Add(time.Hour)
	authtest.LogIn(t, c, ann)
	c.Get("/accounts/email/").Form("Send the mail").Fill("Email address", "thief@evil.example").Submit().WantStatus(303)
	c.Get(volatest.Link(t, c.WantMail("thief@evil.example"), "/accounts/open/email/"))
	c.Get("/accounts/email/finish/").Form("Confirm").Press("Confirm").WantStatus(303)
	clock.Add(time.Minute)
	h.make = func(m map[string]any) { m["sub"] = "sub-thief" }
	fresh, err := orm.Find[auth.User](t.Context(), c.DB, ann.ID)
	if err != nil {
		t.Fatal(err)
	}
	authtest.LogIn(t, c, &fresh)
	c.Get(h.answer(t, leave(t, c.Get("/oidc/"), "Link an account of Acme"))).WantRedirect("/oidc/")
	if len(identities(t, c)) != 2 {
		t.Fatal("the thief has linked nothing")
	}
	owner := c.Another()
	owner.Get(volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/revert/"))
	owner.Get("/accounts/email/revert/").Form("This was not me: take it back").Press("This was not me: take it back").WantStatus(303)
	if got := identities(t, c); len(got) != 1 || got[0].Subject != "sub-ann" {
		t.Errorf("identities %+v", got)
	}
	thief := c.Another()
	thief.Get(h.answer(t, start(t, thief)))
	if isIn(thief) {
		t.Error("the thief logs in")
	}
}

// TestDeleted: the identities of a user are deleted with them.
func TestDeleted(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	volatest.Each(t, site(auth.Config{}, acme(h.URL)), func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		link(t, c, ann, h.URL, "sub-ann")
		authtest.LogIn(t, c, ann)
		leave(t, c.Get("/oidc/"), "Link an account of Acme")
		if page := c.Get("/accounts/close/").WantStatus(200); !strings.Contains(page.Body, "Linked accounts of other services") || strings.Contains(page.Body, "attempt") {
			t.Errorf("the page does not say what is deleted: %s", page.Body)
		}
		if _, err := orm.From[auth.User](c.DB).Where(auth.Users.ID.Eq(ann.ID)).Delete(t.Context()); err != nil {
			t.Fatal(err)
		}
		left, err := orm.From[oidc.Attempt](c.DB).Count(t.Context())
		if err != nil || left != 0 || len(identities(t, c)) != 0 {
			t.Errorf("%d attempts, identities %v, %v", left, identities(t, c), err)
		}
	})
}

// TestLanguages: a visitor is told in their language what has happened, and the provider is asked
// in it.
func TestLanguages(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	for tag, want := range map[string][2]string{"de": {"Mit Acme anmelden", "Das hat nicht geklappt"}, "ar": {"سجّل الدخول عبر \u2068Acme\u2069", "لم ينجح ذلك"}} {
		cfg := site(auth.Config{}, acme(h.URL))()
		cfg.Languages = []string{"en", "de", "ar"}
		c := volatest.New(t, cfg)
		c.Header.Set("Accept-Language", tag)
		to := leave(t, c.Get("/accounts/login/"), want[0])
		if !strings.Contains(to, "ui_locales="+tag) {
			t.Errorf("%s: %s", tag, to)
		}
		c.Get("/oidc/acme/callback/?state=x").WantStatus(400).WantText("h1", want[1])
	}
}

// TestLanguagePaths: the provider knows one address of the site, from which people come back to
// the paths of their language.
func TestLanguagePaths(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	cfg := site(auth.Config{SignUp: true}, acme(h.URL))()
	cfg.Languages, cfg.LanguagePaths = []string{"en", "de"}, true
	c := volatest.New(t, cfg)
	begin := func() string {
		t.Helper()
		return h.answer(t, leave(t, c.Get("/de/accounts/login/?next=/de/accounts/sessions/"), "Mit Acme anmelden"))
	}
	back := begin()
	if !strings.HasPrefix(back, "/oidc/acme/callback/?") {
		t.Errorf("the provider sends people to %s", back)
	}
	c.Get(back).WantRedirect("/de/oidc/new/")
	c.Get("/de/oidc/new/").Form("Konto anlegen").Press("Konto anlegen").WantRedirect("/de/accounts/sessions/")
	b := c.Another()
	to := h.answer(t, leave(t, b.Get("/de/accounts/login/"), "Mit Acme anmelden"))
	h.make = func(m map[string]any) { m["nonce"] = "x" }
	b.Get(to).WantStatus(400).WantText("h1", "Das hat nicht geklappt").WantHeader("Content-Language", "de").WantText(".more a", "Zurück").Click(".more a").WantStatus(200).WantText("h1", "Anmelden")
}
