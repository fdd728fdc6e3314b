package orm

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/volaweb/vola/database"
)

// batch is how many rows Iter holds at a time.
const batch = 256

// Iter returns the rows of the query one by one, in memory that does not grow
// with their number; relations are loaded for some hundred rows at a time. The
// sequence ends after the first error, which is its last element. Each range
// over it runs the query again.
//
// Outside a transaction it keeps a connection until the loop ends. In a
// transaction the loop may run other statements, and sees the rows as they were
// when it began: PostgreSQL reads through a cursor, SQLite keeps the rows in a
// table of its own, which it writes to a file when it is large.
//
//go:noinline
func (q *Query[T]) Iter(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		left := false // the loop, which must not be called again then
		err := (*query)(q).iterate(ctx, func(s span) bool {
			for _, row := range sliceOf[T](s) {
				if left = !yield(row, nil); left {
					return false
				}
			}
			return true
		})
		if err != nil && !left {
			var zero T
			yield(zero, err)
		}
	}
}

// iterate calls yield with the rows, some at a time, until it returns false.
// The rows are overwritten after that.
func (q *query) iterate(ctx context.Context, yield func(span) bool) error {
	q = q.own()
	b := &rowBuffer{expect: batch}
	return q.readBatches(ctx, b, func() (bool, error) {
		if b.n == 0 {
			return true, nil
		}
		if err := q.finish(ctx, b.rowset); err != nil {
			return false, err
		}
		if !yield(b.span) {
			return false, nil
		}
		// What was yielded may be kept by the loop, and refers to nothing here.
		b.empty()
		return true, nil
	})
}

// readBatches reads the rows into b, and calls flush whenever there is a batch of
// them; that returns false if no more are wanted.
func (q *query) readBatches(ctx context.Context, b *rowBuffer, flush func() (bool, error)) error {
	p, err := q.plan()
	if err != nil {
		return err
	}
	b.plan = p
	left, err := p.unread(q.without)
	if err != nil {
		return err
	}
	text, bound, err := q.selectText(p, nil, left)
	if err != nil {
		return err
	}
	r := p.newReader()
	r.leave(left)
	if tx, ok := q.h.(*database.Tx); ok {
		if p.b.traits.Cursors {
			return q.cursorOver(ctx, r, tx, text, bound.args, b, flush)
		}
		// SQLite would go on reading what the loop writes: a row that is
		// moved ahead in the order would come again.
		text = "WITH v AS MATERIALIZED (" + text + ") SELECT * FROM v"
	}
	limited, cancel := q.limited(ctx)
	defer cancel()
	rows, err := q.h.Query(limited, text, bound.args...)
	if err != nil {
		return fmt.Errorf("find %s: %w", p.model, err)
	}
	_, _, err = r.drain(rows, batch, b, flush)
	return err
}

// drain reads all rows, flushes so many at a time, and closes them. more is
// false when the loop was left.
func (r *reader) drain(rows database.Rows, size int, b *rowBuffer, flush func() (bool, error)) (n int, more bool, err error) {
	defer rows.Close()
	for rows.Next() {
		if err := r.scan(rows, b.next()); err != nil {
			return n, false, err
		}
		n++
		if n%size == 0 {
			if more, err := flush(); err != nil || !more {
				return n, false, err
			}
		}
	}
	if err := rows.Close(); err != nil {
		return n, false, fmt.Errorf("find %s: %w", r.plan.model, err)
	}
	more, err = flush()
	return n, more, err
}

// cursorOver reads the rows through a cursor of the transaction.
func (q *query) cursorOver(ctx context.Context, r *reader, tx *database.Tx, text string, args []any, b *rowBuffer, flush func() (bool, error)) error {
	p := r.plan
	name := "vola_cursor_" + strconv.FormatInt(p.b.cursors.Add(1), 10)
	limited, cancel := q.limited(ctx)
	_, err := tx.Exec(limited, "DECLARE "+name+" NO SCROLL CURSOR FOR "+text, args...)
	cancel()
	if err != nil {
		return fmt.Errorf("find %s: %w", p.model, err)
	}
	fetch := "FETCH FORWARD " + strconv.Itoa(batch) + " FROM " + name
	for {
		limited, cancel := q.limited(ctx)
		rows, err := tx.Query(limited, fetch)
		if err != nil {
			cancel()
			return fmt.Errorf("find %s: %w", p.model, err)
		}
		// The rows are all read, and the connection free, before the first is
		// yielded.
		n, more, err := r.drain(rows, batch+1, b, flush)
		cancel()
		if err != nil {
			return err // the transaction is of no more use, and its end closes the cursor
		}
		if n == batch && more {
			continue
		}
		_, err = tx.Exec(ctx, "CLOSE "+name)
		return err
	}
}
