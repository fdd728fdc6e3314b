package auth_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// api is a module for programs.
type api struct{}

func (api) Name() string { return "api" }
func (api) Routes(r *web.Router) {
	answer := func(w http.ResponseWriter, r *http.Request) error {
		user, err := auth.Current(r.Context())
		if err != nil {
			return err
		}
		return web.JSON(w, 200, user)
	}
	r.Wrap(auth.TokenRequired("orders:read")).Get("/orders/", answer).API()
	r.Wrap(auth.TokenRequired("orders:write")).Post("/orders/", answer).API()
	r.Wrap(auth.LoginRequired).Get("/page/", answer)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		k := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
		a := auth.New(auth.Config{Hashing: quick(), TokenPrefix: "shop", Scopes: []auth.Scope{
			{Name: "orders:read", Help: "See your orders"}, {Name: "orders:write", Help: "Change your orders"},
		}})
		c := volatest.Start(t, vola.Config{Name: "Shop", Modules: []module.Module{a, api{}}}, volatest.Options{DB: db, Now: k.Now})
		ann := authtest.User(t, c, "ann")
		authtest.LogIn(t, c, ann)
		c.Get("/api/orders/").WantStatus(401).WantHeader("WWW-Authenticate", `Bearer realm="site"`) // the session is not asked
		page := c.Get("/accounts/tokens/").WantStatus(200)
		page.Form("Make the token").Fill("Name", "till").Press("Make the token").WantStatus(422)
		form := page.Form("Make the token").Fill("Name", "till <b>").Check("See your orders").Fill("For how many days?", "400")
		form.Press("Make the token").WantStatus(422)
		secret := form.Fill("For how many days?", "30").Press("Make the token").WantStatus(200).Texts("code.secret")[0]
		if !strings.HasPrefix(secret, "shop_") || strings.Contains(c.Get("/accounts/tokens/").Body, secret) {
			t.Errorf("the token is %q, and is shown again", secret)
		}
		row, err := orm.From[auth.Token](c.DB).First(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		program := c.Another()
		with := func(header ...string) *volatest.Client {
			program.Header = http.Header{"Authorization": header}
			return program
		}
		res := with("Bearer "+secret).Get("/api/orders/").WantStatus(200).WantHeader("Cache-Control", "private, no-store")
		if strings.Contains(res.Body, row.Hash) || strings.Contains(res.Body, ann.Password) || strings.Contains(res.Body, ann.Stamp) || !strings.Contains(res.Body, `"ann"`) {
			t.Errorf("the user as JSON: %s", res.Body)
		}
		program.WantStatements(2)
		with("Bearer " + secret).Get("/api/orders/").WantStatus(200)
		program.WantStatements(1)
		with("bearer  "+secret).Post("/api/orders/", nil).WantStatus(403)
		with("Bearer " + secret).Get("/api/page/").WantStatus(303)
		for _, bad := range [][]string{{"Bearer " + secret[1:]}, {"Bearer " + row.Hash}, {"Basic " + secret}, {secret}, {""}, {"Bearer"}, {"Bearer " + secret, "Bearer " + secret}, {"Bearer " + secret + "x"}} {
			with(bad...).Get("/api/orders/").WantStatus(401)
		}
		k.Add(31 * 24 * time.Hour)
		with("Bearer " + secret).Get("/api/orders/").WantStatus(401)

		made := 0
		fresh := func() string {
			t.Helper()
			made++
			u, err := orm.Find[auth.User](t.Context(), c.DB, ann.ID)
			if err != nil {
				t.Fatal(err)
			}
			*ann = u
			secret, _, err := a.CreateToken(t.Context(), c.DB, ann, fmt.Sprint("x", made), k.Now().Add(time.Hour), "orders:read")
			if err != nil {
				t.Fatal(err)
			}
			with("Bearer " + secret).Get("/api/orders/").WantStatus(200)
			return secret
		}
		secret = fresh()
		if err := a.SetPassword(t.Context(), c.DB, ann, another); err != nil {
			t.Fatal(err)
		}
		with("Bearer " + secret).Get("/api/orders/").WantStatus(401)
		secret = fresh()
		authtest.LogIn(t, c, ann)
		c.Get("/accounts/tokens/").Form("Remove: x2").Press("Remove: x2").WantStatus(303)
		with("Bearer " + secret).Get("/api/orders/").WantStatus(401)
		secret = fresh()
		ann.Active = false
		if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Active); err != nil {
			t.Fatal(err)
		}
		with("Bearer " + secret).Get("/api/orders/").WantStatus(401)
		if _, _, err := a.CreateToken(t.Context(), c.DB, ann, "x", k.Now().Add(time.Hour), "orders:burn"); err == nil || fault.KindOf(err) == fault.Invalid {
			t.Errorf("an unknown scope: %v", err)
		}
	})
}

// TestTokensOfOthers: nobody ends another's token.
func TestTokensOfOthers(t *testing.T) {
	t.Parallel()
	a := auth.New(auth.Config{Hashing: quick(), Scopes: []auth.Scope{{Name: "orders:read", Help: "See your orders"}}})
	c := volatest.New(t, vola.Config{Modules: []module.Module{a, api{}}})
	ann, bob := authtest.User(t, c, "ann"), authtest.User(t, c, "bob")
	secret, _, err := a.CreateToken(t.Context(), c.DB, ann, "x", time.Now().Add(time.Hour), "orders:read")
	if err != nil {
		t.Fatal(err)
	}
	authtest.LogIn(t, c, bob)
	c.Post("/accounts/tokens/1/end/", nil).WantStatus(303)
	c.Header = http.Header{"Authorization": {"Bearer " + secret}}
	c.Get("/api/orders/").WantStatus(200).WantBody(`"ann"`)
}

func TestScopesAreChecked(t *testing.T) {
	t.Parallel()
	a := auth.New(auth.Config{TokenPrefix: "A", Scopes: []auth.Scope{{Name: "a b", Help: "x"}, {Name: "c"}}})
	if _, err := vola.New(vola.Config{Modules: []module.Module{a}}, vola.Options{}); err == nil || strings.Count(err.Error(), "module accounts") != 3 {
		t.Error(err)
	}
}
