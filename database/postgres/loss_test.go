package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"sync"
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
// error of the right kind, nothing half done, and the pool fixes itself.
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
	var n int64
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t"); err != nil || n != 0 {
		t.Errorf("after the loss: %d rows, %v", n, err)
	}
}

// TestLostConnectionsCostNobody: all connections of the pool are ended while
// they are idle, again and again, and no statement fails for that.
func TestLostConnectionsCostNobody(t *testing.T) {
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
	all := func(what string, each func() error) {
		t.Helper()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 3 {
					if err := each(); err != nil {
						t.Errorf("%s: %v", what, err)
					}
				}
			})
		}
		wg.Wait()
	}
	read := func() error {
		var n int64
		return database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t")
	}
	write := func() error {
		_, err := db.Exec(t.Context(), "INSERT INTO t VALUES (1)")
		return err
	}
	inTx := func() error {
		return db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)")
			return err
		})
	}
	all("at first", read)
	for range 5 {
		killOthers(t, url) // they end soon: perhaps in the middle of a statement that reads
		all("a read", read)
	}
	for what, each := range map[string]func() error{"a read": read, "a write": write, "a transaction": inTx, "a ping": func() error { return db.Ping(t.Context()) }} {
		killOthers(t, url)
		waitAlone(t, url)
		all(what+" when all have ended", each)
	}
	var n int64
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t"); err != nil || n != 48 {
		t.Errorf("%d rows, want 48; %v", n, err)
	}
}

// waitAlone waits until there is no other connection to the database.
func waitAlone(t *testing.T, url string) {
	t.Helper()
	other, err := database.Open(t.Context(), database.Config{URL: url, Drivers: []database.Driver{postgres.Driver}, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for n := int64(1); n > 0; {
		err := database.QueryRow(t.Context(), other, []any{&n}, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestServerWithoutMoreConnections: when the server lets us have no more
// connections, statements wait for those that the pool has.
func TestServerWithoutMoreConnections(t *testing.T) {
	t.Parallel()
	raw := databasetest.PostgresURL(t)
	admin, err := database.Open(t.Context(), database.Config{URL: raw, Drivers: []database.Driver{postgres.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	role := "vola_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.Exec(t.Context(), `CREATE ROLE `+role+` LOGIN PASSWORD 'secret' CONNECTION LIMIT 2`); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := admin.Exec(context.WithoutCancel(t.Context()), `DROP ROLE `+role); err != nil {
			t.Error(err)
		}
	}()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "secret")
	open := func() *database.DB {
		db, err := database.Open(t.Context(), database.Config{URL: u.String(), Drivers: []database.Driver{postgres.Driver}})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	taken := open() // has one of the two for itself
	defer taken.Close()
	db := open()
	defer db.Close()
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			var err error
			switch i % 4 {
			case 0:
				_, err = db.Exec(t.Context(), "SELECT pg_sleep(0.001)")
			case 1:
				err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					_, err := tx.Exec(ctx, "SELECT pg_sleep(0.001)")
					return err
				})
			case 2:
				err = db.Ping(t.Context())
			default:
				var n int64
				err = database.QueryRow(t.Context(), db, []any{&n}, "SELECT 1 FROM pg_sleep(0.001)")
			}
			if err != nil {
				t.Errorf("statement %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	// One that waits is not kept longer than its context.
	err = db.InTx(t.Context(), func(ctx context.Context, _ *database.Tx) error {
		late, cancel := context.WithTimeout(t.Context(), 1)
		defer cancel()
		_, err := db.Exec(late, "SELECT 1")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting beyond the deadline: %v", err)
	}
	if _, err := db.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Errorf("afterwards: %v", err)
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
