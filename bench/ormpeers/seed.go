package ormpeers

import (
	"context"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
)

// What is in the tables before anything is measured.
const (
	PostCount = 2000
	authors   = 50
	topics    = 30
)

// Seed makes the tables in an empty database and fills them.
func Seed(ctx context.Context, url string) error {
	db, err := database.Open(ctx, database.Config{URL: url, Drivers: []database.Driver{sqlite.Driver, postgres.Driver}, Create: true})
	if err != nil {
		return err
	}
	defer db.Close()
	models, err := Models()
	if err != nil {
		return err
	}
	if err := models.CreateTables(ctx, db); err != nil {
		return err
	}
	return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		exec := func(query string, args ...any) {
			if err == nil {
				_, err = tx.Exec(ctx, numbered(db, query), args...)
			}
		}
		for i := range authors {
			exec("INSERT INTO bench_author (name, username) VALUES (?, ?)", fmt.Sprintf("Author %d", i), fmt.Sprintf("author%d", i))
		}
		for i := range topics {
			exec("INSERT INTO bench_topic (name) VALUES (?)", fmt.Sprintf("topic%d", i))
		}
		for i := range PostCount {
			r := NewRow(i)
			var published any = r.Published
			if db.Dialect().Name() == "sqlite" {
				published = r.Published.Format("2006-01-02 15:04:05.000000")
			}
			exec("INSERT INTO bench_post (title, slug, body, author_id, published, hits, pinned, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				r.Title, r.Slug, r.Body, r.AuthorID, published, r.Hits, r.Pinned, r.notePointer())
			for k := range 3 {
				exec("INSERT INTO bench_post_topics (post_id, topic_id) VALUES (?, ?)", int64(i+1), int64((i+k*11)%topics+1))
			}
		}
		return err
	})
}

// Clean removes what the operations have added.
func Clean(ctx context.Context, db *database.DB) error {
	for _, statement := range []string{
		fmt.Sprintf("DELETE FROM bench_post WHERE id > %d", PostCount),
		fmt.Sprintf("DELETE FROM bench_topic WHERE id > %d", topics),
	} {
		if _, err := db.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// numbered writes the placeholders as the database wants them.
func numbered(db *database.DB, query string) string {
	var out []byte
	n := 0
	for i := range len(query) {
		if query[i] == '?' {
			n++
			out = db.Dialect().AppendPlaceholder(out, n)
			continue
		}
		out = append(out, query[i])
	}
	return string(out)
}

// utc returns t as rows have it.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
