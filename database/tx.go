package database

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"
)

// Tx is a transaction, or a savepoint inside one. It is made by InTx and ends
// when the function given to InTx returns. It may be used by one goroutine at
// a time.
type Tx struct {
	db      *DB
	backend BackendTx
	parent  *Tx // nil for the outermost
	// savepoints counts those begun on the outermost transaction, for their names.
	savepoints int
	// hooks are what OnCommit was given, of the outermost and all inside it.
	hooks []hook
	// once says which hooks with a key there are, of the outermost transaction.
	once map[once]bool
	busy bool // a savepoint is open inside
	done bool
	// undone says that the savepoint was rolled back, or may have been.
	undone bool
	begun  [12]uintptr
	// failed is the first statement that failed and was not undone since.
	failed error
}

type txKey struct{}

// txMark is what the context inside a transaction carries.
type txMark struct {
	tx    *Tx
	outer *txMark // of another database
}

// outside returns an error when ctx belongs to a transaction on db: the
// statement would not be part of it, and on SQLite could wait for it forever.
func (db *DB) outside(ctx context.Context) error {
	for m, _ := ctx.Value(txKey{}).(*txMark); m != nil; m = m.outer {
		if m.tx.db == db && !m.tx.done {
			return fmt.Errorf("database: %s uses the database itself inside the transaction begun at %s; use the transaction's own handle, which the function is given, or the context from outside it",
				callerLine(), lineOf(m.tx.begun[:]))
		}
	}
	return nil
}

// InTransaction reports whether a context belongs to a transaction that is open: what is read with it
// may be what nobody else ever sees.
func InTransaction(ctx context.Context) bool {
	for m, _ := ctx.Value(txKey{}).(*txMark); m != nil; m = m.outer {
		if !m.tx.done {
			return true
		}
	}
	return false
}

// InTx runs fn in a transaction: it is committed when fn returns nil and
// rolled back when fn returns an error, which InTx then returns, or panics. It is
// also rolled back, on every database, when fn returns nil although a statement
// in it failed, but for those that failed in an inner InTx, of the Tx.
// The context given to fn belongs to the transaction: using the outer DB with
// it is refused. With another context the outer DB waits for the transaction on
// SQLite, for itself: after 10 seconds in which the transaction does nothing that
// is [ErrHeld]. A context that is done rolls back.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.InTxWith(ctx, TxOptions{}, fn)
}

// InTxWith is InTx with options.
func (db *DB) InTxWith(ctx context.Context, opts TxOptions, fn func(ctx context.Context, tx *Tx) error) error {
	if err := db.outside(ctx); err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		err := db.inTx(ctx, opts, fn)
		if err == nil || attempt >= opts.Retry || !errors.Is(err, ErrSerialization) || ctx.Err() != nil {
			return err
		}
		if ended := pause(ctx, attempt); ended != nil {
			return errors.Join(ended, err)
		}
	}
}

// pause waits before a transaction is tried again: longer each time, at most
// 100 ms, and by chance, so that those who were in each other's way do not meet
// again.
func pause(ctx context.Context, attempt int) error {
	most := min(time.Millisecond<<min(attempt, 10), 100*time.Millisecond)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(most)):
		return nil
	}
}

func (db *DB) inTx(ctx context.Context, opts TxOptions, fn func(ctx context.Context, tx *Tx) error) error {
	tx := &Tx{db: db}
	runtime.Callers(3, tx.begun[:])
	var err error
	if tx.backend, err = db.backend.Begin(ctx, opts); err != nil {
		return fmt.Errorf("begin transaction: %w", db.open.heldBy(err))
	}
	db.open.add(tx)
	defer db.open.remove(tx)
	defer tx.abandon(ctx)
	if err := fn(tx.mark(ctx), tx); err != nil {
		return errors.Join(err, tx.rollback(ctx))
	}
	if tx.done {
		return fmt.Errorf("database: the transaction begun at %s was ended inside its function", lineOf(tx.begun[:]))
	}
	if err := ctx.Err(); err != nil {
		return errors.Join(err, tx.rollback(ctx))
	}
	if err := tx.swallowed(); err != nil {
		return errors.Join(err, tx.rollback(ctx))
	}
	tx.done = true
	if err := tx.backend.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	tx.committed(ctx)
	return nil
}

// committed runs the hooks.
func (tx *Tx) committed(ctx context.Context) {
	var ran map[string]bool              // keys
	for i := 0; i < len(tx.hooks); i++ { // a hook may add others
		h := tx.hooks[i]
		if h.tx.isUndone() || ran[h.key] {
			continue
		}
		if h.key != "" {
			if ran == nil {
				ran = map[string]bool{}
			}
			ran[h.key] = true
		}
		h.fn(ctx)
	}
}

// fail keeps the first error of a statement in the transaction.
func (tx *Tx) fail(err error) {
	if tx.failed == nil {
		tx.failed = fmt.Errorf("the statement at %s failed: %w", callerLine(), err)
	}
}

// swallowed returns the error of a transaction whose function succeeded although
// a statement in it had failed. PostgreSQL has undone such a transaction; the
// others must not commit half of it.
func (tx *Tx) swallowed() error {
	if tx.failed == nil {
		return nil
	}
	return fmt.Errorf("database: the transaction begun at %s cannot be committed: its function returned nil, but %w; "+
		"return the error, or run what may fail in an InTx of the transaction, which undoes just that", lineOf(tx.begun[:]), tx.failed)
}

// mark returns ctx as the context of the transaction.
func (tx *Tx) mark(ctx context.Context) context.Context {
	outer, _ := ctx.Value(txKey{}).(*txMark)
	return context.WithValue(ctx, txKey{}, &txMark{tx: tx, outer: outer})
}

// abandon rolls back when fn panicked or ended its goroutine.
func (tx *Tx) abandon(ctx context.Context) {
	if !tx.done {
		tx.rollback(ctx)
	}
}

// rollback ends the transaction. Its errors are returned only when they say
// something new: a connection that broke rolls back by itself.
func (tx *Tx) rollback(ctx context.Context) error {
	tx.done = true
	err := tx.backend.Rollback(context.WithoutCancel(ctx))
	if err == nil || errors.Is(err, ErrConnection) {
		return nil
	}
	return fmt.Errorf("rollback: %w", err)
}

// InTx runs fn in a savepoint of the transaction: an error of fn undoes what
// fn did and leaves the rest of the transaction as it was. So does a statement
// in fn that was stopped, because its context is done. But on SQLite one that
// writes ends the whole transaction, whose later statements are errors then.
func (tx *Tx) InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if err := tx.usable(); err != nil {
		return err
	}
	outermost := tx.outermost()
	outermost.savepoints++
	name := "vola_" + strconv.Itoa(outermost.savepoints)
	sub := &Tx{db: tx.db, backend: tx.backend, parent: tx}
	runtime.Callers(2, sub.begun[:])
	if _, err := tx.Exec(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("begin savepoint: %w", err)
	}
	tx.busy = true
	end := func(ctx context.Context, query string) error {
		sub.done, tx.busy = true, false
		_, err := tx.Exec(ctx, query)
		return err
	}
	undo := func() error {
		sub.undone = true
		ctx := context.WithoutCancel(ctx)
		err := end(ctx, "ROLLBACK TO SAVEPOINT "+name)
		if err == nil {
			_, err = tx.Exec(ctx, "RELEASE SAVEPOINT "+name)
		}
		if err == nil || errors.Is(err, ErrConnection) {
			return nil
		}
		return fmt.Errorf("roll back savepoint: %w", err)
	}
	defer func() {
		if !sub.done {
			undo()
		}
	}()
	if err := fn(sub.mark(ctx), sub); err != nil {
		return errors.Join(err, undo())
	}
	if err := sub.swallowed(); err != nil {
		return errors.Join(err, undo())
	}
	if err := end(ctx, "RELEASE SAVEPOINT "+name); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}

func (tx *Tx) root() *DB { return tx.db }

func (tx *Tx) outermost() *Tx {
	for tx.parent != nil {
		tx = tx.parent
	}
	return tx
}

// usable returns an error when the transaction has ended or a savepoint is
// open inside it, whose handle must be used instead.
func (tx *Tx) usable() error {
	switch {
	case tx.done:
		return fmt.Errorf("database: %s uses the transaction begun at %s after its end", callerLine(), lineOf(tx.begun[:]))
	case tx.busy:
		return fmt.Errorf("database: %s uses the transaction begun at %s while a transaction nested in it is open; use the nested one's handle", callerLine(), lineOf(tx.begun[:]))
	}
	return nil
}

// Query runs a statement that returns rows, which the caller must close before
// the next statement of the transaction.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	rows, err := observeQuery(ctx, tx.db, tx.backend, query, args)
	if err != nil {
		tx.fail(err)
		return nil, err
	}
	return &txRows{Rows: rows, tx: tx}, nil
}

// txRows tells the transaction of an error that came after the first row.
type txRows struct {
	Rows
	tx *Tx
	// misread says that a row could not be copied into the variables, which is
	// no failure of the statement.
	misread bool
}

func (r *txRows) Scan(dest ...any) error {
	err := r.Rows.Scan(dest...)
	r.misread = r.misread || err != nil
	return err
}

func (r *txRows) Close() error {
	err := r.Rows.Close()
	if err != nil && !r.misread {
		r.tx.fail(err)
	}
	return err
}

// Exec runs a statement that returns no rows.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (Result, error) {
	if err := tx.usable(); err != nil {
		return Result{}, err
	}
	res, err := observeExec(ctx, tx.db, tx.backend, query, args)
	if err != nil {
		tx.fail(err)
	}
	return res, err
}

// OnCommit makes fn run after the outermost transaction has been committed, in
// the order of the calls, with the context given to the outermost InTx. What
// was registered inside a savepoint that is rolled back does not run. A function
// that fn registers runs after those there are.
func (tx *Tx) OnCommit(fn func(context.Context)) {
	outermost := tx.outermost()
	outermost.hooks = append(outermost.hooks, hook{tx: tx, fn: fn})
}

// hook is a function given to OnCommit of tx.
type hook struct {
	tx  *Tx
	fn  func(context.Context)
	key string // of those that run once; "" for others
}

// isUndone reports whether the savepoint was rolled back, or one around it.
func (tx *Tx) isUndone() bool {
	for ; tx != nil; tx = tx.parent {
		if tx.undone {
			return true
		}
	}
	return false
}

// Backend returns the driver's transaction; for packages that add to the
// database.
func (tx *Tx) Backend() BackendTx { return tx.backend }
