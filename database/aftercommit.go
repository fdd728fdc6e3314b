package database

import "context"

// AfterCommit runs fn when what h does is committed: for a [Tx] as [Tx.OnCommit] says, so
// not at all when it is rolled back, and for a [DB] at once. A DB with a context that belongs to a
// transaction on it is an error: fn would run before the transaction is committed.
func AfterCommit(ctx context.Context, h Handle, fn func(context.Context)) error {
	if tx, ok := h.(*Tx); ok {
		if err := tx.usable(); err != nil {
			return err
		}
		tx.OnCommit(fn)
		return nil
	}
	if err := h.root().outside(ctx); err != nil {
		return err
	}
	fn(ctx)
	return nil
}

// AfterCommitOnce is AfterCommit for what needs to be done once for all that a transaction did: of
// several calls with the same key in a transaction, one function runs, where the first would. A
// call in a savepoint that is rolled back does not count. On a DB each runs at once.
func AfterCommitOnce(ctx context.Context, h Handle, key string, fn func(context.Context)) error {
	tx, ok := h.(*Tx)
	if !ok {
		return AfterCommit(ctx, h, fn)
	}
	if err := tx.usable(); err != nil {
		return err
	}
	outermost := tx.outermost()
	for around := tx; around != nil; around = around.parent {
		if outermost.once[once{around, key}] {
			return nil // it runs if this transaction is committed
		}
	}
	if outermost.once == nil {
		outermost.once = map[once]bool{}
	}
	outermost.once[once{tx, key}] = true
	outermost.hooks = append(outermost.hooks, hook{tx, fn, key})
	return nil
}

// once names a function given to AfterCommitOnce in tx.
type once struct {
	tx  *Tx
	key string
}
