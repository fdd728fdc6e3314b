package pagepeers

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// sqlBlog reads and writes with database/sql, every statement prepared once.
type sqlBlog struct {
	count, list, topicsOfAll, bySlug, byID, topicsOf, hit *sql.Stmt
}

const postColumns = "p.id, p.title, p.slug, p.body, p.published, a.id, a.first_name, a.last_name FROM blog_post p JOIN blog_author a ON a.id = p.author_id"

func newSQLBlog(ctx context.Context, s *stores) (*sqlBlog, error) {
	b := &sqlBlog{}
	var errs []error
	prepare := func(stmt **sql.Stmt, db *sql.DB, query string) {
		var err error
		*stmt, err = db.PrepareContext(ctx, s.text(query))
		errs = append(errs, err)
	}
	prepare(&b.count, s.read, "SELECT count(*) FROM blog_post")
	prepare(&b.list, s.read, "SELECT "+postColumns+" ORDER BY p.published DESC, p.id DESC LIMIT ? OFFSET ?")
	prepare(&b.topicsOfAll, s.read, "SELECT pt.post_id, t.id, t.name FROM blog_post_topics pt JOIN blog_topic t ON t.id = pt.topic_id"+
		" WHERE pt.post_id IN (?"+strings.Repeat(", ?", pageSize-1)+") ORDER BY t.name")
	prepare(&b.bySlug, s.read, "SELECT "+postColumns+" WHERE p.slug = ?")
	prepare(&b.byID, s.read, "SELECT "+postColumns+" WHERE p.id = ?")
	prepare(&b.topicsOf, s.read, "SELECT t.id, t.name FROM blog_post_topics pt JOIN blog_topic t ON t.id = pt.topic_id WHERE pt.post_id = ? ORDER BY t.name")
	prepare(&b.hit, s.write, "UPDATE blog_post SET hits = hits + 1 WHERE id = ? RETURNING hits")
	return b, errors.Join(errs...)
}

// page reads a page of the list.
func (b *sqlBlog) page(ctx context.Context, number int) (page, error) {
	var p page
	var total int64
	err := b.count.QueryRowContext(ctx).Scan(&total)
	if err != nil {
		return p, err
	}
	if p.pager, err = pagerOf(number, total); err != nil {
		return p, err
	}
	rows, err := b.list.QueryContext(ctx, pageSize, (number-1)*pageSize)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	p.Items = make([]post, 0, pageSize)
	var ids [pageSize]any
	for rows.Next() {
		p.Items = append(p.Items, post{})
		x := &p.Items[len(p.Items)-1]
		if err := scanPost(rows, x); err != nil {
			return p, err
		}
		ids[len(p.Items)-1] = x.ID
	}
	if err := rows.Err(); err != nil {
		return p, err
	}
	for i := len(p.Items); i < pageSize; i++ {
		ids[i] = int64(0)
	}
	return p, b.addTopics(ctx, p.Items, ids[:])
}

// addTopics reads the topics of all posts.
func (b *sqlBlog) addTopics(ctx context.Context, posts []post, ids []any) error {
	rows, err := b.topicsOfAll.QueryContext(ctx, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var owner int64
		var t topic
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

// postBy reads the post that one of the statements finds by key.
func (b *sqlBlog) postBy(ctx context.Context, stmt *sql.Stmt, key any) (post, error) {
	var p post
	if err := scanPost(stmt.QueryRowContext(ctx, key), &p); err != nil {
		return p, orNotFound(err)
	}
	rows, err := b.topicsOf.QueryContext(ctx, p.ID)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	p.Topics = make([]topic, 0, 4)
	for rows.Next() {
		var t topic
		if err := rows.Scan(&t.ID, &t.Name); err != nil {
			return p, err
		}
		p.Topics = append(p.Topics, t)
	}
	return p, rows.Err()
}

// count1 counts a reader of the post.
func (b *sqlBlog) count1(ctx context.Context, id int64) (apiHits, error) {
	out := apiHits{ID: id}
	return out, orNotFound(b.hit.QueryRowContext(ctx, id).Scan(&out.Hits))
}

func scanPost(row interface{ Scan(...any) error }, p *post) error {
	return row.Scan(&p.ID, &p.Title, &p.Slug, &p.Body, &p.Published, &p.Author.ID, &p.Author.FirstName, &p.Author.LastName)
}

// orNotFound gives the error of a row that is not there its status.
func orNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errNotFound
	}
	return err
}
