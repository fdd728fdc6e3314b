package auth_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// papers is a module with pages behind guards.
type papers struct{ calls int }

func (*papers) Name() string { return "papers" }
func (*papers) Permissions() []module.Permission {
	return []module.Permission{{Name: "print", Help: "print papers"}}
}

func (p *papers) Routes(r *web.Router) {
	answer := func(w http.ResponseWriter, r *http.Request) error {
		p.calls++
		user, err := auth.Current(r.Context())
		if err != nil {
			return err
		}
		w.Header().Set("X-Answer", "as it is")
		w.WriteHeader(http.StatusTeapot)
		if user == nil {
			_, err = fmt.Fprint(w, "hello nobody")
			return err
		}
		_, err = fmt.Fprintf(w, "hello %s", user.Called())
		return err
	}
	r.Get("/open/", answer)
	r.Wrap(auth.LoginRequired).Get("/private/", answer)
	r.Wrap(auth.LoginRequired).Post("/private/", answer)
	r.Wrap(auth.PermissionRequired("papers.print")).Get("/print/", answer)
	r.Wrap(auth.PermissionRequired("papers.print", "accounts.view_user")).Get("/both/", answer)
	r.Wrap(auth.StaffRequired).Get("/staff/", answer)
	r.Wrap(auth.SudoRequired).Get("/sudo/", answer)
}

// quick makes hashes that cost little, as these tests make many.
func quick() passwords.Config { return passwords.Config{Memory: 64, Time: 1} }

func site() vola.Config {
	return vola.Config{
		Name:    "Papers",
		Modules: []module.Module{auth.New(auth.Config{SignUp: true, Hashing: quick()}), &papers{}},
	}
}

// logIn logs in on the page.
func logIn(c *volatest.Client, name, password string) {
	c.Get("/accounts/login/").Form("Log in").Fill("User name or email address", name).Fill("Password", password).Press("Log in")
}

func TestLogInAndOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		authtest.User(t, c, "Ann", func(u *auth.User) { u.Name = "Ann Á <b>" })
		c.Get("/papers/private/?a=1&b=2").WantStatus(303).WantHeader("Location", "/accounts/login/?next=%2Fpapers%2Fprivate%2F%3Fa%3D1%26b%3D2")
		page := c.Get("/accounts/login/?next=%2Fpapers%2Fprivate%2F%3Fa%3D1%26b%3D2")
		for _, wrong := range [][2]string{{"ann", "wrong"}, {"nobody", authtest.Password}, {"ann@example.org", authtest.Password + " "}, {"", ""}} {
			page.Form("Log in").Fill("User name or email address", wrong[0]).Fill("Password", wrong[1]).Press("Log in").WantStatus(422)
		}
		visitor := c.Cookie("session")
		page.Form("Log in").Fill("User name or email address", " ANN@example.org ").Fill("Password", authtest.Password).Press("Log in").
			WantStatus(303).WantHeader("Location", "/papers/private/?a=1&b=2")
		if c.Cookie("session") == visitor {
			t.Error("log-in has not changed the token")
		}
		res := c.Get("/papers/private/").WantStatus(418).WantHeader("X-Answer", "as it is")
		if body := res.Body; body != "hello Ann Á <b>" {
			t.Errorf("body %q", body)
		}
		c.Get("/accounts/login/?next=/x/").WantStatus(303).WantHeader("Location", "/x/")
		c.Get("/accounts/logout/").WantStatus(200).WantText("main p", "You are logged in as Ann Á <b>.")
		c.Get("/papers/private/").WantStatus(418) // a GET has not logged out
		token := c.Cookie("session")
		c.Post("/accounts/logout/", nil).WantStatus(303).WantHeader("Location", "/")
		c.Get("/papers/private/").WantStatus(303)
		c.SetCookie("session", token)
		c.Get("/papers/private/").WantStatus(303)
	})
}

func TestGuards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		a := authtest.Of(t, c)
		wantJSON := http.Header{"Accept": {"application/json"}}
		paths := []string{"/papers/private/", "/papers/print/", "/papers/both/", "/papers/staff/", "/papers/sudo/"}
		for _, path := range paths {
			c.Get(path).WantStatus(303)
			c.Header = wantJSON
			c.Get(path).WantStatus(401)
			c.Header = nil
		}
		c.Post("/papers/private/", nil).WantStatus(303).WantHeader("Location", "/accounts/login/")
		c.Header = http.Header{"Referer": {"http://evil.example/"}}
		c.Post("/papers/private/", nil).WantHeader("Location", "/accounts/login/")
		c.Header = nil

		ann := authtest.User(t, c, "ann")
		authtest.LogIn(t, c, ann)
		want := func(when string, statuses ...int) {
			t.Helper()
			for i, path := range paths {
				if got := c.Get(path).Status; got != statuses[i] {
					t.Errorf("%s: %s is %d, want %d", when, path, got, statuses[i])
				}
			}
		}
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		want("a user", 418, 403, 403, 403, 418)
		do(a.Allow(t.Context(), c.DB, ann, "papers.print", "papers.print"))
		do(a.Allow(t.Context(), c.DB, ann, "papers.print"))
		want("with a permission", 418, 418, 403, 403, 418)
		editors := &auth.Group{Name: "editors"}
		do(orm.Create(t.Context(), c.DB, editors))
		do(a.Allow(t.Context(), c.DB, editors, "accounts.view_user", "papers.print"))
		do(auth.Users.Groups.Add(t.Context(), c.DB, ann, editors))
		want("in a group", 418, 418, 418, 403, 418)
		do(a.Disallow(t.Context(), c.DB, ann, "papers.print"))
		want("by the group alone", 418, 418, 418, 403, 418)
		do(a.Disallow(t.Context(), c.DB, editors, "papers.print"))
		want("taken away", 418, 403, 403, 403, 418)
		if err := a.Allow(t.Context(), c.DB, ann, "papers.burn"); err == nil || !strings.Contains(err.Error(), "papers.burn") {
			t.Errorf("an unknown permission: %v", err)
		}
		ann.Staff = true
		do(orm.Update(t.Context(), c.DB, ann, auth.Users.Staff))
		want("staff", 418, 403, 403, 418, 418)
		ann.Staff, ann.Superuser = false, true
		do(orm.Update(t.Context(), c.DB, ann, auth.Users.Staff, auth.Users.Superuser))
		want("a superuser", 418, 418, 418, 418, 418)
		ann.Active = false
		do(orm.Update(t.Context(), c.DB, ann, auth.Users.Active))
		want("closed", 303, 303, 303, 303, 303)
		logIn(c, "ann", authtest.Password)
		want("closed, after a log-in", 303, 303, 303, 303, 303)
	})
}

// TestStatements: nothing is read for a page that does not ask.
func TestStatements(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		c.Get("/papers/open/").WantStatus(418)
		c.WantStatements(0)
		authtest.LogIn(t, c, ann)
		c.Statements()
		c.Get("/papers/open/").WantStatus(418)
		c.WantStatements(2) // the session, the user
		c.Get("/papers/print/").WantStatus(403)
		c.WantStatements(3) // and the permissions
		c.Get("/robots.txt")
		c.WantStatements(0)
	})
}

// TestNext: a log-in leads nowhere but to this site.
func TestNext(t *testing.T) {
	t.Parallel()
	c := one(t, nil)
	ann := authtest.User(t, c, "ann")
	authtest.LogIn(t, c, ann)
	for _, next := range []string{
		"//evil.example", "///evil.example", "////evil.example", "http://evil.example", "https://evil.example/", "HTTP://EVIL.EXAMPLE", "http:evil.example",
		"http:/evil.example", "http:///evil.example", "https:evil.example/x", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example",
		"javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
		"//evil.example/%2f..", "/%09/evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example", "\n//evil.example", "/\n/evil.example", "/\r/evil.example",
		"http://localhost.evil.example", "http://localhost@evil.example", "http://evil.example@localhost", "http://user:pw@localhost/", "//localhost@evil.example",
		"http://localhost:80@evil.example/", "http://evil.example#localhost", "http://evil.example?localhost", "//evil.example\\@localhost", "http://[::1]/", "http://127.1/",
		"ftp://localhost/", "//evil%E3%80%82example", "//evil。example", "http://ⓔvil.example", "/\x00/evil.example", "//\x00evil.example", "\x00//evil.example",
		"\u2028//evil.example", "%2f%2fevil.example", "%5c%5cevil.example", "%68ttp://evil.example", "?next=//evil.example", "#//evil.example", "evil.example", "./evil", "../evil", "..//evil.example",
		"http://", "//", "///", "http://%00", "http://[", "//[::1", "https://evil.example:443", strings.Repeat("/a", 5000), "\xff//evil.example",
	} {
		location := c.Get("/accounts/login/?next=" + url.QueryEscape(next)).WantStatus(303).Header.Get("Location")
		u, err := url.Parse(location)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") || strings.ContainsAny(location, "\\\t\r\n\x00") {
			t.Errorf("next %.60q leads to %.60q", next, location)
		}
	}
	for _, next := range []string{"/x/", "/x/?a=//b", "/x/#//b", "/é/"} {
		location := c.Get("/accounts/login/?next=" + url.QueryEscape(next)).WantStatus(303).Header.Get("Location")
		if u, err := url.Parse(location); err != nil || !strings.HasPrefix(location, "/") || u.Path == "/" {
			t.Errorf("next %q leads to %q", next, location)
		}
	}
}

// TestRemember has both kinds of log-in side by side, and staff.
func TestRemember(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	c := one(t, clock)
	authtest.User(t, c, "ann")
	authtest.User(t, c, "stan", func(u *auth.User) { u.Staff = true })
	enter := func(name string, remember bool) (token string, age int) {
		form := c.Get("/accounts/login/").Form("Log in").Fill("User name or email address", name).Fill("Password", authtest.Password)
		if remember {
			form.Check("Keep me logged in on this device")
		}
		res := form.Press("Log in").WantStatus(303)
		token = c.Cookie("session")
		c.SetCookie("session", "")
		return token, res.Cookie("session").MaxAge
	}
	short, shortAge := enter("ann", false)
	long, longAge := enter("ann", true)
	staff, staffAge := enter("stan", true)
	if shortAge != 0 || staffAge != 0 || longAge != 90*24*60*60 {
		t.Errorf("the cookies last %d, %d and %d seconds", shortAge, longAge, staffAge)
	}
	want := func(after time.Duration, statuses ...int) {
		t.Helper()
		clock.Add(after)
		for i, token := range []string{short, long, staff} {
			c.SetCookie("session", token)
			if got := c.Get("/papers/private/").Status; got != statuses[i] {
				t.Errorf("after %v: session %d is %d, want %d", after, i, got, statuses[i])
			}
		}
	}
	want(0, 418, 418, 418)
	want(59*time.Minute, 418, 418, 418)
	want(61*time.Minute, 418, 418, 303)
	want(13*time.Hour, 303, 418, 303)
	want(29*24*time.Hour, 303, 418, 303)
}

func TestSudo(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	c := one(t, clock)
	authtest.User(t, c, "ann")
	logIn(c, "ann", authtest.Password)
	c.Get("/papers/sudo/").WantStatus(418)
	clock.Add(15 * time.Minute)
	c.Get("/papers/private/").WantStatus(418)
	c.Get("/papers/sudo/").WantStatus(303).WantHeader("Location", "/accounts/confirm/?next=%2Fpapers%2Fsudo%2F")
	form := c.Get("/accounts/confirm/?next=/papers/sudo/").Form("Go on")
	form.Fill("Password", "wrong").Press("Go on").WantStatus(422)
	c.Get("/papers/sudo/").WantStatus(303)
	before := c.Cookie("session")
	form.Fill("Password", authtest.Password).Press("Go on").WantStatus(303).WantHeader("Location", "/papers/sudo/")
	if c.Cookie("session") == before {
		t.Error("the token stays the same")
	}
	c.Get("/papers/sudo/").WantStatus(418)
	clock.Add(-time.Hour) // a clock that was moved back
	c.Get("/papers/sudo/").WantStatus(303)
}
