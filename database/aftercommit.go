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
