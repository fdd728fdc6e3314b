package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// Query is a query set: rows of T that fulfil conditions, in an order. It is a
// value; its methods return changed copies, and nothing is asked of the
// database before one of those that take a context. A Query may be kept and
// used from several goroutines as far as its handle may.
type Query[T any] struct {
	h      database.Handle
	where  []*node
	having []*node
	orders []order
	with   []prefetch
	limit  int // negative: none
	offset int
	every  bool
	lock   lock
	// deleted says which rows of a model with soft delete are seen.
	deleted deletedRows
	err     error
}

// From returns the query for all rows of T on a database or in a transaction.
func From[T any](h database.Handle) Query[T] { return Query[T]{h: h, limit: -1} }

// Where adds conditions; rows must fulfil all of them and all that were added
// before.
func (q Query[T]) Where(conditions ...Condition[T]) Query[T] {
	q.where = append(q.where[:len(q.where):len(q.where)], nodes(conditions)...)
	return q
}

// Having adds conditions on groups of rows, for [Select]:
//
//	Having(orm.Count[Post]().Ge(3))
//
// Other methods than Select refuse it.
func (q Query[T]) Having(conditions ...Condition[T]) Query[T] {
	q.having = append(q.having[:len(q.having):len(q.having)], nodes(conditions)...)
	return q
}

// OrderBy puts the rows in order, by the first of orders, rows that are equal
// in it by the second, and so on. It replaces an order given before. Without
// one the order is the database's whim.
func (q Query[T]) OrderBy(orders ...Order[T]) Query[T] {
	q.orders = make([]order, len(orders))
	for i, o := range orders {
		q.orders[i] = o.o
	}
	return q
}

// With loads relations together with the rows, one more statement for each.
func (q Query[T]) With(relations ...Prefetch[T]) Query[T] {
	q.with = append(q.with[:len(q.with):len(q.with)], prefetches(relations)...)
	return q
}

// Limit returns at most n rows. A negative n is an error when the query runs.
func (q Query[T]) Limit(n int) Query[T] {
	if n < 0 {
		q.err = fmt.Errorf("orm: limit %d is negative", n)
	}
	q.limit = n
	return q
}

// atMost returns the query with a limit of n, unless it has a smaller one.
func (q Query[T]) atMost(n int) Query[T] {
	if q.limit >= 0 && q.limit < n {
		return q
	}
	return q.Limit(n)
}

// Offset leaves out the first n rows. A negative n is an error when the query
// runs.
func (q Query[T]) Offset(n int) Query[T] {
	if n < 0 {
		q.err = fmt.Errorf("orm: offset %d is negative", n)
	}
	q.offset = n
	return q
}

// Every says that an Update or Delete without any condition is meant.
func (q Query[T]) Every() Query[T] {
	q.every = true
	return q
}

// All returns all rows of the query; none is an empty slice and no error.
func (q Query[T]) All(ctx context.Context) ([]T, error) {
	p, err := q.plan()
	if err != nil {
		return nil, err
	}
	return q.read(ctx, p, false)
}

// First returns the first row of the query; the error is [ErrNotFound] when
// there is none.
func (q Query[T]) First(ctx context.Context) (T, error) {
	rows, err := q.atMost(1).All(ctx)
	if err == nil && len(rows) == 0 {
		err = q.notFound()
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return rows[0], nil
}

// Get returns the one row of the query; the error is [ErrNotFound] when there
// is none and [ErrMultiple] when there are more.
func (q Query[T]) Get(ctx context.Context) (T, error) {
	p, err := q.plan()
	if err != nil {
		var zero T
		return zero, err
	}
	one := q.limit < 0 && q.offset == 0 && q.atMostOne(p)
	if !one {
		q = q.atMost(2)
	}
	rows, err := q.read(ctx, p, one)
	switch {
	case err != nil:
	case len(rows) == 0:
		err = q.notFound()
	case len(rows) > 1:
		err = fmt.Errorf("%w in %s", ErrMultiple, reflect.TypeFor[T]())
	default:
		return rows[0], nil
	}
	var zero T
	return zero, err
}

func (q Query[T]) notFound() error {
	return fmt.Errorf("%w in %s", ErrNotFound, reflect.TypeFor[T]())
}

// Count returns how many rows the query has, without reading them. Limit and
// Offset count.
func (q Query[T]) Count(ctx context.Context) (int64, error) {
	p, err := q.plan()
	if err != nil {
		return 0, err
	}
	b := q.bind(p, 'c')
	text, err := q.text(p, b, func(w *writer) {
		limited := q.limit >= 0 || q.offset > 0
		w.str("SELECT count(*) FROM ")
		if limited {
			w.str("(SELECT 1 FROM ")
		}
		w.from(p, q.where, q.deleted)
		if limited {
			w.limits(q.limit, q.offset)
			w.str(") t")
		}
	})
	if err != nil {
		return 0, err
	}
	var n int64
	if err := database.QueryRow(ctx, q.h, []any{&n}, text, b.args...); err != nil {
		return 0, fmt.Errorf("count %s: %w", p.model, err)
	}
	return n, nil
}

// Exists reports whether the query has any row.
func (q Query[T]) Exists(ctx context.Context) (bool, error) {
	n, err := q.atMost(1).Count(ctx)
	return n > 0, err
}

func (q Query[T]) plan() (*plan, error) {
	if q.h == nil {
		return nil, errors.New("orm: the query has no database; make it with orm.From")
	}
	if q.err != nil {
		return nil, q.err
	}
	if len(q.having) > 0 {
		return nil, errors.New("orm: Having is for queries that Select is given")
	}
	return planOf(q.h, reflect.TypeFor[T]())
}

// bind collects the arguments of the query and begins its shape with kind.
func (q Query[T]) bind(p *plan, kind byte) *binder {
	b := newBinder()
	b.mark(kind, p.table)
	b.shape = append(b.shape, byte('0'+q.deleted), byte('0'+q.lock))
	joins, rest := q.where, []*node(nil)
	if kind == 's' || kind == 'c' {
		joins, rest = p.joins(q.where)
		b.shape = strconv.AppendInt(b.shape, int64(len(joins)), 10)
	}
	for _, n := range joins {
		b.node(p, n)
	}
	for _, n := range rest {
		b.node(p, n)
	}
	if kind == 's' {
		b.orders(p, q.orders)
	}
	b.limits(q.limit, q.offset)
	return b
}

// text returns the statement's text for the shape that b has found.
func (q Query[T]) text(p *plan, b *binder, write func(*writer)) (string, error) {
	if b.err != nil {
		return "", b.err
	}
	return p.b.texts.get(b.shape, func() (string, error) {
		w := &writer{dialect: p.b.dialect, b: make([]byte, 0, 256)}
		write(w)
		return string(w.b), nil
	})
}

// selectText returns the statement that reads the query's rows.
func (q Query[T]) selectText(p *plan) (string, []any, error) {
	b := q.bind(p, 's')
	text, err := q.text(p, b, func(w *writer) {
		w.str("SELECT ")
		w.str(p.selectList)
		w.str(" FROM ")
		w.from(p, q.where, q.deleted)
		w.orderBy(p, "t0", q.orders)
		w.limits(q.limit, q.offset)
		w.lock(q.lock)
	})
	return text, b.args, err
}

// atMostOne reports whether the conditions leave no more than one row: one is
// that the key, or a unique column, has a value.
func (q Query[T]) atMostOne(p *plan) bool {
	for _, n := range q.where {
		if n == nil || n.op != opEq || n.left != nil {
			continue
		}
		if p.key != nil && n.field == p.key.name {
			return true
		}
		if f := p.fieldNamed(n.field); f != nil && f.tag.unique && (p.deleted == nil || q.deleted == deletedHidden) {
			return true
		}
	}
	return false
}

// read runs the query and loads the relations asked for. With one it does not
// look for a second row.
func (q Query[T]) read(ctx context.Context, p *plan, one bool) ([]T, error) {
	text, args, err := q.selectText(p)
	if err != nil {
		return nil, err
	}
	rows, err := q.h.Query(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", p.model, err)
	}
	room := capacity(q.limit)
	if one {
		room = 1
	}
	items := make([]T, 0, room)
	r := p.newReader()
	for rows.Next() {
		var zero T
		items = append(items, zero)
		if err := r.scan(rows, unsafe.Pointer(&items[len(items)-1])); err != nil {
			rows.Close()
			return nil, err
		}
		if one {
			break
		}
	}
	if err := rows.Close(); err != nil {
		return nil, fmt.Errorf("find %s: %w", p.model, err)
	}
	if len(q.with) > 0 && len(items) > 0 {
		set := rowsOf(p, items)
		if err := load(ctx, q.h, set, q.with); err != nil {
			return nil, err
		}
	}
	if err := initAll(ctx, p, items); err != nil {
		return nil, err
	}
	return items, nil
}

// capacity returns how many rows to make room for at first.
func capacity(limit int) int {
	if limit < 0 {
		return 0
	}
	return min(limit, 256)
}

// Page is one page of a longer list, numbered from 1.
type Page[T any] struct {
	Items  []T
	Number int   // of this page
	Size   int   // rows a page
	Total  int64 // rows in all pages
}

// Pages returns the number of pages, at least 1.
func (p Page[T]) Pages() int {
	if p.Size <= 0 || p.Total <= 0 {
		return 1
	}
	return int((p.Total + int64(p.Size) - 1) / int64(p.Size))
}

// HasPrev reports whether there is a page before this one.
func (p Page[T]) HasPrev() bool { return p.Number > 1 }

// HasNext reports whether there is a page after this one.
func (p Page[T]) HasNext() bool { return p.Number < p.Pages() }

// Prev returns the number of the page before this one.
func (p Page[T]) Prev() int { return p.Number - 1 }

// Next returns the number of the page after this one.
func (p Page[T]) Next() int { return p.Number + 1 }

// Page returns the page of that number, from 1, of the query's rows, size to a
// page. Page 1 may be empty; a page beyond the last is [ErrNotFound]. It takes
// two statements, and those of the relations loaded.
func (q Query[T]) Page(ctx context.Context, number, size int) (Page[T], error) {
	page := Page[T]{Number: number, Size: size}
	if size < 1 {
		return page, fmt.Errorf("orm: a page cannot have %d rows", size)
	}
	if q.limit >= 0 || q.offset > 0 {
		return page, errors.New("orm: a query with Limit or Offset cannot be divided into pages")
	}
	total, err := q.Count(ctx)
	if err != nil {
		return page, err
	}
	page.Total = total
	if number < 1 || number > page.Pages() {
		return page, fault.Wrap(fault.NotFound, fmt.Errorf("%w in %s: page %d of %d", ErrNotFound, reflect.TypeFor[T](), number, page.Pages()), "")
	}
	page.Items, err = q.Limit(size).Offset((number - 1) * size).All(ctx)
	return page, err
}
