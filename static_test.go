package vola_test

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

// scripted is a module with a page whose modules import each other.
type scripted struct {
	module.Base
	host *module.Host
}

var scriptedPage = templates.Page[string]("scripted/page.html")

func (*scripted) Name() string { return "scripted" }
func (s *scripted) Start(_ context.Context, host *module.Host) error {
	s.host = host
	return nil
}
func (s *scripted) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return s.host.Render(w, r, scriptedPage.Data("")) }).Name("page")
}
func (*scripted) Pages() []templates.Checked { return []templates.Checked{scriptedPage} }
func (*scripted) Templates() fs.FS {
	return fstest.MapFS{"scripted/page.html": {Data: []byte(`<!doctype html><title>x</title>{{importmap}}
<link rel="stylesheet" href="{{static "scripted/site.css"}}">
<script type="module" src="{{static "scripted/main.js"}}"></script><p>text</p>`)}}
}
func (*scripted) Static() fs.FS {
	lock := `{"format":1,"packages":[{"name":"pack","version":"1.0.0","direct":true,"integrity":"","imports":{"pack":"pack@1.0.0/index.js"},` +
		`"uses":{"#own":"pack@1.0.0/own.js"},"redirects":{"pack@1.0.0/part":"pack@1.0.0/part.js"},"files":{}}]}`
	return fstest.MapFS{
		"scripted/site.css":           {Data: []byte("@import 'part.css'; p { background: url(dot.svg) }")},
		"scripted/part.css":           {Data: []byte("p { color: rgb(1, 2, 3) }\n" + strings.Repeat("/* long */", 100))},
		"scripted/dot.svg":            {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)},
		"scripted/main.js":            {Data: []byte(`import {n} from "./lib/n.js"; import {m} from "pack"; document.title = "sum " + (n + m)`)},
		"scripted/lib/n.js":           {Data: []byte(`export const n = 1`)},
		"vendor/pack@1.0.0/index.js":  {Data: []byte(`import {part} from "./part"; import {own} from "#own"; export const m = part + own`)},
		"vendor/pack@1.0.0/part.js":   {Data: []byte(`export const part = 10`)},
		"vendor/pack@1.0.0/own.js":    {Data: []byte(`export const own = 100`)},
		"vendor/pack@1.0.0/unused.js": {Data: []byte(`import "./nothing.js"`)},
		"vendor/vola-js.json":         {Data: []byte(lock)},
	}
}

// TestModulesInABrowser: a browser finds the modules that others import under their hashed names, in
// production as in development, and nothing under its plain name.
func TestModulesInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	for _, dev := range []string{"", "--dev"} {
		cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{module.At("/", &scripted{})}, Dir: t.TempDir()}
		args := []string{"--create", "--database", databasetest.SQLiteURL(t)}
		if dev != "" {
			args = append(args, dev)
		}
		base, _ := serving(t, cfg, nil, args...)
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/")); err != nil {
			t.Fatal(err)
		}
		const state = `document.title + "|" + getComputedStyle(document.querySelector("p")).color + "|" + performance.getEntriesByType("resource").map(e => new URL(e.name).pathname).sort().join(" ")`
		got := ""
		for !strings.HasPrefix(got, "sum ") {
			var err error
			if got, err = chromedp.Run(ctx, chromedp.Evaluate[string](state)); err != nil {
				t.Fatalf("the page has %q: %v", got, err)
			}
		}
		title, rest, _ := strings.Cut(got, "|")
		color, files, _ := strings.Cut(rest, "|")
		if title != "sum 111" || color != "rgb(1, 2, 3)" {
			t.Errorf("dev %q: %s", dev, got)
		}
		for name := range strings.FieldsSeq(files) {
			if _, rest, _ := strings.Cut(filepath.Base(name), "."); (strings.Count(rest, ".") == 0) != (dev != "") && name != "/favicon.ico" {
				t.Errorf("dev %q: %s was asked for", dev, name)
			}
		}
		if n := len(strings.Fields(files)); n < 8 {
			t.Errorf("dev %q: only %s", dev, files)
		}
	}
}

// TestCheckNamesLostFiles: check says which names in style sheets and modules lead nowhere, and passes.
func TestCheckNamesLostFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "static"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "static", "a.css"), []byte("a {\n  b: url(scripted/dot.svgg)\n}"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{&scripted{}}, Dir: dir}
	run(t, cfg, nil, "check").want(t, 0,
		"warning: static/a.css:2:10: \"scripted/dot.svgg\": there is no static file \"scripted/dot.svgg\"; did you mean scripted/dot.svg?\n",
		"warning: static/vendor/pack@1.0.0/unused.js:1:8: import \"./nothing.js\": there is no static file \"vendor/pack@1.0.0/nothing.js\"; did you mean vendor/pack@1.0.0/own.js?\n")
}

// TestStaticCache: what was compressed is kept where the setting says, or the environment.
func TestStaticCache(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ setting, cache, want string }{
		{"kept", "", "work/kept"}, {"", "XDG_CACHE_HOME=home/c", "home/c/vola/static"}, {"", "HOME=home", "home/.cache/vola/static"}, {"off", "HOME=home", ""},
	} {
		dir := t.TempDir()
		cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{&scripted{}}, Dir: filepath.Join(dir, "work"), StaticCodings: []assets.Coding{brotli.Coding{}}}
		environ := []string{"STATIC_CACHE=" + tt.setting}
		if name, value, ok := strings.Cut(tt.cache, "="); ok {
			environ = append(environ, name+"="+filepath.Join(dir, value))
		}
		base, stop := serving(t, cfg, environ, "--create", "--database", databasetest.SQLiteURL(t))
		untilBrotli(t, base+"/static/scripted/part.css")
		stop()
		kept, err := filepath.Glob(filepath.Join(dir, "*/*"))
		if tt.want != "" {
			kept, err = filepath.Glob(filepath.Join(dir, tt.want, "*.br"))
		}
		if err != nil || (len(kept) > 0) != (tt.want != "") {
			t.Errorf("STATIC_CACHE %q, %s: kept %v, %v", tt.setting, tt.cache, kept, err)
		}
	}
}

// untilBrotli asks for a file until it comes compressed with Brotli.
func untilBrotli(t *testing.T, url string) {
	t.Helper()
	for coding := ""; coding != "br"; {
		r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "br")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		coding = res.Header.Get("Content-Encoding")
	}
}
