package blog

import (
	"context"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/migrations"
	"github.com/volaweb/vola/site/blog/search"
)

// The index of search, the table blog_search that a migration makes, says which
// posts can have the terms: those with all their pieces of two or three letters.
// Whether a post has them, its own text says. So the index may be left out, and
// what is found stays the same; it is left out where so many posts can have the
// terms that reading the newest until there are enough takes less time.
const manyPosts = 5000

// Derived says that the index follows from the posts.
func (b *Blog) Derived() []module.Derived {
	fill := func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM blog_search`); err != nil {
			return err
		}
		return migrations.IndexPosts(ctx, tx)
	}
	return []module.Derived{{Tables: []string{"blog_search"}, Fill: fill}}
}

// indexBody writes what the index has of a post.
func (b *Blog) indexBody(ctx context.Context, tx *database.Tx, body Body) error {
	remove, insert := `DELETE FROM blog_search WHERE rowid = ?`, `INSERT INTO blog_search (rowid, heading, words) VALUES (?, ?, ?)`
	if b.onPostgres() {
		remove = `DELETE FROM blog_search WHERE post_id = $1`
		insert = `INSERT INTO blog_search (post_id, heading, words) 
			VALUES ($1, array_to_tsvector(string_to_array($2, ' ')), array_to_tsvector(string_to_array($3, ' ')))`
	}
	if _, err := tx.Exec(ctx, remove, body.Post.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, insert, body.Post.ID, search.Index(body.Heading), search.Index(body.Heading+" \n"+body.Words))
	return err
}

func (b *Blog) onPostgres() bool { return b.DB.Dialect().Name() == "postgres" }

// find returns the keys of the posts that have all the terms: first those with
// all of them in the title, then the others, each the newest first, and no more
// than searchLimit.
func (b *Blog) find(ctx context.Context, terms []string) ([]int64, error) {
	has := "instr(%, ?) > 0"
	if b.onPostgres() {
		has = "strpos(%, ?) > 0"
	}
	inHeading, inWords := strings.ReplaceAll(has, "%", "b.heading"), strings.ReplaceAll(has, "%", "b.words")
	var titled, anywhere []string
	var titledArgs, anywhereArgs []any
	for _, term := range terms {
		titled = append(titled, inHeading)
		titledArgs = append(titledArgs, term)
		anywhere = append(anywhere, "("+inHeading+" OR "+inWords+")")
		anywhereArgs = append(anywhereArgs, term, term)
	}
	titles := strings.Join(titled, " AND ")
	ids, err := b.matches(ctx, "heading", terms, searchLimit, titles, titledArgs)
	if err != nil || len(ids) == searchLimit {
		return ids, err
	}
	others, err := b.matches(ctx, "words", terms, searchLimit-len(ids),
		strings.Join(anywhere, " AND ")+" AND NOT ("+titles+")", append(anywhereArgs, titledArgs...))
	return append(ids, others...), err
}

// matches returns the newest posts for which the condition holds, with the help
// of a column of the index.
func (b *Blog) matches(ctx context.Context, column string, terms []string, limit int, condition string, args []any) ([]int64, error) {
	from := ""
	body := "JOIN blog_body b ON b.post_id = p.id"
	all := []any{b.Now()}
	if b.onPostgres() {
		// One text after the other: left to itself the planner reads them all,
		// as it does not know that long texts stand elsewhere.
		body = "JOIN LATERAL (SELECT heading, words FROM blog_body WHERE post_id = p.id OFFSET 0) AS b ON true"
	}
	if needed := search.Needed(terms...); len(needed) > 0 {
		can, err := b.candidates(ctx, column, needed)
		if err != nil || len(can) == 0 {
			return nil, err
		}
		if len(can) < manyPosts {
			in, list := b.amongKeys(can)
			from = " AND p.id " + in
			all = append(all, list)
		}
	}
	return orm.FromSQL[int64](b.DB, `SELECT p.id FROM blog_post p `+body+`
		WHERE p.published <= ?`+from+` AND `+condition+`
		ORDER BY p.published DESC NULLS LAST, p.id DESC LIMIT ?`, append(append(all, args...), int64(limit))...).All(ctx)
}

// candidates returns the posts that the index knows to have all the grams, or
// knows to be too long to say; no more than manyPosts.
func (b *Blog) candidates(ctx context.Context, column string, grams []string) (ids []int64, err error) {
	if !b.onPostgres() {
		return orm.FromSQL[int64](b.DB, "SELECT rowid FROM blog_search WHERE blog_search MATCH ? LIMIT ?",
			column+` : (("`+strings.Join(grams, `" AND "`)+`") OR "`+search.Anything+`")`, int64(manyPosts)).All(ctx)
	}
	err = b.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		// The planner takes the table for short, because what it has of a post
		// stands elsewhere, and would read all of that.
		if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
			return err
		}
		ids, err = orm.FromSQL[int64](tx, "SELECT post_id FROM blog_search WHERE "+column+" @@ CAST(? AS tsquery) LIMIT ?",
			"('"+strings.Join(grams, "' & '")+"') | '"+search.Anything+"'", int64(manyPosts)).All(ctx)
		return err
	})
	return ids, err
}

// amongKeys returns the condition of being one of the keys, and its argument: so
// many take one.
func (b *Blog) amongKeys(ids []int64) (condition, arg string) {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	text := strings.Join(list, ",")
	if b.onPostgres() {
		return "= ANY (CAST(? AS bigint[]))", "{" + text + "}"
	}
	return "IN (SELECT value FROM json_each(?))", "[" + text + "]"
}
