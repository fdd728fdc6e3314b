package ormpeers

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// post is a row for those who write their SQL by hand.
type post struct {
	id        int64
	title     string
	slug      string
	body      string
	authorID  int64
	published time.Time
	hits      int64
	pinned    bool
	note      *string
	topics    []topic
}

type topic struct {
	id   int64
	name string
}

const postColumns = "p.id, p.title, p.slug, p.body, p.author_id, p.published, p.hits, p.pinned, p.note"

func (p *post) row() Row {
	r := Row{
		ID: p.id, Title: p.title, Slug: p.slug, Body: p.body, AuthorID: p.authorID, Published: utc(p.published),
		Hits: p.hits, Pinned: p.pinned, Note: noteOf(p.note),
	}
	if p.topics != nil {
		r.Topics = joined(p.topics, func(t topic) string { return t.name })
	}
	return r
}

// chunk is how many rows one INSERT of a bulk has: on SQLite about the best.
const chunk = 100

type byHand struct {
	db    *sql.DB
	posts []post
	topic topic

	get, list, topicsOf, find, insert, update, bulk, topicByName, addTopic *sql.Stmt
}

// SQL returns the peer that is written by hand with database/sql, every
// statement prepared once.
func SQL(ctx context.Context, url string) (Peer, error) {
	db, _, err := openSQL(url)
	if err != nil {
		return nil, err
	}
	h := &byHand{db: db}
	const insert = "INSERT INTO bench_post (title, slug, body, author_id, published, hits, pinned, note) VALUES "
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&h.get, "SELECT " + postColumns + " FROM bench_post p WHERE p.id = ?"},
		{&h.list, "SELECT " + postColumns + " FROM bench_post p ORDER BY p.published DESC LIMIT ?"},
		{&h.topicsOf, "SELECT pt.post_id, t.id, t.name FROM bench_post_topics pt JOIN bench_topic t ON t.id = pt.topic_id WHERE pt.post_id IN (?" + strings.Repeat(", ?", listed-1) + ")"},
		{&h.find, "SELECT " + postColumns + " FROM bench_post p JOIN bench_author a ON a.id = p.author_id " +
			"WHERE p.published < ? AND p.hits >= ? AND p.pinned = ? AND a.username = ? ORDER BY p.published DESC LIMIT ?"},
		{&h.insert, insert + "(?, ?, ?, ?, ?, ?, ?, ?)"},
		{&h.update, "UPDATE bench_post SET title = ?, hits = ? WHERE id = ?"},
		{&h.bulk, insert + "(?, ?, ?, ?, ?, ?, ?, ?)" + strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?)", chunk-1)},
		{&h.topicByName, "SELECT id, name FROM bench_topic WHERE name = ?"},
		{&h.addTopic, "INSERT INTO bench_topic (name) VALUES (?) ON CONFLICT (name) DO NOTHING"},
	} {
		if *s.stmt, err = db.PrepareContext(ctx, s.text); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return h, nil
}

func (h *byHand) Close() error { return h.db.Close() }

func (h *byHand) Get(ctx context.Context, id int64) error {
	var p post
	if err := h.get.QueryRowContext(ctx, id).Scan(&p.id, &p.title, &p.slug, &p.body, &p.authorID, &p.published, &p.hits, &p.pinned, &p.note); err != nil {
		return err
	}
	h.posts = append(h.posts[:0], p)
	return nil
}

func (h *byHand) List(ctx context.Context) error { return h.read(ctx, listed, h.list, listed) }

func (h *byHand) read(ctx context.Context, most int, stmt *sql.Stmt, args ...any) error {
	rows, err := stmt.QueryContext(ctx, args...)
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
	h.posts = posts
	return rows.Err()
}

func (h *byHand) ListTopics(ctx context.Context) error {
	if err := h.List(ctx); err != nil {
		return err
	}
	ids := make([]any, len(h.posts))
	at := make(map[int64]*post, len(h.posts))
	for i := range h.posts {
		ids[i] = h.posts[i].id
		at[h.posts[i].id] = &h.posts[i]
	}
	rows, err := h.topicsOf.QueryContext(ctx, ids...)
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

func (h *byHand) Find(ctx context.Context, f Filter) error {
	return h.read(ctx, found, h.find, f.Before, f.Hits, f.Pinned, f.Username, found)
}

func (h *byHand) Insert(ctx context.Context, r Row) error {
	p := handPost(r)
	res, err := h.insert.ExecContext(ctx, p.title, p.slug, p.body, p.authorID, p.published, p.hits, p.pinned, p.note)
	if err != nil {
		return err
	}
	p.id, err = res.LastInsertId()
	h.posts = append(h.posts[:0], p)
	return err
}

func (h *byHand) Update(ctx context.Context, id int64, title string, hits int64) error {
	res, err := h.update.ExecContext(ctx, title, hits, id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(sql.ErrNoRows, err)
	}
	return nil
}

func (h *byHand) Bulk(ctx context.Context, rows []Row) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmt := tx.StmtContext(ctx, h.bulk)
	args := make([]any, 0, 8*chunk)
	for len(rows) >= chunk {
		args = args[:0]
		for i := range rows[:chunk] {
			r := &rows[i]
			args = append(args, r.Title, r.Slug, r.Body, r.AuthorID, r.Published, r.Hits, r.Pinned, r.notePointer())
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return err
		}
		rows = rows[chunk:]
	}
	if len(rows) > 0 {
		return errors.New("the benchmark stores whole chunks")
	}
	return tx.Commit()
}

func (h *byHand) GetOrCreate(ctx context.Context, name string) (created bool, err error) {
	err = h.topicByName.QueryRowContext(ctx, name).Scan(&h.topic.id, &h.topic.name)
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	res, err := h.addTopic.ExecContext(ctx, name)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, errors.Join(err, h.topicByName.QueryRowContext(ctx, name).Scan(&h.topic.id, &h.topic.name))
	}
	h.topic.name = name
	h.topic.id, err = res.LastInsertId()
	return true, err
}

func (h *byHand) Topic() (id int64, name string) { return h.topic.id, h.topic.name }

func (h *byHand) Seen() []Row { return seen(h.posts, (*post).row) }

// seen translates what a peer has read.
func seen[P any](posts []P, row func(*P) Row) []Row {
	var rows []Row
	for i := range posts {
		rows = append(rows, row(&posts[i]))
	}
	return rows
}

func handPost(r Row) post {
	return post{
		title: r.Title, slug: r.Slug, body: r.Body, authorID: r.AuthorID, published: r.Published,
		hits: r.Hits, pinned: r.Pinned, note: r.notePointer(),
	}
}
