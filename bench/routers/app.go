// Code generated from examples/starving/main.go by go test ./routers -run TestCopy -update; DO NOT EDIT.

package routers

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/fetch"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ajax"
	"github.com/volaweb/vola/web/middleware"
)

//go:embed page.html
var files embed.FS

type data struct {
	Posts []string
	Likes int64
}

var page = templates.Page[data]("page.html")
var posts = cache.Of[[]string]("posts", cache.For(30*time.Minute), cache.Stale(24*time.Hour))

func newApp(source string, now func() time.Time) (http.Handler, error) {
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.FS("page", files)}, Pages: []templates.Checked{page}})
	if err != nil {
		return nil, err
	}
	var likes atomic.Int64
	kept, host, r := cache.New(cache.Config{Now: now}), module.NewHost(module.Host{}, set, nil), web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		found, err := posts.Get(r.Context(), kept, source, func(ctx context.Context) ([]string, error) { return read(ctx, source) })
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "The posts cannot be read now. Please try again later.")
		}
		w.Header().Set("Cache-Control", "public, max-age=1800")
		return host.Render(w, r, page.Data(data{found, likes.Load()}))
	})
	r.Post("/like", func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, "/?likes="+strconv.FormatInt(likes.Add(1), 10), http.StatusSeeOther)
	})
	r.MountHandler("/static/", http.FileServerFS(ajax.Static()))
	return r.Build(web.BuildConfig{Middleware: []web.Middleware{ajax.Middleware, middleware.CrossOrigin(nil), middleware.SecureHeaders(middleware.SecureHeadersConfig{})}})
}

// read asks the source, whose answer has the form of either server.
func read(ctx context.Context, source string) (texts []string, err error) {
	found, err := fetch.JSON[struct {
		Statuses []struct{ Content string }
		Posts    []struct{ Record struct{ Text string } }
	}](ctx, fetch.Client{Timeout: 5 * time.Second, MaxBody: 1 << 20}, source)
	for _, s := range found.Statuses {
		texts = append(texts, mail.TextOf(s.Content))
	}
	for _, p := range found.Posts {
		texts = append(texts, p.Record.Text)
	}
	return texts, err
}
