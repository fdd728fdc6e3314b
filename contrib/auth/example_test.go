package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// snippet: config

// shop is a site where everybody can have an account, and programs can read orders.
func shop() vola.Config {
	return vola.Config{
		Name: "Shop",
		Modules: []module.Module{
			auth.New(auth.Config{
				SignUp:      true,
				MagicLinks:  true,
				Home:        "/orders/",
				MinPassword: passwords.MinLengthStrict, // 15, as the password may be the only factor
				Scopes:      []auth.Scope{{Name: "orders:read", Help: "Read your orders"}},
			}),
			&orders{},
		},
	}
}

// end snippet

// orders is a module with pages for users, for staff and for programs.
type orders struct{ module.Base }

func (*orders) Name() string { return "orders" }

func (*orders) Permissions() []module.Permission {
	return []module.Permission{{Name: "refund", Help: "pay money back"}}
}

// snippet: guards

func (o *orders) Routes(r *web.Router) {
	r.Wrap(auth.LoginRequired).Get("/", o.list)
	r.Wrap(auth.PermissionRequired("orders.refund")).Get("/refunds/", o.list)
	r.Wrap(auth.StaffRequired).Get("/report/", o.list)
	r.Wrap(auth.SudoRequired).Get("/card/", o.list)
	r.Wrap(auth.TokenRequired("orders:read")).Get("/api/", o.list)
}

// end snippet

// snippet: current

func (o *orders) list(w http.ResponseWriter, r *http.Request) error {
	user, err := auth.Current(r.Context()) // nil if nobody is logged in
	if err != nil {
		return err
	}
	refunds, err := auth.Can(r.Context(), "orders.refund")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "orders of %s, refunds: %t", user.Called(), refunds)
	return err
}

// end snippet

// snippet: code

// begin makes a user who chooses the password by a mail, and a group whose users pay money back.
func begin(ctx context.Context, a *auth.Auth, db *database.DB) error {
	return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		ann := &auth.User{Username: "ann", Email: "ann@example.org", Name: "Ann"}
		if err := a.CreateUser(ctx, tx, ann, ""); err != nil {
			return err
		}
		if err := a.Invite(ctx, tx, ann); err != nil {
			return err
		}
		clerks := &auth.Group{Name: "clerks"}
		if err := orm.Create(ctx, tx, clerks); err != nil {
			return err
		}
		if err := a.Allow(ctx, tx, clerks, "orders.refund"); err != nil {
			return err
		}
		return auth.Users.Groups.Add(ctx, tx, ann, clerks)
	})
}

// end snippet

// snippet: token

// mirror makes a token for a program that reads the orders of a user for 30 days.
func mirror(ctx context.Context, a *auth.Auth, db *database.DB, user *auth.User) (string, error) {
	secret, _, err := a.CreateToken(ctx, db, user, "mirror", time.Now().Add(30*24*time.Hour), "orders:read")
	return secret, err
}

// end snippet

// TestExamples: the examples of the documents do what is said of them.
func TestExamples(t *testing.T) {
	t.Parallel()
	volatest.Each(t, shop, func(t *testing.T, c *volatest.Client) {
		for _, path := range []string{"/orders/", "/orders/refunds/", "/orders/report/", "/orders/card/"} {
			c.Get(path).WantStatus(303)
		}
		c.Get("/orders/api/").WantStatus(401)
		a := authtest.Of(t, c)
		if err := begin(t.Context(), a, c.DB); err != nil {
			t.Fatal(err)
		}
		if mail := c.WantMail("ann@example.org"); !strings.Contains(mail.Subject, "invited to Shop") {
			t.Errorf("the mail is %q", mail.Subject)
		}
		ann := find(t, c, "ann")
		authtest.LogIn(t, c, &ann)
		c.Get("/orders/").WantBody("orders of Ann, refunds: true")
		c.Get("/orders/refunds/").WantStatus(200)
		c.Get("/orders/report/").WantStatus(403)
		c.Get("/orders/card/").WantStatus(200)
		secret, err := mirror(t.Context(), a, c.DB, &ann)
		if err != nil {
			t.Fatal(err)
		}
		program := c.Another()
		program.Header.Set("Authorization", "Bearer "+secret)
		program.Get("/orders/api/").WantStatus(200).WantBody("orders of Ann")
		program.Get("/orders/").WantStatus(303)
	})
}
