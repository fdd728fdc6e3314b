package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/fault"
)

// killOthers ends all other connections to the database, as a restart of the
// server does.
func killOthers(t *testing.T, url string) {
	t.Helper()
	other, err := database.Open(t.Context(), database.Config{URL: url, Drivers: []database.Driver{postgres.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_, err = other.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
}

// TestLostConnections kills the connection in the middle of a transaction: an
// error of the right kind, nothing half done, and the pool mends itself.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: []database.Driver{postgres.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n bigint)"); err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
			return err
		}
		killOthers(t, url)
		_, err := tx.Exec(ctx, "INSERT INTO t VALUES (2)")
		return err
	})
	if !errors.Is(err, database.ErrConnection) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a transaction whose connection was lost: %v (%v)", err, fault.KindOf(err))
	}
	killOthers(t, url) // also what is idle in the pool
	// Connections that died while they were idle are found out by the first
	// statement on each, which may fail; then all is well.
	var n int64
	for range 20 {
		if err = database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t"); err == nil {
			break
		}
		if !errors.Is(err, database.ErrConnection) {
			t.Fatalf("a statement on a lost connection: %v", err)
		}
	}
	if err != nil || n != 0 {
		t.Errorf("after the loss: %d rows, %v", n, err)
	}
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	_, err := database.Open(t.Context(), database.Config{
		URL: "postgres://ann:hunter2@127.0.0.1:1/x?connect_timeout=2", Drivers: []database.Driver{postgres.Driver},
	})
	if !errors.Is(err, database.ErrConnection) {
		t.Errorf("%v", err)
	}
}
