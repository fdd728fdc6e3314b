package pagepeers

import (
	"database/sql"
	"errors"
	"net/url"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// conns is how many connections a program has: on SQLite those that read.
const conns = 8

// Stores are a database for those that read and for those that write: on SQLite
// two pools, as Vola has them, on PostgreSQL the same.
type Stores struct {
	Read, Write *sql.DB
	SQLite      bool
}

// OpenStores opens the database through database/sql, with Vola's settings.
func OpenStores(raw string) (*Stores, error) {
	path, ok := strings.CutPrefix(raw, "sqlite:")
	if !ok {
		db, err := sql.Open("pgx", raw)
		if err != nil {
			return nil, err
		}
		limitConns(db, conns)
		return &Stores{Read: db, Write: db}, nil
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_time_format=sqlite"
	open := func(mode string, most int, pragmas ...string) (*sql.DB, error) {
		dsn := file + "&mode=" + mode
		for _, p := range pragmas {
			dsn += "&_pragma=" + url.QueryEscape(p)
		}
		db, err := sql.Open("sqlite", dsn)
		if err == nil {
			limitConns(db, most)
		}
		return db, err
	}
	write, err := open("rwc", 1, "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	read, err := open("rw", conns, "busy_timeout(10000)", "query_only(1)")
	return &Stores{Read: read, Write: write, SQLite: true}, err
}

func limitConns(db *sql.DB, n int) {
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
}

// Close closes the database.
func (s *Stores) Close() error { return errors.Join(s.Read.Close(), s.Write.Close()) }

// Text writes the placeholders of a statement as the database wants them.
func (s *Stores) Text(query string) string {
	if s.SQLite {
		return query
	}
	var out []byte
	n := 0
	for i := range len(query) {
		if query[i] == '?' {
			n++
			out = strconv.AppendInt(append(out, '$'), int64(n), 10)
			continue
		}
		out = append(out, query[i])
	}
	return string(out)
}
