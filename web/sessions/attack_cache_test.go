package sessions_test

import (
	"net/http"
	"testing"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// TestCachesOfOthers: an answer that depends on the session is for no cache of others, whatever
// header the handler has set for one, before it asked or afterwards.
func TestCachesOfOthers(t *testing.T) {
	t.Parallel()
	fields := [][2]string{
		{"CDN-Cache-Control", "max-age=60"}, {"Cloudflare-CDN-Cache-Control", "public, max-age=60"}, {"Surrogate-Control", "max-age=60"},
		{"Cache-Control", `private="X-Name", max-age=60`}, {"Cache-Control", `max-age=60, Private="Set-Cookie"`},
	}
	all := handlers{}
	for i, field := range fields {
		for j, before := range []bool{true, false} {
			all["/"+string(rune('a'+i))+string(rune('a'+j))] = func(w http.ResponseWriter, r *http.Request) error {
				if before {
					w.Header().Set(field[0], field[1])
				}
				if _, err := sessions.From(r.Context()).User(r.Context()); err != nil {
					return err
				}
				if !before {
					w.Header().Set(field[0], field[1])
				}
				return web.Send(w, r, http.StatusOK, []byte("hello"))
			}
		}
	}
	b := serve(t, new(sessions.Memory), all).browser()
	for path := range all {
		res, _ := b.get(path)
		if got := res.Header.Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		for _, field := range fields[:3] {
			if got := res.Header.Get(field[0]); got != "" {
				t.Errorf("%s: %s: %s", path, field[0], got)
			}
		}
	}
}
