package ormpeers

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

type bunPost struct {
	bun.BaseModel `bun:"table:bench_post,alias:p"`

	ID        int64 `bun:",pk,autoincrement"`
	Title     string
	Slug      string
	Body      string
	AuthorID  int64
	Published time.Time
	Hits      int64
	Pinned    bool
	Note      *string
	Topics    []bunTopic `bun:"m2m:bench_post_topics,join:Post=Topic"`
}

type bunTopic struct {
	bun.BaseModel `bun:"table:bench_topic,alias:t"`

	ID   int64 `bun:",pk,autoincrement"`
	Name string
}

type bunPair struct {
	bun.BaseModel `bun:"table:bench_post_topics"`

	PostID  int64     `bun:",pk"`
	Post    *bunPost  `bun:"rel:belongs-to,join:post_id=id"`
	TopicID int64     `bun:",pk"`
	Topic   *bunTopic `bun:"rel:belongs-to,join:topic_id=id"`
}

type bunPeer struct {
	db    *bun.DB
	posts []bunPost
	topic bunTopic
}

// Bun returns the peer that uses bun.
func Bun(_ context.Context, url string) (Peer, error) {
	conn, isSQLite, err := openSQL(url)
	if err != nil {
		return nil, err
	}
	var dialect schema.Dialect = pgdialect.New()
	if isSQLite {
		dialect = sqlitedialect.New()
	}
	db := bun.NewDB(conn, dialect)
	db.RegisterModel((*bunPair)(nil))
	return &bunPeer{db: db}, nil
}

func (b *bunPeer) Close() error { return b.db.Close() }

func (b *bunPeer) Get(ctx context.Context, id int64) error {
	var p bunPost
	err := b.db.NewSelect().Model(&p).Where("p.id = ?", id).Scan(ctx)
	b.posts = append(b.posts[:0], p)
	return err
}

func (b *bunPeer) List(ctx context.Context) error {
	b.posts = nil
	return b.db.NewSelect().Model(&b.posts).Order("published DESC").Limit(listed).Scan(ctx)
}

func (b *bunPeer) ListTopics(ctx context.Context) error {
	b.posts = nil
	return b.db.NewSelect().Model(&b.posts).Relation("Topics").Order("published DESC").Limit(listed).Scan(ctx)
}

func (b *bunPeer) Find(ctx context.Context, f Filter) error {
	b.posts = nil
	return b.db.NewSelect().Model(&b.posts).
		Where("p.published < ?", f.Before).Where("p.hits >= ?", f.Hits).Where("p.pinned = ?", f.Pinned).
		Join("JOIN bench_author AS a ON a.id = p.author_id").Where("a.username = ?", f.Username).
		Order("published DESC").Limit(found).Scan(ctx)
}

func (b *bunPeer) Insert(ctx context.Context, r Row) error {
	p := toBun(r)
	_, err := b.db.NewInsert().Model(&p).Exec(ctx)
	b.posts = append(b.posts[:0], p)
	return err
}

func (b *bunPeer) Update(ctx context.Context, id int64, title string, hits int64) error {
	p := bunPost{ID: id, Title: title, Hits: hits}
	res, err := b.db.NewUpdate().Model(&p).Column("title", "hits").WherePK().Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(sql.ErrNoRows, err)
	}
	return nil
}

func (b *bunPeer) Bulk(ctx context.Context, rows []Row) error {
	posts := make([]bunPost, len(rows))
	for i, r := range rows {
		posts[i] = toBun(r)
	}
	_, err := b.db.NewInsert().Model(&posts).Exec(ctx)
	return err
}

func (b *bunPeer) GetOrCreate(ctx context.Context, name string) (created bool, err error) {
	b.topic = bunTopic{}
	byName := func() error { return b.db.NewSelect().Model(&b.topic).Where("t.name = ?", name).Scan(ctx) }
	if err := byName(); !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	b.topic = bunTopic{Name: name}
	res, err := b.db.NewInsert().Model(&b.topic).On("CONFLICT (name) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, errors.Join(err, byName())
	}
	return true, nil
}

func (b *bunPeer) Topic() (id int64, name string) { return b.topic.ID, b.topic.Name }

func (b *bunPeer) Seen() []Row {
	return seen(b.posts, func(p *bunPost) Row {
		r := Row{
			ID: p.ID, Title: p.Title, Slug: p.Slug, Body: p.Body, AuthorID: p.AuthorID, Published: utc(p.Published),
			Hits: p.Hits, Pinned: p.Pinned, Note: noteOf(p.Note),
		}
		if p.Topics != nil {
			r.Topics = joined(p.Topics, func(t bunTopic) string { return t.Name })
		}
		return r
	})
}

func toBun(r Row) bunPost {
	return bunPost{
		Title: r.Title, Slug: r.Slug, Body: r.Body, AuthorID: r.AuthorID, Published: r.Published,
		Hits: r.Hits, Pinned: r.Pinned, Note: r.notePointer(),
	}
}
