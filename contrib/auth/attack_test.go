package auth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

// work is what a request costs, and what it shows.
type work struct {
	status     int
	body       string
	location   string
	hashes     uint64
	statements string // without their arguments
	mails      int
}

// TestNobodyLearnsWhoHasAnAccount compares what happens for a user, somebody unknown, a user who
// is not active and one without a password: by text, by status and by work.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		a := auth.New(auth.Config{SignUp: true, Hashing: quick()})
		c := volatest.Start(t, vola.Config{Name: "Papers", Modules: []module.Module{a}}, volatest.Options{DB: db})
		authtest.User(t, c, "known")
		closed := authtest.User(t, c, "closed")
		closed.Active = false
		if err := orm.Update(t.Context(), c.DB, closed, auth.Users.Active); err != nil {
			t.Fatal(err)
		}
		if err := a.CreateUser(t.Context(), c.DB, &auth.User{Username: "without", Email: "without@example.org"}, ""); err != nil {
			t.Fatal(err)
		}
		measure := func(press func(b *volatest.Client) *webtest.Response) work {
			b := c.Another()
			before, mails := a.Hashing().Hashes, len(c.Mails())
			res := press(b)
			w := work{status: res.Status, body: res.Body, location: res.Header.Get("Location"), hashes: a.Hashing().Hashes - before}
			for _, s := range b.Statements() {
				w.statements += s.SQL + "\n"
			}
			w.mails = len(c.Mails()) - mails
			return w
		}
		names := []string{"known", "unknown", "closed", "without"}
		requests := map[string]func(b *volatest.Client, name string) *webtest.Response{
			"log-in": func(b *volatest.Client, name string) *webtest.Response {
				return b.Get("/accounts/login/").Form("Log in").Fill("User name or email address", name).Fill("Password", "a wrong password").Press("Log in")
			},
			"log-in by address": func(b *volatest.Client, name string) *webtest.Response {
				return b.Get("/accounts/login/").Form("Log in").Fill("User name or email address", name+"@example.org").Fill("Password", "a wrong password").Press("Log in")
			},
			"reset": func(b *volatest.Client, name string) *webtest.Response {
				return b.Get("/accounts/reset/").Form("Send the mail").Fill("Email address", name+"@example.org").Press("Send the mail")
			},
			"sign-up": func(b *volatest.Client, name string) *webtest.Response {
				return b.Get("/accounts/signup/").Form("Send the mail").Fill("Email address", name+"@example.org").Press("Send the mail")
			},
		}
		for what, request := range requests {
			var first work
			for i, name := range names {
				got := measure(func(b *volatest.Client) *webtest.Response { return request(b, name) })
				got.body = strings.ReplaceAll(got.body, name, "NAME")
				// Whose links of before are ended is told by the user, or by the address.
				got.statements = strings.NewReplacer(`"user_id" = ?`, "WHOSE", `"user_id" = $`, "WHOSE", `"user_id" IS NULL AND "email" = ?`, "WHOSE",
					`("user_id" IS NULL) AND ("email" = ?)`, "WHOSE").Replace(got.statements)
				if i == 0 {
					first = got
					if strings.HasPrefix(what, "log-in") != (got.hashes == 1) || strings.HasPrefix(what, "log-in") == (got.mails == 1) {
						t.Errorf("%s: %d hashes, %d mails", what, got.hashes, got.mails)
					}
					continue
				}
				if got.status != first.status || got.body != first.body || got.location != first.location || got.hashes != first.hashes || got.mails != first.mails {
					t.Errorf("%s: %s differs from %s: status %d and %d, %d and %d hashes, %d and %d mails, the same page: %v", what, name, names[0],
						got.status, first.status, got.hashes, first.hashes, got.mails, first.mails, got.body == first.body)
				}
				if n, m := strings.Count(got.statements, "\n"), strings.Count(first.statements, "\n"); n != m {
					t.Errorf("%s: %s takes %d statements, %s %d:\n%s\n%s", what, name, n, names[0], m, got.statements, first.statements)
				}
			}
		}
	})
}

// TestFixation: a token that somebody has planted is not that of the user who logs in with it.
func TestFixation(t *testing.T) {
	t.Parallel()
	c := one(t, nil)
	authtest.User(t, c, "ann")
	attacker := c.Another()
	authtest.User(t, c, "eve")
	ask(attacker, "/accounts/reset/", "eve@example.org")
	attacker.Get(volatest.Link(t, c.WantMail("eve@example.org"), "/accounts/open/reset/")) // begins a session
	planted := attacker.Cookie("session")
	if planted == "" {
		t.Fatal("the attacker has no session")
	}
	c.SetCookie("session", planted)
	logIn(c, "ann", authtest.Password)
	c.Get("/papers/private/").WantStatus(418)
	if c.Cookie("session") == planted {
		t.Error("the planted token is that of the user")
	}
	attacker.Get("/papers/private/").WantStatus(303)
	attacker.SetCookie("session", planted)
	attacker.Get("/papers/private/").WantStatus(303)
	c.Get("/papers/private/").WantStatus(418)
}

// TestHostOfLinks: a link in a mail leads to the site, whatever Host and headers a request has.
func TestHostOfLinks(t *testing.T) {
	t.Parallel()
	c := one(t, nil)
	authtest.User(t, c, "ann")
	c.OnRequest(func(r *http.Request) *http.Request {
		if r.Method == http.MethodPost {
			r.Host = "evil.example"
			r.Header.Set("X-Forwarded-Host", "evil.example")
			r.Header.Set("Forwarded", "host=evil.example")
			r.Header.Set("X-Original-Url", "http://evil.example/")
		}
		return r
	})
	c.Get("/accounts/reset/").Form("Send the mail").Fill("Email address", "ann@example.org").Press("Send the mail")
	for _, m := range c.Mails() {
		raw, err := m.Encode()
		if err != nil || strings.Contains(string(raw), "evil") {
			t.Errorf("%v: %s", err, raw)
		}
	}
}

// TestBadInput: names and passwords of every kind log nobody in and break nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "ann")
		for _, s := range []string{
			"\x00", "ann\x00", "\xff\xfe", strings.Repeat("a", 1<<20), "' OR '1'='1", "ann' --", "%", "_nn", "*", "ａｎｎ\u200b", "аnn", "ann\u202e", "नमस्ते", "👩‍👩‍👧", "مرحبا", "<script>",
			"ann@example.org\r\nBcc: x@evil.example", "\"ann\"@example.org", "ann@[127.0.0.1]", "@", "a@b", strings.Repeat("a", 65) + "@example.org", "ann@" + strings.Repeat("a.", 200) + "org",
		} {
			for what, values := range map[string]webtest.Values{
				"name":     {"login": s, "password": authtest.Password},
				"password": {"login": "ann", "password": s},
				"address":  {"email": s},
			} {
				path := "/accounts/login/"
				if what == "address" {
					path = "/accounts/reset/"
				}
				if got := c.Post(path, values).Status; got != 422 && got != 413 && got != 400 && got != 429 && (got != 303 || what != "address") {
					t.Errorf("%s %.40q: %d", what, s, got)
				}
			}
			c.SetCookie("session", s)
			c.SetCookie("device", s)
			c.Get("/papers/private/").WantStatus(303)
			c.SetCookie("session", "")
			c.SetCookie("device", "")
		}
		for _, m := range c.Mails() {
			if len(m.Recipients()) != 1 || len(m.Bcc) != 0 {
				t.Errorf("a mail to %q", m.Recipients())
			}
		}
		if users(t, c) != 1 {
			t.Errorf("%d users", users(t, c))
		}
	})
}
