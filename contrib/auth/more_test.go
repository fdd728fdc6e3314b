package auth_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/sessions/dbstore"
)

// wantMail returns the last mail with a text, and fails the test if there is none.
func wantMail(t *testing.T, c *volatest.Client, text string) mail.Message {
	t.Helper()
	all := c.Mails()
	for i := len(all) - 1; i >= 0; i-- {
		if strings.Contains(all[i].Text, text) {
			return all[i]
		}
	}
	t.Errorf("no mail has %q", text)
	return mail.Message{}
}

// TestLinkOfAChangedAccount: the page of a link that is not good any more names what may be the
// reason, and the log says which.
func TestLinkOfAChangedAccount(t *testing.T) {
	t.Parallel()
	log := new(strings.Builder)
	c := volatest.Start(t, site(), volatest.Options{Log: log})
	ann := authtest.User(t, c, "ann")
	c.Get("/accounts/reset/").Form("Send the mail").Fill("Email address", "ann@example.org").Press("Send the mail")
	link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
	if err := authtest.Of(t, c).EndSessions(t.Context(), c.DB, ann); err != nil {
		t.Fatal(err)
	}
	page := c.Get(link).WantStatus(410).WantText("main p", "This link was used already, has expired, was replaced by a newer one, or the account was changed after it was sent. Ask for another.")
	if other := c.Get("/accounts/open/reset/" + strings.Repeat("x", 43) + "/").WantStatus(410); other.Body != page.Body {
		t.Error("the page of a link that nobody was sent is another")
	}
	if strings.Count(log.String(), "a link is not good, as the account was changed") != 1 {
		t.Errorf("the log: %s", log.String())
	}
}

func TestCloseAccount(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		a := authtest.Of(t, c)
		ann := authtest.User(t, c, "ann")
		if err := a.Allow(t.Context(), c.DB, ann, "papers.print"); err != nil {
			t.Fatal(err)
		}
		elsewhere := c.Another()
		authtest.LogIn(t, elsewhere, ann)
		logIn(c, "ann", authtest.Password)
		page := c.Get("/accounts/close/").WantStatus(200)
		if strings.Contains(page.Body, "grant") {
			t.Error("people are told of tables of the account")
		}
		c.Get("/papers/private/").WantStatus(418)
		page.Form("Close my account").Press("Close my account").WantStatus(303)
		c.Get("/papers/private/").WantStatus(303)
		elsewhere.Get("/papers/private/").WantStatus(303)
		logIn(c, "ann", authtest.Password)
		c.Get("/papers/private/").WantStatus(303)
		link := volatest.Link(t, wantMail(t, c, "will be deleted in seven days"), "/accounts/open/keep/")
		c.Get(link)
		page = c.Get("/accounts/keep/").WantStatus(200)
		page.Form("Open it again").Press("Open it again").WantStatus(303)
		page.Form("Open it again").Press("Open it again").WantStatus(410)
		logIn(c, "ann", authtest.Password)
		c.Get("/papers/private/").WantStatus(418)
		clock.Add(8 * 24 * time.Hour)
		if err := a.DeleteClosed(t.Context()); err != nil || users(t, c) != 1 {
			t.Errorf("%d users, %v", users(t, c), err)
		}
		logIn(c, "ann", authtest.Password)
		c.Get("/accounts/close/").Form("Close my account").Press("Close my account")
		link = volatest.Link(t, wantMail(t, c, "will be deleted in seven days"), "/accounts/open/keep/")
		clock.Add(7*24*time.Hour - time.Second)
		if err := a.DeleteClosed(t.Context()); err != nil || users(t, c) != 1 {
			t.Errorf("too early: %d users, %v", users(t, c), err)
		}
		clock.Add(time.Second)
		if err := a.DeleteClosed(t.Context()); err != nil || users(t, c) != 0 {
			t.Errorf("%d users, %v", users(t, c), err)
		}
		c.Get(link)
		c.Get("/accounts/keep/").WantStatus(410)
		for what, count := range map[string]func() (int64, error){
			"grants":   func() (int64, error) { return orm.From[auth.Grant](c.DB).Count(t.Context()) },
			"links":    func() (int64, error) { return orm.From[auth.Link](c.DB).Count(t.Context()) },
			"sessions": func() (int64, error) { return sessionsOf(t, c, ann.ID), nil },
		} {
			if n, err := count(); n != 0 || err != nil {
				t.Errorf("%d %s are left, %v", n, what, err)
			}
		}
		if out, err := c.Command("events"); err != nil || !strings.Contains(out, "account deleted") || !strings.Contains(out, "account kept") {
			t.Errorf("events: %s, %v", out, err)
		}
	})
}

// sessionsOf returns how many sessions a user has.
func sessionsOf(t *testing.T, c *volatest.Client, user int64) int64 {
	t.Helper()
	n, err := orm.From[dbstore.Session](c.DB).Where(dbstore.Sessions.UserID.Eq(user)).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMagicLink(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	cfg := vola.Config{Name: "Papers", Modules: []module.Module{auth.New(auth.Config{MagicLinks: true, Hashing: quick()}), &papers{}}}
	c := volatest.Start(t, cfg, volatest.Options{Now: func() time.Time { return now }})
	authtest.User(t, c, "ann")
	ask(c, "/accounts/magic/", "ann@example.org")
	link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/login/")
	other := c.Another() // that of somebody who reads the mail
	other.Get(link)
	other.Get("/accounts/magic/finish/").WantStatus(410)
	other.Post("/accounts/magic/finish/", nil).WantStatus(410)
	c.Get(link)
	page := c.Get("/accounts/magic/finish/").WantStatus(200)
	c.Get("/papers/private/").WantStatus(303)
	page.Form("Log in").Press("Log in").WantStatus(303)
	c.Get("/papers/private/").WantStatus(418)
	page.Form("Log in").Press("Log in").WantStatus(410)
	c.Post("/accounts/logout/", nil)
	now = now.Add(time.Hour)
	ask(c, "/accounts/magic/", "ann@example.org")
	c.Get(volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/login/"))
	now = now.Add(15 * time.Minute)
	c.Get("/accounts/magic/finish/").WantStatus(410)
	one(t, nil).Get("/accounts/magic/").WantStatus(404)
}

// TestNewDevice: the user is told of a device that has not been used before, and of no other.
func TestNewDevice(t *testing.T) {
	t.Parallel()
	c := one(t, nil)
	authtest.User(t, c, "ann")
	logIn(c, "ann", authtest.Password)
	if n := len(c.Mails()); n != 0 {
		t.Errorf("%d mails at the first log-in", n)
	}
	c.Post("/accounts/logout/", nil)
	logIn(c, "ann", authtest.Password)
	if n := len(c.Mails()); n != 0 {
		t.Errorf("%d mails at a log-in on the same device", n)
	}
	logIn(c.Another(), "ann", authtest.Password)
	wantMail(t, c, "on a device that is new to us")
}

// TestEvents: what happens is noted, without what must not be.
func TestEvents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		logIn(c, "my-secret-typed-as-a-name", "x")
		logIn(c, "ann", "wrong")
		logIn(c, "ann", authtest.Password)
		c.Get("/accounts/password/").Form("Change password").Fill("Current password", authtest.Password).Fill("New password", another).Press("Change password")
		c.Post("/accounts/logout/", nil)
		all, err := orm.From[auth.Event](c.DB).OrderBy(auth.Events.ID.Asc()).All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var kinds []auth.EventKind
		for _, e := range all {
			kinds = append(kinds, e.Kind)
			if strings.Contains(e.Detail, "secret") || strings.Contains(e.Detail, another) || e.Network == "" {
				t.Errorf("%+v", e)
			}
		}
		want := []auth.EventKind{auth.LogInFailed, auth.LogInFailed, auth.LoggedIn, auth.PasswordSet, auth.LoggedIn, auth.LoggedOut}
		if len(kinds) != len(want) {
			t.Fatalf("events %q", kinds)
		}
		for i := range want {
			if kinds[i] != want[i] {
				t.Errorf("events %q", kinds)
			}
		}
		if all[0].UserID != nil || all[1].UserID == nil {
			t.Errorf("%+v", all)
		}
	})
}

// TestToldAfterTheEnd: who is logged in where they use a link is told what it has done, though
// it has ended their session.
func TestToldAfterTheEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		authtest.LogIn(t, c, ann)
		ask(c, "/accounts/email/", "other@example.org")
		c.Get(volatest.Link(t, c.WantMail("other@example.org"), "/accounts/open/email/"))
		c.Get("/accounts/email/finish/").Form("Confirm").Press("Confirm").WantStatus(303)
		c.Get("/accounts/login/").WantStatus(200).WantBody("Your address is now other@example.org. Log in again.")

		bob := authtest.User(t, c, "bob")
		authtest.LogIn(t, c, bob)
		ask(c, "/accounts/reset/", "bob@example.org")
		c.Get(volatest.Link(t, c.WantMail("bob@example.org"), "/accounts/open/reset/"))
		c.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", another).Press("Set the password").WantStatus(303)
		c.Get("/accounts/login/").WantStatus(200).WantBody("Your password is set. Log in with it.")
	})
}

// TestSecondIsRequired: where a code or a scope must be given, the form says so at the field.
func TestSecondIsRequired(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.LogIn(t, c, authtest.User(t, c, "ann"))
		turnOn(t, c, clock)
		page := c.Get("/accounts/confirm/").WantStatus(200)
		if strings.Contains(page.Body, "(optional)") {
			t.Error("the page says that the code is optional")
		}
		page.Form("Go on").Fill("Password", authtest.Password).Press("Go on").WantStatus(422).Form("Go on").WantError("Code", "Fill in this field.")
		ask(c, "/accounts/reset/", "ann@example.org")
		c.Get(volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/"))
		c.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", another).Press("Set the password").
			WantStatus(422).Form("Set the password").WantError("Code", "Fill in this field.")
	})
	volatest.Each(t, shop, func(t *testing.T, c *volatest.Client) {
		authtest.LogIn(t, c, authtest.User(t, c, "ann"))
		c.Get("/accounts/tokens/").Form("Make the token").Fill("Name", "x").Press("Make the token").
			WantStatus(422).WantContains("fieldset .error", "Choose one of the options.")
	})
}

// TestOwnPages: a site gives the pages a layout and an address of its own.
func TestOwnPages(t *testing.T) {
	t.Parallel()
	cfg := site()
	cfg.Modules = []module.Module{module.At("/konto/", auth.New(auth.Config{Hashing: quick()})), &papers{}}
	cfg.Dir = t.TempDir()
	cfg.Templates = fstest.MapFS{"templates/accounts/base.html": {Data: []byte(
		`<!DOCTYPE html><html lang="{{lang}}"><title>{{block "title" .}}{{end}}</title><body class="ours">{{range messages}}<p>{{.Text}}</p>{{end}}{{block "content" .}}{{end}}`)}}
	c := volatest.New(t, cfg)
	authtest.LogIn(t, c, authtest.User(t, c, "ann"))
	c.Get("/konto/").WantStatus(200).WantContains("body.ours h1", "Your account")
	c.Get("/konto/logout/").Form("Log out").Press("Log out").WantStatus(303)
	c.Get("/papers/private/").WantHeader("Location", "/konto/login/?next=%2Fpapers%2Fprivate%2F")
	c.Get("/konto/login/").WantContains("body.ours p", "You are logged out.")
}
