package vola_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// counter has a route for programs.
type counter struct{ module.Base }

func (*counter) Name() string { return "counter" }
func (*counter) Routes(r *web.Router) {
	api.Get(r, "/count/", func(context.Context, api.Nothing) (map[string]int, error) {
		return map[string]int{"count": 1}, nil
	}, api.Summary("What was counted")).Name("count")
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
