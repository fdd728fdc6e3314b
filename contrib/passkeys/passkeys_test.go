package passkeys_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
	"github.com/volaweb/vola/web/webtest"
)

func site() vola.Config {
	accounts := auth.New(auth.Config{Hashing: passwords.Config{Memory: 64, Time: 1}}) // cheap hashes
	return vola.Config{Name: "Papers", Modules: []module.Module{accounts, passkeys.New(accounts, passkeys.Config{Max: 3})}}
}

const base = "http://example.test"

var party = virtualwebauthn.RelyingParty{Name: "Papers", ID: "example.test", Origin: base}

// begun is what the site asks a browser to sign.
type begun struct {
	Ceremony string          `json:"ceremony"`
	Options  json.RawMessage `json:"options"`
}

// post sends JSON as the script does.
func post(t *testing.T, c *volatest.Client, path string, body any) *webtest.Response {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return c.Send("POST", path, "application/json", string(raw))
}

// begin asks for what is to be signed.
func begin(t *testing.T, c *volatest.Client, path, name string) begun {
	t.Helper()
	var b begun
	var res *webtest.Response
	if path == addBegin {
		res = c.Post(path, webtest.Values{"name": name})
	} else {
		res = post(t, c, path, struct{}{})
	}
	res.WantStatus(200).WantHeader("Cache-Control", "private, no-store")
	if err := json.Unmarshal([]byte(res.Body), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// device is one that has a passkey, and what it does wrong.
type device struct {
	virtualwebauthn.Authenticator
	key virtualwebauthn.Credential
}

// newDevice makes a key whose coordinates have 32 bytes each: virtualwebauthn leaves out the zeros
// before a shorter one, which no device does, and which is refused.
func newDevice() *device {
	for {
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(key.Key.AttestationData()) == 77 {
			return &device{virtualwebauthn.NewAuthenticator(), key}
		}
	}
}

// make returns the answer to a request for a passkey.
func (d *device) make(t *testing.T, b begun) map[string]any {
	t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(string(b.Options))
	if err != nil {
		t.Fatal(err)
	}
	d.Options.UserHandle = []byte(options.UserID)
	return map[string]any{"ceremony": b.Ceremony, "response": json.RawMessage(virtualwebauthn.CreateAttestationResponse(party, d.Authenticator, d.key, *options))}
}

// sign returns the answer to a log-in. The counter rises, as that of a security key.
func (d *device) sign(t *testing.T, b begun, at ...virtualwebauthn.RelyingParty) map[string]any {
	t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(string(b.Options))
	if err != nil {
		t.Fatal(err)
	}
	d.key.Counter++
	at = append(at, party)
	return map[string]any{"ceremony": b.Ceremony, "response": json.RawMessage(virtualwebauthn.CreateAssertionResponse(at[0], d.Authenticator, d.key, *options))}
}

const (
	addBegin, addFinish     = "/passkeys/add/begin/", "/passkeys/add/finish/"
	loginBegin, loginFinish = "/passkeys/login/begin/", "/passkeys/login/finish/"
)

// withPasskey returns a device with a passkey of a user, who is logged in with c.
func withPasskey(t *testing.T, c *volatest.Client, user *auth.User) *device {
	t.Helper()
	fresh, err := orm.Find[auth.User](t.Context(), c.DB, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	authtest.LogIn(t, c, &fresh)
	d := newDevice()
	post(t, c, addFinish, d.make(t, begin(t, c, addBegin, "Phone of "+user.Username))).WantStatus(200)
	return d
}

// isIn reports whether somebody is logged in.
func isIn(c *volatest.Client) bool { return c.Get("/accounts/").Status == 200 }

// wantEvents fails the test unless these events are there of a user, in this order at the end.
func wantEvents(t *testing.T, c *volatest.Client, user *auth.User, kinds ...auth.EventKind) {
	t.Helper()
	all, err := orm.From[auth.Event](c.DB).Where(auth.Events.UserID.Eq(user.ID)).OrderBy(auth.Events.ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []auth.EventKind
	for _, e := range all {
		got = append(got, e.Kind)
	}
	if len(got) < len(kinds) {
		t.Fatalf("events %q, want %q at the end", got, kinds)
	}
	for i, kind := range kinds {
		if got[len(got)-len(kinds)+i] != kind {
			t.Fatalf("events %q, want %q at the end", got, kinds)
		}
	}
}

func TestAddAndLogIn(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		authtest.LogIn(t, c, ann)
		for name, want := range map[string]int{"": 422, "  ": 422, "a\x00b": 422, strings.Repeat("x", 101): 422} {
			if res := c.Post(addBegin, webtest.Values{"name": name}); res.Status != want || !strings.Contains(res.Body, `{"message":"`) {
				t.Errorf("the name %q: %d, want %d: %s", name, res.Status, want, res.Body)
			}
		}
		d := withPasskey(t, c, ann)
		wantEvents(t, c, ann, passkeys.Added)
		if text := c.WantMail("ann@example.org").Text; !strings.Contains(text, "Phone of ann was added") {
			t.Errorf("the mail: %s", text)
		}
		c.Get("/passkeys/").WantStatus(200).WantText(".devices strong", "Phone of ann")
		row, err := orm.From[passkeys.Credential](c.DB).First(t.Context())
		if err != nil || len(d.Options.UserHandle) != 32 || row.LastUsed != nil {
			t.Fatal(err, len(d.Options.UserHandle), row.LastUsed)
		}

		b := c.Another()
		first := begin(t, b, loginBegin, "")
		if strings.Contains(string(first.Options), "allowCredentials") {
			t.Errorf("the options name passkeys: %s", first.Options)
		}
		body := d.sign(t, first)
		body["next"], body["remember"] = "/accounts/sessions/", true
		res := post(t, b, loginFinish, body).WantStatus(200)
		if res.Body != `{"to":"/accounts/sessions/"}`+"\n" || res.Cookie("session").MaxAge != 90*24*60*60 {
			t.Errorf("the answer is %s, the cookie lasts %d s", res.Body, res.Cookie("session").MaxAge)
		}
		if !isIn(b) {
			t.Error("nobody is logged in")
		}
		wantEvents(t, c, ann, auth.LoggedIn)
		b.Get("/passkeys/").WantStatus(200) // it counts as a proof of who it is
		if row, err = orm.From[passkeys.Credential](c.DB).First(t.Context()); err != nil || row.LastUsed == nil {
			t.Error("the last use is not stored", err)
		}

		// Somewhere else nobody is sent.
		b = c.Another()
		body = d.sign(t, begin(t, b, loginBegin, ""))
		body["next"] = "//evil.example/"
		if res := post(t, b, loginFinish, body).WantStatus(200); res.Body != `{"to":"/"}`+"\n" {
			t.Errorf("the answer is %s", res.Body)
		}

		// After a while a passkey proves who it is.
		clock.Add(16 * time.Minute)
		b.Get("/passkeys/").WantStatus(303)
		b.Header = http.Header{"Accept": {"application/json"}}
		b.Post(addBegin, webtest.Values{"name": "x"}).WantStatus(403)
		b.Header = nil
		post(t, b, loginFinish, d.sign(t, begin(t, b, loginBegin, ""))).WantStatus(200)
		b.Get("/passkeys/").WantStatus(200)
		wantEvents(t, c, ann, auth.LoggedIn, auth.Confirmed)
	})
}

// TestRefused: what is not the answer of the right device, to what was just asked for, in the
// same browser, logs nobody in and adds nothing.
func TestRefused(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann, bob := authtest.User(t, c, "ann"), authtest.User(t, c, "bob")
		d := withPasskey(t, c, ann)
		other := c.Another()
		e := withPasskey(t, other, bob)
		refused := func(what string, b *volatest.Client, body map[string]any) {
			t.Helper()
			if res := post(t, b, loginFinish, body); res.Status != 400 || isIn(b) {
				t.Errorf("%s: status %d, logged in: %t", what, res.Status, isIn(b))
			}
		}
		fresh := func() (*volatest.Client, begun) { b := c.Another(); return b, begin(t, b, loginBegin, "") }

		b, asked := fresh()
		body := d.sign(t, asked)
		unknown := c.Another()
		refused("another browser", unknown, body)
		begin(t, unknown, loginBegin, "")
		refused("another browser with a session", unknown, body)
		clock.Add(2 * time.Minute)
		refused("after two minutes", b, body)

		b, asked = fresh()
		clock.Add(2*time.Minute - time.Second)
		body = d.sign(t, asked)
		post(t, b, loginFinish, body).WantStatus(200)
		b.Post("/accounts/logout/", nil)
		refused("twice", b, body)

		b, asked = fresh()
		second := begin(t, b, loginBegin, "")
		body = d.sign(t, second)
		body["ceremony"] = asked.Ceremony
		refused("another challenge", b, body)
		refused("after a wrong answer", b, d.sign(t, asked))

		b, asked = fresh()
		d.Options.UserNotVerified = true
		refused("nobody was asked for a PIN", b, d.sign(t, asked))
		d.Options.UserNotVerified = false
		for what, at := range map[string]virtualwebauthn.RelyingParty{
			"a subdomain": {ID: "example.test", Origin: "http://evil.example.test"},
			"a port":      {ID: "example.test", Origin: "http://example.test:8080"},
			"a scheme":    {ID: "example.test", Origin: "https://example.test"},
			"another":     {ID: "example.test", Origin: "http://evil.test"},
			"a longer":    {ID: "example.test", Origin: "http://example.test.evil.test"},
			"another id":  {ID: "evil.test", Origin: base},
		} {
			b, asked = fresh()
			refused("the origin: "+what, b, d.sign(t, asked, at))
		}
		b, asked = fresh()
		refused("a passkey that is not known", b, newDevice().sign(t, asked))
		b, asked = fresh()
		mixed := *d
		mixed.Options.UserHandle = e.Options.UserHandle
		refused("the handle of another user", b, mixed.sign(t, asked))
		b, asked = fresh()
		mixed = *d
		mixed.key.Key = e.key.Key
		refused("the key of another user", b, mixed.sign(t, asked))
		for _, response := range []string{`null`, `{}`, `[]`, `"x"`, `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
			b, asked = fresh()
			refused("the response "+response, b, map[string]any{"ceremony": asked.Ceremony, "response": json.RawMessage(response)})
		}

		// What was asked of one user adds nothing to another, nor logs in.
		mine := begin(t, c, addBegin, "x")
		made := newDevice().make(t, mine)
		if res := post(t, other, addFinish, made); res.Status != 400 {
			t.Errorf("what another user has begun: %d", res.Status)
		}
		refusedKind := d.sign(t, mine)
		if res := post(t, c, loginFinish, refusedKind); res.Status != 400 {
			t.Errorf("what was begun to add a passkey logs in: %d", res.Status)
		}
		post(t, c, addFinish, made).WantStatus(200)
		post(t, c, addFinish, made).WantStatus(400)
		mine = begin(t, c, addBegin, "x")
		if _, err := orm.From[passkeys.Ceremony](c.DB).Where(passkeys.Ceremonies.Kind.Eq("add")).Update(t.Context(), passkeys.Ceremonies.User.Set(bob.ID)); err != nil {
			t.Fatal(err)
		}
		post(t, c, addFinish, newDevice().make(t, mine)).WantStatus(400)
		copied := *e
		known := copied.make(t, begin(t, c, addBegin, "x"))
		if res := post(t, c, addFinish, known); res.Status != 409 {
			t.Errorf("the passkey of another user: %d", res.Status)
		}
		unverified := newDevice()
		unverified.Options.UserNotVerified = true
		post(t, c, addFinish, unverified.make(t, begin(t, c, addBegin, "x"))).WantStatus(400)
		post(t, c, addFinish, newDevice().make(t, begin(t, c, addBegin, "x"))).WantStatus(200)
		c.Post(addBegin, webtest.Values{"name": "x"}).WantStatus(409) // three are the most
		if n, err := orm.From[passkeys.Credential](c.DB).Count(t.Context()); n != 4 || err != nil {
			t.Errorf("%d passkeys, %v", n, err)
		}

		// Who is logged in is not changed for another user, nor is a closed account opened.
		if res := post(t, other, loginFinish, d.sign(t, begin(t, other, loginBegin, ""))); res.Status != 400 {
			t.Errorf("the passkey of another user: %d", res.Status)
		}
		bob.Active = false
		if err := orm.Update(t.Context(), c.DB, bob, auth.Users.Active); err != nil {
			t.Fatal(err)
		}
		b, asked = fresh()
		refused("a closed account", b, e.sign(t, asked))
		wantEvents(t, c, ann, auth.LogInFailed, passkeys.Added, passkeys.Added)
	})
}

// TestMessages: what is not JSON of this site is refused before it does anything.
func TestMessages(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		for _, path := range []string{loginBegin, loginFinish} {
			for _, kind := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/jsonx"} {
				if got := c.Send("POST", path, kind, "{}").Status; got != 415 {
					t.Errorf("%s with %q: %d", path, kind, got)
				}
			}
			for body, want := range map[string]int{"": 400, "x": 400, "[]": 400, `{"ceremony":1}`: 400, `{"a":"` + strings.Repeat("x", 64<<10) + `"}`: 413} {
				if path == loginBegin && strings.Contains(body, "ceremony") {
					want = 200
				}
				if got := c.Send("POST", path, "application/json; charset=utf-8", body).Status; got != want {
					t.Errorf("%s with %.20q: %d, want %d", path, body, got, want)
				}
			}
			c.Get(path).WantStatus(405)
			c.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}}
			c.Send("POST", path, "application/json", "{}").WantStatus(403)
			c.Header = nil
		}
		c.Header = http.Header{"Accept": {"application/json"}}
		c.Post(addBegin, webtest.Values{"name": "x"}).WantStatus(401)
		c.Header = nil

		// A network begins 60 times, and then once in ten seconds.
		clock.Add(time.Hour)
		for range 60 {
			begin(t, c.Another(), loginBegin, "")
		}
		res := post(t, c.Another(), loginBegin, struct{}{}).WantStatus(429)
		if res.Header.Get("Retry-After") != "10" {
			t.Errorf("Retry-After is %q", res.Header.Get("Retry-After"))
		}
		clock.Add(10 * time.Second)
		begin(t, c.Another(), loginBegin, "")
	})
}

// TestOneAnswerOnce: of twenty who send one answer at the same time one is logged in.
func TestOneAnswerOnce(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, _ *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		d := withPasskey(t, c, ann)
		b := c.Another()
		body := d.sign(t, begin(t, b, loginBegin, ""))
		before := b.Cookie("session")
		browsers := make([]*volatest.Client, 20)
		var wg sync.WaitGroup
		for i := range browsers {
			browsers[i] = c.Another()
			browsers[i].SetCookie("session", before)
			wg.Go(func() { post(t, browsers[i], loginFinish, body) })
		}
		wg.Wait()
		in := 0
		for _, b := range browsers {
			if isIn(b) {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d are logged in", in)
		}
	})
}

// TestCounter: a counter that has not risen is noted, and keeps staff out.
func TestCounter(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, _ *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		d := withPasskey(t, c, ann)
		try := func(counter uint32, want int) {
			t.Helper()
			b := c.Another()
			d.key.Counter = counter - 1
			post(t, b, loginFinish, d.sign(t, begin(t, b, loginBegin, ""))).WantStatus(want)
		}
		try(10, 200)
		wantEvents(t, c, ann, passkeys.Added, auth.LoggedIn)
		try(9, 200)
		wantEvents(t, c, ann, passkeys.CounterFell, auth.LoggedIn)
		try(10, 200)
		wantEvents(t, c, ann, passkeys.CounterFell, auth.LoggedIn)
		try(11, 200) // the warning of before does not stay
		wantEvents(t, c, ann, passkeys.CounterFell, auth.LoggedIn, auth.LoggedIn)
		told := 0
		for _, m := range c.Mails() {
			if strings.Contains(m.Text, "a copy of the passkey Phone of ann") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%d mails about the counter instead of one", told)
		}
		c.Get("/passkeys/").WantText(".warning", "Somebody may have a copy of this passkey. Remove it and add a new one.")
		ann.Staff = true
		if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Staff); err != nil {
			t.Fatal(err)
		}
		try(11, 400)
		wantEvents(t, c, ann, passkeys.CounterFell)
		try(12, 400) // also if it counts on
		c.Get("/passkeys/").WantText(".warning", "Somebody may have a copy of this passkey. It does not log you in any more. Remove it and add a new one.")
		if _, err := orm.From[auth.User](c.DB).Where(auth.Users.ID.Eq(ann.ID)).Update(t.Context(), auth.Users.Password.Set("")); err != nil {
			t.Fatal(err)
		}
		c.Get("/passkeys/").Form("Remove: Phone of ann").Press("Remove: Phone of ann").WantStatus(303) // it is no way to log in
		c.Get("/passkeys/").WantCount(".devices form", 0)
	})
}

// TestConfirm: who is logged in and proves by a passkey who they are keeps what their session holds.
func TestConfirm(t *testing.T) {
	t.Parallel()
	cfg := func() vola.Config {
		c := site()
		c.Modules = append(c.Modules, &cart{})
		return c
	}
	volatest.EachAt(t, cfg, func(t *testing.T, c *volatest.Client, clock *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		d := withPasskey(t, c, ann)
		c.Post("/cart/", nil).WantStatus(200)
		clock.Add(16 * time.Minute)
		c.Get("/passkeys/").WantStatus(303)
		token := c.Cookie("session")
		body := d.sign(t, begin(t, c, loginBegin, ""))
		body["next"] = "/passkeys/"
		if res := post(t, c, loginFinish, body).WantStatus(200); res.Body != `{"to":"/passkeys/"}`+"\n" {
			t.Errorf("the answer is %s", res.Body)
		}
		c.Get("/passkeys/").WantStatus(200)
		if body := c.Get("/cart/").WantStatus(200).Body; body != "soap" {
			t.Errorf("the session holds %q", body)
		}
		if c.Cookie("session") == token {
			t.Error("the session has its old token")
		}
		wantEvents(t, c, ann, auth.Confirmed)
	})
}

// cart is a module that keeps something in the session.
type cart struct{ module.Base }

const inCart = sessions.Key[string]("cart.what")

func (*cart) Name() string { return "cart" }

func (*cart) Routes(r *web.Router) {
	r.Post("/", func(_ http.ResponseWriter, r *http.Request) error { return inCart.Set(r.Context(), "soap") })
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		what, err := inCart.Get(r.Context())
		if err == nil {
			_, err = w.Write([]byte(what))
		}
		return err
	})
}

// TestChangedMeanwhile: a passkey is not added to an account that was closed, or got another
// password, after the request had begun.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*auth.User){
		"closed":           func(u *auth.User) { u.Active = false },
		"another password": func(u *auth.User) { u.Stamp = "another" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
				ann := authtest.User(t, c, "ann")
				authtest.LogIn(t, c, ann)
				body := newDevice().make(t, begin(t, c, addBegin, "x"))
				var once sync.Once
				c.OnRequest(func(r *http.Request) *http.Request {
					return r.WithContext(database.Observe(r.Context(), func(_ context.Context, s database.Statement) {
						if !strings.HasPrefix(s.SQL, "DELETE") || !strings.Contains(s.SQL, "passkeys_ceremony") {
							return
						}
						once.Do(func() {
							change(ann)
							if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Active, auth.Users.Stamp); err != nil {
								t.Error(err)
							}
						})
					}))
				})
				post(t, c, addFinish, body).WantStatus(401)
				if n, err := orm.From[passkeys.Credential](c.DB).Count(t.Context()); n != 0 || err != nil {
					t.Errorf("%d passkeys, %v", n, err)
				}
			})
		})
	}
}

// TestMovedToACloud: a passkey that can be stored in a cloud now, and could not when it was made,
// logs in again when its owner has accepted that; one that cannot any more never does.
func TestMovedToACloud(t *testing.T) {
	t.Parallel()
	volatest.EachAt(t, site, func(t *testing.T, c *volatest.Client, _ *volatest.Clock) {
		ann := authtest.User(t, c, "ann")
		d := withPasskey(t, c, ann)
		try := func(want int) string {
			t.Helper()
			b := c.Another()
			return post(t, b, loginFinish, d.sign(t, begin(t, b, loginBegin, ""))).WantStatus(want).Body
		}
		try(200)
		d.Options.BackupEligible, d.Options.BackupState = true, true
		right := d.key.Key
		d.key.Key = newDevice().key.Key
		try(400)
		wantEvents(t, c, ann, auth.LogInFailed)
		d.key.Key = right
		if body := try(400); !strings.Contains(body, "accept it") {
			t.Errorf("the answer: %s", body)
		}
		try(400)
		wantEvents(t, c, ann, passkeys.Moved)
		c.Get("/passkeys/").Form("Accept: Phone of ann").Press("Accept: Phone of ann").WantStatus(303)
		wantEvents(t, c, ann, passkeys.Accepted)
		try(200)
		d.Options.BackupEligible, d.Options.BackupState = false, false
		try(400)
		wantEvents(t, c, ann, auth.LogInFailed)
		c.Get("/passkeys/").WantCount(".devices form", 1) // there is nothing to accept
	})
}
