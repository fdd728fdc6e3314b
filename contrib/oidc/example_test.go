package oidc_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/oidc"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// snippet: config

// shop is a site where people log in with the service of their firm, or with Google.
func shop() vola.Config {
	accounts := auth.New(auth.Config{})
	services := oidc.New(oidc.Config{
		Auth: accounts,
		Providers: []oidc.Provider{
			{Name: "firm", Label: "Our firm", Issuer: "https://login.firm.example", SignUp: true, Allow: staffOnly, LoggedIn: joinClerks},
			{Name: "google", Label: "Google", Issuer: "https://accounts.google.com"},
		},
	})
	return vola.Config{Name: "Shop", Modules: []module.Module{accounts, services}}
}

// end snippet

// snippet: allow

// staffOnly refuses people who are not in the group staff of the firm.
func staffOnly(_ context.Context, c oidc.Claims) error {
	var more struct {
		Groups []string `json:"groups"`
	}
	if err := c.Decode(&more); err != nil {
		return err
	}
	if !slices.Contains(more.Groups, "staff") {
		return fault.New(fault.Forbidden, "Only staff log in here.")
	}
	return nil
}

// end snippet

// snippet: groups

// joinClerks puts users into the group clerks, or takes them out, as the firm says.
func joinClerks(ctx context.Context, tx *database.Tx, user *auth.User, c oidc.Claims) error {
	var more struct {
		Groups []string `json:"groups"`
	}
	if err := c.Decode(&more); err != nil {
		return err
	}
	clerks, err := orm.From[auth.Group](tx).Where(auth.Groups.Name.Eq("clerks")).First(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(more.Groups, "clerks") {
		return auth.Users.Groups.Add(ctx, tx, user, &clerks)
	}
	return auth.Users.Groups.Remove(ctx, tx, user, &clerks)
}

// end snippet

// TestExample: the site of the example works as its document says.
func TestExample(t *testing.T) {
	t.Parallel()
	c := volatest.Start(t, shop(), volatest.Options{Environ: map[string]string{"OIDC_FIRM_CLIENT_ID": "shop", "OIDC_FIRM_SECRET": "secret"}})
	c.Get("/accounts/login/").WantText("button[name=provider]", "Log in with Our firm").WantCount("button[name=provider]", 1)
}

// TestGroups: what a provider says of groups decides who logs in and who is in which group, at
// each log-in.
func TestGroups(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	p := acme(h.URL)
	p.SignUp, p.Allow, p.LoggedIn = true, staffOnly, joinClerks
	c := volatest.New(t, site(auth.Config{}, p)())
	if err := orm.Create(t.Context(), c.DB, &auth.Group{Name: "clerks"}); err != nil {
		t.Fatal(err)
	}
	in := func() int64 {
		t.Helper()
		n, err := orm.From[auth.User](c.DB).Where(auth.Users.Groups.Any(auth.Groups.Name.Eq("clerks"))).Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	says := func(groups ...string) { h.make = func(m map[string]any) { m["groups"] = groups } }
	says("guests")
	c.Get(h.answer(t, start(t, c))).WantStatus(403).WantText("p", "Only staff log in here.")
	says("staff", "clerks")
	c.Get(h.answer(t, start(t, c))).WantRedirect("/oidc/new/") // what the provider has said is kept until then
	c.Get("/oidc/new/").Form("Make the account").Press("Make the account").WantRedirect("/")
	if in() != 1 {
		t.Error("a clerk is not in the group")
	}
	says("staff")
	b := c.Another()
	b.Get(h.answer(t, start(t, b))).WantRedirect("/")
	if in() != 0 {
		t.Error("who is no clerk any more is in the group")
	}
}
