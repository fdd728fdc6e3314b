package dbcache

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/volaweb/vola/internal/cleaning"
	"github.com/volaweb/vola/orm"
)

const (
	// piece is how many rows are deleted with one statement, so that none holds a lock for long.
	piece = 1000
	// keepTags is how long an invalidation is remembered at least: longer than any computation takes
	// that began before it.
	keepTags = 24 * time.Hour
)

// Clean deletes the values that have expired, and the tags that no value can have from before they
// were invalidated, some at a time, so that others can write between them. It
// returns how many rows were deleted, also with an error.
func (s *Store) Clean(ctx context.Context) (deleted int64, err error) {
	db, err := s.open()
	if err != nil {
		return 0, err
	}
	now := s.Now()
	at, old := now.UnixNano(), now.Add(-keepTags).UnixNano()
	// The conditions are there twice since a row may be written after the inner query has seen it.
	for _, clean := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM vola_cache WHERE expires <= ? AND leased <= ? AND "key" IN (SELECT "key" FROM vola_cache WHERE expires <= ? AND leased <= ? ORDER BY expires LIMIT ?)`,
			[]any{at, at, at, at, int64(piece)}},
		{`DELETE FROM vola_cache_tag WHERE tag <> '' AND changed <= ? AND tag IN (SELECT tag FROM vola_cache_tag WHERE tag <> '' AND changed <= ?
			AND mark < (SELECT coalesce(min(mark), 9223372036854775807) FROM vola_cache WHERE mark > 0) LIMIT ?)`, []any{old, old, int64(piece)}},
	} {
		for {
			n, err := orm.ExecSQL(ctx, db, clean.sql, clean.args...)
			deleted += n
			if err != nil {
				return deleted, fmt.Errorf("clean up the cache in the database: %w", err)
			}
			if n == 0 {
				break
			}
		}
	}
	return deleted, nil
}

// Run calls [Store.Clean] every ten minutes, a little earlier or later, until the context is done. A
// site does so.
func (s *Store) Run(ctx context.Context, log *slog.Logger) {
	cleaning.Run(ctx, log, "values of the cache that have expired cannot be deleted", func(ctx context.Context) error {
		_, err := s.Clean(ctx)
		return err
	})
}
