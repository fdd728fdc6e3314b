package blog

import (
	"context"
	"fmt"
	"html/template"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/pagecache"
)

// allPosts is the tag of what is made of any posts. The models have it, so that what is kept goes
// when one of their rows is written.
const allPosts = "blog"

// keptEntries are the entries of a page of a list, as HTML: to read them takes most statements of a
// list, to write them most of its time.
var keptEntries = module.Fragments("blog.entries", cache.For(remake))

// entries returns the entries of the page of a list at an address, for as long as the overview is the
// same: so they are as old as that at most, whoever writes posts.
func (b *Blog) entries(ctx context.Context, o *overview, address string, posts func(context.Context) ([]Post, error)) (template.HTML, error) {
	key := fmt.Sprintf("%s %d %d %s %d", address, b.settings.PageSize, o.state.Posts, o.state.Changed, o.made.UnixNano())
	return b.Fragment(ctx, keptEntries, key, func(ctx context.Context) (templates.Rendering, error) {
		list, err := posts(ctx)
		return entriesPart.Data(list), err
	}, allPosts)
}

// kept keeps what programs read again and again: feeds and sitemaps. Another process that writes
// posts makes them new at once if it has the same cache, and else they are as old as the overview
// may be.
func (b *Blog) kept() web.Middleware {
	return pagecache.Middleware(pagecache.Config{
		Cache: func() *cache.Cache { return b.Cache },
		For:   remake, Stale: -1, IgnoreOthers: true, Tags: []string{allPosts}, Now: func() time.Time { return b.Now() },
	})
}

// untilNext makes what is kept be made again when the next scheduled post is due.
func (b *Blog) untilNext(ctx context.Context) error {
	o, err := b.store.overview(ctx)
	if err == nil && !o.until.IsZero() {
		cache.Shorten(ctx, o.until.Sub(b.Now()))
	}
	return err
}
