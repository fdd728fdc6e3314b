package blog

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/feed"
)

// feedLength is how many posts a feed has.
const feedLength = 10

func (b *Blog) rss(w http.ResponseWriter, r *http.Request) error {
	f, err := b.feed(r.Context(), b.stream(), "blog:rss", "blog:index")
	if err != nil {
		return err
	}
	return sendXML(w, r, "application/rss+xml", f.updatedAt(), f.WriteRSS)
}

func (b *Blog) atom(w http.ResponseWriter, r *http.Request) error {
	f, err := b.feed(r.Context(), b.stream(), "blog:atom", "blog:index")
	if err != nil {
		return err
	}
	return sendXML(w, r, "application/atom+xml", f.updatedAt(), f.WriteAtom)
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
	return sendXML(w, r, "application/rss+xml", f.updatedAt(), f.WriteRSS)
}

// postFeed is a feed that knows when it changed last.
type postFeed struct{ feed.Feed }

func (f postFeed) updatedAt() time.Time {
	var at time.Time
	for _, e := range f.Entries {
		if e.Updated.After(at) {
			at = e.Updated
		}
	}
	return at
}

// feed makes the feed of a query; self and page are names of routes.
func (b *Blog) feed(ctx context.Context, q *orm.Query[Post], self, page string, args ...any) (postFeed, error) {
	f := postFeed{feed.Feed{Title: b.host.Site.Name, Description: b.settings.Title}}
	selfPath, err := b.host.URL(self, args...)
	if err != nil {
		return f, err
	}
	pagePath, err := b.host.URL(page, args...)
	if err != nil {
		return f, err
	}
	f.Self, f.Link = b.absolute(selfPath), b.absolute(pagePath)
	posts, err := q.Limit(feedLength).With(Posts.Author, Posts.Topics, Posts.Body).All(ctx)
	if err != nil {
		return f, err
	}
	for _, p := range posts {
		e, err := b.feedEntry(p)
		if err != nil {
			return f, err
		}
		f.Entries = append(f.Entries, e)
	}
	return f, nil
}

func (b *Blog) feedEntry(p Post) (e feed.Entry, err error) {
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
	body, err := p.Body.Get()
	if err != nil {
		return e, err
	}
	link := b.absolute(path)
	e = feed.Entry{
		Title: p.Title, Link: link, Author: author.Name(),
		Published: p.Date(), Updated: p.Changed.In(p.Date().Location()),
		Summary: feed.Absolute(p.Excerpt, b.host.Site.BaseURL, link),
	}
	if body != nil {
		e.Content = feed.Absolute(body.HTML, b.host.Site.BaseURL, link)
	}
	for _, t := range topics {
		e.Topics = append(e.Topics, t.Name)
	}
	return e, nil
}

// sendXML answers with an XML document, or that the one the reader has is
// still good.
func sendXML(w http.ResponseWriter, r *http.Request, contentType string, changed time.Time, write func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	http.ServeContent(w, r, "", changed.UTC(), bytes.NewReader(buf.Bytes()))
	return nil
}
