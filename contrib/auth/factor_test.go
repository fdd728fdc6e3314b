package auth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/totp"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// turnOn sets up a second factor for the user who is logged in, and returns its secret and the
// recovery codes.
func turnOn(t *testing.T, c *volatest.Client, clock *volatest.Clock) (secret []byte, codes []string) {
	t.Helper()
	c.Get("/accounts/factor/").Form("Turn it on").Press("Turn it on").WantStatus(303).WantHeader("Location", "/accounts/factor/new/")
	page := c.Get("/accounts/factor/new/").WantStatus(200)
	secret, err := totp.Decode(page.Texts("main code")[0])
	if err != nil {
		t.Fatal(err)
	}
	if png := c.Get("/accounts/factor/qr.png").WantStatus(200).WantHeader("Cache-Control", "private, no-store"); !strings.HasPrefix(png.Body, "\x89PNG") {
		t.Errorf("the picture is %.10q", png.Body)
	}
	wrong := "000000"
	if totp.Code(secret, totp.At(clock.Now())) == wrong {
		wrong = "000001"
	}
	page.Form("Turn it on").Fill("Code", wrong).Press("Turn it on").WantStatus(422)
	done := page.Form("Turn it on").Fill("Code", totp.Code(secret, totp.At(clock.Now()))).Press("Turn it on").WantStatus(200)
	if codes = done.Texts("li code"); len(codes) != totp.RecoveryCodes {
		t.Fatalf("%d recovery codes", len(codes))
	}
	return secret, codes
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		elsewhere := c.Another()
		authtest.LogIn(t, elsewhere, ann)
		logIn(c, "ann", authtest.Password)
		secret, codes := turnOn(t, c, clock)
		c.Get("/papers/private/").WantStatus(418)
		elsewhere.Get("/papers/private/").WantStatus(303)
		wantMail(t, c, "was turned on")

		b := c.Another()
		form := func() {
			t.Helper()
			logIn(b, "ann", authtest.Password)
			b.Get("/papers/private/").WantStatus(303)
		}
		form()
		now := totp.At(clock.Now())
		page := b.Get("/accounts/code/").WantStatus(200)
		page.Form("Log in").Fill("Code", totp.Code(secret, now)).Press("Log in").WantStatus(422) // used when it was set up
		page.Form("Log in").Fill("Code", totp.Code(secret, now+2)).Press("Log in").WantStatus(422)
		page.Form("Log in").Fill("Code", totp.Code(secret, now+1)).Press("Log in").WantStatus(303)
		b.Get("/papers/private/").WantStatus(418)

		clock.Add(time.Hour)
		b = c.Another()
		form()
		clock.Add(5 * time.Minute)
		b.Get("/accounts/code/").WantStatus(303).WantHeader("Location", "/accounts/login/")
		form()
		b.Get("/accounts/code/").Form("Log in").Fill("Code", " "+strings.ToLower(codes[3])+" ").Press("Log in").WantStatus(303)
		b.Get("/papers/private/").WantStatus(418)
		wantMail(t, c, "9 recovery codes left")
		b = c.Another()
		form()
		b.Get("/accounts/code/").Form("Log in").Fill("Code", codes[3]).Press("Log in").WantStatus(422)
		b.Get("/papers/private/").WantStatus(303)
		b.Get("/accounts/code/").Form("Log in").Fill("Code", codes[4]).Press("Log in").WantStatus(303)

		// What is dangerous needs both again.
		clock.Add(16 * time.Minute)
		confirm := b.Get("/accounts/confirm/").Form("Go on")
		confirm.Fill("Password", authtest.Password).Press("Go on").WantStatus(422)
		b.Get("/accounts/factor/").WantStatus(303)
		confirm.Fill("Password", authtest.Password).Fill("Code", totp.Code(secret, totp.At(clock.Now()))).Press("Go on").WantStatus(303)
		b.Post("/accounts/factor/", nil).WantStatus(400)
		made := b.Get("/accounts/factor/").Form("Make new recovery codes").Press("Make new recovery codes").WantStatus(200).Texts("li code")
		wantMail(t, c, "new recovery codes were made")
		x := c.Another()
		b, x = x, b
		form()
		b.Get("/accounts/code/").Form("Log in").Fill("Code", codes[5]).Press("Log in").WantStatus(422)
		b.Get("/accounts/code/").Form("Log in").Fill("Code", made[5]).Press("Log in").WantStatus(303)

		// So does a new password by mail.
		ask(c, "/accounts/reset/", "ann@example.org")
		c.Get(volatest.Link(t, c.WantMail("ann@example.org"), "/accounts/open/reset/"))
		reset := c.Get("/accounts/reset/finish/").Form("Set the password").Fill("New password", another)
		reset.Press("Set the password").WantStatus(422)
		reset.Fill("New password", another).Fill("Code", made[6]).Press("Set the password").WantStatus(303)

		b = x
		logIn(b, "ann", another)
		b.Get("/accounts/code/").Form("Log in").Fill("Code", made[7]).Press("Log in").WantStatus(303)
		b.Get("/accounts/factor/").Form("Turn it off").Press("Turn it off").WantStatus(303)
		b.Get("/papers/private/").WantStatus(418)
		logIn(c.Another(), "ann", another)
		if n, err := orm.From[auth.RecoveryCode](c.DB).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d recovery codes, %v", n, err)
		}
	})
}

// TestRemoveFactor: somebody who has lost everything is helped by a command, and told.
func TestRemoveFactor(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		if _, err := c.Command("removefactor", "ann"); err == nil || !strings.Contains(err.Error(), "ann has no second factor") {
			t.Error(err)
		}
		logIn(c, "ann", authtest.Password)
		turnOn(t, c, clock)
		if _, err := c.Command("removefactor", "ann"); err != nil {
			t.Fatal(err)
		}
		c.Get("/papers/private/").WantStatus(303)
		wantMail(t, c, "was turned off")
		logIn(c, "ann", authtest.Password)
		c.Get("/papers/private/").WantStatus(418)
	})
}

// TestOneCodeOnce: of twenty who send one code at the same time one is logged in.
func TestOneCodeOnce(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		secret, codes := turnOn(t, c, clock)
		for round, code := range []func() string{
			func() string { return totp.Code(secret, totp.At(clock.Now())) },
			func() string { return codes[0] },
		} {
			clock.Add(time.Hour) // so that tries of before do not count
			browsers := make([]*volatest.Client, 5)
			for i := range browsers {
				browsers[i] = c.Another()
				logIn(browsers[i], "ann", authtest.Password)
			}
			send := code()
			var wg sync.WaitGroup
			for _, b := range browsers {
				page := b.Get("/accounts/code/").WantStatus(200)
				wg.Go(func() { page.Form("Log in").Fill("Code", send).Press("Log in") })
			}
			wg.Wait()
			in := 0
			for _, b := range browsers {
				if b.Get("/papers/private/").Status == 418 {
					in++
				}
			}
			if in != 1 {
				t.Errorf("round %d: %d are logged in", round, in)
			}
		}
	})
}

// TestCodesAreCounted: after five wrong codes none is tried, from whatever browser.
func TestCodesAreCounted(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		secret, _ := turnOn(t, c, clock)
		clock.Add(time.Hour)
		var statuses []int
		for range 7 {
			b := c.Another()
			logIn(b, "ann", authtest.Password)
			statuses = append(statuses, b.Get("/accounts/code/").Form("Log in").Fill("Code", "12345").Press("Log in").Status)
		}
		for i, want := range []int{422, 422, 422, 422, 422, 429, 429} {
			if statuses[i] != want {
				t.Fatalf("statuses %v", statuses)
			}
		}
		b := c.Another()
		logIn(b, "ann", authtest.Password)
		b.Get("/accounts/code/").Form("Log in").Fill("Code", totp.Code(secret, totp.At(clock.Now()))).Press("Log in").WantStatus(429)
		clock.Add(4 * time.Minute)
		b.Get("/accounts/code/").Form("Log in").Fill("Code", totp.Code(secret, totp.At(clock.Now()))).Press("Log in").WantStatus(303)
	})
}

// TestNoSecretInTheTables: nothing that the database has is a code, a link or a password.
func TestNoSecretInTheTables(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		secret, codes := turnOn(t, c, clock)
		f, err := orm.From[auth.Factor](c.DB).First(t.Context())
		if err != nil || strings.Contains(string(f.Secret), totp.Encode(secret)) || strings.Contains(string(f.Secret), string(secret)) {
			t.Errorf("the secret can be read: %v", err)
		}
		rows, err := orm.From[auth.RecoveryCode](c.DB).All(t.Context())
		if err != nil || len(rows) != len(codes) {
			t.Fatal(len(rows), err)
		}
		b := c.Another()
		logIn(b, "ann", authtest.Password)
		for _, code := range []string{rows[0].Hash, string(f.Secret)[:120]} {
			b.Get("/accounts/code/").Form("Log in").Fill("Code", code).Press("Log in").WantStatus(422)
		}
		ask(b, "/accounts/reset/", "ann@example.org")
		link, err := orm.From[auth.Link](c.DB).First(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.Get("/accounts/open/reset/" + link.Hash + "/")
		b.Get("/accounts/reset/finish/").WantStatus(410)
	})
}

// TestKeyIsExchanged: a secret that was stored with an older key of the site is read, and stored
// with the new one by the command reseal; then the old key can go.
func TestKeyIsExchanged(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, first *database.DB) {
		k := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
		keys := [2]string{strings.Repeat("old key.", 5), strings.Repeat("new key.", 5)}
		start := func(key, before string) *volatest.Client {
			t.Helper()
			db, err := database.Open(t.Context(), database.Config{URL: first.URL(), Drivers: databasetest.Drivers()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			return volatest.Start(t, site(), volatest.Options{DB: db, Now: k.Now, Environ: map[string]string{"SECRET_KEY": key, "SECRET_KEY_FALLBACKS": before}})
		}
		enter := func(c *volatest.Client, secret []byte) int {
			t.Helper()
			k.Add(time.Hour)
			logIn(c, "ann", authtest.Password)
			return c.Get("/accounts/code/").Form("Log in").Fill("Code", totp.Code(secret, totp.At(k.Now()))).Press("Log in").Status
		}
		c := start(keys[0], "")
		authtest.User(t, c, "ann")
		logIn(c, "ann", authtest.Password)
		secret, _ := turnOn(t, c, k)
		if got := enter(start(keys[1], ""), secret); got != 500 { // the key that it was stored with is gone
			t.Errorf("without the key: %d", got)
		}
		if got := enter(start(keys[1], keys[0]), secret); got != 303 {
			t.Errorf("with both keys: %d", got)
		}
		var out, errOut strings.Builder
		cfg := site()
		cfg.Drivers = databasetest.Drivers()
		status := vola.Run(t.Context(), cfg, []string{"reseal"}, []string{"DATABASE_URL=" + first.URL(), "SECRET_KEY=" + keys[1], "SECRET_KEY_FALLBACKS=" + keys[0]},
			strings.NewReader(""), &out, &errOut)
		if status != 0 || out.String() != "accounts_factor.secret: sealed 1 value again\n" {
			t.Errorf("reseal: %d, %s%s", status, out.String(), errOut.String())
		}
		if got := enter(start(keys[1], ""), secret); got != 303 {
			t.Errorf("with the new key alone: %d", got)
		}
	})
}
