package oidc_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/oidc"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

const callback = base + "/oidc/acme/callback/"

func events(t *testing.T, c *volatest.Client) []auth.Event {
	t.Helper()
	all, err := orm.From[auth.Event](c.DB).OrderBy(auth.Events.ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func identities(t *testing.T, c *volatest.Client) []oidc.Identity {
	t.Helper()
	all, err := orm.From[oidc.Identity](c.DB).OrderBy(oidc.Identities.ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestNewcomer: somebody whom the provider knows makes an account, without a password, and logs in
// again.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t, callback)
	volatest.Each(t, site(auth.Config{SignUp: true}, acme(issuer)), func(t *testing.T, c *volatest.Client) {
		to := leave(t, c.Get("/accounts/login/?next=/accounts/sessions/"), "Log in with Acme")
		for _, part := range []string{"code_challenge_method=S256", "code_challenge=", "nonce=", "state=", "response_type=code", "scope=openid+profile+email", "ui_locales=en"} {
			if !strings.Contains(to, part) {
				t.Errorf("the address %s lacks %s", to, part)
			}
		}
		c.Get(logInAt(t, to, "ann")).WantRedirect("/oidc/new/")
		page := c.Get("/oidc/new/").WantStatus(200).WantText("p", "Your email address is ann@example.org. You log in with Acme, and need no password.")
		page.Form("Make the account").WantValue("User name", "ann").WantValue("What should we call you?", "Ann Lee").
			Press("Make the account").WantRedirect("/accounts/sessions/")
		if !isIn(c) {
			t.Fatal("nobody is logged in")
		}
		user, err := orm.From[auth.User](c.DB).First(t.Context())
		if err != nil || user.Username != "ann" || user.Email != "ann@example.org" || user.Password != "" || !user.Active {
			t.Fatalf("user %+v, %v", user, err)
		}
		if got := identities(t, c); len(got) != 1 || got[0].Subject != "sub-ann" || got[0].Issuer != issuer || got[0].Email != "ann@example.org" {
			t.Fatalf("identities %+v", got)
		}
		if got := kinds(t, c); got != "account made, identity linked, logged in" {
			t.Errorf("events: %s", got)
		}

		other := c.Another()
		logIn(t, other, "ann").WantRedirect("/")
		if !isIn(other) {
			t.Error("who has an account is not logged in")
		}
		if got := identities(t, c); got[0].LastUsed == nil {
			t.Error("the last use is not stored")
		}
	})
}

// TestLink: a user links an account on the page of their account, logs in with it and removes it.
func TestLink(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, site(auth.Config{}, acme(realProvider(t, callback)))())
	ann := authtest.User(t, c, "ann")
	authtest.LogIn(t, c, ann)
	c.Get("/accounts/").Click(`a[href="/oidc/"]`).WantStatus(200).WantText("li", "You have no accounts of other services linked.")
	c.Get(logInAt(t, leave(t, c.Get("/oidc/"), "Link an account of Acme"), "eve")).WantRedirect("/oidc/")
	c.Get("/oidc/").WantText(".message", "You can log in with Acme from now on.").WantText("li p", "Acme eve@example.org")
	if m := c.WantMail(ann.Email); !strings.Contains(m.Text, "Its address there is eve@example.org.") {
		t.Errorf("mail: %s", m.Text)
	}

	other := c.Another()
	logIn(t, other, "eve").WantRedirect("/")
	if !isIn(other) {
		t.Fatal("the linked account does not log in")
	}
	c.Get("/oidc/").Form("Remove").Press("Remove").WantRedirect("/oidc/")
	c.Get("/oidc/").WantText(".message", "The account is not linked any more. You are logged out everywhere else.")
	if isIn(other) {
		t.Error("the session of the identity that was removed goes on")
	}
	if got := kinds(t, c); !strings.HasSuffix(got, "identity linked, logged in, identity unlinked, logged in") {
		t.Errorf("events: %s", got)
	}
	logIn(t, other, "eve").WantRedirect("/accounts/login/?next=%2Foidc%2Flink%2F")
}
