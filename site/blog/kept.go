package blog

import (
	"context"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/pagecache"
)

// allPosts is the tag of what is made of any posts.
const allPosts = "blog"

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
