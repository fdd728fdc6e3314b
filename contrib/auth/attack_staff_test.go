package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// TestSessionOfNewStaff: somebody who becomes staff while they are logged in, and remembered, has
// the limits of staff from then on.
func TestSessionOfNewStaff(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		young, old := c.Another(), c
		enter := func(b *volatest.Client) {
			b.Get("/accounts/login/").Form("Log in").Fill("User name or email address", "ann").Fill("Password", authtest.Password).
				Check("Keep me logged in on this device").Press("Log in").WantStatus(303)
		}
		enter(old)
		clock.Add(13 * time.Hour)
		enter(young)
		old.Get("/papers/private/").WantStatus(418)
		ann.Staff = true
		if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Staff); err != nil {
			t.Fatal(err)
		}
		old.Get("/papers/staff/").WantStatus(303)
		first := young.Get("/papers/staff/").WantStatus(418)
		if cookie := first.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "session=") || strings.Contains(cookie, "Max-Age") {
			t.Errorf("the cookie outlives the browser: %q", cookie)
		}
		if again := young.Get("/papers/staff/").WantStatus(418).Header.Get("Set-Cookie"); again != "" {
			t.Errorf("the limits are set again: %q", again)
		}
		clock.Add(time.Hour)
		young.Get("/papers/private/").WantStatus(303)
	})
}
