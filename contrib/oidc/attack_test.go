package oidc_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/contrib/oidc"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"

	"github.com/volaweb/vola"
)

// link links an account at a provider with a user, without its pages.
func link(t *testing.T, c *volatest.Client, user *auth.User, issuer, subject string) {
	t.Helper()
	id := oidc.Identity{User: orm.RefTo[auth.User](user.ID), Provider: "acme", Issuer: issuer, Subject: subject}
	if err := orm.Create(t.Context(), c.DB, &id); err != nil {
		t.Fatal(err)
	}
}

// each runs a test on every database, with a provider for each.
func each(t *testing.T, cfg auth.Config, test func(t *testing.T, c *volatest.Client, h *hostile)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := newHostile(t, time.Now)
		test(t, volatest.Start(t, site(cfg, acme(h.URL))(), volatest.Options{DB: db}), h)
	})
}

// start begins a log-in with Acme, and returns the address at the provider.
func start(t *testing.T, c *volatest.Client) string {
	t.Helper()
	return leave(t, c.Get("/accounts/login/"), "Log in with Acme")
}

// borrow lends a site with one provider to tests one after the other: each has a browser of its own
// and the provider as it is at first, which the site has to ask again what it is.
func borrow(t *testing.T, cfg func(providers ...oidc.Provider) func() vola.Config) func(t *testing.T) (*volatest.Client, *hostile) {
	t.Helper()
	clock := volatest.NewClock(time.Now())
	h := newHostile(t, clock.Now)
	sign := h.sign
	site := volatest.Start(t, cfg(acme(h.URL))(), volatest.Options{Now: clock.Now})
	link(t, site, authtest.User(t, site, "ann"), h.URL, "sub-ann")
	return func(t *testing.T) (*volatest.Client, *hostile) {
		clock.Add(2 * time.Hour)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.now, h.iss, h.doc, h.make, h.info, h.sign, h.at = clock.Now, "", nil, nil, nil, sign, handlers{}
		return site.For(t), h
	}
}

// open is a site where everybody can make an account.
func open(providers ...oidc.Provider) func() vola.Config {
	return site(auth.Config{SignUp: true}, providers...)
}

// TestGoodAnswers: what differs from the answers of the other tests in what it may differ in.
func TestGoodAnswers(t *testing.T) {
	t.Parallel()
	lent := borrow(t, open)
	for name, change := range map[string]func(*hostile){
		"as it is": func(*hostile) {},
		"for several": func(h *hostile) {
			h.make = func(m map[string]any) { m["aud"], m["azp"] = []string{"other", "site"}, "site" }
		},
		"with an access token": func(h *hostile) { h.make = func(m map[string]any) { m["at_hash"] = atHash() } },
		"a clock ahead":        func(h *hostile) { now := h.now; h.now = func() time.Time { return now().Add(50 * time.Second) } },
		"a clock behind":       func(h *hostile) { now := h.now; h.now = func() time.Time { return now().Add(-50 * time.Second) } },
		"verified as a text":   func(h *hostile) { h.make = func(m map[string]any) { m["email_verified"] = "true" } },
		"good for a while":     func(h *hostile) { h.make = func(m map[string]any) { m["nbf"] = h.now().Unix() } },
		"named in the answer":  func(h *hostile) { h.iss = h.URL },
		"always named": func(h *hostile) {
			h.iss, h.doc = h.URL, map[string]any{"authorization_response_iss_parameter_supported": true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, h := lent(t)
			change(h)
			c.Get(h.answer(t, start(t, c))).WantRedirect("/")
			if !isIn(c) {
				t.Error("nobody is logged in")
			}
		})
	}
}

// TestLies: nobody is logged in by an answer that is not right, and the site goes on.
func TestLies(t *testing.T) {
	t.Parallel()
	lent := borrow(t, open)
	for name, lie := range lies(t) {
		t.Run(name, func(t *testing.T) {
			c, h := lent(t)
			lie(h)
			before := kinds(t, c)
			c.Get(h.answer(t, start(t, c))).WantStatus(400).WantText("h1", "That did not work").
				WantText("p", "The answer of Acme is not right, so that nobody is logged in. Try again.")
			if isIn(c) {
				t.Fatal("somebody is logged in")
			}
			if got := strings.TrimPrefix(strings.TrimPrefix(kinds(t, c), before), ", "); got != "log-in failed" {
				t.Errorf("events: %s", got)
			}
			if arrivals, err := orm.From[oidc.Arrival](c.DB).Count(t.Context()); err != nil || arrivals != 0 {
				t.Errorf("%d arrivals, %v", arrivals, err)
			}
		})
	}
}

// TestDown: a provider that does not answer, or says nothing of use, keeps neither the site nor
// other ways to log in from working.
func TestDown(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or it is not seen that the other side has gone
		<-r.Context().Done()
	}
	doc := "/.well-known/openid-configuration"
	says := func(name string, value any) func(*hostile) {
		return func(h *hostile) { h.doc = map[string]any{name: value} }
	}
	lent := borrow(t, quick)
	for name, change := range map[string]func(*hostile){
		"hangs": func(h *hostile) { h.at[doc] = hang },
		"fails": func(h *hostile) { h.at[doc] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) } },
		"no JSON": func(h *hostile) {
			h.at[doc] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }
		},
		"another issuer":      says("issuer", "https://evil.example"),
		"no HTTPS":            says("token_endpoint", "http://evil.example/token"),
		"a script":            says("authorization_endpoint", "javascript:alert(1)"),
		"no keys":             says("jwks_uri", ""),
		"shared keys only":    says("id_token_signing_alg_values_supported", []string{"HS256"}),
		"unsigned tokens":     says("id_token_signing_alg_values_supported", []string{"none"}),
		"userinfo in a clear": says("userinfo_endpoint", "http://evil.example/userinfo"),
	} {
		t.Run(name, func(t *testing.T) {
			c, h := lent(t)
			change(h)
			wantDown(t, c)
		})
	}
	t.Run("closed", func(t *testing.T) {
		c, h := lent(t)
		h.CloseClientConnections()
		h.Close()
		wantDown(t, c)
	})
	lent = borrow(t, quick)
	for _, path := range []string{"/token", "/keys"} {
		t.Run("hangs later at "+path, func(t *testing.T) {
			c, h := lent(t)
			h.at[path] = hang
			res := c.Get(h.answer(t, start(t, c)))
			if res.Status != 503 && res.Status != 400 || isIn(c) {
				t.Errorf("status %d", res.Status)
			}
		})
	}
}

// wantDown fails the test unless the button says that the provider does not answer.
func wantDown(t *testing.T, c *volatest.Client) {
	t.Helper()
	c.Get("/accounts/login/").Form("Log in with Acme").Press("Log in with Acme").WantStatus(503).
		WantText("p", "Acme does not answer. Try again later, or log in in another way.").Click(".more a").WantStatus(200)
}

// quick is a site that does not wait long for providers.
func quick(providers ...oidc.Provider) func() vola.Config {
	return func() vola.Config {
		accounts := auth.New(auth.Config{Hashing: passwords.Config{Memory: 64, Time: 1}})
		return vola.Config{Name: "Papers", Modules: []module.Module{accounts,
			oidc.New(oidc.Config{Auth: accounts, Providers: providers, Timeout: 300 * time.Millisecond})}}
	}
}

// TestComesUp: a provider that was down when the site started is asked again.
func TestComesUp(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Now())
	h := newHostile(t, clock.Now)
	var down atomic.Bool
	down.Store(true)
	asked := atomic.Int32{}
	h.at["/.well-known/openid-configuration"] = func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		h.mu.Lock()
		delete(h.at, r.URL.Path)
		h.mu.Unlock()
		h.ServeHTTP(w, r)
	}
	c := volatest.Start(t, site(auth.Config{}, acme(h.URL))(), volatest.Options{Now: clock.Now})
	press := func() int { return c.Get("/accounts/login/").Form("Log in with Acme").Press("Log in with Acme").Status }
	if a, b := press(), press(); a != 503 || b != 503 || asked.Load() != 1 {
		t.Fatalf("%d and %d, and it was asked %d times", a, b, asked.Load())
	}
	down.Store(false)
	clock.Add(6 * time.Second)
	link(t, c, authtest.User(t, c, "ann"), h.URL, "sub-ann")
	c.Get(h.answer(t, start(t, c))).WantRedirect("/")
}

// TestSlowFailure: a provider that takes longer to fail than it is left alone afterwards is still left
// alone: who comes next does not wait for it again.
func TestSlowFailure(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Now())
	h := newHostile(t, clock.Now)
	asked := atomic.Int32{}
	h.at["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		clock.Add(10 * time.Second)
		w.WriteHeader(http.StatusGatewayTimeout)
	}
	c := volatest.Start(t, site(auth.Config{}, acme(h.URL))(), volatest.Options{Now: clock.Now})
	wantDown(t, c)
	wantDown(t, c)
	if n := asked.Load(); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
}

// TestState: the answer to a log-in is good in the browser that began it, at the address of its
// provider, for a while, once.
func TestState(t *testing.T) {
	t.Parallel()
	clock := volatest.NewClock(time.Now())
	h, evil := newHostile(t, clock.Now), newHostile(t, clock.Now)
	other := acme(evil.URL)
	other.Name, other.Label = "evil", "Evil"
	c := volatest.Start(t, site(auth.Config{}, acme(h.URL), other)(), volatest.Options{Now: clock.Now})
	link(t, c, authtest.User(t, c, "ann"), h.URL, "sub-ann")
	over := "That took too long, was done already, or was begun in another browser. Try again."
	refused := func(c *volatest.Client, path string) {
		t.Helper()
		c.Get(path).WantStatus(400).WantText("p", over)
		if isIn(c) {
			t.Fatalf("%s logs somebody in", path)
		}
	}
	back := h.answer(t, start(t, c))
	refused(c, "/oidc/acme/callback/")
	refused(c, "/oidc/acme/callback/?code=code0")
	refused(c, "/oidc/acme/callback/?code=code0&state=x")
	refused(c.Another(), back)
	victim := c.Another()
	start(t, victim) // who has a log-in of their own at work, and is made to open another's answer
	refused(victim, back)
	refused(c, strings.Replace(back, "/acme/", "/evil/", 1))
	c.Get(strings.Replace(back, "/acme/", "/other/", 1)).WantStatus(404)

	c.Get(back).WantRedirect("/")
	if !isIn(c) {
		t.Fatal("nobody is logged in")
	}
	c.Get(back).WantStatus(400).WantText("p", over)
	if h.exchanges() != 1 || evil.exchanges() != 0 {
		t.Errorf("a code was sent %d times, and to the other provider %d times", h.exchanges(), evil.exchanges())
	}

	late := c.Another()
	back = h.answer(t, start(t, late))
	clock.Add(15*time.Minute + time.Second)
	refused(late, back)
}

// TestAtOnce: of twenty copies of an answer one logs in, and the code is sent once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	each(t, auth.Config{}, func(t *testing.T, c *volatest.Client, h *hostile) {
		link(t, c, authtest.User(t, c, "ann"), h.URL, "sub-ann")
		back, cookie := h.answer(t, start(t, c)), c.Cookie("oidc")
		var in atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				r := httptest.NewRequest("GET", base+back, nil)
				r.AddCookie(&http.Cookie{Name: "oidc", Value: cookie})
				w := httptest.NewRecorder()
				c.Site.ServeHTTP(w, r)
				if w.Code == http.StatusSeeOther {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 || h.exchanges() != 1 {
			t.Errorf("%d are logged in, the code was sent %d times", in.Load(), h.exchanges())
		}
	})
}

// TestMixedUp: a provider that sends people on to another one gets nothing of it: the answer that
// comes back names who gave it.
func TestMixedUp(t *testing.T) {
	t.Parallel()
	honest, evil := newHostile(t, time.Now), newHostile(t, time.Now)
	honest.iss = honest.URL
	other := acme(evil.URL)
	other.Name, other.Label = "evil", "Evil"
	c := volatest.New(t, site(auth.Config{}, acme(honest.URL), other)())
	back := honest.answer(t, leave(t, c.Get("/accounts/login/"), "Log in with Evil"))
	c.Get(back).WantStatus(400).WantText("p", "The answer of Evil is not right, so that nobody is logged in. Try again.")
	if evil.exchanges() != 0 {
		t.Error("the code of the honest provider went to the other one")
	}
}

// TestProviderErrors: what a provider says is shown as text.
func TestProviderErrors(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	c := volatest.New(t, site(auth.Config{}, acme(h.URL))())
	for query, want := range map[string]struct {
		status  int
		message string
	}{
		"error=access_denied": {403, "Acme did not let you log in here, or you have stopped it."},
		"error=server_error":  {503, "Acme cannot log you in at the moment. Try again later, or log in in another way."},
		"error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=%3Cimg+src%3Dx%3E%0A%E2%80%AEb": {400, "Acme did not log you in, and gives as the cause: <script>alert(1)</script>"},
	} {
		state := stateOf.FindStringSubmatch(start(t, c))[1]
		res := c.Get("/oidc/acme/callback/?"+query+"&state="+state).WantStatus(want.status).WantText("main p", want.message)
		if strings.Contains(res.Body, "<script>alert") || strings.Contains(res.Body, "<img") {
			t.Errorf("%s: the page has what the provider says as HTML: %s", query, res.Body)
		}
		if strings.Contains(query, "description") {
			res.WantText("q", "<img src=x> b")
		}
	}
}

// TestForeignPages: a page of another site cannot begin a log-in, nor a link.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	h := newHostile(t, time.Now)
	c := volatest.New(t, site(auth.Config{}, acme(h.URL))())
	authtest.LogIn(t, c, authtest.User(t, c, "ann"))
	for _, path := range []string{"/oidc/begin/", "/oidc/add/", "/oidc/confirm/", "/oidc/link/", "/oidc/new/", "/oidc/1/remove/"} {
		r := httptest.NewRequest("POST", base+path, strings.NewReader("provider=acme"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		c.Site.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("POST %s of another site: %d", path, w.Code)
		}
		if path != "/oidc/link/" && path != "/oidc/new/" && c.Get(path).Status != 405 {
			t.Errorf("GET %s: %d", path, c.Get(path).Status)
		}
	}
	// Nor can an address lead away from the site.
	for _, next := range []string{"//evil.example/", "https://evil.example/", `/\evil.example`, strings.Repeat("/x", 1500)} {
		b := c.Another()
		link(t, b, authtest.User(t, b, "u"+strings.Repeat("x", len(next)%50)), h.URL, next[:min(len(next), 200)])
		h.make = func(m map[string]any) { m["sub"] = next[:min(len(next), 200)] }
		res := b.Post("/oidc/begin/", map[string]any{"provider": "acme", "next": next}).WantStatus(200)
		b.Get(h.answer(t, strings.TrimPrefix(res.Header.Get("Refresh"), "0; url="))).WantRedirect("/")
	}
}
