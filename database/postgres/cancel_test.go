package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/postgres"
)

// open opens a database of its own.
func open(t *testing.T, conns int) (*database.DB, string) {
	t.Helper()
	url := databasetest.PostgresURL(t)
	db, err := database.Open(t.Context(), database.Config{URL: url, MaxConns: conns, Drivers: []database.Driver{postgres.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, url
}

// running returns how many statements of others run that have a text in them.
func running(t *testing.T, db *database.DB, text string) (n int64) {
	t.Helper()
	err := database.QueryRow(t.Context(), db, []any{&n}, `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND position($1 in query) > 0`, text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDeadlinesStopStatements: what a deadline ends is ended on the server as
// well, whatever the server was doing then. One that compiles a statement does
// not hear the first request.
func TestDeadlinesStopStatements(t *testing.T) {
	t.Parallel()
	db, url := open(t, 4)
	if _, err := db.Exec(t.Context(), "SET jit = on"); err != nil { // of one connection at least
		t.Fatal(err)
	}
	watch, err := database.Open(t.Context(), database.Config{URL: url, Drivers: []database.Driver{postgres.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	slow := func(i int) string {
		return fmt.Sprintf("SELECT /* slow */ count(*), %d FROM generate_series(1, 100000000) a WHERE a %% 7 = $1", i)
	}
	for i, after := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, 40 * time.Millisecond, 90 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		var a, b int64
		err := database.QueryRow(ctx, db, []any{&a, &b}, slow(i), 3)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a query stopped after %v: %v", after, err)
		}
		if _, err := db.Exec(ctx, slow(i), 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a statement stopped after %v: %v", after, err)
		}
		cancel()
	}
	for running(t, watch, "slow") > 0 { // the test's own time ends this
		time.Sleep(10 * time.Millisecond)
	}
}

// TestDeadlinesLeaveTheTransaction: a statement that was stopped is undone by the
// inner transaction that it ran in, and the outer one goes on.
func TestDeadlinesLeaveTheTransaction(t *testing.T) {
	t.Parallel()
	db, _ := open(t, 2)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n bigint)"); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
			return err
		}
		err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (2)"); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			_, err := tx.Exec(ctx, "SELECT pg_sleep(60)")
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the statement with a deadline: %w", err)
		}
		_, err = tx.Exec(ctx, "INSERT INTO t VALUES (3)")
		return err
	})
	var n, sum int64
	if err := errors.Join(err, database.QueryRow(t.Context(), db, []any{&n, &sum}, "SELECT count(*), sum(n) FROM t")); err != nil || n != 2 || sum != 4 {
		t.Errorf("%d rows of the sum %d, %v; want those of the outer transaction", n, sum, err)
	}
}

// TestStoppingHitsNoOtherStatement stops statements at random moments, those that
// end by themselves at the same time among them. No other statement of the same
// connections is stopped.
func TestStoppingHitsNoOtherStatement(t *testing.T) {
	t.Parallel()
	db, _ := open(t, 3)
	var wg sync.WaitGroup
	for worker := range 6 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 60 {
				ctx, cancel := context.WithCancel(t.Context())
				timer := time.AfterFunc(time.Duration(r.IntN(3000))*time.Microsecond, cancel)
				stopped := func(err error) {
					if err != nil && !errors.Is(err, context.Canceled) {
						t.Errorf("a statement that may be stopped: %v", err)
					}
				}
				other := func(h database.Handle) {
					var n int64
					if err := database.QueryRow(t.Context(), h, []any{&n}, "SELECT $1::bigint", 7); err != nil || n != 7 {
						t.Errorf("another statement: %d, %v", n, err)
					}
				}
				if r.IntN(2) == 0 {
					_, err := db.Exec(ctx, "SELECT pg_sleep($1)", float64(r.IntN(3000))/1e6)
					stopped(err)
					other(db)
				} else {
					err := db.InTx(t.Context(), func(outer context.Context, tx *database.Tx) error {
						err := tx.InTx(outer, func(inner context.Context, tx *database.Tx) error {
							inner, end := context.WithCancel(inner)
							defer end()
							defer context.AfterFunc(ctx, end)()
							_, err := tx.Exec(inner, "SELECT pg_sleep($1)", float64(r.IntN(3000))/1e6)
							return err
						})
						stopped(err)
						other(tx)
						return nil
					})
					if err != nil {
						t.Errorf("the outer transaction: %v", err)
					}
				}
				timer.Stop()
				cancel()
			}
		})
	}
	wg.Wait()
}

// TestStatementTimeoutIsNotTheContexts: a server that stops a statement for
// reasons of its own says so.
func TestStatementTimeoutIsNotTheContexts(t *testing.T) {
	t.Parallel()
	db, _ := open(t, 1)
	if _, err := db.Exec(t.Context(), "SET statement_timeout = 10"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := db.Exec(ctx, "SELECT pg_sleep(30)")
	if err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "statement timeout") {
		t.Errorf("%v", err)
	}
}
