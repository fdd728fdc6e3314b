package pagepeers

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// SQLBlog reads and writes with database/sql, every statement prepared once.
type SQLBlog struct {
	count, list, topicsOfAll, bySlug, byID, topicsOf, hit *sql.Stmt
}

const postColumns = "p.id, p.title, p.slug, p.body, p.published, a.id, a.first_name, a.last_name FROM blog_post p JOIN blog_author a ON a.id = p.author_id"

// NewSQLBlog prepares the statements.
func NewSQLBlog(ctx context.Context, s *Stores) (*SQLBlog, error) {
	b := &SQLBlog{}
	var errs []error
	prepare := func(stmt **sql.Stmt, db *sql.DB, query string) {
		var err error
		*stmt, err = db.PrepareContext(ctx, s.Text(query))
		errs = append(errs, err)
	}
	prepare(&b.count, s.Read, "SELECT count(*) FROM blog_post")
	prepare(&b.list, s.Read, "SELECT "+postColumns+" ORDER BY p.published DESC, p.id DESC LIMIT ? OFFSET ?")
	prepare(&b.topicsOfAll, s.Read, "SELECT pt.post_id, t.id, t.name FROM blog_post_topics pt JOIN blog_topic t ON t.id = pt.topic_id"+
		" WHERE pt.post_id IN (?"+strings.Repeat(", ?", PageSize-1)+") ORDER BY t.name")
	prepare(&b.bySlug, s.Read, "SELECT "+postColumns+" WHERE p.slug = ?")
	prepare(&b.byID, s.Read, "SELECT "+postColumns+" WHERE p.id = ?")
	prepare(&b.topicsOf, s.Read, "SELECT t.id, t.name FROM blog_post_topics pt JOIN blog_topic t ON t.id = pt.topic_id WHERE pt.post_id = ? ORDER BY t.name")
	prepare(&b.hit, s.Write, "UPDATE blog_post SET hits = hits + 1 WHERE id = ? RETURNING hits")
	return b, errors.Join(errs...)
}

// Page reads a page of the list.
func (b *SQLBlog) Page(ctx context.Context, number int) (Page, error) {
	var p Page
	var total int64
	err := b.count.QueryRowContext(ctx).Scan(&total)
	if err != nil {
		return p, err
	}
	if p.Pager, err = PagerOf(number, total); err != nil {
		return p, err
	}
	rows, err := b.list.QueryContext(ctx, PageSize, (number-1)*PageSize)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	p.Items = make([]Post, 0, PageSize)
	var ids [PageSize]any
	for rows.Next() {
		p.Items = append(p.Items, Post{})
		x := &p.Items[len(p.Items)-1]
		if err := scanPost(rows, x); err != nil {
			return p, err
		}
		ids[len(p.Items)-1] = x.ID
	}
	if err := rows.Err(); err != nil {
		return p, err
	}
	for i := len(p.Items); i < PageSize; i++ {
		ids[i] = int64(0)
	}
	return p, b.addTopics(ctx, p.Items, ids[:])
}

// addTopics reads the topics of all posts.
func (b *SQLBlog) addTopics(ctx context.Context, posts []Post, ids []any) error {
	rows, err := b.topicsOfAll.QueryContext(ctx, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var owner int64
		var t Topic
		if err := rows.Scan(&owner, &t.ID, &t.Name); err != nil {
			return err
		}
		for i := range posts {
			if posts[i].ID == owner {
				posts[i].Topics = append(posts[i].Topics, t)
				break
			}
		}
	}
	return rows.Err()
}

// PostBySlug reads the post with that slug.
func (b *SQLBlog) PostBySlug(ctx context.Context, slug string) (Post, error) {
	return b.postBy(ctx, b.bySlug, slug)
}

// PostByID reads the post with that key.
func (b *SQLBlog) PostByID(ctx context.Context, id int64) (Post, error) {
	return b.postBy(ctx, b.byID, id)
}

// postBy reads the post that one of the statements finds by key.
func (b *SQLBlog) postBy(ctx context.Context, stmt *sql.Stmt, key any) (Post, error) {
	var p Post
	if err := scanPost(stmt.QueryRowContext(ctx, key), &p); err != nil {
		return p, OrNotFound(err)
	}
	rows, err := b.topicsOf.QueryContext(ctx, p.ID)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	p.Topics = make([]Topic, 0, 4)
	for rows.Next() {
		var t Topic
		if err := rows.Scan(&t.ID, &t.Name); err != nil {
			return p, err
		}
		p.Topics = append(p.Topics, t)
	}
	return p, rows.Err()
}

// Hit counts a reader of the post.
func (b *SQLBlog) Hit(ctx context.Context, id int64) (Hits, error) {
	out := Hits{ID: id}
	var err error
	out.Hits, err = increment(ctx, b.hit, id)
	return out, err
}

// increment runs the statement that counts, and returns the new number. It reads
// to the end of the rows: SQLite writes the log of a transaction back into the
// file only after a statement that has ended by itself, which one that QueryRow
// has closed after its first row has not, so that the log would grow for ever.
func increment(ctx context.Context, stmt *sql.Stmt, id int64) (hits int64, err error) {
	rows, err := stmt.QueryContext(ctx, id)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		if err := rows.Scan(&hits); err != nil {
			return 0, err
		}
	}
	if n == 0 && rows.Err() == nil {
		return 0, ErrNotFound
	}
	return hits, rows.Err()
}

func scanPost(row interface{ Scan(...any) error }, p *Post) error {
	return row.Scan(&p.ID, &p.Title, &p.Slug, &p.Body, &p.Published, &p.Author.ID, &p.Author.FirstName, &p.Author.LastName)
}

// OrNotFound gives the error of a row that is not there its status.
func OrNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
