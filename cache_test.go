package vola_test

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/cache/dbcache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/pagecache"
)

// cached is a module that keeps what it computes.
type cached struct {
	module.Base
	made int
}

func (*cached) Name() string { return "cached" }

func (*cached) Models() []orm.Declaration {
	return append(dbcache.Models(), orm.Model[stock](orm.Invalidates("bar")))
}

// stock is what the bar is made of.
type stock struct {
	ID   int64
	Name string
}

var (
	cachedPage = templates.Page[template.HTML]("page.html")
	cachedPart = templates.Page[int]("part.html")
	scriptPart = templates.Page[int]("script.html")
	cachedBars = module.Fragments("bar", cache.For(time.Hour))
	cachedInts = cache.Of[int]("ints", cache.For(time.Hour))
)

func (c *cached) Loaders(*module.Host) []templates.Loader {
	return []templates.Loader{templates.Memory(map[string]string{
		"page.html": "<main>{{.}}</main>", "part.html": `<b>{{.}} &lt;{{t "Search"}}</b>`, "script.html": "<script>{{.}}</script>",
	})}
}

func (c *cached) Pages() []templates.Checked {
	return []templates.Checked{cachedPage, cachedPart, scriptPart}
}

func (c *cached) Routes(r *web.Router) {
	kept := pagecache.Middleware(pagecache.Config{Cache: func() *cache.Cache { return c.Cache }, For: time.Hour, Tags: []string{"bar"}})
	r.Wrap(kept).Get("/page/", func(w http.ResponseWriter, r *http.Request) error {
		bar, err := c.Fragment(r.Context(), cachedBars, "", func(context.Context) (templates.Rendering, error) {
			c.made++
			return cachedPart.Data(c.made), nil
		}, "bar")
		if err != nil {
			return err
		}
		return c.Render(w, r, cachedPage.Data(bar))
	})
	r.Get("/script/", func(w http.ResponseWriter, r *http.Request) error {
		_, err := c.Fragment(r.Context(), cachedBars, "script", func(context.Context) (templates.Rendering, error) { return scriptPart.Data(1), nil })
		if err == nil || !strings.Contains(err.Error(), "script.html") {
			return fmt.Errorf("a part with a script: %w", err)
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// openCached opens a site with a cache on a database.
func openCached(t *testing.T, db *database.DB, url string) (*vola.Site, *cached) {
	t.Helper()
	c := &cached{}
	s, err := vola.New(vola.Config{Modules: []module.Module{c}}, vola.Options{Environ: map[string]string{"CACHE_URL": url}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Open(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return s, c
}

func ask(s *vola.Site, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Host = "localhost"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// TestCacheOfASite: what is computed is kept, in memory and in the database, and goes when a
// transaction is committed, not when it is rolled back.
func TestCacheOfASite(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"memory:", "database:"} {
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			s, c := openCached(t, db, url)
			models, err := orm.NewModels(orm.Group{Module: "cached", Models: c.Models()})
			if err == nil {
				err = models.CreateTables(t.Context(), db)
			}
			if err != nil {
				t.Fatal(err)
			}
			page := func(want int) {
				t.Helper()
				for range 2 {
					got := ask(s, "/cached/page/")
					if got.Code != 200 || got.Body.String() != fmt.Sprintf("<main><b>%d &lt;Search</b></main>", want) {
						t.Errorf("%s: %d %s, want number %d", url, got.Code, got.Body, want)
					}
				}
			}
			page(1)
			undo := errors.New("undo")
			err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				if err := c.Invalidate(ctx, tx, "bar"); err != nil {
					return err
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
			page(1)
			err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				if err := c.Invalidate(ctx, tx, "bar"); err != nil {
					return err
				}
				// What is computed here is for nobody else.
				n, err := cachedInts.Get(ctx, c.Cache, "a", func(context.Context) (int, error) { return 7, nil })
				if n != 7 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			page(2)
			if n, err := cachedInts.Get(t.Context(), c.Cache, "a", func(context.Context) (int, error) { return 8, nil }); n != 8 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			if err := c.Invalidate(t.Context(), db, "bar"); err != nil {
				t.Fatal(err)
			}
			page(3)
			// A row of the model that the tag is of.
			err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return errors.Join(orm.Create(ctx, tx, &stock{Name: "gone"}), undo)
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
			page(3)
			if err := orm.CreateAll(t.Context(), db, []stock{{Name: "a"}, {Name: "b"}}); err != nil {
				t.Fatal(err)
			}
			page(4)
			err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := orm.From[stock](tx).Every().Delete(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			page(5)
			if got := ask(s, "/cached/script/"); got.Code != 204 {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		})
	}
}

// TestCacheSetting: what cannot be is an error that names the setting.
func TestCacheSetting(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"memory:x": "CACHE_URL", "redis://x": "vola.Config.Caches", "database:": "dbcache.Models"} {
		_, err := vola.New(vola.Config{}, vola.Options{Environ: map[string]string{"CACHE_URL": url}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestPoisonedRequests: what a visitor says of the host and the way of a request comes into no page
// that others get.
func TestPoisonedRequests(t *testing.T) {
	t.Parallel()
	link := pathModule{}
	s, err := vola.New(vola.Config{Modules: []module.Module{&link}}, vola.Options{Environ: map[string]string{"BASE_URL": "https://shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Open(t.Context(), databasetest.SQLite(t)); err != nil {
		t.Fatal(err)
	}
	get := func(host, target string, headers ...string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest("GET", target, nil), httptest.NewRecorder()
		r.Host = host
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		s.ServeHTTP(w, r)
		return w
	}
	for _, name := range []string{"X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-Url", "X-Rewrite-Url", "Forwarded", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Cookie", "Origin", "Referer"} {
		get("shop.example", "/link/?evil.example", name, "evil.example")
	}
	if got := get("evil.example", "/link/"); got.Code != http.StatusMisdirectedRequest {
		t.Errorf("another host: %d", got.Code)
	}
	got := get("SHOP.example", "/link/")
	if got.Code != 200 || strings.Contains(got.Body.String(), "evil") || got.Header().Get("Age") == "" {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
	}
}

// pathModule tells all that it knows of a request.
type pathModule struct{ module.Base }

func (*pathModule) Name() string { return "link" }

func (m *pathModule) Routes(r *web.Router) {
	kept := pagecache.Middleware(pagecache.Config{Cache: func() *cache.Cache { return m.Cache }, For: time.Hour, IgnoreOthers: true})
	r.Wrap(kept).Get("/", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, r.Host, r.URL, r.Header, r.RemoteAddr, r.RequestURI)
		return err
	})
}
