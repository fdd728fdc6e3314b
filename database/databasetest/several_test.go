package databasetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// Several databases of both kinds are open in one program; a transaction on
// one neither touches nor forbids the others.
func TestSeveralDatabases(t *testing.T) {
	t.Parallel()
	dbs := []*database.DB{databasetest.SQLite(t), databasetest.SQLite(t), databasetest.Postgres(t)}
	for _, db := range dbs {
		if _, err := db.Exec(t.Context(), "CREATE TABLE t (n bigint)"); err != nil {
			t.Fatal(err)
		}
	}
	stop := errors.New("stop")
	err := dbs[0].InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
			t.Error(err)
		}
		return dbs[2].InTx(ctx, func(ctx context.Context, inner *database.Tx) error {
			for _, h := range []database.Handle{inner, dbs[1]} {
				if _, err := h.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
					t.Error(err)
				}
			}
			if _, err := dbs[0].Exec(ctx, "INSERT INTO t VALUES (1)"); err == nil {
				t.Error("the outer database of the outer transaction was not refused")
			}
			return stop
		})
	})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	for i, want := range []int64{0, 1, 0} {
		var n int64
		if err := database.QueryRow(t.Context(), dbs[i], []any{&n}, "SELECT count(*) FROM t"); err != nil || n != want {
			t.Errorf("database %d has %d rows, %v, want %d", i, n, err, want)
		}
	}
}
