package passkeys_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

func TestRenameAndRemove(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann, bob := authtest.User(t, c, "ann"), authtest.User(t, c, "bob")
		d := withPasskey(t, c, ann)
		other := c.Another()
		authtest.LogIn(t, other, bob)
		other.Get("/passkeys/1/").WantStatus(404)
		other.Post("/passkeys/1/remove/", nil).WantStatus(404)
		other.Post("/passkeys/1/accept/", nil).WantStatus(404)
		form := c.Get("/passkeys/1/").WantStatus(200).Form("Rename")
		form.Fill("Name", " ").Press("Rename").WantStatus(422)
		form.Fill("Name", "<b>Key</b>").Press("Rename").WantStatus(303)
		c.Get("/passkeys/").WantText(".devices strong", "<b>Key</b>")
		wantEvents(t, c, ann, passkeys.Renamed)

		elsewhere := c.Another()
		post(t, elsewhere, loginFinish, d.sign(t, begin(t, elsewhere, loginBegin, ""))).WantStatus(200)
		clock.Add(16 * time.Minute)
		for _, path := range []string{"/passkeys/1/", "/passkeys/1/remove/", "/passkeys/1/accept/"} {
			c.Post(path, nil).WantStatus(303)
		}
		c.Get("/accounts/confirm/").Form("Go on").Fill("Password", authtest.Password).Press("Go on")
		c.Get("/passkeys/").Form("Remove: <b>Key</b>").Press("Remove: <b>Key</b>").WantStatus(303)
		wantEvents(t, c, ann, passkeys.Removed, auth.LoggedIn)
		if !isIn(c) || isIn(elsewhere) {
			t.Error("the other session is open, or this one is not")
		}
		b := c.Another()
		post(t, b, loginFinish, d.sign(t, begin(t, b, loginBegin, ""))).WantStatus(400)

		// Without a password one passkey stays, also if two are removed at the same time.
		for range 2 {
			withPasskey(t, c, ann)
		}
		if _, err := orm.From[auth.User](c.DB).Where(auth.Users.ID.Eq(ann.ID)).Update(t.Context(), auth.Users.Password.Set("")); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, path := range []string{"/passkeys/2/remove/", "/passkeys/3/remove/"} {
			b := c.Another()
			fresh, err := orm.Find[auth.User](t.Context(), c.DB, ann.ID)
			if err != nil {
				t.Fatal(err)
			}
			authtest.LogIn(t, b, &fresh)
			wg.Go(func() { b.Post(path, nil) })
		}
		wg.Wait()
		if n, err := orm.From[passkeys.Credential](c.DB).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d passkeys, %v", n, err)
		}
		fresh, err := orm.Find[auth.User](t.Context(), c.DB, ann.ID)
		if err != nil {
			t.Fatal(err)
		}
		authtest.LogIn(t, c, &fresh)
		c.Get("/passkeys/").WantStatus(200).WantCount(".devices button", 0)
		left, err := orm.From[passkeys.Credential](c.DB).First(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.Post(fmt.Sprintf("/passkeys/%d/remove/", left.ID), nil).WantRedirect("/passkeys/")
		c.Get("/passkeys/").WantText(".message", "This is your only way to log in. Choose a password or add another passkey first.")
		if n, err := orm.From[passkeys.Credential](c.DB).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d passkeys, %v", n, err)
		}
	})
}

// TestCloseAccount: who closes their account reads what goes with it in words of people.
func TestCloseAccount(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, site())
	withPasskey(t, c, authtest.User(t, c, "ann"))
	begin(t, c, addBegin, "another")
	c.Get("/accounts/close/").WantStatus(200).WantCount("main li", 1).WantText("main li", "Passkeys: 1")
}

// TestAddresses: passkeys are offered where browsers have them, and the log says where not.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url     string
		dev     bool
		offered bool
		log     string
	}{
		{"https://example.org", false, true, ""},
		{"http://localhost:8000", true, true, ""},
		{"http://127.0.0.1:8000", true, true, "http://localhost:8000/"},
		{"http://127.0.0.1:8000", false, false, "no passkeys for the address 127.0.0.1"},
		{"http://[::1]:8000", false, false, "no passkeys for the address ::1"},
		{"https://192.0.2.1", false, false, "no passkeys for the address 192.0.2.1"},
		{"http://example.org", false, true, "without HTTPS"},
	} {
		t.Run(test.url, func(t *testing.T) {
			t.Parallel()
			log := new(strings.Builder)
			cfg := site()
			cfg.Drivers = databasetest.Drivers()
			running, err := vola.New(cfg, vola.Options{
				BaseURL: test.url, Dev: test.dev, Log: slog.New(slog.NewTextHandler(log, nil)), Mailer: &mail.Outbox{}, Storage: storage.NewMemory(),
				Environ: map[string]string{"SECRET_KEY": "the key of a test: it is not secret at all"},
			})
			if err != nil {
				t.Fatal(err)
			}
			db := databasetest.SQLite(t)
			if err := errors.Join(running.Runner(db).Apply(t.Context(), migrate.Target{}), running.Open(t.Context(), db)); err != nil {
				t.Fatal(err)
			}
			defer running.Close()
			c := webtest.New(t, running)
			c.BaseURL = test.url
			buttons, status := 0, 404
			if test.offered {
				buttons, status = 1, 200
			}
			c.Get("/accounts/login/").WantStatus(200).WantCount("[data-passkeys]", buttons)
			c.Send("POST", loginBegin, "application/json", "{}").WantStatus(status)
			if test.log == "" && strings.Contains(log.String(), "passkeys:") || !strings.Contains(log.String(), test.log) {
				t.Errorf("the log: %s", log)
			}
		})
	}
}

// TestTwoLogInPages: two modules that have a log-in page of their own are an error.
func TestTwoLogInPages(t *testing.T) {
	t.Parallel()
	accounts := auth.New(auth.Config{})
	passkeys.New(accounts, passkeys.Config{})
	passkeys.New(accounts, passkeys.Config{})
	var text strings.Builder
	for _, err := range accounts.Checks() {
		text.WriteString(err.Error())
	}
	if !strings.Contains(text.String(), "two modules have a log-in page") {
		t.Errorf("the errors: %s", text.String())
	}
	if errs := passkeys.New(nil, passkeys.Config{}).Checks(); len(errs) != 1 {
		t.Errorf("without the module auth: %v", errs)
	}
}

// TestTakenBack: who takes back a change of the address that was not theirs loses the passkeys
// that were added since, and keeps those of before.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		own := withPasskey(t, c, ann)
		clock.Add(time.Minute)
		thief := c.Another()
		authtest.LogIn(t, thief, ann)
		thief.Get("/accounts/email/").Form("Send the mail").Fill("Email address", "thief@example.org").Press("Send the mail").WantStatus(303)
		thief.Get(volatest.Link(t, c.WantMail("thief@example.org"), "/accounts/open/email/"))
		thief.Get("/accounts/email/finish/").Form("Confirm").Press("Confirm").WantStatus(303)
		back := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/revert/")
		clock.Add(time.Minute)
		added := withPasskey(t, thief, ann)

		owner := c.Another()
		owner.Get(back)
		owner.Get("/accounts/email/revert/").Form("This was not me: take it back").Press("This was not me: take it back").WantStatus(303)
		for _, d := range []struct {
			device *device
			status int
		}{{own, 200}, {added, 400}} {
			b := c.Another()
			if got := post(t, b, loginFinish, d.device.sign(t, begin(t, b, loginBegin, ""))).Status; got != d.status {
				t.Errorf("log-in with a passkey is %d, want %d", got, d.status)
			}
		}
	})
}
