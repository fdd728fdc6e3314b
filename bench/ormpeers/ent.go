package ormpeers

import (
	"context"
	"database/sql"
	"errors"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/volaweb/vola/bench/peers/ent"
	entauthor "github.com/volaweb/vola/bench/peers/ent/author"
	entpost "github.com/volaweb/vola/bench/peers/ent/post"
	enttopic "github.com/volaweb/vola/bench/peers/ent/topic"
)

type entPeer struct {
	client *ent.Client
	posts  []*ent.Post
	topic  *ent.Topic
}

// Ent returns the peer that uses ent, with the code that ent has generated.
func Ent(_ context.Context, url string) (Peer, error) {
	conn, isSQLite, err := openSQL(url)
	if err != nil {
		return nil, err
	}
	name := dialect.Postgres
	if isSQLite {
		name = dialect.SQLite
	}
	return &entPeer{client: ent.NewClient(ent.Driver(entsql.OpenDB(name, conn)))}, nil
}

func (e *entPeer) Close() error { return e.client.Close() }

func (e *entPeer) Get(ctx context.Context, id int64) error {
	p, err := e.client.Post.Get(ctx, id)
	e.posts = append(e.posts[:0], p)
	return err
}

func (e *entPeer) List(ctx context.Context) (err error) {
	e.posts, err = e.client.Post.Query().Order(entpost.ByPublished(entsql.OrderDesc())).Limit(listed).All(ctx)
	return err
}

func (e *entPeer) ListTopics(ctx context.Context) (err error) {
	e.posts, err = e.client.Post.Query().WithTopics().Order(entpost.ByPublished(entsql.OrderDesc())).Limit(listed).All(ctx)
	return err
}

func (e *entPeer) Find(ctx context.Context, f Filter) (err error) {
	e.posts, err = e.client.Post.Query().
		Where(
			entpost.PublishedLT(f.Before), entpost.HitsGTE(f.Hits), entpost.Pinned(f.Pinned),
			entpost.HasAuthorWith(entauthor.Username(f.Username)),
		).
		Order(entpost.ByPublished(entsql.OrderDesc())).Limit(found).All(ctx)
	return err
}

func (e *entPeer) create(r Row) *ent.PostCreate {
	return e.client.Post.Create().SetTitle(r.Title).SetSlug(r.Slug).SetBody(r.Body).SetAuthorID(r.AuthorID).
		SetPublished(r.Published).SetHits(r.Hits).SetPinned(r.Pinned).SetNillableNote(r.notePointer())
}

func (e *entPeer) Insert(ctx context.Context, r Row) error {
	p, err := e.create(r).Save(ctx)
	e.posts = append(e.posts[:0], p)
	return err
}

func (e *entPeer) Update(ctx context.Context, id int64, title string, hits int64) error {
	// UpdateOneID would read the row again, in a transaction.
	n, err := e.client.Post.Update().Where(entpost.ID(id)).SetTitle(title).SetHits(hits).Save(ctx)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return err
}

func (e *entPeer) Bulk(ctx context.Context, rows []Row) error {
	creates := make([]*ent.PostCreate, len(rows))
	for i, r := range rows {
		creates[i] = e.create(r)
	}
	tx, err := e.client.Tx(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for len(creates) > 0 {
		n := min(chunk, len(creates))
		if err := tx.Post.CreateBulk(creates[:n]...).Exec(ctx); err != nil {
			return err
		}
		creates = creates[n:]
	}
	return tx.Commit()
}

func (e *entPeer) GetOrCreate(ctx context.Context, name string) (created bool, err error) {
	byName := func() error {
		var err error
		e.topic, err = e.client.Topic.Query().Where(enttopic.Name(name)).Only(ctx)
		return err
	}
	if err := byName(); !ent.IsNotFound(err) {
		return false, err
	}
	e.topic, err = e.client.Topic.Create().SetName(name).Save(ctx)
	if ent.IsConstraintError(err) {
		return false, byName()
	}
	return err == nil, errors.Join(err)
}

func (e *entPeer) Topic() (id int64, name string) { return e.topic.ID, e.topic.Name }

func (e *entPeer) Seen() []Row {
	return seen(e.posts, func(pp **ent.Post) Row {
		p := *pp
		r := Row{
			ID: p.ID, Title: p.Title, Slug: p.Slug, Body: p.Body, AuthorID: p.AuthorID, Published: utc(p.Published),
			Hits: p.Hits, Pinned: p.Pinned, Note: noteOf(p.Note),
		}
		if p.Edges.Topics != nil {
			r.Topics = joined(p.Edges.Topics, func(t *ent.Topic) string { return t.Name })
		}
		return r
	})
}
