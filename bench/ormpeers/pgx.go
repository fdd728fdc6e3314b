package ormpeers

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type native struct {
	pool  *pgxpool.Pool
	posts []post
	topic topic
}

// PGX returns the peer that is written by hand with pgx, which prepares every
// statement once for each connection.
func PGX(ctx context.Context, url string) (Peer, error) {
	pool, err := pgxpool.New(ctx, url)
	return &native{pool: pool}, err
}

func (n *native) Close() error {
	n.pool.Close()
	return nil
}

func (n *native) Get(ctx context.Context, id int64) error {
	var p post
	err := n.pool.QueryRow(ctx, "SELECT "+postColumns+" FROM bench_post p WHERE p.id = $1", id).
		Scan(&p.id, &p.title, &p.slug, &p.body, &p.authorID, &p.published, &p.hits, &p.pinned, &p.note)
	if err != nil {
		return err
	}
	n.posts = append(n.posts[:0], p)
	return nil
}

func (n *native) List(ctx context.Context) error {
	return n.read(ctx, listed, "SELECT "+postColumns+" FROM bench_post p ORDER BY p.published DESC LIMIT $1", listed)
}

func (n *native) read(ctx context.Context, most int, query string, args ...any) error {
	rows, err := n.pool.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	posts := make([]post, 0, most)
	for rows.Next() {
		posts = append(posts, post{})
		p := &posts[len(posts)-1]
		if err := rows.Scan(&p.id, &p.title, &p.slug, &p.body, &p.authorID, &p.published, &p.hits, &p.pinned, &p.note); err != nil {
			return err
		}
	}
	n.posts = posts
	return rows.Err()
}

func (n *native) ListTopics(ctx context.Context) error {
	if err := n.List(ctx); err != nil {
		return err
	}
	ids := make([]int64, len(n.posts))
	at := make(map[int64]*post, len(n.posts))
	for i := range n.posts {
		ids[i] = n.posts[i].id
		at[n.posts[i].id] = &n.posts[i]
	}
	rows, err := n.pool.Query(ctx, "SELECT pt.post_id, t.id, t.name FROM bench_post_topics pt JOIN bench_topic t ON t.id = pt.topic_id WHERE pt.post_id = ANY($1)", ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var owner int64
		var t topic
		if err := rows.Scan(&owner, &t.id, &t.name); err != nil {
			return err
		}
		p := at[owner]
		p.topics = append(p.topics, t)
	}
	return rows.Err()
}

func (n *native) Find(ctx context.Context, f Filter) error {
	return n.read(ctx, found, "SELECT "+postColumns+" FROM bench_post p JOIN bench_author a ON a.id = p.author_id "+
		"WHERE p.published < $1 AND p.hits >= $2 AND p.pinned = $3 AND a.username = $4 ORDER BY p.published DESC LIMIT $5",
		f.Before, f.Hits, f.Pinned, f.Username, found)
}

func (n *native) Insert(ctx context.Context, r Row) error {
	p := handPost(r)
	err := n.pool.QueryRow(ctx, "INSERT INTO bench_post (title, slug, body, author_id, published, hits, pinned, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
		p.title, p.slug, p.body, p.authorID, p.published, p.hits, p.pinned, p.note).Scan(&p.id)
	n.posts = append(n.posts[:0], p)
	return err
}

func (n *native) Update(ctx context.Context, id int64, title string, hits int64) error {
	tag, err := n.pool.Exec(ctx, "UPDATE bench_post SET title = $1, hits = $2 WHERE id = $3", title, hits, id)
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	return err
}

func (n *native) Bulk(ctx context.Context, rows []Row) error {
	_, err := n.pool.CopyFrom(ctx, pgx.Identifier{"bench_post"},
		[]string{"title", "slug", "body", "author_id", "published", "hits", "pinned", "note"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			r := &rows[i]
			return []any{r.Title, r.Slug, r.Body, r.AuthorID, r.Published, r.Hits, r.Pinned, r.notePointer()}, nil
		}))
	return err
}

func (n *native) GetOrCreate(ctx context.Context, name string) (created bool, err error) {
	const byName = "SELECT id, name FROM bench_topic WHERE name = $1"
	err = n.pool.QueryRow(ctx, byName, name).Scan(&n.topic.id, &n.topic.name)
	if !errors.Is(err, pgx.ErrNoRows) {
		return false, err
	}
	err = n.pool.QueryRow(ctx, "INSERT INTO bench_topic (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id", name).Scan(&n.topic.id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, n.pool.QueryRow(ctx, byName, name).Scan(&n.topic.id, &n.topic.name)
	}
	n.topic.name = name
	return err == nil, err
}

func (n *native) Topic() (id int64, name string) { return n.topic.id, n.topic.name }

func (n *native) Seen() []Row { return seen(n.posts, (*post).row) }
