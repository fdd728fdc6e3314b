// Package dbstore keeps the buckets of package ratelimit in a database table, so that several
// processes share them and a restart does not empty them.
//
// The table, vola_ratelimit, belongs to the module that lists it among its models, and comes with
// its migrations:
//
//	func (s *Site) Models() []orm.Declaration {
//		return []orm.Declaration{dbstore.Model()}
//	}
//
// Each bucket has one row, whose key is a hash. A row that is full again says nothing and can be
// deleted: [Store.Run] does that.
package dbstore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cleaning"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web/ratelimit"
)

// Bucket is a bucket as a row.
type Bucket struct {
	Key     string `db:"primary_key,size=43"` // the ratelimit.Key in base64url
	FullAt  int64  `db:"index"`               // when it is full again, in nanoseconds since 1970
	Allowed bool   // whether the last one was allowed
}

// Model declares [Bucket], for the models of a module.
func Model() orm.Declaration { return orm.Model[Bucket](orm.Table("vola_ratelimit")) }

// Store is a [ratelimit.Store] in a database. It is safe for concurrent use, also by other
// processes with the same database.
type Store struct{ db func() *database.DB }

var _ ratelimit.Store = (*Store)(nil)

// New returns a store in a database, which must be used with [Model] among its models. db is
// called whenever the database is needed. A module passes the database of its host, which is
// opened after routes are made:
//
//	dbstore.New(func() *database.DB { return host.DB })
func New(db func() *database.DB) *Store { return &Store{db} }

// open returns the database.
func (s *Store) open() (*database.DB, error) {
	if db := s.db(); db != nil {
		return db, nil
	}
	return nil, errors.New("the database is not open yet")
}

// take does what [ratelimit.Limit.Take] says in one statement: it computes with the row as it is
// when its turn has come. The arguments are those of [Store.Take].
const take = `INSERT INTO vola_ratelimit AS b ("key", full_at, allowed) VALUES (?, ?, TRUE)
ON CONFLICT ("key") DO UPDATE SET
	full_at = CASE WHEN b.full_at > ? THEN ? WHEN b.full_at > ? THEN b.full_at WHEN b.full_at < ? THEN ? ELSE b.full_at + ? END,
	allowed = b.full_at <= ?
RETURNING full_at, allowed`

// Take implements [ratelimit.Store], by one statement. ctx must not belong to a transaction on the
// database.
func (s *Store) Take(ctx context.Context, key ratelimit.Key, limit ratelimit.Limit, now time.Time) (ratelimit.Result, error) {
	db, err := s.open()
	if err != nil {
		return ratelimit.Result{}, err
	}
	interval := limit.Interval().Nanoseconds()
	at := now.UnixNano()
	first := at + interval                     // of a bucket that was full
	empty := at + limit.Window().Nanoseconds() // of one that is empty
	last := empty - interval                   // of one that has one left
	rows, err := orm.FromSQL[taken](db, take, text(key), first, empty, empty, last, at, first, interval, last).All(ctx)
	if err != nil {
		return ratelimit.Result{}, fmt.Errorf("take from a bucket in the database: %w", err)
	}
	if len(rows) != 1 {
		return ratelimit.Result{}, fmt.Errorf("take from a bucket in the database: %d rows instead of one; does a trigger leave out the row?", len(rows))
	}
	return limit.Result(time.Unix(0, rows[0].FullAt), rows[0].Allowed, now), nil
}

type taken struct {
	FullAt  int64
	Allowed bool
}

// Give implements [ratelimit.Store], by one statement. ctx must not belong to a transaction on the
// database.
func (s *Store) Give(ctx context.Context, key ratelimit.Key, back time.Duration) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	if _, err := orm.ExecSQL(ctx, db, `UPDATE vola_ratelimit SET full_at = full_at - ? WHERE "key" = ?`, back.Nanoseconds(), text(key)); err != nil {
		return fmt.Errorf("give back to a bucket in the database: %w", err)
	}
	return nil
}

func text(key ratelimit.Key) string { return base64.RawURLEncoding.EncodeToString(key[:]) }

// piece is how many rows [Store.Clean] deletes with one statement.
const piece = 1000

// Clean deletes the buckets that are full at a time, in statements of 1,000 rows, so that others
// can write between them. It returns how many were deleted, also with an error.
func (s *Store) Clean(ctx context.Context, now time.Time) (deleted int64, err error) {
	db, err := s.open()
	if err != nil {
		return 0, err
	}
	// The condition is there twice since a bucket may be used after the inner query has seen it.
	const clean = `DELETE FROM vola_ratelimit WHERE full_at <= ? AND "key" IN (SELECT "key" FROM vola_ratelimit WHERE full_at <= ? ORDER BY full_at LIMIT ?)`
	for {
		n, err := orm.ExecSQL(ctx, db, clean, now.UnixNano(), now.UnixNano(), int64(piece))
		deleted += n
		if err != nil {
			return deleted, fmt.Errorf("delete full buckets: %w", err)
		}
		if n == 0 {
			return deleted, nil
		}
	}
}

// Run deletes full buckets every ten minutes, a little earlier or later, until the context is done. A
// module runs it as long as the site runs, with the clock of its limits and the log of its host.
func (s *Store) Run(ctx context.Context, now func() time.Time, log *slog.Logger) {
	cleaning.Run(ctx, log, "limits that are over cannot be deleted", func(ctx context.Context) error {
		_, err := s.Clean(ctx, now())
		return err
	})
}
