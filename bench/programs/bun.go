package programs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type bunAuthor struct {
	bun.BaseModel `bun:"table:bench_author,alias:a"`

	ID       int64 `bun:",pk,autoincrement"`
	Name     string
	Username string
}

type bunTopic struct {
	bun.BaseModel `bun:"table:bench_topic,alias:t"`

	ID   int64 `bun:",pk,autoincrement"`
	Name string
}

type bunPost struct {
	bun.BaseModel `bun:"table:bench_post,alias:p"`

	ID        int64 `bun:",pk,autoincrement"`
	Title     string
	Slug      string
	Body      string
	AuthorID  int64
	Author    *bunAuthor `bun:"rel:belongs-to,join:author_id=id"`
	Published time.Time
	Hits      int64
	Pinned    bool
	Note      *string
	Topics    []bunTopic `bun:"m2m:bench_post_topics,join:Post=Topic"`
}

type bunPair struct {
	bun.BaseModel `bun:"table:bench_post_topics,alias:pt"`

	PostID  int64     `bun:",pk"`
	Post    *bunPost  `bun:"rel:belongs-to,join:post_id=id"`
	TopicID int64     `bun:",pk"`
	Topic   *bunTopic `bun:"rel:belongs-to,join:topic_id=id"`
}

func bunByKey(ctx context.Context, db *bun.DB, id int64) (post bunPost, err error) {
	err = db.NewSelect().Model(&post).Where("id = ?", id).Scan(ctx)
	return post, err
}

func bunOneOrNone(ctx context.Context, db *bun.DB, slug string) (post bunPost, ok bool, err error) {
	err = db.NewSelect().Model(&post).Where("slug = ?", slug).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return post, false, nil
	}
	return post, err == nil, err
}

func bunNewest(ctx context.Context, db *bun.DB) (posts []bunPost, err error) {
	err = db.NewSelect().Model(&posts).Order("published DESC").Limit(10).Scan(ctx)
	return posts, err
}

func bunWithRelations(ctx context.Context, db *bun.DB) (posts []bunPost, err error) {
	err = db.NewSelect().Model(&posts).Relation("Author").Relation("Topics").Order("p.id").Scan(ctx)
	return posts, err
}

func bunByAuthor(ctx context.Context, db *bun.DB, username string) (posts []bunPost, err error) {
	q := db.NewSelect().Model(&posts).Join("JOIN bench_author AS a ON a.id = p.author_id")
	err = q.Where("a.username = ?", username).Order("p.id").Scan(ctx)
	return posts, err
}

func bunByTopics(ctx context.Context, db *bun.DB, names ...string) (posts []bunPost, err error) {
	pairs := db.NewSelect().Model((*bunPair)(nil)).Column("pt.post_id").
		Join("JOIN bench_topic AS t ON t.id = pt.topic_id").Where("t.name IN (?)", bun.List(names))
	err = db.NewSelect().Model(&posts).Where("p.id IN (?)", pairs).Order("p.id").Scan(ctx)
	return posts, err
}

func bunOrNot(ctx context.Context, db *bun.DB, hits int64, title string) (posts []bunPost, err error) {
	q := db.NewSelect().Model(&posts).Where("pinned OR hits >= ?", hits).Where("NOT title = ?", title)
	err = q.Order("id").Scan(ctx)
	return posts, err
}

func bunFilters(ctx context.Context, db *bun.DB, username string, hits int64) (posts []bunPost, err error) {
	q := db.NewSelect().Model(&posts).Order("p.id")
	if username != "" {
		q = q.Join("JOIN bench_author AS a ON a.id = p.author_id").Where("a.username = ?", username)
	}
	if hits > 0 {
		q = q.Where("p.hits >= ?", hits)
	}
	err = q.Scan(ctx)
	return posts, err
}

func bunShow(ctx context.Context, db *bun.DB) (lines []string, err error) {
	var posts []bunPost
	err = db.NewSelect().Model(&posts).Relation("Author").Relation("Topics").Order("p.id").Scan(ctx)
	for _, p := range posts {
		lines = append(lines, fmt.Sprintf("%s by %s, %d", p.Title, p.Author.Name, len(p.Topics)))
	}
	return lines, err
}

func bunCreate(ctx context.Context, db *bun.DB, name, username string) (bunAuthor, error) {
	// snippet: create-bun
	author := bunAuthor{Name: name, Username: username}
	_, err := db.NewInsert().Model(&author).Exec(ctx)
	return author, err
	// end snippet
}

func bunCreatePost(ctx context.Context, db *bun.DB, d Draft) error {
	_, err := db.NewInsert().Model(&bunPost{Title: d.Title, Slug: d.Slug, Body: d.Body, AuthorID: d.AuthorID,
		Published: d.Published, Hits: d.Hits, Pinned: d.Pinned}).Exec(ctx)
	return err
}

func bunChange(ctx context.Context, db *bun.DB, id int64, title string, hits int64) error {
	// snippet: change-bun
	post := bunPost{ID: id, Title: title, Hits: hits}
	res, err := db.NewUpdate().Model(&post).Column("title", "hits").WherePK().Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(sql.ErrNoRows, err)
	}
	return nil
	// end snippet
}

func bunCountUp(ctx context.Context, db *bun.DB, id int64) error {
	_, err := db.NewUpdate().Model((*bunPost)(nil)).Set("hits = hits + 1").Where("id = ?", id).Exec(ctx)
	return err
}

func bunDeleteFew(ctx context.Context, db *bun.DB, hits int64) (deleted int64, err error) {
	res, err := db.NewDelete().Model((*bunPost)(nil)).Where("hits < ?", hits).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func bunGetOrCreate(ctx context.Context, db *bun.DB, name string) (topic bunTopic, created bool, err error) {
	// snippet: get-or-create-bun
	err = db.NewSelect().Model(&topic).Where("name = ?", name).Scan(ctx)
	if !errors.Is(err, sql.ErrNoRows) {
		return topic, false, err
	}
	topic = bunTopic{Name: name}
	res, err := db.NewInsert().Model(&topic).On("CONFLICT (name) DO NOTHING").Exec(ctx)
	if err != nil {
		return topic, false, err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 { // another was faster
		err = db.NewSelect().Model(&topic).Where("name = ?", name).Scan(ctx)
	}
	return topic, n > 0, err
	// end snippet
}

func bunCountPerGroup(ctx context.Context, db *bun.DB) (counts []AuthorCount, err error) {
	q := db.NewSelect().Model((*bunPost)(nil)).Column("author_id").ColumnExpr("count(*) AS posts")
	err = q.ColumnExpr("sum(hits) AS hits").Group("author_id").Order("author_id").Scan(ctx, &counts)
	return counts, err
}

func bunSlugs(ctx context.Context, db *bun.DB) (slugs []string, err error) {
	err = db.NewSelect().Model((*bunPost)(nil)).Column("slug").Order("slug").Scan(ctx, &slugs)
	return slugs, err
}

func bunHandOver(ctx context.Context, db *bun.DB, from, to int64) error {
	// snippet: transaction-bun
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		posts := tx.NewUpdate().Model((*bunPost)(nil)).Where("author_id = ?", from)
		if _, err := posts.Set("author_id = ?", to).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*bunAuthor)(nil)).Where("id = ?", from).Exec(ctx)
		return err
	})
	// end snippet
}

func bunPage(ctx context.Context, db *bun.DB, number, size int64) (posts []bunPost, pages int64, err error) {
	// snippet: page-bun
	q := db.NewSelect().Model(&posts).Order("id").Limit(size).Offset(max(0, number-1) * size)
	total, err := q.ScanAndCount(ctx)
	pages = max(1, (total+size-1)/size)
	if err == nil && (number < 1 || number > pages) {
		err = errNoPage
	}
	return posts, pages, err
	// end snippet
}

func bunPlainSQL(ctx context.Context, db *bun.DB, hits int64) (best []Best, err error) {
	err = db.NewRaw(bestSQL, hits).Scan(ctx, &best)
	return best, err
}
