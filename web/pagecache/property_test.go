package pagecache_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/volaweb/vola/web/pagecache"
	"github.com/volaweb/vola/web/sessions"
)

// TestNoPrivateAnswerIsEverKept lets handlers do things at random, in any order, and checks that
// what one visitor is answered with a mark of theirs no other visitor ever gets.
func TestNoPrivateAnswerIsEverKept(t *testing.T) {
	t.Parallel()
	const name = sessions.Key[string]("name")
	random := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		steps := random.Perm(9)[:1+random.IntN(6)]
		private := false
		s := newSite(t, pagecache.Config{Query: []string{"q"}, IgnoreOthers: random.IntN(2) == 0, Max: 200, Stale: -1}, func(w http.ResponseWriter, r *http.Request) error {
			body := "public "
			for _, step := range steps {
				switch step {
				case 0: // reads the session, and shows it
					who, err := name.Get(r.Context())
					if err != nil {
						return err
					}
					body, private = body+who, true
				case 1: // whatever the request says
					body += fmt.Sprint(r.Header, r.RemoteAddr, r.URL, r.Form, r.Host)
				case 2:
					http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
				case 3:
					w.Header().Add("Cache-Control", []string{"public", "max-age=60", "PRIVATE", "x, no-store"}[random.IntN(4)])
				case 4:
					w.Header().Set("Content-Type", "text/plain")
				case 5:
					body += strings.Repeat(" long", random.IntN(60))
				case 6:
					if random.IntN(4) == 0 {
						return fmt.Errorf("out of order: %s", body)
					}
				case 7: // all that a cookie says
					body += fmt.Sprint(r.Cookies())
				case 8:
					if random.IntN(2) == 0 {
						_ = http.NewResponseController(w).Flush()
					}
				}
			}
			return write(w, body)
		})
		login := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error {
			return name.Set(r.Context(), r.Header.Get("X-Name"))
		})
		// Both sites have the same key, so a session of one is one of the other.
		cookies := map[string]string{}
		for _, who := range []string{"~alice", "~bob"} {
			got := login.get("/?login", "X-Name", who)
			cookies[who], _, _ = strings.Cut(got.Header().Get("Set-Cookie"), ";")
		}
		for range 12 {
			who, other := "~alice", "~bob"
			if random.IntN(2) == 0 {
				who, other = other, who
			}
			target := "/page" + []string{"", "?q=1", "?x=" + who}[random.IntN(3)]
			got := s.get(target, "Cookie", cookies[who], "User-Agent", who, "X-Forwarded-Host", who, "X-Id", who)
			if text := got.Body.String() + fmt.Sprint(got.Header()); strings.Contains(text, other) {
				t.Fatalf("%s has the page of %s, made by steps %v:\n%s", who, other, steps, text)
			}
			if private && got.Header().Get("Age") != "" {
				t.Fatalf("a private page was kept, made by steps %v", steps)
			}
		}
	}
}

func FuzzConditions(f *testing.F) {
	f.Add(`"x"`, "Sun, 01 Mar 2026 11:00:00 GMT", "bytes=0-1", "page=1")
	f.Add(`W/"x", *`, "0", "", "page=%zz&page=2;")
	f.Fuzz(func(t *testing.T, match, since, ranges, query string) {
		if strings.ContainsAny(match+since+ranges, "\r\n\x00") || strings.ContainsFunc(query, func(c rune) bool { return c <= ' ' || c >= 0x7f }) || strings.ContainsAny(query, "#") {
			return
		}
		s := newSite(t, pagecache.Config{Query: []string{"page"}, IgnoreOthers: true}, func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Etag", `"x"`)
			return write(w, r.FormValue("page"))
		})
		first := s.get("/?" + query)
		second := s.get("/?"+query, "If-None-Match", match, "If-Modified-Since", since, "Range", ranges)
		switch {
		case first.Code != 200:
			t.Errorf("%d", first.Code)
		case second.Code == 304 && (second.Body.Len() > 0 || !strings.Contains(match, "*") && !strings.Contains(match, `"x"`)):
			t.Errorf("304 to %q with %q", match, second.Body)
		case second.Code == 200 && second.Body.String() != first.Body.String():
			t.Errorf("%q, then %q", first.Body, second.Body)
		case second.Code != 200 && second.Code != 304:
			t.Errorf("%d", second.Code)
		}
	})
}
