package programs

import (
	"context"
	"fmt"

	//lint:ignore ST1001 a site has these models in the package of its programs
	. "github.com/volaweb/vola/bench/ormpeers"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

func volaByKey(ctx context.Context, db *database.DB, id int64) (Post, error) {
	return orm.Find[Post](ctx, db, id)
}

func volaOneOrNone(ctx context.Context, db *database.DB, slug string) (post Post, ok bool, err error) {
	return orm.From[Post](db).Where(Posts.Slug.Eq(slug)).Lookup(ctx)
}

func volaNewest(ctx context.Context, db *database.DB) ([]Post, error) {
	return orm.From[Post](db).OrderBy(Posts.Published.Desc()).Limit(10).All(ctx)
}

func volaWithRelations(ctx context.Context, db *database.DB) ([]Post, error) {
	return orm.From[Post](db).OrderBy(Posts.ID.Asc()).With(Posts.Author, Posts.Topics).All(ctx)
}

func volaByAuthor(ctx context.Context, db *database.DB, username string) ([]Post, error) {
	return orm.From[Post](db).OrderBy(Posts.ID.Asc()).
		Where(Posts.Author.Has(Authors.Username.Eq(username))).All(ctx)
}

func volaByTopics(ctx context.Context, db *database.DB, names ...string) ([]Post, error) {
	return orm.From[Post](db).OrderBy(Posts.ID.Asc()).
		Where(Posts.Topics.Any(Topics.Name.In(names...))).All(ctx)
}

func volaOrNot(ctx context.Context, db *database.DB, hits int64, title string) ([]Post, error) {
	return orm.From[Post](db).OrderBy(Posts.ID.Asc()).
		Where(orm.Or(Posts.Pinned.Eq(true), Posts.Hits.Ge(hits)), orm.Not(Posts.Title.Eq(title))).All(ctx)
}

func volaFilters(ctx context.Context, db *database.DB, username string, hits int64) ([]Post, error) {
	q := orm.From[Post](db).OrderBy(Posts.ID.Asc())
	if username != "" {
		q = q.Where(Posts.Author.Has(Authors.Username.Eq(username)))
	}
	if hits > 0 {
		q = q.Where(Posts.Hits.Ge(hits))
	}
	return q.All(ctx)
}

func volaShow(ctx context.Context, db *database.DB) (lines []string, err error) {
	posts, err := orm.From[Post](db).OrderBy(Posts.ID.Asc()).With(Posts.Author, Posts.Topics).All(ctx)
	for _, p := range posts {
		lines = append(lines, fmt.Sprintf("%s by %s, %d", p.Title, p.Author.Row().Name, len(p.Topics.Rows())))
	}
	return lines, err
}

func volaCreate(ctx context.Context, db *database.DB, name, username string) (Author, error) {
	// snippet: create-vola
	author := Author{Name: name, Username: username}
	err := orm.Create(ctx, db, &author)
	return author, err
	// end snippet
}

func volaCreatePost(ctx context.Context, db *database.DB, d Draft) error {
	return orm.Create(ctx, db, &Post{Title: d.Title, Slug: d.Slug, Body: d.Body,
		Author: orm.RefTo[Author](d.AuthorID), Published: d.Published, Hits: d.Hits, Pinned: d.Pinned})
}

func volaChange(ctx context.Context, db *database.DB, id int64, title string, hits int64) error {
	// snippet: change-vola
	return orm.Update(ctx, db, &Post{ID: id, Title: title, Hits: hits}, Posts.Title, Posts.Hits)
	// end snippet
}

func volaCountUp(ctx context.Context, db *database.DB, id int64) error {
	_, err := orm.From[Post](db).Where(Posts.ID.Eq(id)).Update(ctx, Posts.Hits.Increment(1))
	return err
}

func volaDeleteFew(ctx context.Context, db *database.DB, hits int64) (deleted int64, err error) {
	return orm.From[Post](db).Where(Posts.Hits.Lt(hits)).Delete(ctx)
}

func volaGetOrCreate(ctx context.Context, db *database.DB, name string) (topic Topic, created bool, err error) {
	// snippet: get-or-create-vola
	return orm.GetOrCreate(ctx, db, orm.By(Topics.Name.Set(name)), nil)
	// end snippet
}

func volaCountPerGroup(ctx context.Context, db *database.DB) ([]AuthorCount, error) {
	return orm.Select[AuthorCount](orm.From[Post](db).OrderBy(Posts.Author.Asc()), Posts.Author,
		orm.As("Posts", orm.Count[Post]()), orm.As("Hits", orm.Sum(Posts.Hits))).All(ctx)
}

func volaSlugs(ctx context.Context, db *database.DB) ([]string, error) {
	return orm.Select[string](orm.From[Post](db).OrderBy(Posts.Slug.Asc()), Posts.Slug).All(ctx)
}

func volaHandOver(ctx context.Context, db *database.DB, from, to int64) error {
	// snippet: transaction-vola
	return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		posts := orm.From[Post](tx).Where(Posts.Author.Eq(from))
		if _, err := posts.Update(ctx, Posts.Author.Set(to)); err != nil {
			return err
		}
		_, err := orm.From[Author](tx).Where(Authors.ID.Eq(from)).Delete(ctx)
		return err
	})
	// end snippet
}

func volaPage(ctx context.Context, db *database.DB, number, size int) (posts []Post, pages int, err error) {
	// snippet: page-vola
	page, err := orm.From[Post](db).OrderBy(Posts.ID.Asc()).Page(ctx, number, size)
	return page.Items, page.Pages, err
	// end snippet
}

func volaPlainSQL(ctx context.Context, db *database.DB, hits int64) ([]Best, error) {
	return orm.FromSQL[Best](db, bestSQL, hits).All(ctx)
}
