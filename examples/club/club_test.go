package club_test

import (
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"

	"github.com/volaweb/vola/examples/club"
)

// site is the club with everything that accounts can have, and hashes that cost little.
func site() vola.Config {
	return vola.Config{
		Name:      "Rowing club",
		Languages: []string{"en-GB", "de", "ar"},
		Modules: []module.Module{auth.New(auth.Config{
			SignUp: true, MagicLinks: true, Hashing: passwords.Config{Memory: 64, Time: 1},
			Scopes: []auth.Scope{{Name: "board:read", Help: "Read the notice board"}, {Name: "board:write", Help: "Pin notices to the board"}},
		}), module.At("/", club.New())},
	}
}

// snippet: test

// TestWhoMayChange: members change their own notices, and who may edit the board all of them.
func TestWhoMayChange(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		c.Get("/pin/").WantStatus(303).WantHeader("Location", "/accounts/login/?next=%2Fpin%2F")
		authtest.LogIn(t, c, authtest.User(t, c, "ann"))
		c.Get("/pin/").Form("Pin it").Fill("Title", "Boat").Fill("What is it about?", "It leaks.").Press("Pin it").WantStatus(303)
		c.Get("/").Click("article a").WantStatus(200).WantText("h1", "Change a notice").WantText("title", "Change a notice - Rowing club")

		bob := authtest.User(t, c, "bob")
		other := c.Another()
		authtest.LogIn(t, other, bob)
		other.Get("/").WantCount("article a", 0)
		other.Get("/1/").WantStatus(403)
		if err := authtest.Of(t, c).Allow(t.Context(), c.DB, bob, "club.edit_board"); err != nil {
			t.Fatal(err)
		}
		other.Get("/1/").WantStatus(200)
	})
}

// end snippet

// TestProfile: what the club adds to a user is stored once for each, and goes with the account.
func TestProfile(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		c.Get("/profile/").WantStatus(303)
		ann := authtest.User(t, c, "ann")
		authtest.LogIn(t, c, ann)
		for _, phone := range []string{"+49 30 1234", "+49 30 5678"} {
			c.Get("/profile/").Form("Store it").Fill("Phone number", phone).Press("Store it").WantStatus(303)
			c.Get("/").WantBody("Your profile is stored.")
		}
		c.Get("/pin/").Form("Pin it").Fill("Title", "Boat").Fill("What is it about?", "It leaks.").Press("Pin it")
		c.Get("/").WantText(`article [href^="tel:"]`, "+49 30 5678")
		c.Another().Get("/").WantCount("article", 1).WantCount(`article [href^="tel:"]`, 0)
		all, err := orm.From[club.Profile](c.DB).All(t.Context())
		if err != nil || len(all) != 1 || all[0].Phone != "+49 30 5678" || all[0].User.ID != ann.ID {
			t.Errorf("profiles %+v, %v", all, err)
		}
		c.Get("/accounts/close/").WantBody("profile: 1")
		if _, err := orm.From[auth.User](c.DB).Where(auth.Users.ID.Eq(ann.ID)).Delete(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := orm.From[club.Profile](c.DB).Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d profiles of nobody, %v", n, err)
		}
	})
}

// snippet: time

// TestResetLink: a link that was mailed works for an hour, in any browser.
func TestResetLink(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		c.Get("/accounts/reset/").Form("Send the mail").Fill("Email address", "ann@example.org").Submit()
		link := volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/")
		clock.Add(time.Hour - time.Second)
		c.Another().Get(link).WantRedirect("/accounts/reset/finish/")
		clock.Add(time.Second)
		c.Another().Get(link).WantStatus(410)
	})
}

// end snippet
