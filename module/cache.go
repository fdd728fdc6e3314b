package module

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/templates"
)

// invalidateTimeout bounds what is done for a request whose client may be gone.
const invalidateTimeout = 10 * time.Second

// Invalidate makes all cached values with any of the tags go when what h does is committed: for a
// [database.Tx] after the commit, so not at all when it is rolled back, and for a [database.DB] at
// once. If the cache cannot be reached then, or does not answer within 10 seconds, that is logged: the
// rows are changed, and the values stay until they are too old.
func (h *Host) Invalidate(ctx context.Context, on database.Handle, tags ...string) error {
	return database.AfterCommit(ctx, on, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), invalidateTimeout)
		defer cancel()
		if err := h.Cache.Invalidate(ctx, tags...); err != nil {
			h.Log.Error("cached values are not up to date, as they could not be invalidated", "tags", tags, "error", err)
		}
	})
}

// Fragments declares rendered parts of pages that are kept (see [Host.Fragment]), as [cache.Of]
// does.
func Fragments(name string, options ...cache.Option) cache.Values[template.HTML] {
	return cache.Of[template.HTML](name, options...)
}

// Fragment returns a part of a page, such as a sidebar, from the cache, or renders what make
// returns, which it asks for only then. So make is the place for the queries. The result is put into the data of
// the page around it, as text of it: {{.Sidebar}}. It is another one for each language and time zone.
//
// The part must be the same for all who have the key. One that has scripts or styles of its
// own is an error, as their nonces are filled in when the page is sent.
func (h *Host) Fragment(ctx context.Context, kept cache.Values[template.HTML], key string, make func(ctx context.Context) (templates.Rendering, error), tags ...string) (template.HTML, error) {
	key = i18n.From(ctx).Tag() + " " + i18n.Zone(ctx).String() + " " + key
	return kept.Get(ctx, h.Cache, key, func(ctx context.Context) (template.HTML, error) {
		part, err := make(ctx)
		if err != nil {
			return "", err
		}
		var out fragment
		if err := h.pages.Render(ctx, &out, part); err != nil {
			return "", err
		}
		if len(out.own) > 0 {
			return "", fmt.Errorf("the part %s has a script or style of its own, which needs a new nonce each time; put it into the page around it", part.TemplateName())
		}
		return template.HTML(out.text), nil
	}, tags...)
}

// fragment takes a part as it is rendered.
type fragment struct {
	text string
	own  []templates.Place
}

var _ interface {
	io.Writer
	templates.PageWriter
} = (*fragment)(nil)

func (f *fragment) Write(part []byte) (int, error) {
	f.text = string(part)
	return len(part), nil
}

func (f *fragment) WritePage(part []byte, own []templates.Place) error {
	f.text, f.own = string(part), append(f.own, own...)
	return nil
}
