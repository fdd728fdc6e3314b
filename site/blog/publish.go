package blog

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
)

// publication is the job of the moment from which a post is shown.
type publication struct {
	Post int64
	At   time.Time
}

// hubCall tells a hub of WebSub that a feed has something new.
type hubCall struct{ Hub, Feed string }

// newsworthy is how old a post may be that others are told of: old ones that are imported are not new.
const newsworthy = 24 * time.Hour

// Jobs are what is done when a post is published.
func (b *Blog) Jobs() []jobs.Declaration {
	return []jobs.Declaration{
		jobs.Handle(b.publish, jobs.Options{Kind: "blog.publication"}),
		jobs.Handle(b.callHub, jobs.Options{Kind: "blog.hub", Attempts: 12, Timeout: 30 * time.Second}),
	}
}

// announce enqueues what is done at the moment from which the post is shown, if that is new.
func (s *store) announce(ctx context.Context, tx *database.Tx, before, p Post) error {
	if p.Published == nil || p.Page || before.Published != nil && before.Published.Equal(*p.Published) ||
		p.Published.Before(s.now().Add(-newsworthy)) || !jobs.Enabled(tx) {
		return nil
	}
	_, err := jobs.Enqueue(ctx, tx, publication{p.ID, *p.Published}, jobs.At(*p.Published), jobs.Unique(""))
	return err
}

// publish makes what is kept of the lists new, also in other processes, and tells the hubs. A post that was given another
// date meanwhile, or was deleted, has another job or none.
func (b *Blog) publish(ctx context.Context, job jobs.Job[publication]) error {
	return b.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		p, ok, err := orm.From[Post](tx).Where(Posts.ID.Eq(job.Args.Post)).Lookup(ctx)
		if err != nil {
			return err
		}
		if ok && p.Published != nil && p.Published.Equal(job.Args.At) {
			if err := b.tellHubs(ctx, tx); err != nil {
				return err
			}
		}
		return job.Complete(ctx, tx)
	})
}

// tellHubs enqueues a call for each hub and feed.
func (b *Blog) tellHubs(ctx context.Context, tx *database.Tx) error {
	if err := b.Invalidate(ctx, tx, allPosts); err != nil {
		return err
	}
	for _, hub := range b.settings.Hubs {
		for _, name := range []string{"blog:rss", "blog:atom"} {
			path, err := b.URL(name)
			if err != nil {
				return err
			}
			// Two posts of one moment are one call.
			if _, err := jobs.Enqueue(ctx, tx, hubCall{hub, b.links.absolute(path)}, jobs.Unique("")); err != nil {
				return err
			}
		}
	}
	return nil
}

// callHub tells a hub that it should fetch a feed, in the form that hubs of WebSub understand
// (https://www.w3.org/TR/websub/; how publishers tell hubs is left to these).
func (b *Blog) callHub(ctx context.Context, job jobs.Job[hubCall]) error {
	form := url.Values{"hub.mode": {"publish"}, "hub.url": {job.Args.Feed}, "hub.topic": {job.Args.Feed}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, job.Args.Hub, strings.NewReader(form.Encode()))
	if err != nil {
		return jobs.Discard(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)); err != nil {
		return err
	}
	switch {
	case resp.StatusCode < 300:
		return nil
	case resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusRequestTimeout:
		return jobs.Discard(fmt.Errorf("the hub %s answers %s", job.Args.Hub, resp.Status))
	}
	return fmt.Errorf("the hub %s answers %s", job.Args.Hub, resp.Status)
}

// checkHubs returns what is wrong with the setting BLOG_HUBS.
func (b *Blog) checkHubs() []error {
	var errs []error
	for _, hub := range b.settings.Hubs {
		if u, err := url.Parse(hub); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			errs = append(errs, fmt.Errorf("setting BLOG_HUBS: %q is not the URL of a hub, such as https://hub.example.org/", hub))
		}
	}
	return errs
}
