package ormpeers

import (
	"context"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type gormPost struct {
	ID        int64
	Title     string
	Slug      string
	Body      string
	AuthorID  int64
	Published time.Time
	Hits      int64
	Pinned    bool
	Note      *string
	Topics    []gormTopic `gorm:"many2many:bench_post_topics;joinForeignKey:post_id;joinReferences:topic_id"`
}

func (gormPost) TableName() string { return "bench_post" }

type gormTopic struct {
	ID   int64
	Name string
}

func (gormTopic) TableName() string { return "bench_topic" }

type gormPeer struct {
	db    *gorm.DB
	posts []gormPost
	topic gormTopic
}

// GORM returns the peer that uses GORM as it is, but for its log.
func GORM(_ context.Context, url string) (Peer, error) {
	return openGORM(url, &gorm.Config{})
}

// GORMTuned returns the peer that uses GORM with what its manual advises for
// speed: prepared statements, and no transaction around a single statement.
func GORMTuned(_ context.Context, url string) (Peer, error) {
	return openGORM(url, &gorm.Config{PrepareStmt: true, SkipDefaultTransaction: true})
}

func openGORM(url string, config *gorm.Config) (Peer, error) {
	conn, isSQLite, err := openSQL(url)
	if err != nil {
		return nil, err
	}
	config.Logger = logger.Discard
	dialector := postgres.New(postgres.Config{Conn: conn})
	if isSQLite {
		dialector = sqlite.New(sqlite.Config{Conn: conn})
	}
	db, err := gorm.Open(dialector, config)
	return &gormPeer{db: db}, err
}

func (g *gormPeer) Close() error {
	conn, err := g.db.DB()
	if err != nil {
		return err
	}
	return conn.Close()
}

func (g *gormPeer) Get(ctx context.Context, id int64) error {
	var p gormPost
	err := g.db.WithContext(ctx).Take(&p, id).Error
	g.posts = append(g.posts[:0], p)
	return err
}

func (g *gormPeer) List(ctx context.Context) error {
	g.posts = nil
	return g.db.WithContext(ctx).Order("published DESC").Limit(listed).Find(&g.posts).Error
}

func (g *gormPeer) ListTopics(ctx context.Context) error {
	g.posts = nil
	return g.db.WithContext(ctx).Preload("Topics").Order("published DESC").Limit(listed).Find(&g.posts).Error
}

func (g *gormPeer) Find(ctx context.Context, f Filter) error {
	g.posts = nil
	return g.db.WithContext(ctx).
		Where("bench_post.published < ? AND hits >= ? AND pinned = ?", f.Before, f.Hits, f.Pinned).
		Joins("JOIN bench_author a ON a.id = bench_post.author_id").
		Where("a.username = ?", f.Username).
		Order("published DESC").Limit(found).Find(&g.posts).Error
}

func (g *gormPeer) Insert(ctx context.Context, r Row) error {
	p := toGORM(r)
	err := g.db.WithContext(ctx).Create(&p).Error
	g.posts = append(g.posts[:0], p)
	return err
}

func (g *gormPeer) Update(ctx context.Context, id int64, title string, hits int64) error {
	p := gormPost{ID: id, Title: title, Hits: hits}
	res := g.db.WithContext(ctx).Model(&p).Select("Title", "Hits").Updates(&p)
	if res.Error == nil && res.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return res.Error
}

func (g *gormPeer) Bulk(ctx context.Context, rows []Row) error {
	posts := make([]gormPost, len(rows))
	for i, r := range rows {
		posts[i] = toGORM(r)
	}
	return g.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return tx.CreateInBatches(posts, chunk).Error })
}

func (g *gormPeer) GetOrCreate(ctx context.Context, name string) (created bool, err error) {
	g.topic = gormTopic{}
	res := g.db.WithContext(ctx).Where(gormTopic{Name: name}).FirstOrCreate(&g.topic)
	return res.RowsAffected > 0, res.Error
}

func (g *gormPeer) Topic() (id int64, name string) { return g.topic.ID, g.topic.Name }

func (g *gormPeer) Seen() []Row {
	return seen(g.posts, func(p *gormPost) Row {
		r := Row{
			ID: p.ID, Title: p.Title, Slug: p.Slug, Body: p.Body, AuthorID: p.AuthorID, Published: utc(p.Published),
			Hits: p.Hits, Pinned: p.Pinned, Note: noteOf(p.Note),
		}
		if p.Topics != nil {
			r.Topics = joined(p.Topics, func(t gormTopic) string { return t.Name })
		}
		return r
	})
}

func toGORM(r Row) gormPost {
	return gormPost{
		Title: r.Title, Slug: r.Slug, Body: r.Body, AuthorID: r.AuthorID, Published: r.Published,
		Hits: r.Hits, Pinned: r.Pinned, Note: r.notePointer(),
	}
}
