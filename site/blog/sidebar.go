package blog

import (
	"context"
	"errors"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// sidebar is what stands beside every page.
type sidebar struct {
	Recent []Post
	Topics []topicCount
}

// topicCount is a topic with the number of its posts.
type topicCount struct {
	Name, Slug string
	Posts      int64
}

// recents is how many posts the sidebar lists.
const recents = 5

func (b *Blog) sidebar(ctx context.Context) (s sidebar, err error) {
	if s.Recent, err = b.visible().Limit(recents).All(ctx); err != nil {
		return s, err
	}
	topics, err := orm.From[Topic](b.host.DB).OrderBy(Topics.Name.Asc()).All(ctx)
	if err != nil {
		return s, err
	}
	counts, err := b.topicCounts(ctx)
	if err != nil {
		return s, err
	}
	for _, t := range topics {
		if n := counts[t.ID]; n > 0 {
			s.Topics = append(s.Topics, topicCount{t.Name, t.Slug, n})
		}
	}
	return s, nil
}

// topicCounts returns how many visible posts each topic has.
func (b *Blog) topicCounts(ctx context.Context) (counts map[int64]int64, err error) {
	now := "?"
	if b.host.DB.Dialect().Name() == "postgres" {
		now = "$1"
	}
	at := b.host.Now().UTC()
	var arg any = at
	if now == "?" {
		arg = at.Format("2006-01-02 15:04:05.000000")
	}
	rows, err := b.host.DB.Query(ctx, `SELECT pt.topic_id, count(*) FROM blog_post_topics pt
		JOIN blog_post p ON p.id = pt.post_id WHERE p.published <= `+now+` GROUP BY pt.topic_id`, arg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return scanCounts(rows)
}

func scanCounts(rows database.Rows) (map[int64]int64, error) {
	out := map[int64]int64{}
	for rows.Next() {
		var topic, n int64
		if err := rows.Scan(&topic, &n); err != nil {
			return nil, err
		}
		out[topic] = n
	}
	return out, rows.Err()
}

// neighbours returns the posts published right after and right before p; nil
// where there is none.
func (b *Blog) neighbours(ctx context.Context, p Post) (newer, older *Post, err error) {
	after := orm.From[Post](b.host.DB).
		Where(Posts.Published.Le(b.host.Now()), orm.Or(Posts.Published.Gt(*p.Published), orm.And(Posts.Published.Eq(*p.Published), Posts.ID.Gt(p.ID)))).
		OrderBy(Posts.Published.Asc(), Posts.ID.Asc())
	before := b.visible().
		Where(orm.Or(Posts.Published.Lt(*p.Published), orm.And(Posts.Published.Eq(*p.Published), Posts.ID.Lt(p.ID))))
	if newer, err = first(ctx, after); err != nil {
		return nil, nil, err
	}
	older, err = first(ctx, before)
	return newer, older, err
}

func first(ctx context.Context, q orm.Query[Post]) (*Post, error) {
	p, err := q.First(ctx)
	if errors.Is(err, orm.ErrNotFound) {
		return nil, nil
	}
	return &p, err
}
