package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

var errStop = errors.New("stop")

// exec returns a function for InTx that runs a statement and returns an error.
func exec(query string, err error) func(context.Context, *database.Tx) error {
	return func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, query); err != nil {
			return err
		}
		return err
	}
}

// Every end of a transaction, as the driver sees it and as the caller does.
func TestHowTransactionsEnd(t *testing.T) {
	t.Parallel()
	nested := func(inner func(context.Context, *database.Tx) error, err func(error) error) func(context.Context, *database.Tx) error {
		return func(ctx context.Context, tx *database.Tx) error { return err(tx.InTx(ctx, inner)) }
	}
	same := func(err error) error { return err }
	swallow := func(error) error { return nil }
	for _, tt := range []struct {
		name string
		fn   func(context.Context, *database.Tx) error
		fail []string
		did  string // by the driver
		want string // in the error
	}{
		{"nothing done", func(context.Context, *database.Tx) error { return nil }, nil, "begin; commit", ""},
		{"done", exec("a", nil), nil, "begin; a; commit", ""},
		{"error", exec("a", errStop), nil, "begin; a; rollback", "stop"},
		{"no beginning", exec("a", nil), []string{"begin"}, "begin", "begin transaction: begin failed"},
		{"no commit", exec("a", nil), []string{"commit"}, "begin; a; commit", "commit: commit failed"},
		{"no rollback", exec("a", errStop), []string{"rollback"}, "begin; a; rollback", "stop\nrollback: rollback failed"},
		{"failed statement", exec("a", nil), []string{"a"}, "begin; a; rollback", "a failed"},
		{"swallowed statement", func(ctx context.Context, tx *database.Tx) error {
			tx.Exec(ctx, "a")
			tx.Exec(ctx, "b")
			return nil
		}, []string{"a", "b"}, "begin; a; b; rollback", "a failed; return the error"},
		{"nested", nested(exec("a", nil), same), nil, "begin; SAVEPOINT vola_1; a; RELEASE SAVEPOINT vola_1; commit", ""},
		{"nested error", nested(exec("a", errStop), swallow), nil,
			"begin; SAVEPOINT vola_1; a; ROLLBACK TO SAVEPOINT vola_1; RELEASE SAVEPOINT vola_1; commit", ""},
		{"nested in nested", nested(nested(exec("a", errStop), swallow), same), nil,
			"begin; SAVEPOINT vola_1; SAVEPOINT vola_2; a; ROLLBACK TO SAVEPOINT vola_2; RELEASE SAVEPOINT vola_2; RELEASE SAVEPOINT vola_1; commit", ""},
		{"failed statement in nested", nested(exec("a", nil), swallow), []string{"a"},
			"begin; SAVEPOINT vola_1; a; ROLLBACK TO SAVEPOINT vola_1; RELEASE SAVEPOINT vola_1; commit", ""},
		// Whoever swallows the error of a savepoint that could not be begun, undone
		// or released must not commit what is left of it.
		{"no savepoint", nested(exec("a", nil), swallow), []string{"SAVEPOINT vola_1"}, "begin; SAVEPOINT vola_1; rollback", "SAVEPOINT vola_1 failed"},
		{"not undone", nested(exec("a", errStop), swallow), []string{"ROLLBACK TO SAVEPOINT vola_1"},
			"begin; SAVEPOINT vola_1; a; ROLLBACK TO SAVEPOINT vola_1; rollback", "ROLLBACK TO SAVEPOINT vola_1 failed"},
		{"not released", nested(exec("a", nil), swallow), []string{"RELEASE SAVEPOINT vola_1"},
			"begin; SAVEPOINT vola_1; a; RELEASE SAVEPOINT vola_1; rollback", "RELEASE SAVEPOINT vola_1 failed"},
		{"not undone, told", nested(exec("a", errStop), same), []string{"ROLLBACK TO SAVEPOINT vola_1"},
			"begin; SAVEPOINT vola_1; a; ROLLBACK TO SAVEPOINT vola_1; rollback", "stop\nroll back savepoint: ROLLBACK TO SAVEPOINT vola_1 failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			f.failing(tt.fail...)
			err := f.open(t).InTx(t.Context(), tt.fn)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want %q", err, tt.want)
			}
			if diff := cmp.Diff(tt.did, f.did()); diff != "" {
				t.Errorf("the driver was asked for (-want +got)\n%s", diff)
			}
		})
	}
}

// Who ends the goroutine, as t.FailNow does, or panics, leaves no transaction
// and no savepoint open.
func TestTransactionsEndWithTheirGoroutine(t *testing.T) {
	t.Parallel()
	f := &fake{}
	db := f.open(t)
	for name, leave := range map[string]func(){"Goexit": runtime.Goexit, "panic": func() { panic(errStop) }} {
		done := make(chan any)
		go func() {
			var got any
			defer func() { done <- got }()
			defer func() { got = recover() }()
			db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return tx.InTx(ctx, func(context.Context, *database.Tx) error {
					leave()
					return nil
				})
			})
		}()
		if got := <-done; (got == errStop) != (name == "panic") {
			t.Errorf("%s: recovered %v", name, got)
		}
		const want = "begin; SAVEPOINT vola_1; ROLLBACK TO SAVEPOINT vola_1; RELEASE SAVEPOINT vola_1; rollback"
		if got := f.did(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A broken connection has rolled back already: its error is not told twice.
func TestRollbackOnABrokenConnection(t *testing.T) {
	t.Parallel()
	f := &fake{fail: func(what string) error {
		if what == "begin" || what == "SAVEPOINT vola_1" {
			return nil
		}
		return &database.Error{Kind: database.Connection, Cause: errors.New(what)}
	}}
	err := f.open(t).InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return tx.InTx(ctx, exec("a", nil))
	})
	if !errors.Is(err, database.ErrConnection) || err.Error() != "no connection to the database: a" {
		t.Errorf("%v", err)
	}
}

// What undoes a transaction runs although its context is done; nothing else does.
func TestDoneContext(t *testing.T) {
	t.Parallel()
	f := &fake{}
	db := f.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		err := tx.InTx(ctx, func(context.Context, *database.Tx) error {
			cancel()
			return errStop
		})
		if !errors.Is(err, errStop) {
			t.Error(err)
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	const want = "begin; SAVEPOINT vola_1; ROLLBACK TO SAVEPOINT vola_1; RELEASE SAVEPOINT vola_1; rollback"
	if got := f.did(); got != want {
		t.Error(got)
	}
}

// A context that is done before the beginning: the function does not run.
func TestDoneContextAtBegin(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, opts := range []database.TxOptions{{}, {ReadOnly: true}, {Retry: 5}} {
			err := db.InTxWith(ctx, opts, func(context.Context, *database.Tx) error {
				t.Error("the function ran")
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%+v: %v", opts, err)
			}
		}
		if err := db.InTx(t.Context(), exec("SELECT 1", nil)); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}

// Hooks run after the commit, in the order in which they were given, whichever
// handle that was, and with the caller's context. Those of what was undone do not.
func TestOnCommitOrder(t *testing.T) {
	t.Parallel()
	f := &fake{}
	db := f.open(t)
	var calls []string
	type key struct{}
	outside := context.WithValue(t.Context(), key{}, "caller's")
	note := func(what string) func(context.Context) {
		return func(ctx context.Context) {
			calls = append(calls, what)
			if ctx.Value(key{}) != "caller's" {
				t.Errorf("%s has another context", what)
			}
			if _, err := db.Exec(ctx, what); err != nil {
				t.Error(err)
			}
		}
	}
	err := db.InTx(outside, func(ctx context.Context, outer *database.Tx) error {
		outer.OnCommit(note("1"))
		var kept *database.Tx
		err := outer.InTx(ctx, func(ctx context.Context, inner *database.Tx) error {
			kept = inner
			inner.OnCommit(note("2"))
			outer.OnCommit(note("3"))
			innermost := inner.InTx(ctx, func(_ context.Context, innermost *database.Tx) error {
				innermost.OnCommit(note("undone"))
				inner.OnCommit(note("4"))
				return errStop
			})
			if !errors.Is(innermost, errStop) {
				t.Error(innermost)
			}
			return inner.InTx(ctx, func(_ context.Context, tx *database.Tx) error {
				tx.OnCommit(note("5"))
				return nil
			})
		})
		kept.OnCommit(note("6"))
		outer.InTx(ctx, func(ctx context.Context, inner *database.Tx) error {
			err := inner.InTx(ctx, func(_ context.Context, tx *database.Tx) error {
				tx.OnCommit(note("undone with what is around it"))
				return nil
			})
			return errors.Join(err, errStop)
		})
		outer.OnCommit(func(context.Context) { outer.OnCommit(note("8")) })
		outer.OnCommit(note("7"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(calls, " "); got != "1 2 3 4 5 6 7 8" {
		t.Errorf("called: %s", got)
	}
	if got := f.did(); !strings.HasSuffix(got, "commit; 1; 2; 3; 4; 5; 6; 7; 8") {
		t.Errorf("the driver was asked for %s", got)
	}
}

// Without a commit no hook runs; a hook that panics does not undo the commit.
func TestOnCommitWithoutCommit(t *testing.T) {
	t.Parallel()
	f := &fake{}
	db := f.open(t)
	f.failing("commit")
	err := db.InTx(t.Context(), func(_ context.Context, tx *database.Tx) error {
		tx.OnCommit(func(context.Context) { t.Error("called without a commit") })
		return nil
	})
	if err == nil {
		t.Error("no error")
	}
	f.failing()
	f.did()
	defer func() {
		if recover() != errStop || f.did() != "begin; commit" {
			t.Error("the panic of a hook was lost, or the transaction rolled back")
		}
	}()
	db.InTx(t.Context(), func(_ context.Context, tx *database.Tx) error {
		tx.OnCommit(func(context.Context) { panic(errStop) })
		return nil
	})
}

// The handle of the outside is refused with the context of a transaction, at any
// depth, also inside a transaction of another database; with that of its end, or
// on the other database, it is not.
func TestOuterHandle(t *testing.T) {
	t.Parallel()
	a, b := (&fake{}).open(t), (&fake{}).open(t)
	refused := func(err error, parts ...string) {
		t.Helper()
		for _, part := range append(parts, "tx_test.go:") {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v, want %q", err, part)
			}
		}
	}
	use := func(ctx context.Context, db *database.DB) error {
		_, err := db.Exec(ctx, "x")
		rows, err2 := db.Query(ctx, "x")
		if err2 == nil {
			rows.Close()
		}
		if (err == nil) != (err2 == nil) {
			t.Errorf("Exec %v, Query %v", err, err2)
		}
		return err
	}
	var after context.Context
	err := a.InTx(t.Context(), func(inA context.Context, txA *database.Tx) error {
		refused(use(inA, a), "uses the database itself inside the transaction")
		refused(a.InTx(inA, exec("x", nil)), "use the transaction's own handle")
		err := b.InTx(inA, func(inBoth context.Context, txB *database.Tx) error {
			refused(use(inBoth, a), "inside the transaction")
			refused(use(inBoth, b), "inside the transaction")
			return txB.InTx(inBoth, func(deep context.Context, _ *database.Tx) error {
				refused(use(deep, a), "inside the transaction")
				refused(use(deep, b), "inside the transaction")
				refused(exec("x", nil)(deep, txB), "nested")
				return exec("x", nil)(deep, txA)
			})
		})
		after = inA
		return errors.Join(err, use(inA, b), use(t.Context(), a))
	})
	if err != nil {
		t.Error(err)
	}
	if err := use(after, a); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

// The function is run again, from the beginning, only for a transaction that was
// in the way of another, and so often.
func TestRetry(t *testing.T) {
	t.Parallel()
	conflict := &database.Error{Kind: database.Serialization}
	for _, tt := range []struct {
		name          string
		retry, begins int
		fails         int // how often the commit fails
		with          error
		want          error
	}{
		{"not asked for", 0, 1, 1, conflict, database.ErrSerialization},
		{"once", 3, 2, 1, conflict, nil},
		{"as often as allowed", 3, 4, 3, conflict, nil},
		{"too often", 3, 4, 4, conflict, database.ErrSerialization},
		{"another error", 3, 1, 1, &database.Error{Kind: database.Unique}, database.ErrUnique},
		{"wrapped", 3, 2, 1, fmt.Errorf("store the order: %w", conflict), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, failed, runs := &fake{}, 0, 0
			f.fail = func(what string) error {
				if what == "commit" && failed < tt.fails {
					failed++
					return tt.with
				}
				return nil
			}
			var called []int
			opts := database.TxOptions{Retry: tt.retry, Isolation: sql.LevelSerializable, ReadOnly: true}
			err := f.open(t).InTxWith(t.Context(), opts, func(_ context.Context, tx *database.Tx) error {
				runs++
				n := runs
				tx.OnCommit(func(context.Context) { called = append(called, n) })
				return nil
			})
			if !errors.Is(err, tt.want) || runs != tt.begins || strings.Count(f.did(), "begin") != tt.begins {
				t.Errorf("%d times: %v, want %d times: %v", runs, err, tt.begins, tt.want)
			}
			if tt.want == nil && !cmp.Equal(called, []int{runs}) {
				t.Errorf("hooks of the attempts %v ran", called)
			}
			if f.opts != opts {
				t.Errorf("the driver was given %+v", f.opts)
			}
		})
	}
}

// The pauses grow from at most 1 ms to at most 100 ms, and end with the context.
func TestRetryPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{fail: func(what string) error {
			if what == "commit" {
				return database.ErrSerialization
			}
			return nil
		}}
		db := f.open(t)
		last, n, total := time.Now(), 0, time.Duration(0)
		err := db.InTxWith(t.Context(), database.TxOptions{Retry: 200}, func(context.Context, *database.Tx) error {
			paused := time.Since(last) // in the bubble, where only pauses take time
			total += paused
			if n > 0 && (paused >= 100*time.Millisecond || n < 8 && paused >= time.Millisecond<<(n-1)) {
				t.Errorf("a pause of %v before attempt %d", paused, n)
			}
			n, last = n+1, time.Now()
			return nil
		})
		if !errors.Is(err, database.ErrSerialization) || n != 201 || total < time.Second {
			t.Errorf("%d attempts, pauses of %v, %v", n, total, err)
		}
		for _, early := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			n = 0
			err = db.InTxWith(ctx, database.TxOptions{Retry: 1 << 40}, func(context.Context, *database.Tx) error {
				if n++; n == 20 && early {
					cancel()
				} else if n == 20 {
					f.fail = func(what string) error {
						if what == "commit" {
							go cancel() // in the pause
							return database.ErrSerialization
						}
						return nil
					}
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) || n != 20 {
				t.Errorf("cancelled in attempt 20, ended in %d: %v", n, err)
			}
		}
	})
}

// A read-only transaction cannot write, by whatever handle, and after it the
// connection can.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Exec(t.Context(), "CREATE TABLE t (n integer)"); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			err := db.InTxWith(t.Context(), database.TxOptions{ReadOnly: true}, func(ctx context.Context, tx *database.Tx) error {
				err := tx.InTx(ctx, exec("INSERT INTO t VALUES (1)", nil))
				if err == nil {
					t.Error("a nested transaction wrote")
				}
				var n int64
				return database.QueryRow(ctx, tx, []any{&n}, "SELECT count(*) FROM t")
			})
			if err != nil {
				t.Errorf("after the refusal in a savepoint: %v", err)
			}
			if err := db.InTx(t.Context(), exec("INSERT INTO t VALUES (1)", nil)); err != nil {
				t.Errorf("writing afterwards: %v", err)
			}
		}
	})
}
