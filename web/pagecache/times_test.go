package pagecache_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
	"github.com/volaweb/vola/web/pagecache"
	"github.com/volaweb/vola/web/sessions"
)

// TestStale: a page that is too old is served while it is made again in the background, which does
// not touch the answer; one that has become private, or is gone, is not served any more.
func TestStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := text
		var s *site
		s = newSite(t, pagecache.Config{For: time.Minute, Stale: time.Hour}, func(w http.ResponseWriter, r *http.Request) error {
			if s.made.Load() > 1 {
				if _, err := r.Cookie("a"); err == nil {
					t.Error("the handler sees a cookie")
				}
			}
			return answer(w, r)
		})
		get := func(want string, made int64) {
			t.Helper()
			got := s.get("/", "Cookie", "a=b", "X-Id", "x")
			synctest.Wait()
			if got.Body.String() != want || s.made.Load() != made {
				t.Errorf("%q, made %d times, want %q, %d", got.Body, s.made.Load(), want, made)
			}
		}
		get("the page", 1)
		time.Sleep(2 * time.Minute)
		answer = func(w http.ResponseWriter, _ *http.Request) error { return write(w, "new") }
		get("the page", 2)
		get("new", 2)
		time.Sleep(2 * time.Minute)
		answer = func(http.ResponseWriter, *http.Request) error { return errors.New("out of order") }
		get("new", 3)
		get("new", 3) // not at once again
		time.Sleep(time.Minute)
		answer = func(http.ResponseWriter, *http.Request) error {
			return fault.New(fault.NotFound, "It is gone.")
		}
		get("new", 4)
		if got := s.get("/", "X-Id", "x"); got.Code != 404 {
			t.Errorf("%d", got.Code)
		}
		s.cache.Close()
	})
}

// TestStaleAndPrivate: a page that is made again for a visitor with a session is not kept for
// others.
func TestStaleAndPrivate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const count = sessions.Key[int]("count")
		personal := false
		s := newSite(t, pagecache.Config{For: time.Minute, Stale: time.Hour}, func(w http.ResponseWriter, r *http.Request) error {
			if personal {
				_, _ = count.Get(r.Context())
				return write(w, "of one")
			}
			return text(w, r)
		})
		s.get("/")
		time.Sleep(2 * time.Minute)
		personal = true
		if got := s.get("/").Body.String(); got != "the page" {
			t.Errorf("%q", got)
		}
		synctest.Wait()
		personal = false
		if got := s.get("/").Body.String(); got != "the page" {
			t.Errorf("%q", got)
		}
		s.wantMade(t, 3)
		s.cache.Close()
	})
}

// TestTimesOfTheHandler are obeyed: a page that must be revalidated is not served when it is stale.
func TestTimesOfTheHandler(t *testing.T) {
	t.Parallel()
	for control, want := range map[string]int64{"max-age=60": 1, "max-age=60, must-revalidate": 2, "s-maxage=60": 2, "max-age=6000": 1} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t, pagecache.Config{Stale: time.Hour}, func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("Cache-Control", control)
				return write(w, time.Now().Unix())
			})
			first := s.get("/").Body.String()
			time.Sleep(90 * time.Second)
			got := s.get("/")
			if (got.Body.String() == first) != (want == 1) {
				t.Errorf("%s: %q", control, got.Body)
			}
			if want == 1 && got.Header().Get("Age") != "90" {
				t.Errorf("%s: the age is %q", control, got.Header().Get("Age"))
			}
			synctest.Wait()
			s.cache.Close()
		})
	}
}

// TestFailures: errors and panics are answered as without the cache.
func TestFailures(t *testing.T) {
	t.Parallel()
	s := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error {
		switch r.PathValue("any") {
		case "panic":
			panic("oh no")
		case "before":
			web.Observe(w).BeforeHeader(func(int) error { return errors.New("refused") })
			return write(w, "x")
		}
		return fault.New(fault.Forbidden, "Not for you.")
	})
	for path, status := range map[string]int{"/panic": 500, "/before": 500, "/error": 403} {
		for range 2 {
			if got := s.get(path, "Accept", "application/json"); got.Code != status || got.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %v", path, got.Code, got.Header())
			}
		}
	}
	s.wantMade(t, 6)
}

// TestNoCache: without one the handler answers.
func TestNoCache(t *testing.T) {
	t.Parallel()
	s := newSite(t, pagecache.Config{}, text)
	s.cache.Close()
	s.cache = nil
	s.get("/")
	s.get("/")
	s.wantMade(t, 2)
	s.cache = cache.New(cache.Config{}) // for the end of the test
	for name, cfg := range map[string]pagecache.Config{
		"no cache": {For: 1}, "no time": {Cache: func() *cache.Cache { return nil }}, "cookie": {Cache: func() *cache.Cache { return nil }, For: 1, Headers: []string{"cookie"}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			pagecache.Middleware(cfg)
		}()
	}
}

// TestLanguagesAndZones: each has a page of its own.
func TestLanguagesAndZones(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en", "de"}})
	if err != nil {
		t.Fatal(err)
	}
	c := cache.New(cache.Config{})
	defer c.Close()
	made := 0
	answer := web.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		made++
		return write(w, i18n.From(r.Context()).Tag()+" "+i18n.Zone(r.Context()).String())
	})
	cfg := pagecache.Config{Cache: func() *cache.Cache { return c }, For: time.Hour}
	h := middleware.Language(texts)(middleware.Zone(middleware.ZoneConfig{Visitors: true})(pagecache.Middleware(cfg)(answer)))
	for range 2 {
		for _, language := range []string{"en", "de"} {
			for _, zone := range []string{"UTC", "Europe/Rome"} {
				r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
				r.Header.Set("Accept-Language", language)
				r.Header.Set("Cookie", "zone="+zone)
				h.ServeHTTP(w, r)
				if w.Body.String() != language+" "+zone {
					t.Errorf("%q, want %s %s", w.Body, language, zone)
				}
				if vary := fmt.Sprint(w.Header()["Vary"]); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
					t.Errorf("Vary: %s", vary)
				}
			}
		}
	}
	if made != 4 {
		t.Errorf("made %d times", made)
	}
}
