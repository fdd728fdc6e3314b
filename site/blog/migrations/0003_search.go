package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/site/blog/search"
)

// m0003Search makes the index of search: for each post the grams of its heading,
// and those of heading and words together. On SQLite it is a full-text table
// without content, on PostgreSQL a table with two tsvectors, kept in the row: of
// those put elsewhere the planner does not see what reading them costs.
var m0003Search = migrate.Migration{
	Name: "0003_search",
	Depends: []migrate.Ref{
		{Module: "blog", Name: "0002_demo_and_indexes"},
	},
	Operations: []migrate.Operation{
		migrate.RunSQL{
			Up: []migrate.SQL{
				{
					SQLite: `CREATE VIRTUAL TABLE blog_search USING fts5(heading, words,
	content='', contentless_delete=1, detail=column, tokenize='ascii')`,
					Postgres: `CREATE TABLE blog_search (
	post_id bigint PRIMARY KEY REFERENCES blog_post (id) ON DELETE CASCADE,
	heading tsvector NOT NULL,
	words tsvector NOT NULL)`,
				},
				{
					SQLite: `CREATE TRIGGER blog_search_gone AFTER DELETE ON blog_post
BEGIN DELETE FROM blog_search WHERE rowid = old.id; END`,
				},
				{Postgres: `ALTER TABLE blog_search ALTER COLUMN words SET STORAGE MAIN`},
				{Postgres: `CREATE INDEX blog_search_heading ON blog_search USING gin (heading)`},
				{Postgres: `CREATE INDEX blog_search_words ON blog_search USING gin (words)`},
			},
			Down: []migrate.SQL{
				{SQLite: `DROP TRIGGER blog_search_gone`},
				migrate.Same(`DROP TABLE blog_search`),
			},
		},
		migrate.RunGo{Name: "index the posts that are there", Up: IndexPosts, Down: migrate.Nothing, Once: true},
	},
}

// chunk is how many posts are read before they are written, as rows cannot be
// written while others are being read.
const chunk = 100

// IndexPosts fills the index, which is empty.
func IndexPosts(ctx context.Context, tx *database.Tx) error {
	insert := `INSERT INTO blog_search (rowid, heading, words) VALUES (?, ?, ?)`
	after := `SELECT post_id, heading, words FROM blog_body WHERE post_id > %d ORDER BY post_id LIMIT %d`
	if _, ok := tx.Backend().Raw().(*sql.Tx); !ok { // PostgreSQL has a transaction of its own kind
		insert = `INSERT INTO blog_search (post_id, heading, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')), array_to_tsvector(string_to_array($3, ' ')))`
	}
	type row struct {
		id             int64
		heading, words string
	}
	for last := int64(0); ; {
		var rows []row
		found, err := tx.Query(ctx, fmt.Sprintf(after, last, chunk))
		if err != nil {
			return err
		}
		for found.Next() {
			var r row
			if err := found.Scan(&r.id, &r.heading, &r.words); err != nil {
				return err
			}
			rows = append(rows, r)
		}
		if err := found.Close(); err != nil {
			return err
		}
		for _, r := range rows {
			if _, err := tx.Exec(ctx, insert, r.id, search.Index(r.heading), search.Index(r.heading+" \n"+r.words)); err != nil {
				return err
			}
			last = r.id
		}
		if len(rows) < chunk {
			return nil
		}
	}
}
