package orm

import (
	"errors"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm/internal/ormsql"
)

// Lock says what a query does about rows that another transaction has locked.
type Lock byte

const (
	// Wait waits until the other transaction ends.
	Wait Lock = iota
	// SkipLocked leaves those rows out.
	SkipLocked
	// NoWait fails with [database.ErrSerialization].
	NoWait
)

// lock is a Lock, or 0 for none.
type lock byte

// ForUpdate locks the rows that are read until the transaction ends, so that no
// other changes or deletes them in between. It needs a transaction. On SQLite
// the transaction has locked the whole database already, and there is nothing
// to skip or to wait for.
func (q *Query[T]) ForUpdate(how Lock) *Query[T] {
	c := new(Query[T])
	(*query)(c).setLock((*query)(q), how)
	return c
}

//go:noinline
func (q *query) setLock(other *query, how Lock) {
	q.from(other)
	q.lock = lock(how) + 1
	if _, ok := q.h.(*database.Tx); !ok && q.h != nil {
		q.err = errors.New("orm: ForUpdate outside a transaction would lock nothing; use the handle that InTx gives")
	}
}

func (w *sqlText) lock(l lock) { w.Str(w.Lock(ormsql.Lock(l))) }
