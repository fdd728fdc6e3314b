package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
)

// endless counts for ever, and numbers gives rows for ever.
const (
	endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 9 + 1 FROM n) SELECT count(*) FROM n"
	numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
)

// openFile opens a database file, which it makes if there is none.
func openFile(t *testing.T, path string, conns int) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path, Create: true, MaxConns: conns, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestStatementsStartNoGoroutine reads from many statements whose contexts can be
// cancelled.
func TestStatementsStartNoGoroutine(t *testing.T) {
	db := openFile(t, filepath.Join(t.TempDir(), "a.db"), 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		before := runtime.NumGoroutine()
		for range 50 {
			rows, err := tx.Query(ctx, numbers)
			if err != nil {
				return err
			}
			defer rows.Close()
			if !rows.Next() {
				return rows.Err()
			}
		}
		if after := runtime.NumGoroutine(); after >= before+50 {
			t.Errorf("%d goroutines for 50 statements", after-before)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestReadingIsStopped: a statement is stopped between two rows, and while it
// looks for the next.
func TestReadingIsStopped(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "a.db"), 2)
	for name, query := range map[string]string{"rows": numbers, "a row that never comes": numbers + " WHERE i < 3"} {
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := db.Query(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(20*time.Millisecond, cancel)
		n := 0
		for rows.Next() {
			n++
		}
		if err := rows.Close(); !errors.Is(err, context.Canceled) || n < 2 {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
		timer.Stop()
	}
}

// TestStoppingHitsNoOtherStatement stops statements at random moments: on the same
// connections, before, after and between them, others go on.
func TestStoppingHitsNoOtherStatement(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "a.db"), 2)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	stopped := func(err error) {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("a statement that may be stopped: %v", err)
		}
	}
	var stored [4]int64
	var wg sync.WaitGroup
	for worker := range stored {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 50 {
				ctx, cancel := context.WithCancel(t.Context())
				timer := time.AfterFunc(time.Duration(r.IntN(1000))*time.Microsecond, cancel)
				switch r.IntN(3) {
				case 0:
					_, err := db.Exec(ctx, "INSERT INTO t SELECT 1")
					if stopped(err); err == nil {
						stored[worker]++
					}
				case 1:
					var n int64
					stopped(database.QueryRow(ctx, db, []any{&n}, endless))
				case 2:
					stopped(db.InTx(t.Context(), func(outer context.Context, tx *database.Tx) error { return besideOthers(outer, tx, ctx) }))
				}
				var n int64
				if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT ?", 7); err != nil || n != 7 {
					t.Errorf("another statement: %d, %v", n, err)
				}
				timer.Stop()
				cancel()
			}
		})
	}
	wg.Wait()
	var n, want int64
	for _, k := range stored {
		want += k
	}
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t"); err != nil || n != want {
		t.Errorf("%d rows are stored, %d were reported, %v", n, want, err)
	}
}

// besideOthers reads rows while another statement of the connection is stopped.
func besideOthers(ctx context.Context, tx *database.Tx, short context.Context) error {
	rows, err := tx.Query(ctx, numbers+" LIMIT 3000")
	if err != nil {
		return err
	}
	defer rows.Close()
	for i := 1; rows.Next(); i++ {
		var n int
		if err := rows.Scan(&n); err != nil || n != i {
			return fmt.Errorf("row %d is %d: %w", i, n, err)
		}
		if i%1000 != 0 {
			continue
		}
		inner, end := context.WithCancel(ctx)
		stop := context.AfterFunc(short, end)
		var count int64
		err := database.QueryRow(inner, tx, []any{&count}, endless)
		stop()
		if end(); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("the endless statement: %w", err)
		}
	}
	return rows.Close()
}

// TestWaitingForAnotherProcessIsStopped: another one has the file, and the context
// ends before it is given back.
func TestWaitingForAnotherProcessIsStopped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db, other := openFile(t, path, 2), openFile(t, path, 2)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	insert := func(h database.Handle, ctx context.Context) error {
		_, err := h.Exec(ctx, "INSERT INTO t VALUES (1)")
		return err
	}
	err := other.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := insert(tx, ctx); err != nil {
			return err
		}
		short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if err := insert(db, short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a statement: %v", err)
		}
		short, cancel = context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		err := db.InTx(short, func(ctx context.Context, tx *database.Tx) error { return insert(tx, ctx) })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a transaction: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// One that waits long enough gets the lock.
	begun := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := other.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			defer close(begun)
			return insert(tx, ctx)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	if err := insert(db, t.Context()); err != nil {
		t.Errorf("after the other has ended: %v", err)
	}
	wg.Wait()
}

// TestParametersOfTheURL: what the URL says holds for each connection.
func TestParametersOfTheURL(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path + "?readers=1&cache_mb=3&busy_timeout=1ms", Create: true, MaxConns: 4, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	var size int64
	if err := database.QueryRow(t.Context(), db, []any{&size}, "SELECT cache_size FROM pragma_cache_size"); err != nil || size != -3<<10 {
		t.Errorf("cache of %d, %v", size, err)
	}
	rows, err := db.Query(t.Context(), "SELECT 1 UNION ALL SELECT 2")
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := db.Query(short, "SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second reader: %v", err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	other := openFile(t, path, 2)
	err = other.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
			return err
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (2)"); !errors.Is(err, database.ErrSerialization) {
			t.Errorf("beside another process, after a millisecond: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestStoppedAfterOthersUsedTheConnection: the engine has room for one function
// that it calls while a statement runs, and those who run statements with its own
// handles take ours away.
func TestStoppedAfterOthersUsedTheConnection(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "a.db"), 2)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	for name, use := range map[string]func(ctx context.Context) error{
		"a transaction of database/sql": func(ctx context.Context) error {
			return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				var n int
				return sqlite.Raw(tx).QueryRowContext(ctx, "SELECT 1").Scan(&n)
			})
		},
		"a change of tables": func(ctx context.Context) error {
			return db.InTxWith(ctx, database.TxOptions{NoForeignKeys: true}, func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS t (n INTEGER)")
				return err
			})
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		if err := use(ctx); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		cancel()
		short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := db.Exec(short, "INSERT INTO t SELECT 1 FROM ("+endless+")")
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", name, err)
		}
	}
}
