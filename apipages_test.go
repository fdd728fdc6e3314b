package vola_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
	"github.com/volaweb/vola/web/middleware"
)

// counter has a route for programs.
type counter struct{ module.Base }

func (*counter) Name() string { return "counter" }
func (*counter) Routes(r *web.Router) {
	api.Get(r, "/count/", func(context.Context, api.Nothing) (map[string]int, error) {
		return map[string]int{"count": 1}, nil
	}, api.Summary("What was counted")).Name("count")
	api.Post(r, "/count/", func(context.Context, api.Nothing) (api.Nothing, error) { return api.Nothing{}, nil })
}

// TestAPIPages: what programs can ask is described in development, and only there.
func TestAPIPages(t *testing.T) {
	t.Parallel()
	site := func() vola.Config {
		return vola.Config{Name: "Numbers", Dir: t.TempDir(), Modules: []module.Module{&counter{}}}
	}
	dev := volatest.Start(t, site(), volatest.Options{Dev: true, Log: io.Discard})
	page := dev.Get("/docs/api/").WantStatus(200)
	if !strings.Contains(page.Body, "What was counted") || !strings.Contains(page.Body, "GET /counter/count/") {
		t.Error(page.Body)
	}
	if text := dev.Get("/docs/api/openapi.json").WantStatus(200).Body; !strings.Contains(text, `"openapi":"3.1.0"`) || strings.Contains(text, "healthz") {
		t.Error(text)
	}
	dev.Get("/counter/count/").WantStatus(200)
	volatest.Start(t, site(), volatest.Options{Log: io.Discard}).Get("/docs/api/").WantStatus(404)
	volatest.Start(t, vola.Config{Dir: t.TempDir(), Modules: []module.Module{signposts{}}}, volatest.Options{Dev: true, Log: io.Discard}).Get("/docs/api/").WantStatus(404)
	run(t, site(), nil, "openapi").want(t, 0, `"/counter/count/"`, `"title": "Numbers"`)
	run(t, site(), nil, "routes", "-v").want(t, 0, "all routes: middleware.Proxies")
}

// TestCORS: scripts of pages that the site names may ask it, also to change something, and
// others may not.
func TestCORS(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.org"
	site := vola.Config{Dir: t.TempDir(), Modules: []module.Module{&counter{}}}
	for _, with := range []bool{true, false} {
		if with {
			site.CORS = middleware.CORSConfig{Paths: []string{"/counter/"}, Origins: []string{app}}
		} else {
			site.CORS = middleware.CORSConfig{}
		}
		c := volatest.Start(t, site, volatest.Options{Log: io.Discard})
		for _, origin := range []string{app, "https://evil.example"} {
			c.OnRequest(func(r *http.Request) *http.Request {
				r.Header.Set("Origin", origin)
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				if r.Method == http.MethodOptions {
					r.Header.Set("Access-Control-Request-Method", "POST")
				}
				return r
			})
			may := with && origin == app
			status := 403
			if may {
				status = 204
			}
			res := c.Send("POST", "/counter/count/", "application/json", "").WantStatus(status)
			if got := res.Header.Get("Access-Control-Allow-Origin"); may != (got == origin) {
				t.Errorf("%s: %q", origin, got)
			}
			c.Send("OPTIONS", "/counter/count/", "", "").WantStatus(204)
			if got := c.Send("OPTIONS", "/counter/count/", "", "").Header.Get("Access-Control-Allow-Methods"); may != (got != "") {
				t.Errorf("%s: %q", origin, got)
			}
		}
	}
}

// TestRoutesWithMistakes: the list of routes is there for those who have written a name wrong.
func TestRoutesWithMistakes(t *testing.T) {
	t.Parallel()
	cfg := site(t.TempDir())
	cfg.Templates = fstest.MapFS{"templates/blog/index.html": {Data: []byte(`{{url "blog:indx"}}`)}}
	run(t, cfg, nil, "check").want(t, 1, `blog:indx`)
	run(t, cfg, nil, "routes").want(t, 0, "blog:index", "the templates have errors", `blog/index.html:1:3: no route is named`)
}
