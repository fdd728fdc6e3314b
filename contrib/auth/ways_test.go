package auth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/totp"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// door is a module that logs ann in, without a question.
type door struct {
	module.Base
	auth auth.Extension
	how  auth.How
}

func (*door) Name() string { return "door" }

func (d *door) Routes(r *web.Router) {
	r.Post("/", func(w http.ResponseWriter, r *http.Request) error {
		ann, err := orm.From[auth.User](d.DB).Where(auth.Users.Username.Eq("ann")).First(r.Context())
		if err != nil {
			return err
		}
		to, err := d.auth.Enter(w, r, &ann, d.how, r.PostFormValue("next"))
		if err != nil {
			return err
		}
		return web.Redirect(w, r, to, http.StatusSeeOther)
	})
}

// TestEnter: a module logs somebody in who has given one factor, a while ago or just now; a second
// factor is asked for.
func TestEnter(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC))
	cfg := site()
	d := &door{auth: auth.Extension{Auth: cfg.Modules[0].(*auth.Auth)}}
	cfg.Modules = append(cfg.Modules, d)
	c := volatest.Start(t, cfg, volatest.Options{Now: clock.Now})
	ann := authtest.User(t, c, "ann")
	for ago, want := range map[time.Duration]int{time.Hour: 303, time.Minute: 418, -time.Hour: 418} {
		d.how.At = clock.Now().Add(-ago)
		b := c.Another()
		b.Post("/door/", map[string]any{"next": "/papers/private/"}).WantRedirect("/papers/private/")
		b.Get("/papers/private/").WantStatus(418)
		b.Get("/papers/sudo/").WantStatus(want)
	}
	d.how = auth.How{}
	c.Post("/door/", map[string]any{"next": "//evil.example/"}).WantRedirect("/")
	secret, _ := turnOn(t, c, clock)
	b := c.Another()
	b.Post("/door/", map[string]any{"next": "//evil.example/"}).WantRedirect("/accounts/code/")
	b.Get("/papers/private/").WantStatus(303)
	b.Get("/accounts/code/").Form("Log in").Fill("Code", totp.Code(secret, totp.At(clock.Now())+1)).Press("Log in").WantRedirect("/")
	b.Get("/papers/private/").WantStatus(418)
	d.how.Factor = true
	b = c.Another()
	b.Post("/door/", nil).WantRedirect("/")
	b.Get("/papers/private/").WantStatus(418)
	if n, err := d.auth.Ways(t.Context(), c.DB, ann); err != nil || n != 1 {
		t.Errorf("%d ways, %v", n, err)
	}
}

// TestWays: the ways to log in are counted over all modules.
func TestWays(t *testing.T) {
	t.Parallel()
	cfg := site()
	e := auth.Extension{Auth: cfg.Modules[0].(*auth.Auth)}
	for n := range int64(3) {
		e.OnCountingWays(func(context.Context, database.Handle, *auth.User) (int64, error) { return n, nil })
	}
	c := volatest.New(t, cfg)
	ann := authtest.User(t, c, "ann")
	if n, err := e.Ways(t.Context(), c.DB, ann); err != nil || n != 4 {
		t.Errorf("%d ways, %v", n, err)
	}
	ann.Password = ""
	if n, err := e.Ways(t.Context(), c.DB, ann); err != nil || n != 3 {
		t.Errorf("%d ways without a password, %v", n, err)
	}
	if !e.SignUp() {
		t.Error("nobody can make an account")
	}
}
