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

func (b *Blog) rss(w http.ResponseWriter, r *http.Request) error {
	f, err := b.feed(r.Context(), b.stream(), "blog:rss", "blog:index")
	if err != nil {
		return err
	}
	return b.sendXML(w, r, "application/rss+xml", f.changed, f.WriteRSS)
}

func (b *Blog) atom(w http.ResponseWriter, r *http.Request) error {
	f, err := b.feed(r.Context(), b.stream(), "blog:atom", "blog:index")
	if err != nil {
		return err
	}
	return b.sendXML(w, r, "application/atom+xml", f.changed, f.WriteAtom)
}

func (b *Blog) topicFeed(w http.ResponseWriter, r *http.Request) error {
	o, err := b.overview(r.Context())
	if err != nil {
		return err
	}
	t, ok := o.topic(r.PathValue("slug"))
	if !ok {
		return fault.New(fault.NotFound, "There are no posts on that topic.")
	}
	f, err := b.feed(r.Context(), b.stream().Where(Posts.Topics.Any(Topics.ID.Eq(t.ID))), "blog:topic-feed", "blog:topic", t.Slug)
	if err != nil {
		return err
	}
	f.Title, f.Description = f.Title+": "+t.Name, "Posts about "+t.Name+"."
	return b.sendXML(w, r, "application/rss+xml", f.changed, f.WriteRSS)
}

// postFeed is a feed that knows when it changed last.
type postFeed struct {
	feed.Feed
	changed time.Time
}

// feed makes the feed of a query; self and page are names of routes.
func (b *Blog) feed(ctx context.Context, q *orm.Query[Post], self, page string, args ...any) (postFeed, error) {
	f := postFeed{Feed: feed.Feed{Title: b.Site.Name, Description: b.settings.Title}}
	selfPath, err := b.URL(self, args...)
	if err != nil {
		return f, err
	}
	pagePath, err := b.URL(page, args...)
	if err != nil {
		return f, err
	}
	f.Self, f.Link = b.absolute(selfPath), b.absolute(pagePath)
	posts, err := q.Limit(feedLength).With(Posts.Author, Posts.Topics).All(ctx)
	if err != nil {
		return f, err
	}
	texts, err := b.feedTexts(ctx, posts)
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
	f.changed, err = b.changedAt(ctx, posts)
	return f, err
}

// feedTexts returns the texts of those posts that are not too long for a feed.
func (b *Blog) feedTexts(ctx context.Context, posts []Post) (map[int64]string, error) {
	type text struct {
		Post int64
		HTML string
	}
	var ids []int64
	for _, p := range posts {
		ids = append(ids, p.ID)
	}
	bodies := orm.From[Body](b.DB).Where(Bodies.Post.In(ids...), orm.Length(Bodies.HTML).Le(feedText))
	rows, err := orm.Select[text](bodies, Bodies.Post, Bodies.HTML).All(ctx)
	if err != nil {
		return nil, err
	}
	texts := map[int64]string{}
	for _, row := range rows {
		texts[row.Post] = row.HTML
	}
	return texts, nil
}

// changedAt returns when a feed of these posts changed last: when one of them
// became due, or when any post was changed, taken back or removed.
func (b *Blog) changedAt(ctx context.Context, posts []Post) (time.Time, error) {
	var at time.Time
	for _, p := range posts {
		if p.Published != nil && p.Published.After(at) {
			at = *p.Published
		}
	}
	newest, _, err := orm.From[Post](b.DB).OrderBy(Posts.Changed.Desc()).Lookup(ctx)
	if err != nil {
		return at, err
	}
	removal, _, err := orm.From[Removal](b.DB).Lookup(ctx)
	if err != nil {
		return at, err
	}
	for _, t := range []time.Time{newest.Changed, removal.At} {
		if t.After(at) {
			at = t
		}
	}
	return at, nil
}

func (b *Blog) feedEntry(p Post, text string) (e feed.Entry, err error) {
	path, err := b.postURL(p)
	if err != nil {
		return e, err
	}
	author, err := p.Author.Get()
	if err != nil {
		return e, err
	}
	topics, err := p.Topics.All()
	if err != nil {
		return e, err
	}
	link := b.absolute(path)
	e = feed.Entry{
		Title: p.Title, Link: link, Author: author.Name(),
		Published: p.Date(), Updated: p.Changed.In(p.Date().Location()),
		Summary: feed.Absolute(p.Excerpt, b.Site.BaseURL, link),
	}
	if text != "" {
		e.Content = feed.Absolute(text, b.Site.BaseURL, link)
	}
	for _, t := range topics {
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
func (b *Blog) sendXML(w http.ResponseWriter, r *http.Request, contentType string, changed time.Time, write func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	sum := sha256.Sum256(buf.Bytes())
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	if !changed.IsZero() && changed.After(b.Now().Add(-datePrecision)) {
		changed = changed.Truncate(time.Second).Add(-time.Second)
	}
	http.ServeContent(w, r, "", changed.UTC(), bytes.NewReader(buf.Bytes()))
	return nil
}
