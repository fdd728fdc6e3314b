package blog

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// What every page needs of all posts together (how many there are, which ones
// the fifth page of the index begins with, the sidebar) would cost more the
// more posts there are. It is therefore kept, and made again when a post was
// written or the time of a scheduled one has come. Writes of this process are
// seen at once. For those of others the database is asked, by one cheap
// statement, as soon as the answer is lookAgain old; and because that
// statement does not see everything (a topic that got another name), it is all
// made again after remake.
//
// It is no value of package cache, from which each page would read the keys of all posts as JSON; and the
// look at the state costs less than making a value again.
const (
	lookAgain = 2 * time.Second
	remake    = time.Minute
)

// recents is how many posts the sidebar lists, menuPages how many pages a menu
// can ask for.
const (
	recents   = 5
	menuPages = 100
)

// overview is the state of all published posts at one time. It never changes.
type overview struct {
	state  state
	made   time.Time
	asked  time.Time // when the database said last that the state is this
	until  time.Time // when the next scheduled post is due; zero: none is
	ids    []int64   // of all posts in lists, the newest first
	recent []Post
	topics []topicCount // the most used first
	months []monthCount // the newest first
	pages  []string     // slugs of the pages outside of lists, the first of them
}

// topicCount is a topic with the number of its posts.
type topicCount struct {
	ID         int64
	Name, Slug string
	Posts      int64
}

// monthCount is a month with the number of posts in it.
type monthCount struct {
	Key   string // as posts have it, "2026-11"
	Posts int64
}

// Month returns the first day of the month.
func (m monthCount) Month() time.Time {
	day, _ := time.Parse("2006-01", m.Key)
	return day
}

// Day is Month without a time.
func (m monthCount) Day() civil.Date { return civil.DateOf(m.Month()) }

// Year returns the year of the month's address.
func (m monthCount) Year() string { return m.Month().Format("2006") }

// Name returns the month of the month's address.
func (m monthCount) Name() string { return monthName(m.Month()) }

// state tells two states of the tables apart.
type state struct {
	Posts   int64
	Changed string
}

// keptOverview is the overview of an edition.
type keptOverview struct {
	newest atomic.Pointer[overview]
	making sync.Mutex // held by the one that makes a newer one
}

// overview returns what is known of all posts of the edition of a request.
func (s *store) overview(ctx context.Context) (*overview, error) {
	now := s.now()
	kept := s.kept[s.editions.of(ctx)]
	old := kept.newest.Load()
	if old.goodAt(now) {
		return old, nil
	}
	if !kept.making.TryLock() {
		if !old.made.IsZero() {
			return old, nil // another request is at it
		}
		kept.making.Lock()
	}
	defer kept.making.Unlock()
	if old = kept.newest.Load(); old.goodAt(now) {
		return old, nil
	}
	fresh, err := s.look(ctx, old, now)
	if err != nil {
		return nil, err
	}
	kept.newest.CompareAndSwap(old, fresh) // unless there was a write meanwhile
	return fresh, nil
}

// forgetAfter forgets the overview when what tx writes is committed. It is called before anything is
// written: what is kept under the tag of the models goes after that, so that it is not made again of
// an old overview.
func (s *store) forgetAfter(tx *database.Tx) { tx.OnCommit(func(context.Context) { s.forget() }) }

// forget makes the overview that is kept one that was never made, and another one after each write.
func (s *store) forget() {
	for _, kept := range s.kept {
		kept.newest.Store(new(overview))
	}
}

// hasPage reports whether there is a page of that name to lead readers to. It is
// for menus, on every page of the site, so it asks nobody: it is what was known
// when a list was last shown.
func (s *store) hasPage(ctx context.Context, slug string) bool {
	if s == nil {
		return false // the site has not started
	}
	return slices.Contains(s.kept[s.editions.of(ctx)].newest.Load().pages, slug)
}

// goodAt reports whether the overview can be used at that time as it is. The
// clock may be a test's, which can go back.
func (o *overview) goodAt(now time.Time) bool {
	age := now.Sub(o.asked)
	return age >= 0 && age < lookAgain && !o.due(now)
}

func (o *overview) due(now time.Time) bool { return !o.until.IsZero() && !now.Before(o.until) }

// look returns the old overview with a new date if nothing has changed since,
// else a new one.
func (s *store) look(ctx context.Context, old *overview, now time.Time) (*overview, error) {
	is, err := readState(ctx, s.db)
	if err != nil {
		return nil, err
	}
	if old.state == is && !old.due(now) && now.Sub(old.made) < remake && !now.Before(old.made) {
		same := *old
		same.asked = now
		return &same, nil
	}
	o := &overview{state: is, made: now, asked: now}
	// This reads an index and nothing else.
	if o.ids, err = orm.Select[int64](s.stream(ctx), Posts.ID).All(ctx); err != nil {
		return nil, err
	}
	if o.recent, err = s.stream(ctx).Limit(recents).All(ctx); err != nil {
		return nil, err
	}
	if o.topics, err = s.topicCounts(ctx, now); err != nil {
		return nil, err
	}
	if o.months, err = orm.Select[monthCount](s.stream(ctx).OrderBy(Posts.Month.Desc()),
		orm.As("Key", Posts.Month), orm.As("Posts", orm.Count[Post]())).All(ctx); err != nil {
		return nil, err
	}
	if o.pages, err = orm.Select[string](s.visible(ctx).Where(Posts.Page.Eq(true)).OrderBy(Posts.ID.Asc()).Limit(menuPages),
		Posts.Slug).All(ctx); err != nil {
		return nil, err
	}
	next, ok, err := orm.From[Post](s.db).Where(Posts.Published.Gt(now)).OrderBy(oldest()...).Lookup(ctx)
	if ok {
		o.until = *next.Published
	}
	return o, err
}

// readState reads two indexes, where one SELECT of both aggregates would read
// the table.
func readState(ctx context.Context, h database.Handle) (state, error) {
	return orm.FromSQL[state](h, `SELECT (SELECT count(*) FROM blog_post) AS posts,
		coalesce((SELECT CAST(max(changed) AS text) FROM blog_post), '') AS changed`).First(ctx)
}

func (s *store) topicCounts(ctx context.Context, now time.Time) ([]topicCount, error) {
	edition, args := "", []any{false, now}
	if s.editions.many {
		edition, args = " AND p.edition = ?", append(args, s.editions.of(ctx))
	}
	return orm.FromSQL[topicCount](s.db, `SELECT t.id, t.name, t.slug, count(*) AS posts FROM blog_topic t
		JOIN blog_post_topics pt ON pt.topic_id = t.id
		JOIN blog_post p ON p.id = pt.post_id
		WHERE p.page = ? AND p.published <= ?`+edition+`
		GROUP BY t.id, t.name, t.slug ORDER BY count(*) DESC, t.slug`, args...).All(ctx)
}

// topic returns the topic with that slug, if it has posts.
func (o *overview) topic(slug string) (topicCount, bool) {
	for _, t := range o.topics {
		if t.Slug == slug {
			return t, true
		}
	}
	return topicCount{}, false
}

// month returns the month with that key, if it has posts.
func (o *overview) month(key string) (monthCount, bool) {
	for _, m := range o.months {
		if m.Key == key {
			return m, true
		}
	}
	return monthCount{}, false
}
