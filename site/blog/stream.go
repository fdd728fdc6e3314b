package blog

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/volaweb/vola/orm"
)

// anyEdition are the posts and pages that visitors may see now.
func (s *store) anyEdition() *orm.Query[Post] {
	return orm.From[Post](s.db).Where(Posts.Published.Le(s.now()))
}

// visible are those of the edition of a request.
func (s *store) visible(ctx context.Context) *orm.Query[Post] {
	q := s.anyEdition()
	if s.editions.many {
		q = q.Where(Posts.Edition.Eq(s.editions.of(ctx)))
	}
	return q
}

// stream are the posts that lists of the edition show now, the newest first.
func (s *store) stream(ctx context.Context) *orm.Query[Post] {
	return s.visible(ctx).Where(Posts.Page.Eq(false)).OrderBy(newest()...)
}

// newest is the order of lists, and oldest the reverse. Drafts, which have no
// date, are never among the rows.
func newest() []orm.Order[Post] { return []orm.Order[Post]{Posts.Published.Desc(), Posts.ID.Desc()} }

func oldest() []orm.Order[Post] { return []orm.Order[Post]{Posts.Published.Asc(), Posts.ID.Asc()} }

// byID returns the posts of the stream that have these keys, in that order. A
// key that leads to none, because the post was taken back, is left out.
func (s *store) byID(ctx context.Context, ids []int64) ([]Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	posts, err := s.stream(ctx).Where(Posts.ID.In(ids...)).Limit(len(ids)).With(Posts.Author, Posts.Topics).All(ctx)
	if err != nil {
		return nil, err
	}
	inOrder(posts, ids)
	return posts, nil
}

// named returns the posts of the stream that have these slugs, in that order.
func (s *store) named(ctx context.Context, slugs []string) ([]Post, error) {
	if len(slugs) == 0 {
		return nil, nil
	}
	all, err := s.stream(ctx).Where(Posts.Slug.In(slugs...)).All(ctx)
	if err != nil {
		return nil, err
	}
	var posts []Post
	for _, slug := range slugs {
		if i := slices.IndexFunc(all, func(p Post) bool { return p.Slug == slug }); i >= 0 {
			posts = append(posts, all[i])
		}
	}
	return posts, nil
}

// inOrder sorts the posts as their keys are in ids.
func inOrder(posts []Post, ids []int64) {
	slices.SortFunc(posts, func(a, b Post) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
}

// neighbours returns the posts published right after and right before p; nil
// where there is none.
func (s *store) neighbours(ctx context.Context, p Post) (newer, older *Post, err error) {
	if p.Page || p.Published == nil {
		return nil, nil, nil
	}
	at := *p.Published
	after := s.stream(ctx).
		Where(Posts.Published.Ge(at), orm.Or(Posts.Published.Gt(at), Posts.ID.Gt(p.ID))).
		OrderBy(oldest()...)
	before := s.stream(ctx).
		Where(Posts.Published.Le(at), orm.Or(Posts.Published.Lt(at), Posts.ID.Lt(p.ID)))
	if newer, err = first(ctx, after); err != nil {
		return nil, nil, err
	}
	older, err = first(ctx, before)
	return newer, older, err
}

// movedFrom returns the visible post that was once at a path; nil where there is
// none.
func (s *store) movedFrom(ctx context.Context, path string) (*Post, error) {
	return first(ctx, s.anyEdition().Where(orm.ReverseOf(OldPaths.Post).Any(OldPaths.Path.Eq(path))))
}

// texts returns a text that bodies have, by the keys of their posts.
func texts(ctx context.Context, bodies *orm.Query[Body], text orm.Selected[Body]) (map[int64]string, error) {
	type row struct {
		Post int64
		Text string
	}
	rows, err := orm.Select[row](bodies, Bodies.Post, orm.As("Text", text)).All(ctx)
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.Post] = r.Text
	}
	return out, err
}

// changedAt returns when a feed of these posts changed last: when one of them
// became due, or when any post was changed, taken back or removed.
func (s *store) changedAt(ctx context.Context, posts []Post) (time.Time, error) {
	var at time.Time
	for _, p := range posts {
		if p.Published != nil && p.Published.After(at) {
			at = *p.Published
		}
	}
	newest, _, err := orm.From[Post](s.db).OrderBy(Posts.Changed.Desc()).Lookup(ctx)
	if err != nil {
		return at, err
	}
	removal, _, err := orm.From[Removal](s.db).Lookup(ctx)
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

// first returns the first row of the query, nil where there is none.
func first[T any](ctx context.Context, q *orm.Query[T]) (*T, error) {
	row, ok, err := q.Lookup(ctx)
	if !ok {
		return nil, err
	}
	return &row, nil
}

// How many related posts a page shows, and how many of the newest that share a
// topic are compared for them.
const (
	relatedPosts      = 5
	relatedCandidates = 50
)

// candidate is a post that may be related, with the number of topics it shares.
type candidate struct{ ID, Shared int64 }

// related returns the posts that share most topics with p, which are loaded, of
// those the newest first.
func (s *store) related(ctx context.Context, p Post) ([]Post, error) {
	topics := p.Topics.Rows()
	if len(topics) == 0 || p.Page {
		return nil, nil
	}
	var ids []int64
	for _, t := range topics {
		ids = append(ids, t.ID)
	}
	candidates := s.stream(ctx).Where(Posts.Topics.Any(Topics.ID.In(ids...)), Posts.ID.Ne(p.ID)).Limit(relatedCandidates)
	found, err := orm.Select[candidate](candidates, Posts.ID,
		orm.As("Shared", orm.Via(Posts.Topics, orm.Count[Topic](), Topics.ID.In(ids...)))).All(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.Shared, a.Shared) })
	var best []int64
	for _, c := range found[:min(len(found), relatedPosts)] {
		best = append(best, c.ID)
	}
	return s.byID(ctx, best)
}
