// Package authtest has users for tests of sites that have the module auth.
//
//	c := volatest.New(t, site())
//	ann := authtest.User(t, c, "ann")
//	authtest.LogIn(t, c, ann)
//	c.Get("/orders/").WantStatus(200)
package authtest

import (
	"testing"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
)

// Password is that of the users of [User]. Hashing it takes its time, as it should; a test
// that does not need the log-in page calls [LogIn].
const Password = "violet-kettle-rowing-42"

// User makes a user with a name, the address NAME@example.org and [Password]. set changes the
// user before it is stored.
func User(t testing.TB, c *volatest.Client, name string, set ...func(*auth.User)) *auth.User {
	t.Helper()
	u := &auth.User{Username: name, Email: name + "@example.org"}
	for _, s := range set {
		s(u)
	}
	if err := Of(t, c).CreateUser(t.Context(), c.DB, u, Password); err != nil {
		t.Fatalf("make the user %s: %v", name, err)
	}
	return u
}

// Of returns the module of a site.
func Of(t testing.TB, c *volatest.Client) *auth.Auth {
	t.Helper()
	for _, m := range c.Site.Modules() {
		if a, ok := module.As[*auth.Auth](m); ok {
			return a
		}
	}
	t.Fatal("the site does not have the module auth")
	return nil
}

// LogIn lets the client send its requests as a user.
func LogIn(t testing.TB, c *volatest.Client, u *auth.User) {
	t.Helper()
	token, err := auth.NewSession(t.Context(), Of(t, c), u)
	if err != nil {
		t.Fatalf("log in %s: %v", u.Username, err)
	}
	c.SetCookie("session", token)
	c.SetCookie("__Host-session", token) // the name over HTTPS
}
