package orm

import (
	"context"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Query is a query set: rows of T that fulfil conditions, in an order. It is a
// value; its methods return changed copies, and nothing is asked of the
// database before one of those that take a context. A Query may be kept and
// used from several goroutines as far as its handle may.
type Query[T any] struct{ q query }

// From returns the query for all rows of T on a database or in a transaction.
func From[T any](h database.Handle) Query[T] {
	return Query[T]{query{h: h, model: reflect.TypeFor[T](), limit: -1}}
}

// Where adds conditions; rows must fulfil all of them and all that were added
// before.
func (q Query[T]) Where(conditions ...Condition[T]) Query[T] {
	q.q.where = append(slices.Clip(q.q.where), nodes(conditions)...)
	return q
}

// Having adds conditions on groups of rows, for [Select]:
//
//	Having(orm.Count[Post]().Ge(3))
//
// Other methods than Select refuse it.
func (q Query[T]) Having(conditions ...Condition[T]) Query[T] {
	q.q.having = append(slices.Clip(q.q.having), nodes(conditions)...)
	return q
}

// OrderBy puts the rows in order, by the first of orders, rows that are equal
// in it by the second, and so on. It replaces an order given before. Without
// one the order is the database's whim.
func (q Query[T]) OrderBy(orders ...Order[T]) Query[T] {
	q.q.orders = make([]order, len(orders))
	for i, o := range orders {
		q.q.orders[i] = o.o
	}
	return q
}

// With loads relations together with the rows, one more statement for each.
func (q Query[T]) With(relations ...Prefetch[T]) Query[T] {
	q.q.with = append(slices.Clip(q.q.with), prefetches(relations)...)
	return q
}

// Limit returns at most n rows. A negative n is an error when the query runs.
func (q Query[T]) Limit(n int) Query[T] {
	q.q.limitTo(n)
	return q
}

// Offset leaves out the first n rows. A negative n is an error when the query
// runs.
func (q Query[T]) Offset(n int) Query[T] {
	q.q.skip(n)
	return q
}

// Every says that an Update or Delete without any condition is meant.
func (q Query[T]) Every() Query[T] {
	q.q.every = true
	return q
}

// All returns all rows of the query; none is an empty slice and no error.
func (q Query[T]) All(ctx context.Context) ([]T, error) {
	p, err := q.q.plan()
	if err != nil {
		return nil, err
	}
	return q.all(ctx, p)
}

// First returns the first row of the query; the error is [ErrNotFound] when
// there is none.
func (q Query[T]) First(ctx context.Context) (T, error) {
	q.q.atMost(1)
	rows, err := q.All(ctx)
	return only(&q.q, rows, err)
}

// Get returns the one row of the query; the error is [ErrNotFound] when there
// is none and [ErrMultiple] when there are more.
func (q Query[T]) Get(ctx context.Context) (row T, err error) {
	p, err := q.q.plan()
	if err != nil {
		return row, err
	}
	if !q.q.isOne(p) {
		q.q.atMost(2)
		rows, err := q.all(ctx, p)
		return only(&q.q, rows, err)
	}
	found, err := q.q.one(ctx, p, unsafe.Pointer(&row))
	if err == nil && !found {
		err = q.q.notOne(0)
	}
	return row, err
}

// only returns the only row that was read.
func only[T any](q *query, rows []T, err error) (row T, _ error) {
	if err == nil && len(rows) != 1 {
		err = q.notOne(len(rows))
	}
	if err != nil {
		return row, err
	}
	return rows[0], nil
}

// all reads and finishes the rows.
func (q Query[T]) all(ctx context.Context, p *plan) ([]T, error) {
	items, err := q.read(ctx, p)
	if err == nil && q.q.unfinished(p) {
		err = q.q.finish(ctx, rowsOf(p, items))
	}
	if err != nil {
		return nil, err
	}
	return items, nil
}

// read reads the rows, which are still to be finished.
func (q Query[T]) read(ctx context.Context, p *plan) ([]T, error) {
	items := make([]T, 0, capacity(q.q.limit))
	err := q.q.read(ctx, p, func() unsafe.Pointer {
		var zero T
		items = append(items, zero)
		return unsafe.Pointer(&items[len(items)-1])
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

// Count returns how many rows the query has, without reading them. Limit and
// Offset count.
func (q Query[T]) Count(ctx context.Context) (int64, error) { return q.q.count(ctx) }

// Exists reports whether the query has any row.
func (q Query[T]) Exists(ctx context.Context) (bool, error) {
	q.q.atMost(1)
	n, err := q.q.count(ctx)
	return n > 0, err
}
