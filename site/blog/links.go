package blog

import (
	"cmp"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/module"
)

// links makes the addresses of posts, and what pages tell of them.
type links struct{ *module.Host }

// post returns the path of the post.
func (l links) post(p Post) (string, error) {
	switch {
	case p.Page:
		return l.in(p, "pages:page", p.Slug)
	case p.Published == nil:
		return l.URL("blog:preview", p.Slug, cmp.Or(p.PreviewKey, "-"))
	}
	return l.in(p, "blog:post", p.YearNumber(), p.MonthNumber(), p.Slug)
}

// in returns the path of a route in the edition of a post.
func (l links) in(p Post, name string, args ...any) (string, error) {
	return l.URLIn(editionsOf(l.Host).language(p.Edition), name, args...)
}

// date returns when the post was published, in its own zone, as [Post.Date] does;
// it reads each zone once.
func (l links) date(p Post) time.Time {
	if p.Published == nil {
		return time.Time{}
	}
	return p.Published.In(zoneOf(p.Zone, l.Zone))
}

// day returns the day on which the post was published, in its own zone; nil for a draft.
func (l links) day(p Post) *civil.Date {
	if p.Published == nil {
		return nil
	}
	day := civil.DateOf(l.date(p))
	return &day
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
