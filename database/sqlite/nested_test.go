package sqlite_test

import (
	"context"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// One statement may be run again while its rows are read.
func TestStatementInsideItself(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n bigint)"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (1), (2), (3)"); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		const q = "SELECT n FROM t WHERE n > ? ORDER BY n"
		outer, err := tx.Query(ctx, q, 0)
		if err != nil {
			return err
		}
		defer outer.Close()
		pairs := 0
		for outer.Next() {
			var n int64
			if err := outer.Scan(&n); err != nil {
				return err
			}
			inner, err := tx.Query(ctx, q, n)
			if err != nil {
				return err
			}
			for inner.Next() {
				pairs++
			}
			if err := inner.Close(); err != nil {
				return err
			}
		}
		if pairs != 3 {
			t.Errorf("%d pairs, want 3", pairs)
		}
		return outer.Err()
	})
	if err != nil {
		t.Error(err)
	}
}
