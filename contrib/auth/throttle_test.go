package auth_test

import (
	"fmt"
	"net/http"
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
	"github.com/volaweb/vola/web/webtest"
)

// from makes a client send its requests from an address.
func from(c *volatest.Client, address string) *volatest.Client {
	c.OnRequest(func(r *http.Request) *http.Request {
		r.RemoteAddr = address
		return r
	})
	return c
}

// try tries a password and returns the status.
func try(c *volatest.Client, name, password string) int {
	return c.Get("/accounts/login/").Form("Log in").Fill("User name or email address", name).Fill("Password", password).Press("Log in").Status
}

// TestGuessing: a name is guarded against one network and against many, whether or not
// somebody has it, and its owner gets in all the same.
func TestGuessing(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		owner := from(c.Another(), "198.51.100.7:1")
		if try(owner, "ann", authtest.Password) != 303 {
			t.Fatal("the owner cannot log in")
		}
		owner.Post("/accounts/logout/", nil)
		for _, name := range []string{"ann", "nobody"} {
			guesser := from(c.Another(), "203.0.113.1:1")
			for i := range 7 {
				want := 422
				if i >= 5 {
					want = 429
				}
				if got := try(guesser, name, "wrong"); got != want {
					t.Errorf("%s: guess %d from one network is %d, want %d", name, i, got, want)
				}
			}
			if got := try(guesser, " "+name+"  ", authtest.Password); got != 429 {
				t.Errorf("%s: the right password after too many guesses is %d", name, got)
			}
		}
		clock.Add(time.Hour)
		for i := range 25 {
			for _, name := range []string{"ann", "nobody"} {
				want := 422
				if i >= 20 {
					want = 429
				}
				if got := try(from(c.Another(), fmt.Sprintf("[2001:db8:0:%x::1]:1", i)), name, "wrong"); got != want {
					t.Errorf("%s: guess from network %d is %d, want %d", name, i, got, want)
				}
			}
		}
		if got := try(owner, "ann", authtest.Password); got != 303 {
			t.Errorf("the owner's device is kept out by guesses of others: %d", got)
		}
		if got := try(from(c.Another(), "192.0.2.9:1"), "ann", authtest.Password); got != 429 {
			t.Errorf("another device: %d", got)
		}
	})
}

// TestGuessesAtOnce: many guesses at the same time are counted before they are tried.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, _ *volatest.Clock) {
		authtest.User(t, c, "ann")
		var wg sync.WaitGroup
		var mu sync.Mutex
		tried := 0
		for i := range 20 {
			b := from(c.Another(), "203.0.113.1:1")
			form := b.Get("/accounts/login/").Form("Log in").Fill("User name or email address", "ann").Fill("Password", fmt.Sprint("guess", i))
			wg.Go(func() {
				if form.Press("Log in").Status == 422 {
					mu.Lock()
					tried++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if tried != 5 {
			t.Errorf("%d guesses were tried, want 5", tried)
		}
	})
}

// TestMailsAreCounted: nobody's mailbox can be filled, and the page is the same.
func TestMailsAreCounted(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		for range 5 {
			for _, address := range []string{"ann@example.org", "nobody@example.org"} {
				ask(c, "/accounts/reset/", address)
			}
		}
		if n := len(c.Mails()); n != 4 {
			t.Errorf("%d mails, want 2 for each address", n)
		}
		clock.Add(12 * time.Minute)
		ask(c, "/accounts/reset/", "ann@example.org")
		if n := len(c.Mails()); n != 5 {
			t.Errorf("%d mails after a while, want 5", n)
		}
	})
}

// TestManyLogIns: of a hundred people who log in at the same moment, each from a network of
// their own, nobody fails, and never more than four passwords are hashed at once.
func TestManyLogIns(t *testing.T) {
	t.Parallel()
	const people = 100
	// The race detector makes a hash many times slower than those that people wait for.
	a := auth.New(auth.Config{Hashing: passwords.Config{Memory: 1024, Time: 1, Patience: time.Hour}})
	c := volatest.New(t, vola.Config{Modules: []module.Module{a}})
	ann := authtest.User(t, c, "user0")
	forms := make([]*webtest.Form, people)
	for i := range forms {
		name := fmt.Sprint("user", i)
		if i > 0 {
			u := *ann
			u.ID, u.Username, u.Email = 0, name, ""
			if err := orm.Create(t.Context(), c.DB, &u); err != nil {
				t.Fatal(err)
			}
		}
		b := from(c.Another(), fmt.Sprintf("198.51.100.%d:1", i))
		forms[i] = b.Get("/accounts/login/").Form("Log in").Fill("User name or email address", name).Fill("Password", authtest.Password)
	}
	var wg sync.WaitGroup
	for i, form := range forms {
		wg.Go(func() {
			if res := form.Press("Log in"); res.Status != 303 {
				t.Errorf("user %d: status %d", i, res.Status)
			}
		})
	}
	wg.Wait()
	if s := a.Hashing(); s.Peak > 4 || s.Peak < 1 || s.Refused > 0 || s.Hashes < people {
		t.Errorf("%+v", s)
	}
}
