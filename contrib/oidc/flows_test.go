package oidc_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/contrib/auth/totp"
	"github.com/volaweb/vola/contrib/oidc"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// users returns how many there are.
func users(t *testing.T, c *volatest.Client) int64 {
	t.Helper()
	n, err := orm.From[auth.User](c.DB).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTakeOver: an account is not given to whoever has its address at a provider, which has not
// proved that it is theirs. The page is the same as for an address without an account.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t, callback)
	volatest.Each(t, site(auth.Config{SignUp: true}, acme(issuer)), func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		var pages []string
		for _, name := range []string{"mallory", "eve"} { // with ann's address, and with one that nobody has
			b := c.Another()
			logIn(t, b, name).WantRedirect("/oidc/address/")
			b.Get("/oidc/new/").WantRedirect("/oidc/address/") // without a proof there is no account
			b.Get("/oidc/address/").Form("Send the mail").Press("Send the mail").WantRedirect("/accounts/sent/")
			pages = append(pages, b.Get("/accounts/sent/").Body)
			b.Get("/oidc/new/").WantRedirect("/oidc/address/")
			b.Post("/oidc/new/", map[string]any{"username": name + "2"}).WantRedirect("/oidc/address/")
			if isIn(b) {
				t.Fatalf("%s is logged in", name)
			}
		}
		if pages[0] != pages[1] {
			t.Errorf("the pages differ:\n%s\n%s", pages[0], pages[1])
		}
		if m := c.WantMail(ann.Email); !strings.Contains(m.Text, "you already have one") || strings.Contains(m.Text, "/oidc/prove/") {
			t.Errorf("mail to who has an account: %s", m.Text)
		}
		if users(t, c) != 1 || len(identities(t, c)) != 0 {
			t.Errorf("%d users, identities %v", users(t, c), identities(t, c))
		}
	})
}

// TestAddressOfAnAccount: whoever has a proved address at the provider that an account here has is
// not logged in to it; when they have logged in to it, they are asked whether to link the two.
func TestAddressOfAnAccount(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t, callback)
	volatest.Each(t, site(auth.Config{SignUp: true}, acme(issuer)), func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		to := leave(t, c.Get("/accounts/login/?next=/accounts/sessions/"), "Log in with Acme")
		c.Get(logInAt(t, to, "ann")).WantRedirect("/accounts/login/?next=%2Foidc%2Flink%2F")
		if isIn(c) || len(identities(t, c)) != 0 {
			t.Fatal("an account was linked by its address")
		}
		c.Get("/oidc/link/").WantStatus(303) // to the log-in page
		c.Another().Get("/oidc/new/").WantStatus(400)
		page := c.Get("/accounts/login/?next=%2Foidc%2Flink%2F").
			WantText(".message", "There is an account here with the address ann@example.org. Log in to it; then you can link it with that of Acme.")
		page.Form("Log in").Fill("User name or email address", "ann").Fill("Password", authtest.Password).Press("Log in").WantRedirect("/oidc/link/")
		if len(identities(t, c)) != 0 {
			t.Fatal("it was linked without being asked for")
		}
		c.Get("/oidc/link/").WantStatus(200).WantText("dd", "ann").WantText("dd", "ann@example.org").Form("Link them").Press("Link them").WantRedirect("/accounts/sessions/")
		if got := identities(t, c); len(got) != 1 || got[0].Subject != "sub-ann" {
			t.Fatalf("identities %+v", got)
		}
		c.Post("/oidc/link/", nil).WantStatus(400) // once
		b := c.Another()
		logIn(t, b, "ann").WantRedirect("/")
		if !isIn(b) {
			t.Error("the linked account does not log in")
		}
	})
}

// TestProveAddress: somebody whose provider has no proved address opens a link in the browser that
// has asked for it, and makes an account. In another browser the link does nothing.
func TestProveAddress(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t, callback)
	volatest.Each(t, site(auth.Config{SignUp: true}, acme(issuer)), func(t *testing.T, c *volatest.Client) {
		logIn(t, c, "nomail").WantRedirect("/oidc/address/")
		c.Get("/oidc/address/").Form("Send the mail").Fill("Email address", "nomail@example.org").Press("Send the mail").WantStatus(303)
		to := volatest.Link(t, c.WantMail("nomail@example.org"), "/oidc/prove/")
		c.Another().Get(to).WantStatus(400)
		victim := c.Another() // who has a log-in of their own at work
		logIn(t, victim, "eve").WantRedirect("/oidc/address/")
		victim.Get(to).WantStatus(400)
		victim.Get("/oidc/new/").WantRedirect("/oidc/address/")
		c.Get("/oidc/prove/" + strings.Repeat("x", 43) + "/").WantStatus(400)

		c.Get(to).WantRedirect("/oidc/new/")
		c.Get(to).WantStatus(400) // once
		authtest.User(t, c, "taken")
		form := c.Get("/oidc/new/").Form("Make the account")
		form.Fill("User name", "taken").Press("Make the account").WantStatus(422).Form("Make the account").WantError("User name", "Somebody has this user name already.")
		form.Fill("User name", "a@b").Press("Make the account").WantStatus(422)
		form.Fill("User name", "new").Press("Make the account").WantRedirect("/")
		user, err := orm.From[auth.User](c.DB).Where(auth.Users.Username.Eq("new")).First(t.Context())
		if err != nil || user.Email != "nomail@example.org" || !isIn(c) {
			t.Errorf("user %+v, %v", user, err)
		}
	})
}

// TestOddClaims: what a provider says of somebody may be anything.
func TestOddClaims(t *testing.T) {
	t.Parallel()
	each(t, auth.Config{SignUp: true}, func(t *testing.T, c *volatest.Client, h *hostile) {
		for name, claims := range map[string]string{
			"no text":    `"name":"A` + "\xff" + `nn","preferred_username":"a` + "\xff" + `\u0000nn"`,
			"too long":   `"name":"` + strings.Repeat("é", 5000) + `","preferred_username":"` + strings.Repeat("é", 5000) + `"`,
			"markup":     `"name":"<script>alert(1)</script>","preferred_username":"<b>\u202eann</b>"`,
			"no address": `"email":"Ann <ann@example.org>"`,
			"two":        `"email":"ann@example.org, eve@example.org"`,
			"lines":      `"email":"ann@example.org\r\nBcc: eve@example.org"`,
			"empty":      `"name":"","preferred_username":"","email":""`,
			"nulls":      `"name":null,"preferred_username":null,"email":null,"email_verified":null`,
		} {
			h.sign = func(m map[string]any) string {
				for _, k := range []string{"name", "preferred_username", "email"} {
					if strings.Contains(claims, `"`+k+`"`) {
						delete(m, k)
					}
				}
				raw, err := json.Marshal(m)
				if err != nil {
					t.Error(err)
				}
				return signedRaw(t, jose.RS256, h.key, "k1", []byte(strings.TrimSuffix(string(raw), "}")+","+claims+"}"))
			}
			b := c.Another()
			res := b.Get(h.answer(t, start(t, b)))
			if to := res.Header.Get("Location"); res.Status != 303 || to != "/oidc/new/" && to != "/oidc/address/" {
				t.Errorf("%s: %d %s", name, res.Status, to)
				continue
			}
			if page := b.Get(res.Header.Get("Location")).WantStatus(200); strings.Contains(page.Body, "<script>alert") || strings.Contains(page.Body, "\u202e") {
				t.Errorf("%s: %s", name, page.Body)
			}
		}
	})
}

// TestClosedSignUp: a site without sign-up has accounts for people of a provider only where the
// provider says so.
func TestClosedSignUp(t *testing.T) {
	t.Parallel()
	issuer := realProvider(t, callback)
	c := volatest.New(t, site(auth.Config{}, acme(issuer))())
	for _, name := range []string{"ann", "eve"} {
		b := c.Another()
		logIn(t, b, name).WantRedirect("/accounts/login/?next=%2Foidc%2Flink%2F")
		b.Get("/accounts/login/").WantText(".message", "No account here is linked with this account of Acme. If you have one, log in to it; then you can link them.")
		b.Get("/oidc/new/").WantStatus(403)
		b.Get("/oidc/address/").WantStatus(403)
		b.Post("/oidc/new/", map[string]any{"username": name}).WantStatus(403)
	}
	if users(t, c) != 0 {
		t.Error("there is an account")
	}
	firm := acme(issuer)
	firm.SignUp = true
	c = volatest.New(t, site(auth.Config{}, firm)())
	logIn(t, c, "ann").WantRedirect("/oidc/new/")
	c.Get("/oidc/new/").Form("Make the account").Press("Make the account").WantRedirect("/")
	if users(t, c) != 1 || !isIn(c) {
		t.Error("there is no account")
	}
}

// TestSecondFactor: a user with a second factor is asked for a code, unless the provider asks.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	for _, both := range []bool{false, true} {
		clock := volatest.NewClock(time.Now())
		h := newHostile(t, clock.Now)
		p := acme(h.URL)
		p.SecondFactor = both
		c := volatest.Start(t, site(auth.Config{}, p)(), volatest.Options{Now: clock.Now})
		ann := authtest.User(t, c, "ann")
		link(t, c, ann, h.URL, "sub-ann")
		authtest.LogIn(t, c, ann)
		c.Get("/accounts/factor/").Form("Turn it on").Press("Turn it on").WantStatus(303)
		page := c.Get("/accounts/factor/new/").WantStatus(200)
		secret, err := totp.Decode(page.Texts("main code")[0])
		if err != nil {
			t.Fatal(err)
		}
		page.Form("Turn it on").Fill("Code", totp.Code(secret, totp.At(clock.Now()))).Press("Turn it on").WantStatus(200)

		b := c.Another()
		to := leave(t, b.Get("/accounts/login/?next=/accounts/sessions/"), "Log in with Acme")
		if both {
			b.Get(h.answer(t, to)).WantRedirect("/accounts/sessions/")
		} else {
			b.Get(h.answer(t, to)).WantRedirect("/accounts/code/")
			if isIn(b) {
				t.Fatal("nobody asked for the code")
			}
			b.Get("/accounts/code/").Form("Log in").Fill("Code", totp.Code(secret, totp.At(clock.Now())+1)).Press("Log in").WantRedirect("/accounts/sessions/")
		}
		if !isIn(b) {
			t.Error("nobody is logged in")
		}

		// So it is when somebody confirms that they are still there.
		clock.Add(20 * time.Minute)
		b.Get("/oidc/").WantStatus(303)
		h.make = func(m map[string]any) { m["auth_time"] = clock.Now().Unix() }
		back := h.answer(t, leave(t, b.Get("/accounts/confirm/?next=%2Foidc%2F"), "Confirm with Acme"))
		if both {
			b.Get(back).WantRedirect("/oidc/")
		} else {
			b.Get(back).WantRedirect("/accounts/code/")
			b.Get("/oidc/").WantStatus(303)
			b.Get("/accounts/code/").Form("Log in").Fill("Code", totp.Code(secret, totp.At(clock.Now()))).Press("Log in").WantRedirect("/oidc/")
		}
		b.Get("/oidc/").WantStatus(200)
	}
}

// TestConfirm: a user without a password proves to the provider that they are still there, if it
// asks them again.
func TestConfirm(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Now())
	h := newHostile(t, clock.Now)
	c := volatest.Start(t, site(auth.Config{}, acme(h.URL))(), volatest.Options{Now: clock.Now})
	ann := authtest.User(t, c, "ann")
	bob := authtest.User(t, c, "bob")
	link(t, c, ann, h.URL, "sub-ann")
	link(t, c, bob, h.URL, "sub-bob")
	c.Get(h.answer(t, start(t, c))).WantRedirect("/")
	c.Get("/oidc/").WantStatus(200)
	clock.Add(20 * time.Minute)
	c.Get("/oidc/").WantRedirect("/accounts/confirm/?next=%2Foidc%2F")
	confirm := func(change func(map[string]any)) string {
		t.Helper()
		h.make = change
		to := leave(t, c.Get("/accounts/confirm/?next=%2Foidc%2F"), "Confirm with Acme")
		if !strings.Contains(to, "prompt=login") || !strings.Contains(to, "max_age=0") {
			t.Errorf("the provider is not asked to ask again: %s", to)
		}
		return h.answer(t, to)
	}
	for name, at := range map[string]any{"no time": nil, "an old time": clock.Now().Add(-2 * time.Minute).Unix()} {
		c.Get(confirm(func(m map[string]any) { m["auth_time"] = at })).WantStatus(400)
		if c.Get("/oidc/").Status != 303 {
			t.Fatalf("%s proves who it is", name)
		}
	}
	c.Get(confirm(func(m map[string]any) { m["auth_time"], m["sub"] = clock.Now().Unix(), "sub-bob" })).WantStatus(409)
	c.Get(confirm(func(m map[string]any) { m["auth_time"], m["sub"] = clock.Now().Unix(), "sub-new" })).WantStatus(400)
	c.Get("/oidc/").WantStatus(303)
	c.Get(confirm(func(m map[string]any) { m["auth_time"] = clock.Now().Unix() })).WantRedirect("/oidc/")
	if got := kinds(t, c); !strings.HasSuffix(got, ", confirmed") {
		t.Errorf("events: %s", got)
	}
	c.Get("/oidc/").WantStatus(200)

	// Whoever is logged in as somebody else meanwhile has not asked.
	to := leave(t, c.Get("/oidc/"), "Link an account of Acme")
	h.make = func(m map[string]any) { m["sub"] = "sub-new" }
	authtest.LogIn(t, c, bob)
	c.Get(h.answer(t, to)).WantStatus(400)
	if len(identities(t, c)) != 2 {
		t.Error("an account was linked with another user")
	}
}

// TestKnownFromBefore: who is logged in because the provider has known them for a while has not
// proved just now who they are.
func TestKnownFromBefore(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	c := volatest.New(t, site(auth.Config{}, acme(h.URL))())
	link(t, c, authtest.User(t, c, "ann"), h.URL, "sub-ann")
	for seconds, want := range map[int64]int{-3600: 303, -60: 200, 30: 200} {
		b := c.Another()
		h.make = func(m map[string]any) { m["auth_time"] = time.Now().Unix() + seconds }
		b.Get(h.answer(t, start(t, b))).WantRedirect("/")
		if !isIn(b) {
			t.Fatal("nobody is logged in")
		}
		b.Get("/oidc/").WantStatus(want)
	}
}

// TestOthersIdentity: an identity is of one user, and stays so.
func TestOthersIdentity(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	c := volatest.New(t, site(auth.Config{}, acme(h.URL))())
	ann, bob := authtest.User(t, c, "ann"), authtest.User(t, c, "bob")
	link(t, c, ann, h.URL, "sub-ann")
	authtest.LogIn(t, c, bob)
	c.Get(h.answer(t, leave(t, c.Get("/oidc/"), "Link an account of Acme"))).WantStatus(409).WantText("p", "This account of Acme is linked already.")
	res := c.Post("/oidc/begin/", map[string]any{"provider": "acme"})
	c.Get(h.answer(t, strings.TrimPrefix(res.Header.Get("Refresh"), "0; url="))).WantStatus(409).
		WantText("p", "This account of Acme is linked with another account here. Log out first.")
	c.Post("/oidc/1/remove/", nil).WantStatus(404)
	if got := identities(t, c); len(got) != 1 || got[0].User.ID != ann.ID {
		t.Errorf("identities %+v", got)
	}
	// Of another issuer behind the same name the subject is somebody else.
	link(t, c, ann, "https://before.example", "sub-before")
	h.make = func(m map[string]any) { m["sub"] = "sub-before" }
	b := c.Another()
	b.Get(h.answer(t, start(t, b))).WantStatus(400)
	if isIn(b) {
		t.Error("the subject of another issuer is taken for the same person")
	}
}

// TestRefusedPeople: who is not allowed, or whose account is closed, is not logged in.
func TestRefusedPeople(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	p := acme(h.URL)
	p.Allow = func(_ context.Context, c oidc.Claims) error {
		var more struct {
			Domain string `json:"hd"`
		}
		if err := c.Decode(&more); err != nil {
			return err
		}
		switch more.Domain {
		case "acme.example":
			return nil
		case "":
			return errors.New("no domain")
		}
		return fault.New(fault.Forbidden, "Only people of Acme log in here.")
	}
	in := 0
	p.LoggedIn = func(_ context.Context, _ *database.Tx, user *auth.User, c oidc.Claims) error {
		if in++; user.Username != "ann" || c.Subject != "sub-ann" {
			t.Errorf("%s logs in as %s", c.Subject, user.Username)
		}
		return nil
	}
	c := volatest.New(t, site(auth.Config{}, p)())
	ann := authtest.User(t, c, "ann")
	link(t, c, ann, h.URL, "sub-ann")
	try := func(domain any) (int, string) {
		h.make = func(m map[string]any) { m["hd"] = domain }
		res := c.Get(h.answer(t, start(t, c)))
		return res.Status, strings.Join(res.Texts("main p"), " ")
	}
	if status, text := try(nil); status != 403 || !strings.HasPrefix(text, "With this account of Acme you cannot log in here.") {
		t.Errorf("without a domain: %d %s", status, text)
	}
	if status, text := try("evil.example"); status != 403 || !strings.HasPrefix(text, "Only people of Acme log in here.") {
		t.Errorf("of another domain: %d %s", status, text)
	}
	ann.Active = false
	if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Active); err != nil {
		t.Fatal(err)
	}
	if status, text := try("acme.example"); status != 403 || !strings.HasPrefix(text, "This account is closed.") {
		t.Errorf("a closed account: %d %s", status, text)
	}
	if isIn(c) || in != 0 {
		t.Fatal("somebody is logged in")
	}
	ann.Active = true
	if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Active); err != nil {
		t.Fatal(err)
	}
	if status, _ := try("acme.example"); status != http.StatusSeeOther || !isIn(c) || in != 1 {
		t.Errorf("status %d, in %d", status, in)
	}
}

// TestLastWay: nobody removes their last way to log in, whichever module it is of.
func TestLastWay(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	accounts := auth.New(auth.Config{Hashing: passwords.Config{Memory: 64, Time: 1}})
	c := volatest.New(t, vola.Config{Name: "Papers", Modules: []module.Module{accounts, passkeys.New(accounts, passkeys.Config{}),
		oidc.New(oidc.Config{Auth: accounts, Providers: []oidc.Provider{acme(h.URL)}})}})
	c.Get("/accounts/login/").WantCount("[data-passkeys]", 1).WantCount(`button[name="provider"]`, 1) // both have their buttons
	ann := authtest.User(t, c, "ann")
	ann.Password = ""
	if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Password); err != nil {
		t.Fatal(err)
	}
	link(t, c, ann, h.URL, "sub-ann")
	c.Get(h.answer(t, start(t, c))).WantRedirect("/")
	c.Get("/accounts/").WantCount(`a[href="/oidc/"], a[href="/passkeys/"]`, 2)
	c.Get("/accounts/confirm/").WantCount("[data-passkeys]", 1).WantCount(`button[name="provider"]`, 1)
	c.Get("/oidc/").WantText("li p", "This is your only way to log in, so that you cannot remove it.").WantCount(`form[action$="/remove/"]`, 0)
	c.Post("/oidc/1/remove/", nil).WantRedirect("/oidc/")
	c.Get("/oidc/").WantText(".message", "This is your only way to log in. Choose a password by mail, or link another account first.")

	key := passkeys.Credential{User: orm.RefTo[auth.User](ann.ID), Name: "Phone", Hash: "x", Handle: "x", Record: "{}"}
	if err := orm.Create(t.Context(), c.DB, &key); err != nil {
		t.Fatal(err)
	}
	c.Get("/passkeys/").WantCount(`form[action$="/remove/"]`, 1)
	c.Get("/oidc/").Form("Remove").Press("Remove").WantRedirect("/oidc/")
	if len(identities(t, c)) != 0 {
		t.Fatal("it is not removed")
	}
	c.Post("/passkeys/1/remove/", nil).WantStatus(303)
	if n, err := orm.From[passkeys.Credential](c.DB).Count(t.Context()); err != nil || n != 1 {
		t.Errorf("%d passkeys, %v: the last way is removed", n, err)
	}
}

// TestLastWayOfAnotherIssuer: an identity that logs nobody in, as its provider has got another issuer,
// is no way to log in: the other one stays, and it can be removed.
func TestLastWayOfAnotherIssuer(t *testing.T) {
	t.Parallel()
	each(t, auth.Config{}, func(t *testing.T, c *volatest.Client, h *hostile) {
		ann := authtest.User(t, c, "ann")
		ann.Password = ""
		if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Password); err != nil {
			t.Fatal(err)
		}
		link(t, c, ann, "https://old.example", "sub-old")
		link(t, c, ann, h.URL, "sub-ann")
		c.Get(h.answer(t, start(t, c))).WantRedirect("/")
		c.Get("/oidc/").WantCount(`form[action$="/remove/"]`, 1)
		c.Post("/oidc/2/remove/", nil).WantRedirect("/oidc/")
		if n := len(identities(t, c)); n != 2 {
			t.Fatalf("%d identities: the last way to log in is removed", n)
		}
		c.Get("/oidc/").Form("Remove").Press("Remove").WantRedirect("/oidc/")
		if all := identities(t, c); len(all) != 1 || all[0].Subject != "sub-ann" {
			t.Errorf("identities %+v", all)
		}
	})
}

// TestChangedMeanwhile: what was begun links nothing when the account was changed before it is done,
// as by its owner, who ends the sessions of whoever has begun it.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(ctx context.Context, c *volatest.Client, user auth.User) error{
		"sessions ended": func(ctx context.Context, c *volatest.Client, user auth.User) error {
			return authtest.Of(t, c).EndSessions(ctx, c.DB, &user)
		},
		"closed": func(ctx context.Context, c *volatest.Client, user auth.User) error {
			user.Active = false
			return orm.Update(ctx, c.DB, &user, auth.Users.Active)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				h := newHostile(t, time.Now)
				p := acme(h.URL)
				var c *volatest.Client
				p.Allow = func(ctx context.Context, _ oidc.Claims) error {
					user, err := auth.Current(ctx)
					if err != nil {
						return err
					}
					return change(ctx, c, *user)
				}
				c = volatest.Start(t, site(auth.Config{}, p)(), volatest.Options{DB: db})
				authtest.LogIn(t, c, authtest.User(t, c, "ann"))
				c.Get(h.answer(t, leave(t, c.Get("/oidc/"), "Link an account of Acme"))).WantStatus(401)
				if all := identities(t, c); len(all) != 0 {
					t.Errorf("identities %+v", all)
				}
			})
		})
	}
}

// TestMax: a user has so many identities and no more.
func TestMax(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	accounts := auth.New(auth.Config{Hashing: passwords.Config{Memory: 64, Time: 1}})
	c := volatest.New(t, vola.Config{Name: "Papers", Modules: []module.Module{accounts, oidc.New(oidc.Config{Auth: accounts, Max: 1, Providers: []oidc.Provider{acme(h.URL)}})}})
	ann := authtest.User(t, c, "ann")
	authtest.LogIn(t, c, ann)
	to := leave(t, c.Get("/oidc/"), "Link an account of Acme")
	link(t, c, ann, h.URL, "sub-other")
	c.Get(h.answer(t, to)).WantStatus(409).WantText("p", "You cannot have more than 1 linked accounts. Remove one first.")
	c.Get("/oidc/").WantCount(`form[action="/oidc/add/"]`, 0)
}
