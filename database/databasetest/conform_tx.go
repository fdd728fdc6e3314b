package databasetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
)

var errStop = errors.New("stop")

func add(ctx context.Context, tx *database.Tx, name string) error {
	_, err := tx.Exec(ctx, bind(tx, "INSERT INTO account (name) VALUES (?)"), name)
	return err
}

func commitAndRollBack(t *testing.T, db *database.DB) {
	createAccount(t, db)
	if err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error { return add(ctx, tx, "ann") }); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := add(ctx, tx, "bob"); err != nil {
			return err
		}
		if n := count(t, tx); n != 2 {
			t.Errorf("inside the transaction: %d rows", n)
		}
		if n := count(t, db); n != 1 {
			t.Errorf("outside the transaction, before its end: %d rows", n)
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Errorf("InTx = %v", err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("after rolling back: %d rows", n)
	}
}

func savepoints(t *testing.T, db *database.DB) {
	createAccount(t, db)
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := add(ctx, tx, "ann"); err != nil {
			return err
		}
		for range 2 { // a broken savepoint does no harm to the next
			err := tx.InTx(ctx, func(ctx context.Context, inner *database.Tx) error {
				if err := add(ctx, inner, "bob"); err != nil {
					return err
				}
				if err := tx.InTx(ctx, nil); err == nil || !strings.Contains(err.Error(), "nested") {
					t.Errorf("the outer handle inside a savepoint: %v", err)
				}
				return add(ctx, inner, "ann")
			})
			if !errors.Is(err, database.ErrUnique) {
				t.Errorf("savepoint = %v", err)
			}
		}
		return tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			return tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return add(ctx, tx, "cid") })
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want ann and cid", n)
	}
}

func onCommit(t *testing.T, db *database.DB) {
	createAccount(t, db)
	var calls []string
	note := func(what string) func(context.Context) {
		return func(ctx context.Context) {
			calls = append(calls, what)
			if _, err := db.Exec(ctx, "UPDATE account SET balance = 1"); err != nil {
				t.Errorf("using the database in OnCommit: %v", err)
			}
		}
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		tx.OnCommit(note("outer"))
		tx.InTx(ctx, func(_ context.Context, tx *database.Tx) error {
			tx.OnCommit(note("undone"))
			return errStop
		})
		err := tx.InTx(ctx, func(_ context.Context, tx *database.Tx) error {
			tx.OnCommit(note("inner"))
			return nil
		})
		if len(calls) > 0 {
			t.Errorf("before the commit: %v", calls)
		}
		return err
	})
	if err != nil || strings.Join(calls, " ") != "outer inner" {
		t.Errorf("calls = %v, %v", calls, err)
	}
	calls = nil
	db.InTx(t.Context(), func(_ context.Context, tx *database.Tx) error {
		tx.OnCommit(note("never"))
		return errStop
	})
	if len(calls) > 0 {
		t.Errorf("after rolling back: %v", calls)
	}
}

func outerHandleRefused(t *testing.T, db *database.DB) {
	createAccount(t, db)
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := db.Exec(ctx, "DELETE FROM account")
		return err
	})
	if err == nil || strings.Count(err.Error(), "conform_tx.go:") != 2 {
		t.Errorf("the error does not name both lines: %v", err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return db.InTx(ctx, func(context.Context, *database.Tx) error { return nil })
	})
	if err == nil || !strings.Contains(err.Error(), "transaction's own handle") {
		t.Errorf("a second transaction inside the first: %v", err)
	}
}

func endedHandleRefused(t *testing.T, db *database.DB) {
	createAccount(t, db)
	var kept *database.Tx
	db.InTx(t.Context(), func(_ context.Context, tx *database.Tx) error { kept = tx; return nil })
	_, err := kept.Exec(t.Context(), "DELETE FROM account")
	if err == nil || !strings.Contains(err.Error(), "after its end") {
		t.Errorf("a transaction after its end: %v", err)
	}
	if _, err := kept.Query(t.Context(), "SELECT 1"); err == nil {
		t.Error("a query after the end of the transaction gives no error")
	}
}

func panicRollsBack(t *testing.T, db *database.DB) {
	createAccount(t, db)
	func() {
		defer func() {
			if recover() != "oh" {
				t.Error("the panic did not reach the caller")
			}
		}()
		db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				add(ctx, tx, "ann")
				panic("oh")
			})
		})
	}()
	exec(t, db, "INSERT INTO account (name) VALUES ('bob')")
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// swallowedError: a function that goes on after a statement has failed commits
// nothing, on any database, and the error names the statement and the remedy.
func swallowedError(t *testing.T, db *database.DB) {
	createAccount(t, db)
	exec(t, db, "INSERT INTO account (name) VALUES ('ann')")
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := add(ctx, tx, "bob"); err != nil {
			return err
		}
		if err := add(ctx, tx, "ann"); !errors.Is(err, database.ErrUnique) {
			t.Errorf("the second ann: %v", err)
		}
		return nil
	})
	if !errors.Is(err, database.ErrUnique) || strings.Count(fmt.Sprint(err), "conform_tx.go:") != 2 || !strings.Contains(fmt.Sprint(err), "InTx of the transaction") {
		t.Errorf("InTx = %v", err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := add(ctx, tx, "bob"); err != nil {
			return err
		}
		err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return add(ctx, tx, "ann") })
		if !errors.Is(err, database.ErrUnique) {
			t.Errorf("a statement that failed in a savepoint: %v", err)
		}
		err = tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			if err := add(ctx, tx, "cid"); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, "SELECT nonsense FROM nowhere")
			if err == nil {
				t.Error("a query that makes no sense gives no error")
				rows.Close()
			}
			return nil
		})
		if err == nil {
			t.Error("a savepoint in which an error was swallowed gives none")
		}
		return nil
	})
	if err != nil {
		t.Errorf("InTx = %v", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want ann and bob", n)
	}
}

func cancelledContext(t *testing.T, db *database.DB) {
	createAccount(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := add(ctx, tx, "ann"); err != nil {
			return err
		}
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("InTx = %v", err)
	}
	if _, err := db.Exec(ctx, "DELETE FROM account"); !errors.Is(err, context.Canceled) {
		t.Errorf("Exec = %v", err)
	}
	exec(t, db, "INSERT INTO account (name) VALUES ('bob')")
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func readOnlyTransaction(t *testing.T, db *database.DB) {
	createAccount(t, db)
	err := db.InTxWith(t.Context(), database.TxOptions{ReadOnly: true}, func(ctx context.Context, tx *database.Tx) error {
		count(t, tx)
		if err := add(ctx, tx, "ann"); err == nil {
			t.Error("a read-only transaction wrote")
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Errorf("InTxWith = %v", err)
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// manyWriters moves money about: each transaction reads, then writes, and none
// may be lost.
func manyWriters(t *testing.T, db *database.DB) {
	createAccount(t, db)
	exec(t, db, "INSERT INTO account (name, balance) VALUES ('ann', 0)")
	lock := ""
	if db.Dialect().Name() == "postgres" {
		lock = " FOR UPDATE"
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					var n int64
					if err := database.QueryRow(ctx, tx, []any{&n}, "SELECT balance FROM account"+lock); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, bind(tx, "UPDATE account SET balance = ?"), n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n int64
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT balance FROM account"); err != nil || n != 200 {
		t.Errorf("balance = %d, %v, want 200", n, err)
	}
}

// retryWhenInTheWay lets serialisable transactions read and then write without
// a lock: the database ends those that would lose an update, and InTxWith tries
// them again.
func retryWhenInTheWay(t *testing.T, db *database.DB) {
	createAccount(t, db)
	exec(t, db, "INSERT INTO account (name, balance) VALUES ('ann', 0)")
	opts := database.TxOptions{Isolation: sql.LevelSerializable, Retry: 1000}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				err := db.InTxWith(t.Context(), opts, func(ctx context.Context, tx *database.Tx) error {
					var n int64
					if err := database.QueryRow(ctx, tx, []any{&n}, "SELECT balance FROM account"); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, bind(tx, "UPDATE account SET balance = ?"), n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n int64
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT balance FROM account"); err != nil || n != 40 {
		t.Errorf("balance = %d, %v, want 40", n, err)
	}
}
