package blog

import (
	"cmp"
	"time"

	"github.com/volaweb/vola/module"
)

// links makes the addresses of posts, and what pages tell of them.
type links struct{ *module.Host }

// post returns the path of the post.
func (l links) post(p Post) (string, error) {
	switch {
	case p.Page:
		return l.URL("pages:page", p.Slug)
	case p.Published == nil:
		return l.URL("blog:preview", p.Slug, cmp.Or(p.PreviewKey, "-"))
	}
	return l.URL("blog:post", p.YearNumber(), p.MonthNumber(), p.Slug)
}

// date returns when the post was published, in its own zone, as [Post.Date] does;
// it reads each zone once.
func (l links) date(p Post) time.Time {
	if p.Published == nil {
		return time.Time{}
	}
	return p.Published.In(zoneOf(p.Zone, l.Zone))
}

// postAt returns where the post can be read at that time, absolute: before it is
// published, by those who have the address.
func (l links) postAt(p Post, now time.Time) (path string, err error) {
	if p.visibleAt(now) {
		path, err = l.post(p)
	} else {
		path, err = l.URL("blog:preview", p.Slug, p.PreviewKey)
	}
	return l.absolute(path), err
}

// absolute returns the address of a path of the site for those who are not on
// it.
func (l links) absolute(path string) string { return l.Site.BaseURL + path }
