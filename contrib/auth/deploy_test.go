package auth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/sessions"
)

// findings returns the ids of what the checks of a site find, with the levels.
func findings(t *testing.T, c *volatest.Client) string {
	t.Helper()
	a := authtest.Of(t, c)
	var out []string
	for _, check := range a.DeployChecks() {
		found, err := check.Find(t.Context(), c.Site.Host())
		if err != nil {
			t.Fatalf("%s: %v", check.ID, err)
		}
		for _, f := range found {
			level := f.Level
			if level == "" {
				level = check.Level
			}
			if f.Reason == "" || f.Where == "" || f.Write == "" || strings.Contains(f.Reason+f.Write, authtest.Password) {
				t.Errorf("%s: %+v", check.ID, f)
			}
			out = append(out, fmt.Sprint(check.ID, " ", level))
		}
	}
	return strings.Join(out, ", ")
}

func TestDeployChecks(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		want := func(when, ids string) {
			t.Helper()
			if got := findings(t, c); got != ids {
				t.Errorf("%s: %q, want %q", when, got, ids)
			}
		}
		want("a fresh site", "A03 note")
		authtest.User(t, c, "ann", func(u *auth.User) { u.Superuser = true })
		want("a superuser", "A03 note")
		clock.Add(8 * 24 * time.Hour)
		want("after a week", "A02 warning, A03 note")
		logIn(c, "ann", authtest.Password)
		turnOn(t, c, clock)
		want("with a second factor", "A03 note")
		clock.Add(400 * 24 * time.Hour)
		want("after a year", "A03 note, A08 note")
		if _, err := c.Command("deactivate", "ann"); err != nil {
			t.Fatal(err)
		}
		want("deactivated", "A03 note")
		if _, err := c.Command("activate", "ann"); err != nil {
			t.Fatal(err)
		}
		root := authtest.User(t, c, "root", func(u *auth.User) { u.Superuser = true })
		want("with root", "A01 warning, A03 note, A08 note")
		root.Password = "pbkdf2_sha256$1000$saltsaltsalt$sVaWem31qy3rw+Ldi3plA/XzhMSNi9/XHnnD1Ytj05o=" // "secret"
		if err := orm.Update(t.Context(), c.DB, root, auth.Users.Password); err != nil {
			t.Fatal(err)
		}
		want("with a bad password", "A01 warning, A01 error, A03 note, A04 warning, A08 note")
	})
}

func TestDeployChecksOfTheConfig(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]auth.Config{
		"":            {MinPassword: 15},
		"A03 warning": {MinPassword: 8},
		"C03 warning": {MinPassword: 15, Staff: sessions.Options{Absolute: 48 * time.Hour}},
		"C03 warning, C03 warning": {MinPassword: 15, Staff: sessions.Options{Idle: 48 * time.Hour},
			Remember: sessions.Options{Absolute: 365 * 24 * time.Hour}},
	} {
		c := volatest.New(t, vola.Config{Modules: []module.Module{auth.New(cfg)}})
		if got := findings(t, c); got != want {
			t.Errorf("%+v: %q, want %q", cfg, got, want)
		}
	}
}
