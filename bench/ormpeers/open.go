package ormpeers

import (
	"context"
	"database/sql"
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// Open opens a peer on a database that [Seed] has filled. Its URL is as Vola
// writes them.
type Open func(ctx context.Context, url string) (Peer, error)

// Named is a peer and its name in tables.
type Named struct {
	Name string
	Open Open
}

// SQLite returns the peers on SQLite, the one by hand first, then Vola.
func SQLite() []Named {
	return []Named{
		{"database/sql, prepared", SQL}, {"Vola", Vola},
		{"GORM, tuned", GORMTuned}, {"GORM", GORM}, {"bun", Bun}, {"ent", Ent},
	}
}

// PostgreSQL returns the peers on PostgreSQL, the one by hand first, then Vola.
func PostgreSQL() []Named {
	return []Named{
		{"pgx", PGX}, {"Vola", Vola},
		{"GORM, tuned", GORMTuned}, {"GORM", GORM}, {"bun", Bun}, {"ent", Ent},
	}
}

// openSQL opens the database through database/sql. All peers have the same
// settings of SQLite, which are Vola's.
func openSQL(rawURL string) (db *sql.DB, sqlite bool, err error) {
	path, ok := strings.CutPrefix(rawURL, "sqlite:")
	if !ok {
		db, err = sql.Open("pgx", rawURL)
		return db, false, err
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_time_format=sqlite"
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"} {
		dsn += "&_pragma=" + url.QueryEscape(p)
	}
	if db, err = sql.Open("sqlite", dsn); err == nil {
		db.SetMaxOpenConns(8)
		db.SetMaxIdleConns(8)
	}
	return db, true, err
}
