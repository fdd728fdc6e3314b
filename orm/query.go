package orm

import (
	"context"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Query is a query set: the rows of T that match conditions, in an order. It
// never changes; its methods return changed copies, and the database is asked
// nothing before one of the methods that take a context. A Query may be kept
// and used by several goroutines if its handle may.
//
// Its methods are as short as they are because each of them is compiled for
// every model; the work is done by query, which is compiled once.
type Query[T any] query

// From returns the query for all rows of T on a database or in a transaction.
func From[T any](h database.Handle) *Query[T] {
	return &Query[T]{h: h, model: reflect.TypeFor[T](), limit: -1}
}

// Where adds conditions; rows must match all of them and all that were added
// before.
func (q *Query[T]) Where(conditions ...Condition[T]) *Query[T] {
	c := new(Query[T])
	(*query)(c).addWhere((*query)(q), unsafe.Pointer(&conditions))
	return c
}

// Having adds conditions on groups of rows, for [Select]:
//
//	Having(orm.Count[Post]().Ge(3))
//
// Other methods than Select refuse it.
func (q *Query[T]) Having(conditions ...Condition[T]) *Query[T] {
	c := new(Query[T])
	(*query)(c).addHaving((*query)(q), unsafe.Pointer(&conditions))
	return c
}

// OrderBy sorts the rows by the first of orders, rows that are equal in it by
// the second, and so on. It replaces an order given before. Without OrderBy the
// order is unspecified, as is that of rows that are equal in all orders: who
// divides rows by Limit and Offset adds the key, which [Query.Page] does.
func (q *Query[T]) OrderBy(orders ...Order[T]) *Query[T] {
	c := new(Query[T])
	(*query)(c).setOrder((*query)(q), unsafe.Pointer(&orders))
	return c
}

// With loads relations together with the rows: by the same statement what each of
// a few rows refers to, else one more statement for each relation:
//
//	orm.From[Post](db).With(Posts.Author, Posts.Comments.OrderBy(Comments.Written.Desc()).Limit(3).Then(Comments.Author))
//
// Then loads relations of the related rows as well. Relations to many also have
// Where, OrderBy and Limit, for which related rows are loaded.
//
//go:noinline
func (q *Query[T]) With(relations ...Prefetch[T]) *Query[T] {
	c := new(Query[T])
	(*query)(c).addWith((*query)(q), prefetches(relations))
	return c
}

// Without leaves columns out of the rows that the query reads, such as the text
// of each post in a list of titles:
//
//	orm.From[Post](db).Without(Posts.Body).Limit(10).All(ctx)
//
// Those fields are the zero value. The model embeds a [Partial], by which Save,
// Update, UpdateAll, Upsert and the others know of it: they refuse to store a
// field that was not read, and Update of other fields works. The key and the
// version are always read. Columns that are left out may stand in conditions and
// orders.
func (q *Query[T]) Without(fields ...Field[T]) *Query[T] {
	c := new(Query[T])
	(*query)(c).leaveOut((*query)(q), fieldNames(fields))
	return c
}

// Limit returns at most n rows. A negative n is an error when the query runs.
func (q *Query[T]) Limit(n int) *Query[T] {
	c := new(Query[T])
	(*query)(c).setLimit((*query)(q), n)
	return c
}

// Offset leaves out the first n rows. A negative n is an error when the query
// runs.
func (q *Query[T]) Offset(n int) *Query[T] {
	c := new(Query[T])
	(*query)(c).setOffset((*query)(q), n)
	return c
}

// Every allows an Update or Delete without a condition.
func (q *Query[T]) Every() *Query[T] {
	c := new(Query[T])
	(*query)(c).setEvery((*query)(q))
	return c
}

// All returns all rows of the query; if there are none, an empty slice and no
// error.
//
//go:noinline
func (q *Query[T]) All(ctx context.Context) ([]T, error) {
	s, err := (*query)(q).all(ctx)
	if err != nil {
		return nil, err
	}
	return sliceOf[T](s), nil
}

// First returns the first row of the query; the error is [ErrNotFound] if there
// is none.
//
//go:noinline
func (q *Query[T]) First(ctx context.Context) (row T, err error) {
	err = (*query)(q).first(ctx, unsafe.Pointer(&row))
	return row, err
}

// Lookup returns the first row of the query, and false without an error if
// there is none:
//
//	post, ok, err := orm.From[Post](db).Where(Posts.Slug.Eq(slug)).Lookup(ctx)
//
//go:noinline
func (q *Query[T]) Lookup(ctx context.Context) (row T, ok bool, err error) {
	ok, err = (*query)(q).lookup(ctx, unsafe.Pointer(&row))
	return row, ok, err
}

// Get returns the one row of the query; the error is [ErrNotFound] if there is
// none and [ErrMultiple] if there are more.
//
//go:noinline
func (q *Query[T]) Get(ctx context.Context) (row T, err error) {
	err = (*query)(q).get(ctx, unsafe.Pointer(&row))
	return row, err
}

// Count returns how many rows the query has, without reading them. Limit and
// Offset apply.
func (q *Query[T]) Count(ctx context.Context) (int64, error) { return (*query)(q).countRows(ctx) }

// Exists reports whether the query has any row.
func (q *Query[T]) Exists(ctx context.Context) (bool, error) { return (*query)(q).exists(ctx) }

// untypedNodes views conditions as what they are: pointers to nodes. The result
// must be copied before it is kept.
func untypedNodes[P any](conditions []ConditionOf[P]) []*node {
	return *(*[]*node)(unsafe.Pointer(&conditions))
}

// untypedOrders views orders without their type parameter, as untypedNodes
// does.
func untypedOrders[P any](orders []OrderOf[P]) []order {
	return *(*[]order)(unsafe.Pointer(&orders))
}
