package auth_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

const another = "copper-lantern-meadow-17"

// users returns how many there are.
func users(t *testing.T, c *volatest.Client) int64 {
	t.Helper()
	n, err := orm.From[auth.User](c.DB).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// find returns a user by name.
func find(t *testing.T, c *volatest.Client, name string) auth.User {
	t.Helper()
	u, err := orm.From[auth.User](c.DB).Where(auth.Users.UsernameKey.Eq(name)).Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// ask fills in the form that asks for an address.
func ask(c *volatest.Client, path, address string) {
	c.Get(path).Form("Send the mail").Fill("Email address", address).Press("Send the mail").WantStatus(303)
}

// other is another browser on the same site.
func other(t *testing.T, c *volatest.Client) *volatest.Client {
	t.Helper()
	return c.Another()
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ask(c, "/accounts/signup/", "new@example.org")
		if users(t, c) != 0 {
			t.Error("there is an account before the address was proved")
		}
		mail := c.WantMail("new@example.org")
		link := volatest.Link(t, mail, "/accounts/open/signup/")
		if !strings.Contains(mail.Text, link) || mail.Subject != "Your account at Papers" {
			t.Errorf("mail %q: %s", mail.Subject, mail.Text)
		}
		// Who looks through mails opens links, also with a browser.
		for range 3 {
			scanner := other(t, c)
			scanner.Head(link)
			scanner.Get(link).WantStatus(303).WantHeader("Location", "/accounts/signup/finish/").WantHeader("Referrer-Policy", "no-referrer")
			scanner.Get("/accounts/signup/finish/").WantStatus(200)
		}
		c.Get(link)
		form := c.Get("/accounts/signup/finish/").Form("Make the account")
		for _, bad := range [][2]string{{"a b", another}, {"a@b", another}, {"", another}, {"ann", "short"}, {"ann", "new@example.org"}, {strings.Repeat("ä", 151), another}} {
			form.Fill("User name", bad[0]).Fill("Password", bad[1]).Press("Make the account").WantStatus(422)
		}
		form.Fill("User name", "Ann").Fill("Password", another).Press("Make the account").WantStatus(303).WantHeader("Location", "/")
		c.Get("/papers/private/").WantStatus(418).WantBody("hello Ann")
		u := find(t, c, "ann")
		if u.Email != "new@example.org" || !u.Active || u.Staff || u.Superuser {
			t.Errorf("%+v", u)
		}
		late := other(t, c)
		late.Get(link)
		late.Get("/accounts/signup/finish/").WantStatus(410)
		late.Post("/accounts/signup/finish/", nil).WantStatus(410)
		if users(t, c) != 1 {
			t.Errorf("%d users", users(t, c))
		}
		// A name that is taken, in another form of it.
		ask(late, "/accounts/signup/", "second@example.org")
		late.Get(volatest.Link(t, c.WantMail("second@example.org"), "/accounts/open/signup/"))
		form = late.Get("/accounts/signup/finish/").Form("Make the account")
		form.Fill("User name", "ＡＮＮ").Fill("Password", another).Press("Make the account").WantStatus(422).Form("Make the account").
			WantError("User name", "Somebody has this user name already.").Fill("User name", "bob").Fill("Password", another).
			Press("Make the account").WantStatus(303)
	})
}

// TestManyAskForOneAddress: whoever proves the address first has the account, and nobody else.
func TestManyAskForOneAddress(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	c := one(t, clock)
	ask(c, "/accounts/signup/", "ann@example.org")
	first := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/")
	ask(c, "/accounts/signup/", "ANN@example.org")
	second := volatest.Link(t, c.WantMail("ANN@example.org"), "/accounts/open/")
	for i, link := range []string{second, first} {
		b := other(t, c)
		b.Get(link)
		res := b.Get("/accounts/signup/finish/")
		if res.Status != 200 {
			continue
		}
		status := res.Form("Make the account").Fill("User name", fmt.Sprint("ann", i)).Fill("Password", another).Press("Make the account").Status
		if (status == 303) != (i == 0) {
			t.Errorf("link %d: status %d", i, status)
		}
	}
	if users(t, c) != 1 {
		t.Errorf("%d users", users(t, c))
	}
	// Who has an account gets a mail that says so, and the page is the same.
	clock.Add(20 * time.Minute)
	ask(c, "/accounts/signup/", "ann@example.org")
	if m := c.WantMail("ann@example.org"); !strings.Contains(m.Text, "you already have one") {
		t.Error(m.Text)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		session := other(t, c)
		authtest.LogIn(t, session, ann)
		ask(c, "/accounts/reset/", "ANN@example.org")
		older := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
		ask(c, "/accounts/reset/", "ann@example.org")
		link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
		c.Get(older)
		c.Get("/accounts/reset/finish/").WantStatus(410)
		c.Get(strings.Replace(link, "/reset/", "/invite/", 1)) // for another purpose
		c.Get("/accounts/reset/finish/").WantStatus(410)
		c.Get(link)
		page := c.Get("/accounts/reset/finish/").WantStatus(200)
		page.Form("Set the password").Fill("New password", "password1234").Press("Set the password").WantStatus(422)
		page.Form("Set the password").Fill("New password", another).Press("Set the password").WantStatus(303).WantHeader("Location", "/accounts/login/")
		c.Get("/papers/private/").WantStatus(303) // it does not log in
		session.Get("/papers/private/").WantStatus(303)
		page.Form("Set the password").Fill("New password", another).Press("Set the password").WantStatus(410)
		if m := c.WantMail("ann@example.org"); m.Subject != "Your password for Papers was changed" {
			t.Errorf("mail %q", m.Subject)
		}
		logIn(c, "ann", authtest.Password)
		c.Get("/papers/private/").WantStatus(303)
		logIn(c, "ann", another)
		c.Get("/papers/private/").WantStatus(418)
	})
}

// TestLinkExpires, also with the clock of the site moved back and forth.
func TestLinkExpires(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	c := one(t, clock)
	authtest.User(t, c, "ann")
	ask(c, "/accounts/reset/", "ann@example.org")
	c.Get(volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/"))
	clock.Add(time.Hour - time.Second)
	c.Get("/accounts/reset/finish/").WantStatus(200)
	clock.Add(time.Second)
	c.Get("/accounts/reset/finish/").WantStatus(410)
}

// TestOneWins: of twenty who use one link at the same time one does.
func TestOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		ask(c, "/accounts/reset/", "ann@example.org")
		link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
		var wg sync.WaitGroup
		won := make(chan string, 20)
		forms := make([]*webtest.Form, 20)
		for i := range forms {
			b := other(t, c)
			b.Get(link)
			forms[i] = b.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", fmt.Sprint(another, "-", i))
		}
		for i, form := range forms {
			wg.Go(func() {
				if form.Press("Set the password").Status == 303 {
					won <- fmt.Sprint(another, "-", i)
				}
			})
		}
		wg.Wait()
		close(won)
		var winners []string
		for w := range won {
			winners = append(winners, w)
		}
		if len(winners) != 1 {
			t.Fatalf("the link was used by %q", winners)
		}
		logIn(c, "ann", winners[0])
		c.Get("/papers/private/").WantStatus(418)
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		elsewhere := other(t, c)
		authtest.LogIn(t, elsewhere, ann)
		logIn(c, "ann", authtest.Password)
		before := c.Cookie("session")
		ask(other(t, c), "/accounts/reset/", "ann@example.org")
		link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
		form := c.Get("/accounts/password/").Form("Change password")
		form.Fill("Current password", "wrong").Fill("New password", another).Press("Change password").WantStatus(422).Form("Change password").
			WantError("Current password", "This is not your password.")
		form.Fill("Current password", authtest.Password).Fill("New password", "ann").Press("Change password").WantStatus(422)
		c.Get("/papers/private/").WantStatus(418)
		elsewhere.Get("/papers/private/").WantStatus(418)
		form.Fill("Current password", authtest.Password).Fill("New password", another).Press("Change password").WantStatus(303)
		c.Get("/papers/private/").WantStatus(418)
		if c.Cookie("session") == before {
			t.Error("the token stays")
		}
		elsewhere.Get("/papers/private/").WantStatus(303)
		c.Get(link)
		c.Get("/accounts/reset/finish/").WantStatus(410)
		n, err := orm.From[auth.User](c.DB).Where(auth.Users.Password.Contains(another)).Count(t.Context())
		if n != 0 || err != nil {
			t.Errorf("the password is in the table: %d, %v", n, err)
		}
	})
}

func TestChangeEmail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "bob")
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		ask(c, "/accounts/email/", "ann@new.example.org")
		link := volatest.Link(t, c.WantMail("ann@new.example.org"), "/accounts/open/email/")
		if u := find(t, c, "ann"); u.Email != "ann@example.org" {
			t.Errorf("the address is %q before it was proved", u.Email)
		}
		mailbox := other(t, c) // whoever reads the mail
		mailbox.Get(link)
		page := mailbox.Get("/accounts/email/finish/").WantStatus(200)
		if u := find(t, c, "ann"); u.Email != "ann@example.org" {
			t.Error("a GET has changed the address")
		}
		page.Form("Confirm").Press("Confirm").WantStatus(303)
		if u := find(t, c, "ann"); u.Email != "ann@new.example.org" || *u.EmailKey != "ann@new.example.org" {
			t.Errorf("the address is %q", u.Email)
		}
		page.Form("Confirm").Press("Confirm").WantStatus(410)
		c.Get("/papers/private/").WantStatus(303)
		told := c.WantMail("ann@example.org")
		back := volatest.Link(t, told, "/accounts/open/revert/")
		logIn(c, "ann@new.example.org", authtest.Password)
		c.Get("/papers/private/").WantStatus(418)
		mailbox.Get(back)
		page = mailbox.Get("/accounts/email/revert/").WantStatus(200)
		c.Get("/papers/private/").WantStatus(418)
		page.Form("This was not me: take it back").Press("This was not me: take it back").WantStatus(303)
		u := find(t, c, "ann")
		if u.Email != "ann@example.org" || u.Password != "" {
			t.Errorf("after taking it back: %q, %q", u.Email, u.Password)
		}
		c.Get("/papers/private/").WantStatus(303)
		logIn(c, "ann", authtest.Password)
		c.Get("/papers/private/").WantStatus(303)
		mailbox.Get(volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/"))
		mailbox.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", another).Press("Set the password").WantStatus(303)
		logIn(c, "ann", another)
		c.Get("/papers/private/").WantStatus(418)

		// An address that somebody else has is told when the link is used, and nothing is stored.
		ask(c, "/accounts/email/", "BOB@example.org")
		c.Get(volatest.Link(t, c.WantMail("BOB@example.org"), "/accounts/open/email/"))
		c.Get("/accounts/email/finish/").Form("Confirm").Press("Confirm").WantStatus(410)
		if u := find(t, c, "ann"); u.Email != "ann@example.org" {
			t.Errorf("the address is %q", u.Email)
		}
		c.Get("/papers/private/").WantStatus(418)
	})
}

func TestSessionsPage(t *testing.T) {
	t.Parallel()
	c := one(t, nil)
	ann := authtest.User(t, c, "ann")
	a, b := other(t, c), other(t, c)
	for _, x := range []*volatest.Client{a, b, c} {
		authtest.LogIn(t, x, ann)
	}
	page := c.Get("/accounts/sessions/").WantStatus(200).WantCount("li", 3).WantCount(".current", 1)
	page.Form("Log out everywhere else").Press("Log out everywhere else").WantStatus(303)
	a.Get("/papers/private/").WantStatus(303)
	b.Get("/papers/private/").WantStatus(303)
	c.Get("/papers/private/").WantStatus(418)
	c.Get("/accounts/sessions/").WantCount("li", 1)
	bob := authtest.User(t, c, "bob")
	authtest.LogIn(t, a, bob)
	c.Post("/accounts/sessions/", webtest.Values{"id": "../../x"}).WantStatus(303)
	c.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}
	c.Post("/accounts/sessions/", nil).WantStatus(403)
	c.Post("/accounts/logout/", nil).WantStatus(403)
	c.Header = nil
	c.Get("/papers/private/").WantStatus(418)
	a.Get("/papers/private/").WantStatus(418)
}

func TestCommands(t *testing.T) {
	t.Parallel()
	c := one(t, nil)
	run := func(stdin string, args ...string) (string, error) {
		return c.CommandIn(stdin, args[0], args[1:]...)
	}
	for _, bad := range []struct{ stdin, want string }{{"", "standard input"}, {"short\n", "at least"}, {"ann-ann-ann-ann\n", ""}} {
		if out, err := run(bad.stdin, "createuser", "ann"); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("createuser with %q: %q, %v", bad.stdin, out, err)
		}
	}
	if out, err := run(another+"\n", "createuser", "--superuser", "--email", "ann@example.org", "ann"); err != nil || !strings.Contains(out, "made the user ann") || strings.Contains(out, another) {
		t.Errorf("createuser: %q, %v", out, err)
	}
	if _, err := run(another+"\n", "createuser", "Ann"); err == nil || !strings.Contains(err.Error(), "called Ann already") {
		t.Errorf("createuser twice: %v", err)
	}
	logIn(c, "ann", another)
	c.Get("/papers/print/").WantStatus(418)
	if _, err := run(authtest.Password+"\n", "changepassword", "ANN@example.org"); err != nil {
		t.Error(err)
	}
	c.Get("/papers/print/").WantStatus(303)
	logIn(c, "ann", authtest.Password)
	c.Get("/papers/print/").WantStatus(418)
	if _, err := run("", "createuser", "--invite", "--email", "bob@example.org", "bob"); err != nil {
		t.Fatal(err)
	}
	b := other(t, c)
	b.Get(volatest.Link(t, c.WantMail("bob@example.org"), "/accounts/open/invite/"))
	b.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", another).Press("Set the password").WantStatus(303)
	logIn(b, "bob", another)
	b.Get("/papers/private/").WantStatus(418)
	b.Get("/papers/print/").WantStatus(403)
	if _, err := run("", "allow", "bob", "papers.print"); err != nil {
		t.Error(err)
	}
	b.Get("/papers/print/").WantStatus(418)
	if out, err := run("", "permissions", "bob"); out != "papers.print\n" || err != nil {
		t.Errorf("permissions of bob: %q, %v", out, err)
	}
	if _, err := run("", "disallow", "bob", "papers.print"); err != nil {
		t.Error(err)
	}
	b.Get("/papers/print/").WantStatus(403)
	if _, err := run("", "allow", "--group", "clerks", "papers.print"); err != nil {
		t.Error(err)
	}
	for range 2 { // for the second time it changes nothing
		if _, err := run("", "join", "bob", "clerks"); err != nil {
			t.Error(err)
		}
	}
	b.Get("/papers/print/").WantStatus(418)
	if out, err := run("", "groups"); out != "clerks\t1\n" || err != nil {
		t.Errorf("groups: %q, %v", out, err)
	}
	if out, err := run("", "groups", "bob"); out != "clerks\n" || err != nil {
		t.Errorf("groups of bob: %q, %v", out, err)
	}
	if out, err := run("", "groups", "ann"); out != "" || err != nil {
		t.Errorf("groups of ann: %q, %v", out, err)
	}
	if _, err := run("", "leave", "bob", "clerks"); err != nil {
		t.Error(err)
	}
	if out, err := run("", "groups"); out != "clerks\t0\n" || err != nil {
		t.Errorf("groups without users: %q, %v", out, err)
	}
	b.Get("/papers/print/").WantStatus(403)
	if _, err := run("", "join", "bob", "clarks"); err == nil || !strings.Contains(err.Error(), `there is no group "clarks"; accounts groups lists all`) {
		t.Error(err)
	}
	if out, err := run("", "events", "bob"); err != nil || strings.Count(out, "permission given\t") != 2 || strings.Count(out, "those of the group clerks") != 2 {
		t.Errorf("events of bob: %q, %v", out, err)
	}
	if out, err := run("", "permissions"); err != nil || !strings.Contains(out, "accounts.change_user\n") || !strings.Contains(out, "papers.print\n") {
		t.Errorf("permissions: %q, %v", out, err)
	} else if strings.Contains(out, "session") || strings.Contains(out, "ratelimit") || strings.Contains(out, "token") || strings.Contains(out, "factor") {
		t.Errorf("permissions for what only the program uses: %q", out)
	}
	if _, err := run("", "changepassword", "nobody"); err == nil || !strings.Contains(err.Error(), `no user called "nobody"`) {
		t.Error(err)
	}
}
