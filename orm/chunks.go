package orm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"time"
)

// Timeout limits how long each statement of the query may run; d must be
// positive. One that takes longer is stopped in the database, and its error is
// context.DeadlineExceeded. In a transaction, an InTx of the Tx around it lets
// the rest go on, but on SQLite not after a statement that writes. The
// statements that load relations are limited as well, each by itself. The statement of Iter runs as long as the loop does, but for a
// Query in a transaction on PostgreSQL, which reads a batch with each. Defaults
// to the deadline of the context.
func (q *Query[T]) Timeout(d time.Duration) *Query[T] {
	c := new(Query[T])
	(*query)(c).setTimeout((*query)(q), d)
	return c
}

//go:noinline
func (q *query) setTimeout(other *query, d time.Duration) {
	q.from(other)
	q.timeout = d
	if d <= 0 {
		q.err = fmt.Errorf("orm: a timeout of %v is not positive", d)
	}
}

// limited returns the context of a statement.
func (q *query) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if q == nil || q.timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, q.timeout)
}

// Chunks divides the query into queries of at most size rows each, by ranges of
// the primary key, for work on many rows that must not hold up others:
//
//	for chunk, err := range orm.From[Post](db).Where(Posts.Status.Eq(Draft)).Chunks(ctx, 5000) {
//		if err != nil {
//			return err
//		}
//		if _, err := chunk.Update(ctx, Posts.Status.Set(Published)); err != nil {
//			return err
//		}
//	}
//
// A chunk can be read, updated or deleted; it still has the conditions of the
// query, so a row that matches no more is left alone, and a chunk may be empty.
// Rows that get a key above the highest one at the beginning are in no chunk. A
// chunk is found by one statement, after the loop is done with the one before
// it, and sees what that has changed. Of a query of a transaction, all are parts
// of that transaction.
//
// Rows that are marked as deleted are in chunks after [Query.WithDeleted]. The
// key must be one field. An order, relations to load and ForUpdate are asked of
// each chunk, not of the query; a limit does not go with it.
//
//go:noinline
func (q *Query[T]) Chunks(ctx context.Context, size int) iter.Seq2[*Query[T], error] {
	return func(yield func(*Query[T], error) bool) {
		(*query)(q).chunks(ctx, size, func(c *query, err error) bool { return yield((*Query[T])(c), err) })
	}
}

func (q *query) chunks(ctx context.Context, size int, yield func(*query, error) bool) {
	q = q.own()
	p, err := q.plan()
	switch {
	case err != nil:
	case size < 1:
		err = fmt.Errorf("orm: a chunk cannot have %d rows", size)
	case p.key == nil:
		err = fmt.Errorf("orm: chunks of %s: the key has several fields, %s; read the rows with Iter or Seek", p.model, describe(p.keys))
	case q.limit >= 0 || q.offset > 0 || len(q.orders) > 0 || len(q.with) > 0 || q.lock != 0:
		err = errors.New("orm: a query with an order, Limit, Offset, With or ForUpdate cannot be divided into chunks; call OrderBy, With and ForUpdate on each chunk")
	}
	if err != nil {
		yield(nil, err)
		return
	}
	last, err := q.keyOf(ctx, p, true, 0)
	if err != nil || last == nil {
		if err != nil {
			yield(nil, err)
		}
		return
	}
	to := &node{op: opLe, field: p.key.name, value: last, canonical: true}
	var after any
	for {
		var from *node
		c := q.own()
		c.where = append(slices.Clip(c.where), to)
		if after != nil {
			from = &node{op: opGt, field: p.key.name, value: after, canonical: true}
			c.where = append(c.where, from)
		}
		bound, err := c.keyOf(ctx, p, false, size-1)
		if err != nil {
			yield(nil, err)
			return
		}
		chunk := c
		if bound != nil {
			chunk = q.own()
			chunk.where = append(slices.Clip(chunk.where), &node{op: opLe, field: p.key.name, value: bound, canonical: true})
			if from != nil {
				chunk.where = append(chunk.where, from)
			}
		}
		if !yield(chunk, nil) || bound == nil || mapKey(bound) == mapKey(last) {
			return
		}
		after = bound
	}
}

// keyOf returns the key of the row at a place in the order of the key, in
// canonical form, and nil if there is none.
func (q *query) keyOf(ctx context.Context, p *plan, desc bool, at int) (any, error) {
	s := &selection{query: *q.own(), result: p.key.base, items: []*expr{fieldExpr(p.key.name)}, names: make([]string, 1)}
	s.orders = []order{{field: p.key.name, desc: desc}}
	s.limit, s.offset = 1, at
	row := reflect.New(p.key.base)
	err := s.only(ctx, 1, row.UnsafePointer())
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.key.canonical(row.UnsafePointer())
}
