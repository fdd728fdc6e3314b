package sqlite_test

import (
	"context"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
)

// What a library does on the raw transaction is part of ours.
func TestRaw(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n bigint)"); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := sqlite.Raw(tx).ExecContext(ctx, "INSERT INTO t VALUES (7)"); err != nil {
			return err
		}
		var n int64
		if err := database.QueryRow(ctx, tx, []any{&n}, "SELECT n FROM t"); err != nil || n != 7 {
			t.Errorf("n = %d, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
