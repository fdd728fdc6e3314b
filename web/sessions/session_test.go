package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

const (
	count = sessions.Key[int]("count")
	cart  = sessions.Key[map[string]int]("cart")
	note  = sessions.Key[string]("note")
)

// clock is one that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// server serves handlers behind the middleware.
type server struct {
	t     *testing.T
	clock *clock
	store sessions.Store
	*httptest.Server
}

type handlers map[string]web.HandlerFunc

func serve(t *testing.T, store sessions.Store, all handlers) *server {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	router := web.NewRouter()
	for path, h := range all {
		router.Get(path, h)
		router.Post(path, h)
	}
	mux, err := router.Build(web.BuildConfig{Middleware: []web.Middleware{
		sessions.Middleware(sessions.Config{Store: store, Now: c.now, Keep: []string{"cart"}}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t, c, store, httptest.NewServer(mux)}
	t.Cleanup(s.Close)
	return s
}

// browser keeps cookies.
type browser struct {
	*server
	http.Client
}

func (s *server) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// get returns the header and the body of an answer.
func (b *browser) get(path string) (*http.Response, string) {
	b.t.Helper()
	res, err := b.Get(b.URL + path)
	if err != nil {
		b.t.Fatal(err)
	}
	return read(b.t, res)
}

func read(t *testing.T, res *http.Response) (*http.Response, string) {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// token is what the browser has.
func (b *browser) token() string {
	u, err := url.Parse(b.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == "session" {
			return c.Value
		}
	}
	return ""
}

// with sends a request with a token, and returns what it sets.
func (s *server) with(token, path string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "GET", s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Cookie", "session="+token)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return read(s.t, res)
}

func increment(_ http.ResponseWriter, r *http.Request) error {
	return count.Update(r.Context(), func(n *int) error { *n++; return nil })
}

func show(w http.ResponseWriter, r *http.Request) error {
	n, err := count.Get(r.Context())
	if err != nil {
		return err
	}
	user, err := sessions.From(r.Context()).User(r.Context())
	if err != nil {
		return err
	}
	c, err := cart.Get(r.Context())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "count %d, user %d, cart %v", n, user, c)
	return err
}

func logIn(o sessions.Options) web.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) error {
		return sessions.From(r.Context()).LogIn(r.Context(), 7, o)
	}
}

func logOut(_ http.ResponseWriter, r *http.Request) error {
	return sessions.From(r.Context()).End(r.Context())
}

// counting counts what reaches a store.
type counting struct {
	sessions.Memory
	mu    sync.Mutex
	calls []string
	fail  error
	no    bool // Create fails
}

func (c *counting) failCreate(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.no = on
}

func (c *counting) called(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, name)
	return c.fail
}

func (c *counting) failWith(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = err
}

func (c *counting) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := strings.Join(c.calls, " ")
	c.calls = nil
	return out
}

func (c *counting) Load(ctx context.Context, token string, now time.Time) (*sessions.Record, error) {
	if err := c.called("load"); err != nil {
		return nil, err
	}
	return c.Memory.Load(ctx, token, now)
}

func (c *counting) Create(ctx context.Context, r *sessions.Record) (string, error) {
	if err := c.called("create"); err != nil {
		return "", err
	}
	c.mu.Lock()
	no := c.no
	c.mu.Unlock()
	if no {
		return "", errors.New("no place for another session")
	}
	return c.Memory.Create(ctx, r)
}

func (c *counting) Change(ctx context.Context, token string, last *sessions.Record, change func(*sessions.Record) error) (string, *sessions.Record, error) {
	if err := c.called("change"); err != nil {
		return "", nil, err
	}
	return c.Memory.Change(ctx, token, last, change)
}

func TestOnlyWhatIsNeeded(t *testing.T) {
	t.Parallel()
	store := &counting{}
	s := serve(t, store, handlers{
		"/plain": func(w http.ResponseWriter, _ *http.Request) error { _, err := io.WriteString(w, "plain"); return err },
		"/show":  show, "/inc": increment,
		"/twice": func(w http.ResponseWriter, r *http.Request) error {
			return errors.Join(increment(w, r), note.Set(r.Context(), "x"), note.Delete(r.Context()), show(w, r))
		},
	})
	b := s.browser()
	if res, _ := b.get("/plain"); res.Header["Vary"] != nil || res.Header["Set-Cookie"] != nil || res.Header["Cache-Control"] != nil || store.take() != "" {
		t.Errorf("a page that does not ask: %v", res.Header)
	}
	if res, body := b.get("/show"); res.Header.Get("Vary") != "Cookie" || res.Header.Get("Cache-Control") != "private, no-cache" ||
		res.Header["Set-Cookie"] != nil || body != "count 0, user 0, cart map[]" || store.take() != "" {
		t.Errorf("a page that asks, without a cookie: %v, %q", res.Header, body)
	}
	res, _ := b.get("/inc")
	if cc := res.Header.Get("Cache-Control"); cc != "private, no-store" || len(res.Header["Set-Cookie"]) != 1 {
		t.Errorf("a page that sets the cookie: %v", res.Header)
	}
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(res.Header.Get("Set-Cookie"), want) {
			t.Errorf("cookie %q, want %s", res.Header.Get("Set-Cookie"), want)
		}
	}
	if strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age") || strings.Contains(res.Header.Get("Set-Cookie"), "Expires") {
		t.Errorf("a visitor's cookie outlives the browser: %q", res.Header.Get("Set-Cookie"))
	}
	if calls := store.take(); calls != "create" {
		t.Errorf("the first change: %s", calls)
	}
	if res, body := b.get("/twice"); body != "count 2, user 0, cart map[]" || res.Header["Set-Cookie"] != nil || store.take() != "load change" {
		t.Errorf("several changes: %q, %v", body, res.Header)
	}
	if _, body := b.get("/show"); body != "count 2, user 0, cart map[]" || store.take() != "load" {
		t.Errorf("read again: %q", body)
	}
	if _, _ = b.get("/plain"); store.take() != "" {
		t.Error("a page that does not ask reads the session")
	}
	s.clock.add(time.Minute)
	if _, _ = b.get("/show"); store.take() != "load change" {
		t.Error("it is not noted that the session is in use")
	}
	if _, _ = b.get("/show"); store.take() != "load" {
		t.Error("it is noted twice in a minute")
	}
}

// TestPrivate: no answer that depends on the session may be stored for others, whatever the
// handler says and however it answers.
// TestParallelWrites has 64 requests of one session at the same time.
func TestParallelWrites(t *testing.T) {
	t.Parallel()
	const writers = 64
	var ready sync.WaitGroup
	ready.Add(writers)
	s := serve(t, &sessions.Memory{}, handlers{
		"/inc": increment, "/show": show,
		"/both": func(w http.ResponseWriter, r *http.Request) error {
			if _, err := count.Get(r.Context()); err != nil {
				return err
			}
			ready.Done()
			ready.Wait() // all have loaded the session
			own := sessions.Key[bool]("own" + r.FormValue("n"))
			return errors.Join(own.Set(r.Context(), true), increment(w, r))
		},
		"/own": func(w http.ResponseWriter, r *http.Request) error {
			for i := range writers {
				if ok, err := sessions.Key[bool](fmt.Sprint("own", i)).Get(r.Context()); err != nil || !ok {
					t.Errorf("value %d: %v, %v", i, ok, err)
				}
			}
			return nil
		},
	})
	b := s.browser()
	b.get("/inc")
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { s.with(b.token(), fmt.Sprint("/both?n=", i)) })
	}
	wg.Wait()
	b.get("/own")
	if _, body := b.get("/show"); body != fmt.Sprintf("count %d, user 0, cart map[]", writers+1) {
		t.Error(body)
	}
}

func TestLogIn(t *testing.T) {
	t.Parallel()
	s := serve(t, &sessions.Memory{}, handlers{
		"/inc": increment, "/show": show, "/in": logIn(sessions.Options{}), "/out": logOut,
		"/fill": func(_ http.ResponseWriter, r *http.Request) error {
			return errors.Join(cart.Set(r.Context(), map[string]int{"book": 2}), increment(nil, r))
		},
		"/then": func(w http.ResponseWriter, r *http.Request) error {
			return errors.Join(logIn(sessions.Options{})(w, r), count.Set(r.Context(), 5))
		},
		"/other": func(_ http.ResponseWriter, r *http.Request) error {
			return sessions.From(r.Context()).LogIn(r.Context(), 8, sessions.Options{})
		},
	})
	b := s.browser()
	b.get("/fill")
	visitor := b.token()
	b.get("/in")
	first := b.token()
	if first == visitor || first == "" {
		t.Errorf("token %q after %q", first, visitor)
	}
	if _, body := b.get("/show"); body != "count 0, user 7, cart map[book:2]" {
		t.Errorf("after log-in: %s", body)
	}
	for _, path := range []string{"/show", "/inc"} { // a request that comes late
		if res, body := s.with(visitor, path); res.Header["Set-Cookie"] != nil || strings.Contains(body, "7") {
			t.Errorf("%s with the old token: %q, %q", path, body, res.Header["Set-Cookie"])
		}
	}
	if _, body := b.get("/show"); body != "count 0, user 7, cart map[book:2]" {
		t.Errorf("after the late request: %s", body)
	}
	b.get("/then") // again, the same user
	if _, body := b.get("/show"); body != "count 5, user 7, cart map[book:2]" {
		t.Errorf("after log-in and a value: %s", body)
	}
	b.get("/other")
	if _, body := b.get("/show"); body != "count 0, user 8, cart map[]" {
		t.Errorf("another user has: %s", body)
	}
	last := b.token()
	res, _ := b.get("/out")
	if b.token() != "" || !strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("after log-out: %q, %q", b.token(), res.Header["Set-Cookie"])
	}
	for _, token := range []string{first, last, visitor} {
		if _, body := s.with(token, "/show"); body != "count 0, user 0, cart map[]" {
			t.Errorf("an old token opens: %s", body)
		}
	}
	if res, _ := b.get("/out"); res.Header["Set-Cookie"] != nil {
		t.Errorf("log-out of nobody sets %q", res.Header["Set-Cookie"])
	}
}

// TestLimitsOfEach has a session that ends with the browser and one of 14 days on one site.
func TestLimitsOfEach(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	s := serve(t, &sessions.Memory{}, handlers{
		"/show": show, "/browser": logIn(sessions.Options{}),
		"/days": logIn(sessions.Options{Remember: true, Idle: 14 * day, Absolute: 14 * day}),
		"/long": logIn(sessions.Options{Remember: true}),
		"/expire": func(_ http.ResponseWriter, r *http.Request) error {
			return sessions.From(r.Context()).Expire(r.Context(), sessions.Options{Remember: true, Idle: day, Absolute: 2 * day})
		},
	})
	short, days, long, changed := s.browser(), s.browser(), s.browser(), s.browser()
	if res, _ := short.get("/browser"); strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age") {
		t.Errorf("browser-length: %q", res.Header["Set-Cookie"])
	}
	if res, _ := days.get("/days"); !strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age=1209600") {
		t.Errorf("14 days: %q", res.Header["Set-Cookie"])
	}
	if res, _ := long.get("/long"); !strings.Contains(res.Header.Get("Set-Cookie"), fmt.Sprint("Max-Age=", 90*24*60*60)) {
		t.Errorf("remembered: %q", res.Header["Set-Cookie"])
	}
	changed.get("/browser")
	if res, _ := changed.get("/expire"); !strings.Contains(res.Header.Get("Set-Cookie"), fmt.Sprint("Max-Age=", 2*24*60*60)) {
		t.Errorf("with other limits: %q", res.Header["Set-Cookie"])
	}
	want := func(when string, in map[*browser]bool) {
		t.Helper()
		for b, want := range in {
			if _, body := b.get("/show"); strings.Contains(body, "user 7") != want {
				t.Errorf("%s: %s, want %v", when, body, want)
			}
		}
	}
	all := func(a, b, c, d bool) map[*browser]bool {
		return map[*browser]bool{short: a, days: b, long: c, changed: d}
	}
	want("at once", all(true, true, true, true))
	s.clock.add(11 * time.Hour)
	want("after 11 hours", all(true, true, true, true))
	s.clock.add(13 * time.Hour)
	want("after 13 more", all(false, true, true, true))
	s.clock.add(23 * time.Hour)
	want("after 47 hours", all(false, true, true, true))
	s.clock.add(time.Hour)
	want("after 48 hours", all(false, true, true, false))
	s.clock.add(12*day - time.Second)
	want("after almost 14 days", all(false, true, true, false))
	s.clock.add(time.Second)
	want("after 14 days", all(false, false, true, false))
	s.clock.add(29 * day)
	want("after 43 days", all(false, false, true, false))
	s.clock.add(29 * day)
	want("after 72 days", all(false, false, true, false))
	s.clock.add(18 * day)
	want("after 90 days", all(false, false, false, false))
}

// TestEndWins: a request that is at work while the session is ended stores nothing.
func TestEndWins(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan bool), make(chan bool)
	s := serve(t, &sessions.Memory{}, handlers{
		"/inc": increment, "/show": show, "/out": logOut, "/in": logIn(sessions.Options{}),
		"/renew": func(_ http.ResponseWriter, r *http.Request) error {
			return sessions.From(r.Context()).Renew(r.Context())
		},
		"/slow": func(w http.ResponseWriter, r *http.Request) error {
			err := increment(w, r)
			begun <- true
			<-ended
			return err
		},
		"/slowrenew": func(w http.ResponseWriter, r *http.Request) error {
			err := errors.Join(increment(w, r), sessions.From(r.Context()).Renew(r.Context()))
			begun <- true
			<-ended
			return err
		},
	})
	for _, slow := range []string{"/slow", "/slowrenew"} {
		for _, end := range []string{"/out", "/renew", "/in"} {
			b := s.browser()
			b.get("/in")
			token := b.token()
			done := make(chan *http.Response)
			go func() {
				res, _ := s.with(token, slow)
				done <- res
			}()
			<-begun
			b.get(end)
			ended <- true
			if res := <-done; res.Header["Set-Cookie"] != nil || res.StatusCode != 200 {
				t.Errorf("%s after %s: status %d, cookie %q", slow, end, res.StatusCode, res.Header["Set-Cookie"])
			}
			if _, body := s.with(token, "/show"); body != "count 0, user 0, cart map[]" {
				t.Errorf("%s after %s: the old token opens: %s", slow, end, body)
			}
			if _, body := b.get("/show"); (end != "/out") != strings.Contains(body, "user 7") {
				t.Errorf("%s after %s: %s", slow, end, body)
			}
		}
	}
}

// TestRenewKeepsAll: the token changes, and what other requests store meanwhile stays.
func TestRenewKeepsAll(t *testing.T) {
	t.Parallel()
	begun, go1 := make(chan bool), make(chan bool)
	s := serve(t, &sessions.Memory{}, handlers{
		"/inc": increment, "/show": show, "/in": logIn(sessions.Options{Remember: true, Absolute: time.Hour}),
		"/renew": func(w http.ResponseWriter, r *http.Request) error {
			err := errors.Join(sessions.From(r.Context()).Renew(r.Context()), increment(w, r))
			begun <- true
			<-go1
			return err
		},
	})
	b := s.browser()
	b.get("/in")
	old := b.token()
	done := make(chan bool)
	go func() {
		res, _ := b.get("/renew")
		done <- strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age=3600")
	}()
	<-begun
	s.with(old, "/inc")
	go1 <- true
	if !<-done {
		t.Error("the new cookie ends with the browser")
	}
	if _, body := b.get("/show"); b.token() == old || body != "count 2, user 7, cart map[]" {
		t.Errorf("after Renew: %s, the same token %v", body, b.token() == old)
	}
}

// TestTake: of two tabs one gets a value.
func TestTake(t *testing.T) {
	t.Parallel()
	var loaded sync.WaitGroup
	loaded.Add(2)
	s := serve(t, &sessions.Memory{}, handlers{
		"/set": func(_ http.ResponseWriter, r *http.Request) error { return note.Set(r.Context(), "saved") },
		"/take": func(w http.ResponseWriter, r *http.Request) error {
			v, err := note.Take(r.Context())
			_, _ = io.WriteString(w, v)
			return err
		},
		"/tab": func(w http.ResponseWriter, r *http.Request) error {
			_, err := count.Get(r.Context())
			loaded.Done()
			loaded.Wait()
			v, err2 := note.Take(r.Context())
			_, _ = io.WriteString(w, v)
			return errors.Join(err, err2)
		},
		"/now": func(w http.ResponseWriter, r *http.Request) error {
			err := note.Set(r.Context(), "now")
			v, err2 := note.Take(r.Context())
			_, _ = io.WriteString(w, v)
			return errors.Join(err, err2)
		},
	})
	b := s.browser()
	b.get("/set")
	for _, change := range []func(*http.Request){
		func(r *http.Request) { r.Method = "HEAD" },
		func(r *http.Request) { r.Header.Set("Sec-Purpose", "prefetch;prerender") },
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/take", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		res, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, body := read(t, res); body != "" {
			t.Errorf("%s %v got %q", r.Method, r.Header, body)
		}
	}
	got := make(chan string, 2)
	for range 2 {
		go func() {
			_, body := s.with(b.token(), "/tab")
			got <- body
		}()
	}
	if both := <-got + <-got; both != "saved" {
		t.Errorf("two tabs got %q", both)
	}
	if _, body := b.get("/take"); body != "" {
		t.Errorf("it is there again: %q", body)
	}
	if _, body := b.get("/now"); body != "now" {
		t.Errorf("in the request that sets it: %q", body)
	}
	if _, body := b.get("/take"); body != "" {
		t.Errorf("stored although it was taken: %q", body)
	}
}

// TestStoreFails: a session that cannot be stored is an error, before anything was sent.
// TestBadCookies: nothing that a client sends opens a session or is an error.
// TestCookieTooLarge: what does not fit in the cookie is an error, and what was there stays.
