package blog

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/site/blog/feed"
	"github.com/volaweb/vola/web"
)

// sitemapChunk is how many posts are read at a time for a sitemap.
const sitemapChunk = 1000

// sitemaps answers with what programs that look for pages read.
type sitemaps struct{ *Blog }

// all lists all that there is to read, or the sitemaps that do when one
// may not hold it all.
func (b sitemaps) all(w http.ResponseWriter, r *http.Request) error {
	parts, err := b.parts(r.Context())
	if err != nil {
		return err
	}
	if parts == 1 {
		return b.send(w, r, 1)
	}
	var places []feed.Place
	for n := 1; n <= parts; n++ {
		path, err := b.URL("pages:sitemap-part", n)
		if err != nil {
			return err
		}
		places = append(places, feed.Place{Link: b.links.absolute(path)})
	}
	return sendXML(w, r, b.Now(), "application/xml", time.Time{}, func(w io.Writer) error { return feed.WriteSitemapIndex(w, places) })
}

func (b sitemaps) part(w http.ResponseWriter, r *http.Request) error {
	parts, err := b.parts(r.Context())
	if err != nil {
		return err
	}
	n := web.Int(r, "n")
	if n < 1 || n > int64(parts) {
		return fault.New(fault.NotFound, "There is no such sitemap.")
	}
	return b.send(w, r, int(n))
}

// parts returns the number of sitemaps that everything needs. The front pages
// of the blog are in the first.
func (b sitemaps) parts(ctx context.Context) (int, error) {
	if err := b.untilNext(ctx); err != nil {
		return 0, err
	}
	total, err := b.store.anyEdition().Count(ctx)
	return (int(total)+len(b.store.editions.tags())-1)/feed.SitemapLimit + 1, err
}

// indexes returns the front pages of the blog in all editions.
func (b sitemaps) indexes() ([]string, error) {
	var paths []string
	for _, edition := range b.store.editions.tags() {
		path, err := b.URLIn(b.store.editions.language(edition), "blog:index")
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func (b sitemaps) send(w http.ResponseWriter, r *http.Request, part int) error {
	// Of the first moment, so that a post published while this runs does not
	// move all others.
	q := b.store.anyEdition().OrderBy(oldest()...)
	indexes, err := b.indexes()
	if err != nil {
		return err
	}
	offset, limit := (part-1)*feed.SitemapLimit, feed.SitemapLimit
	var places []feed.Place
	if part == 1 {
		for _, index := range indexes {
			places = append(places, feed.Place{Link: b.links.absolute(index)})
		}
		limit -= len(indexes)
	} else {
		offset -= len(indexes)
	}
	for limit > 0 {
		posts, err := q.Offset(offset).Limit(min(limit, sitemapChunk)).All(r.Context())
		if err != nil {
			return err
		}
		for _, p := range posts {
			path, err := b.links.post(p)
			if err != nil {
				return err
			}
			places = append(places, feed.Place{Link: b.links.absolute(path), Changed: p.Changed})
		}
		if len(posts) < sitemapChunk {
			break
		}
		offset, limit = offset+len(posts), limit-len(posts)
	}
	if part > 1 && len(places) == 0 {
		return fault.New(fault.NotFound, "There is no such sitemap.")
	}
	return sendXML(w, r, b.Now(), "application/xml", time.Time{}, func(w io.Writer) error { return feed.WriteSitemap(w, slices.Clip(places)) })
}
