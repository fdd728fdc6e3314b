package auth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/sessions/dbstore"
)

// moveTo changes the address of the user who is logged in, and returns the link that takes it
// back, which was mailed to the address of before.
func moveTo(t *testing.T, c *volatest.Client, before, after string) (back string) {
	t.Helper()
	ask(c, "/accounts/email/", after)
	mailbox := c.Another()
	mailbox.Get(volatest.Link(t, c.WantMail(after), "/accounts/open/email/"))
	mailbox.Get("/accounts/email/finish/").Form("Confirm").Press("Confirm").WantStatus(303)
	return volatest.Link(t, c.WantMail(before), "/accounts/open/revert/")
}

// takeBack opens a link that takes a change of the address back and, if the link is good, presses
// its button. It returns the status of the page.
func takeBack(c *volatest.Client, link string) int {
	mailbox := c.Another()
	mailbox.Get(link)
	page := mailbox.Get("/accounts/email/revert/")
	if page.Status == 200 {
		page.Form("This was not me: take it back").Press("This was not me: take it back").WantStatus(303)
	}
	return page.Status
}

// TestRevertsOfLaterChanges: somebody who has taken over an account changes its address twice,
// and so gets a link to take back the second change. When the owner takes back the first one,
// that link ends; it would give the account away again.
func TestRevertsOfLaterChanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		ofOwner := moveTo(t, c, "ann@example.org", "first@evil.example")
		logIn(c, "ann", authtest.Password)
		ofThief := moveTo(t, c, "first@evil.example", "second@evil.example")
		if status := takeBack(c, ofOwner); status != 200 {
			t.Fatalf("the owner's link: %d", status)
		}
		if status := takeBack(c, ofThief); status != 410 {
			t.Errorf("the link of the other change: %d", status)
		}
		if u := find(t, c, "ann"); u.Email != "ann@example.org" {
			t.Errorf("the address is %q", u.Email)
		}
	})
}

// TestRevertsOfEarlierChanges: who takes back the last of two changes can take back the first
// one too.
func TestRevertsOfEarlierChanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		first := moveTo(t, c, "ann@example.org", "new@example.org")
		logIn(c, "ann", authtest.Password)
		second := moveTo(t, c, "new@example.org", "third@evil.example")
		for i, link := range []string{second, first} {
			if status := takeBack(c, link); status != 200 {
				t.Fatalf("link %d: %d", i, status)
			}
		}
		if u := find(t, c, "ann"); u.Email != "ann@example.org" {
			t.Errorf("the address is %q", u.Email)
		}
	})
}

// TestLinkOfAnotherAddress: a link that was mailed to an address is not good once the user has
// another, however that was stored.
func TestLinkOfAnotherAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann", func(u *auth.User) { u.Email = "typo@example.org" })
		if err := authtest.Of(t, c).Invite(t.Context(), c.DB, ann); err != nil {
			t.Fatal(err)
		}
		c.Get(volatest.Link(t, c.WantMail("typo@example.org"), "/accounts/open/invite/"))
		c.Get("/accounts/reset/finish/").WantStatus(200)
		for address, want := range map[string]int{"TYPO@example.org": 200, "ann@example.org": 410} {
			ann.Email = address
			if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Email, auth.Users.EmailKey); err != nil {
				t.Fatal(err)
			}
			c.Get("/accounts/reset/finish/").WantStatus(want)
		}
	})
}

// TestMagicLinksOfOthers: somebody else who asks for a link, which only their browser could use,
// does not end that of the owner.
func TestMagicLinksOfOthers(t *testing.T) {
	t.Parallel()
	magic := func() vola.Config {
		return vola.Config{Name: "Papers", Modules: []module.Module{auth.New(auth.Config{MagicLinks: true, Hashing: quick()}), &papers{}}}
	}
	volatest.Each(t, magic, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		ask(c, "/accounts/magic/", "ann@example.org")
		link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/login/")
		ask(c.Another(), "/accounts/magic/", "ann@example.org")
		c.Get(link)
		c.Get("/accounts/magic/finish/").WantStatus(200).Form("Log in").Press("Log in").WantStatus(303)
		c.Get("/papers/private/").WantStatus(418)
	})
}

// TestTwoLinksAtOnce: of two links of a user, for different purposes, that are used at the same
// time, one counts, since the first one ends the other.
func TestTwoLinksAtOnce(t *testing.T) {
	t.Parallel()
	slow := func() vola.Config {
		hashing := passwords.Config{Memory: 16 << 10, Time: 2, Patience: time.Minute}
		return vola.Config{Name: "Papers", Modules: []module.Module{auth.New(auth.Config{Hashing: hashing})}}
	}
	volatest.Each(t, slow, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		if err := authtest.Of(t, c).Invite(t.Context(), c.DB, ann); err != nil {
			t.Fatal(err)
		}
		invite := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/invite/")
		ask(c, "/accounts/reset/", "ann@example.org")
		reset := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
		var wg sync.WaitGroup
		var statuses [2]int
		for i, link := range []string{invite, reset} {
			b := c.Another()
			b.Get(link)
			form := b.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", another)
			wg.Go(func() { statuses[i] = form.Press("Set the password").Status })
		}
		wg.Wait()
		if statuses != [2]int{303, 410} && statuses != [2]int{410, 303} {
			t.Errorf("the statuses are %v, want one 303 and one 410", statuses)
		}
	})
}

// TestMailsToOthers: what somebody writes as their name is not mailed to an address that they
// have not proved.
func TestMailsToOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		const spam = "You have won, see evil.example"
		authtest.User(t, c, "ann", func(u *auth.User) { u.Name = spam })
		logIn(c, "ann", authtest.Password)
		ask(c, "/accounts/email/", "other@example.org")
		m := c.WantMail("other@example.org")
		if raw, err := m.Encode(); err != nil || strings.Contains(m.Text+m.HTML+m.Subject+string(raw), "evil.example") {
			t.Errorf("the mail to another address, %v:\n%s", err, m.Text)
		}
	})
}

// TestNothingBeginsNoSession: addresses that lead nowhere leave no session behind.
func TestNothingBeginsNoSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		for _, path := range []string{"/accounts/open/reset/x/", "/accounts/open/signup/" + strings.Repeat("x", 43) + "/", "/accounts/open/keep/%00/"} {
			if status := c.Get(path).Status; status != 410 && status != 404 {
				t.Errorf("%s: %d", path, status)
			}
		}
		c.Get("/accounts/open/none/x/").WantStatus(404)
		c.Get("/accounts/code/").WantStatus(303).WantHeader("Location", "/accounts/login/")
		c.Get("/accounts/login/").WantStatus(200)
		if n, err := orm.From[dbstore.Session](c.DB).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d sessions, %v", n, err)
		}
	})
}

// TestFactorIsTakenBack: a second factor that was added since somebody else has changed the
// address goes with that change, and one of before stays.
func TestFactorIsTakenBack(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		for _, before := range []bool{false, true} {
			name := fmt.Sprint("ann", before)
			ann := authtest.User(t, c, name)
			thief := c.Another()
			logIn(thief, name, authtest.Password)
			if before {
				turnOn(t, thief, clock)
				clock.Add(time.Minute)
			}
			back := moveTo(t, thief, name+"@example.org", name+"@evil.example.org")
			clock.Add(time.Minute)
			if !before {
				logIn(thief, name, authtest.Password)
				turnOn(t, thief, clock)
			}
			owner := c.Another()
			owner.Get(back)
			owner.Get("/accounts/email/revert/").Form("This was not me: take it back").Press("This was not me: take it back").WantStatus(303)
			if has, err := authtest.Of(t, c).HasFactor(t.Context(), c.DB, ann); has != before || err != nil {
				t.Errorf("a second factor of before %v: it is on %v, %v", before, has, err)
			}
		}
	})
}
