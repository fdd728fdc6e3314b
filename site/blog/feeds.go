package blog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/feed"
)

// What a feed holds: the newest posts, with the texts of those that are no
// longer than this, in characters. Of longer ones it has the excerpt, so that
// ten of them do not fill the memory whenever anybody asks.
const (
	feedLength = 10
	feedText   = 100_000
)

// feeds answers with feeds of the newest posts.
type feeds struct{ *Blog }

func (b feeds) rss(w http.ResponseWriter, r *http.Request) error {
	f, err := b.feed(r.Context(), b.store.stream(r.Context()), "blog:rss", "blog:index")
	if err != nil {
		return err
	}
	return sendXML(w, r, b.Now(), "application/rss+xml", f.changed, f.WriteRSS)
}

func (b feeds) atom(w http.ResponseWriter, r *http.Request) error {
	f, err := b.feed(r.Context(), b.store.stream(r.Context()), "blog:atom", "blog:index")
	if err != nil {
		return err
	}
	return sendXML(w, r, b.Now(), "application/atom+xml", f.changed, f.WriteAtom)
}

func (b feeds) topicFeed(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	t, ok := o.topic(r.PathValue("slug"))
	if !ok {
		return fault.New(fault.NotFound, "There are no posts on that topic.")
	}
	f, err := b.feed(r.Context(), b.store.stream(r.Context()).Where(Posts.Topics.Any(Topics.ID.Eq(t.ID))), "blog:topic-feed", "blog:topic", t.Slug)
	if err != nil {
		return err
	}
	f.Title, f.Description = f.Title+": "+t.Name, about(r.Context(), t.Name)
	return sendXML(w, r, b.Now(), "application/rss+xml", f.changed, f.WriteRSS)
}

// postFeed is a feed that knows when it changed last.
type postFeed struct {
	feed.Feed
	changed time.Time
}

// feed makes the feed of a query; self and page are names of routes.
func (b feeds) feed(ctx context.Context, q *orm.Query[Post], self, page string, args ...any) (postFeed, error) {
	lang := i18n.From(ctx)
	f := postFeed{Feed: feed.Feed{Title: b.Site.Name, Description: b.title(ctx), Language: lang.Tag()}}
	if err := b.untilNext(ctx); err != nil {
		return f, err
	}
	selfPath, err := b.URLFor(ctx, self, args...)
	if err != nil {
		return f, err
	}
	pagePath, err := b.URLFor(ctx, page, args...)
	if err != nil {
		return f, err
	}
	f.Self, f.Link = b.links.absolute(selfPath), b.links.absolute(pagePath)
	posts, err := q.Limit(feedLength).With(Posts.Author, Posts.Topics).All(ctx)
	if err != nil {
		return f, err
	}
	ids := make([]int64, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	short := orm.From[Body](b.DB).Where(Bodies.Post.In(ids...), orm.Length(Bodies.HTML).Le(feedText))
	texts, err := texts(ctx, short, Bodies.HTML)
	if err != nil {
		return f, err
	}
	for _, p := range posts {
		e, err := b.feedEntry(p, texts[p.ID])
		if err != nil {
			return f, err
		}
		f.Entries = append(f.Entries, e)
	}
	f.changed, err = b.store.changedAt(ctx, posts)
	return f, err
}

func (b feeds) feedEntry(p Post, text string) (e feed.Entry, err error) {
	path, err := b.links.post(p)
	if err != nil {
		return e, err
	}
	link := b.links.absolute(path)
	date := b.links.date(p)
	e = feed.Entry{
		Title: p.Title, Link: link, Author: p.Author.Row().Name(),
		Published: date, Updated: p.Changed.In(date.Location()),
		Summary: feed.Absolute(p.Excerpt, b.Site.BaseURL, link),
	}
	if text != "" {
		e.Content = feed.Absolute(text, b.Site.BaseURL, link)
	}
	for _, t := range p.Topics.Rows() {
		e.Topics = append(e.Topics, t.Name)
	}
	return e, nil
}

// datePrecision is how old a change must be before the reader is told its time,
// and not the second before it. Last-Modified has whole seconds: within the same
// one there may be another change, which a reader who only knows the time would
// never see.
const datePrecision = 2 * time.Second

// sendXML answers with an XML document, or that the one the reader has is
// still good: it has these very bytes, or, if it only knows a time, nothing
// changed since then.
func sendXML(w http.ResponseWriter, r *http.Request, now time.Time, contentType string, changed time.Time, write func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	sum := sha256.Sum256(buf.Bytes())
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	if !changed.IsZero() && changed.After(now.Add(-datePrecision)) {
		changed = changed.Truncate(time.Second).Add(-time.Second)
	}
	http.ServeContent(w, r, "", changed.UTC(), bytes.NewReader(buf.Bytes()))
	return nil
}
