package auth_test

import (
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/volatest"
)

// TestPasswordChangeProvesNoFactor: whoever knows the password of somebody who is logged in, but
// does not have their phone, cannot turn the second factor off by changing the password first.
func TestPasswordChangeProvesNoFactor(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *clock) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		turnOn(t, c, clock)
		clock.add(20 * time.Minute)
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
