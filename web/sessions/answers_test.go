package sessions_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

func TestPrivate(t *testing.T) {
	t.Parallel()
	answers := handlers{
		"/public": func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Cache-Control", "PUBLIC, max-age=600")
			w.Header().Set("Vary", "Accept")
			_, err := io.WriteString(w, "x")
			return err
		},
		"/shared": func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "private=foo, s-maxage=5, public")
			return web.Send(w, r, 200, []byte("x"))
		},
		"/stream": func(w http.ResponseWriter, _ *http.Request) error {
			for range 3 {
				_, _ = io.WriteString(w, "part")
				_ = http.NewResponseController(w).Flush()
			}
			return nil
		},
		"/fails":   func(http.ResponseWriter, *http.Request) error { return errors.New("broken") },
		"/missing": func(http.ResponseWriter, *http.Request) error { return fault.New(fault.NotFound, "No.") },
		"/redirect": func(w http.ResponseWriter, r *http.Request) error {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return nil
		},
		"/nothing": func(http.ResponseWriter, *http.Request) error { return nil },
		"/stricter": func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Cache-Control", "no-store")
			return nil
		},
		"/mine": func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Cache-Control", "private, max-age=60")
			return nil
		},
	}
	asking := handlers{}
	for path, h := range answers {
		asking[path] = func(w http.ResponseWriter, r *http.Request) error {
			if _, err := count.Get(r.Context()); err != nil {
				return err
			}
			return h(w, r)
		}
	}
	s := serve(t, &sessions.Memory{}, asking)
	for path := range answers {
		res, _ := s.browser().get(path)
		want := map[string]string{"/stricter": "no-store", "/mine": "private, max-age=60"}[path]
		if want == "" {
			want = "private, no-cache"
		}
		if got := res.Header.Get("Cache-Control"); got != want || !strings.Contains(strings.Join(res.Header["Vary"], ","), "Cookie") {
			t.Errorf("%s: Cache-Control %q, want %q; Vary %q", path, got, want, res.Header["Vary"])
		}
	}
	b := s.browser()
	res, _ := b.get("/shared")
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/shared", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("If-None-Match", res.Header.Get("Etag"))
	res, err = b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res, _ := read(t, res); res.StatusCode != 304 || res.Header.Get("Cache-Control") != "private, no-cache" || res.Header.Get("Vary") != "Cookie" {
		t.Errorf("304: %d %v", res.StatusCode, res.Header)
	}
}

func TestStoreFails(t *testing.T) {
	t.Parallel()
	store := &counting{}
	s := serve(t, store, handlers{
		"/inc": increment, "/show": show, "/in": logIn(sessions.Options{}),
		"/redirect": func(w http.ResponseWriter, r *http.Request) error {
			if err := increment(w, r); err != nil {
				return err
			}
			http.Redirect(w, r, "/show", http.StatusSeeOther) // which does not look at the error
			return nil
		},
		"/late": func(w http.ResponseWriter, r *http.Request) error {
			_, _ = io.WriteString(w, "begun")
			if err := increment(w, r); err == nil {
				t.Error("a change after the answer has begun is no error")
			}
			n, err := count.Get(r.Context())
			_, _ = fmt.Fprint(w, n, err)
			return nil
		},
		"/fails": func(w http.ResponseWriter, r *http.Request) error {
			return errors.Join(increment(w, r), errors.New("broken"))
		},
	})
	b := s.browser()
	b.get("/inc")
	b.get("/fails")
	if _, body := b.get("/show"); !strings.HasPrefix(body, "count 1,") {
		t.Errorf("an answer with an error of the site has stored: %s", body)
	}
	if _, body := b.get("/late"); body != "begun1 <nil>" {
		t.Errorf("after the answer has begun: %q", body)
	}
	store.failWith(errors.New("the disk is full"))
	for _, path := range []string{"/show", "/inc", "/in", "/redirect"} {
		if res, body := b.get(path); res.StatusCode != 500 || res.Header["Set-Cookie"] != nil || strings.Contains(body, "disk") {
			t.Errorf("%s: %d %q, cookie %q", path, res.StatusCode, body, res.Header["Set-Cookie"])
		}
	}
	for _, path := range []string{"/inc", "/in", "/redirect"} { // without a cookie, so that only Create fails
		if res, _ := s.browser().get(path); res.StatusCode != 500 || res.Header["Set-Cookie"] != nil || res.Header["Location"] != nil && path != "/redirect" {
			t.Errorf("%s: %d, %v", path, res.StatusCode, res.Header)
		}
	}
	store.failWith(nil)
	if _, body := b.get("/show"); !strings.HasPrefix(body, "count 1,") {
		t.Error(body)
	}
}

func TestBadCookies(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]sessions.Store{"memory": &sessions.Memory{}, "cookie": sessions.Cookie{Signer: signer()}} {
		s := serve(t, store, handlers{"/show": show, "/in": logIn(sessions.Options{})})
		b := s.browser()
		b.get("/in")
		if _, body := b.get("/show"); !strings.Contains(body, "user 7") {
			t.Errorf("%s: %s", name, body)
		}
		token := b.token()
		for _, bad := range []string{
			"", "x", strings.Repeat("A", 8000), token + "A", token[1:], strings.ToUpper(token), "%00", `"` + token + `x"`,
			token + "; session=" + sessions.NewToken(), sessions.NewToken() + "; session=" + token, "\xff",
		} {
			if res, body := s.with(bad, "/show"); body != "count 0, user 0, cart map[]" || res.StatusCode != 200 || res.Header["Set-Cookie"] != nil {
				t.Errorf("%s: cookie %.60q: %d %s %v", name, bad, res.StatusCode, body, res.Header)
			}
		}
	}
}

func TestCookieTooLarge(t *testing.T) {
	t.Parallel()
	s := serve(t, sessions.Cookie{Signer: signer()}, handlers{
		"/inc": increment, "/show": show,
		"/big": func(_ http.ResponseWriter, r *http.Request) error {
			return note.Set(r.Context(), strings.Repeat("x", 3000))
		},
		"/bigrenew": func(_ http.ResponseWriter, r *http.Request) error {
			return errors.Join(sessions.From(r.Context()).Renew(r.Context()), note.Set(r.Context(), strings.Repeat("x", 3000)))
		},
	})
	b := s.browser()
	b.get("/inc")
	for _, path := range []string{"/big", "/bigrenew"} {
		if res, _ := b.get(path); res.StatusCode != 413 || res.Header["Set-Cookie"] != nil {
			t.Errorf("%s: status %d, %v", path, res.StatusCode, res.Header)
		}
	}
	if _, body := b.get("/show"); body != "count 1, user 0, cart map[]" {
		t.Error(body)
	}
}

// TestAnotherGoroutineAsks: who asks for the session while the handler works on its answer does
// not disturb it. The race detector looks.
func TestAnotherGoroutineAsks(t *testing.T) {
	t.Parallel()
	s := serve(t, &sessions.Memory{}, handlers{"/": func(w http.ResponseWriter, r *http.Request) error {
		done := make(chan error)
		go func() {
			_, err := count.Get(r.Context())
			done <- err
		}()
		for i := range 100 {
			w.Header().Set("X-Header", fmt.Sprint(i))
		}
		if err := <-done; err != nil {
			return err
		}
		return count.Set(r.Context(), 1)
	}})
	if res, _ := s.browser().get("/"); res.Header.Get("Cache-Control") != "private, no-store" || res.Header.Get("X-Header") != "99" {
		t.Errorf("%v", res.Header)
	}
}

// TestMoveFails: a session that cannot be stored under a new token stays as it was.
func TestMoveFails(t *testing.T) {
	t.Parallel()
	store := &counting{}
	s := serve(t, store, handlers{
		"/inc": increment, "/show": show, "/in": logIn(sessions.Options{}),
		"/renew": func(_ http.ResponseWriter, r *http.Request) error {
			store.failCreate(true)
			return sessions.From(r.Context()).Renew(r.Context())
		},
		"/again": func(w http.ResponseWriter, r *http.Request) error {
			store.failCreate(true)
			return logIn(sessions.Options{})(w, r)
		},
		"/refused": func(_ http.ResponseWriter, r *http.Request) error {
			calls := 0
			return errors.Join(sessions.From(r.Context()).Renew(r.Context()), count.Update(r.Context(), func(*int) error {
				if calls++; calls > 1 {
					return errors.New("not when it is stored")
				}
				return nil
			}))
		},
	})
	b := s.browser()
	b.get("/in")
	b.get("/inc")
	for _, path := range []string{"/renew", "/again", "/refused"} {
		if res, _ := b.get(path); res.StatusCode != 500 || res.Header["Set-Cookie"] != nil {
			t.Errorf("%s: %d, %v", path, res.StatusCode, res.Header)
		}
		store.failCreate(false)
		if _, body := b.get("/show"); body != "count 1, user 7, cart map[]" {
			t.Errorf("after %s: %s", path, body)
		}
	}
}
