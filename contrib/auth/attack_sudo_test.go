package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// TestPasswordChangeProvesNoFactor: whoever knows the password of somebody who is logged in, but
// does not have their phone, cannot turn the second factor off by changing the password first.
func TestPasswordChangeProvesNoFactor(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		turnOn(t, c, clock)
		clock.Add(20 * time.Minute)
		c.Get("/accounts/factor/").WantStatus(303)
		c.Get("/accounts/password/").Form("Change password").Fill("Current password", authtest.Password).Fill("New password", another).
			Press("Change password").WantStatus(303)
		c.Get("/papers/private/").WantStatus(418)
		c.Get("/accounts/factor/").WantStatus(303).WantHeader("Location", "/accounts/confirm/?next=%2Faccounts%2Ffactor%2F")
		c.Post("/accounts/factor/", nil)
		u := find(t, c, "ann")
		if has, err := authtest.Of(t, c).HasFactor(t.Context(), c.DB, &u); !has || err != nil {
			t.Errorf("the second factor is off, %v", err)
		}
	})
}

// TestClocksApart: a machine whose clock is a little behind that of the one where somebody gave
// their password takes it all the same, and one whose clock was set back does not.
func TestClocksApart(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		for _, step := range []struct {
			by     time.Duration
			status int
		}{{-30 * time.Second, 418}, {-time.Minute, 303}, {2 * time.Minute, 418}} {
			clock.Add(step.by)
			c.Get("/papers/sudo/").WantStatus(step.status)
		}
		turnOn(t, c, clock)
		b := c.Another()
		logIn(b, "ann", authtest.Password)
		clock.Add(-30 * time.Second)
		b.Get("/accounts/code/").WantStatus(200)
		clock.Add(-time.Hour)
		b.Get("/accounts/code/").WantStatus(303)
	})
}

// both is a module with a page that asks the session, and then for a token and for sudo.
type both struct{}

func (both) Name() string { return "both" }
func (both) Routes(r *web.Router) {
	r.Wrap(auth.LoginRequired).Wrap(auth.TokenRequired("all")).Wrap(auth.SudoRequired).Get("/", func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusTeapot)
		return nil
	}).API()
}

// TestTokenBesideSession: that somebody has just given their password says nothing of the user of
// a token in the same request.
func TestTokenBesideSession(t *testing.T) {
	t.Parallel()
	twice := func() vola.Config {
		return vola.Config{Name: "Papers", Modules: []module.Module{auth.New(auth.Config{Hashing: quick(), Scopes: []auth.Scope{{Name: "all", Help: "Do all"}}}), both{}}}
	}
	volatest.Each(t, twice, func(t *testing.T, c *volatest.Client) {
		ann, bob := authtest.User(t, c, "ann"), authtest.User(t, c, "bob")
		secret, _, err := authtest.Of(t, c).CreateToken(t.Context(), c.DB, bob, "till", time.Now().Add(time.Hour), "all")
		if err != nil {
			t.Fatal(err)
		}
		authtest.LogIn(t, c, ann)
		c.Header = http.Header{"Authorization": {"Bearer " + secret}}
		c.Get("/both/").WantStatus(403)
	})
}
