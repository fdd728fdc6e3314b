package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/volatest"
)

// TestGuessesWithTheCookieOfADevice: the cookie of a device on which somebody has logged in does
// not allow guesses without end, from whatever networks it is sent; other devices are not kept
// out by them.
func TestGuessesWithTheCookieOfADevice(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		lost, owner := from(c.Another(), "198.51.100.7:1"), from(c.Another(), "198.51.100.8:1")
		for _, device := range []*volatest.Client{lost, owner} {
			if try(device, "ann", authtest.Password) != 303 {
				t.Fatal("ann cannot log in")
			}
			device.Post("/accounts/logout/", nil)
			clock.Add(time.Minute)
		}
		for i := range 25 {
			want := 422
			if i >= 20 {
				want = 429
			}
			guesser := from(c.Another(), fmt.Sprintf("203.0.113.%d:1", i))
			guesser.SetCookie("device", lost.Cookie("device"))
			if got := try(guesser, "ann", "wrong"); got != want {
				t.Errorf("guess %d with the cookie is %d, want %d", i, got, want)
			}
		}
		if got := try(owner, "ann", authtest.Password); got != 303 {
			t.Errorf("another device of the owner: %d", got)
		}
	})
}
