package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
)

// TestStatementsArePlannedOnce asks the same question with other arguments, after
// ANALYZE has counted the values of the index.
func TestStatementsArePlannedOnce(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "a.db"), 1)
	exec := func(query string) {
		t.Helper()
		if _, err := db.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE t (a INTEGER, b INTEGER)")
	exec("INSERT INTO t WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i % 7, i FROM n")
	exec("CREATE INDEX t_a ON t (a, b)")
	exec("ANALYZE")
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		before := sqlite.Replanned(tx)
		for i := range 20 {
			var n int64
			err := database.QueryRow(ctx, tx, []any{&n}, "SELECT count(*) FROM t WHERE a = ? AND b < ?", i%7, 500+i)
			if err != nil || n < 70 {
				return fmt.Errorf("counted %d, %w", n, err)
			}
		}
		if n := sqlite.Replanned(tx) - before; n > 0 {
			t.Errorf("statements were planned again %d times", n)
		}
		rows, err := tx.Query(ctx, "EXPLAIN QUERY PLAN SELECT * FROM t WHERE a = ?", 1)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int64
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			if !strings.Contains(detail, "USING COVERING INDEX t_a (a=?)") {
				t.Errorf("the plan is %s", detail)
			}
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}
