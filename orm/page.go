package orm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/volaweb/vola/fault"
)

// Page is one page of a longer list, numbered from 1, made by [Query.Page]. It
// has only fields, which templates read.
type Page[T any] struct {
	Items  []T
	Number int   // of this page
	Size   int   // rows a page
	Total  int64 // rows in all pages
	Pages  int   // number of pages, at least 1
	// Prev and Next are the numbers of the pages before and after this one, 0
	// if there is none.
	Prev, Next int
}

func pages(total int64, size int) int {
	if size <= 0 || total <= 0 {
		return 1
	}
	return int((total-1)/int64(size) + 1)
}

// Page returns the page of that number, from 1, of the query's rows, size to a
// page. Page 1 may be empty; a page beyond the last is [ErrNotFound]. It takes
// two statements, and those of the relations loaded.
//
// Rows that are equal in the order of the query are put in that of the key, in
// the direction of the last order, so that each row is on one page. Rows that
// come and go between two calls still move others to another page; [Query.Seek]
// does not have that.
//
//go:noinline
func (q *Query[T]) Page(ctx context.Context, number, size int) (Page[T], error) {
	s, info, err := (*query)(q).page(ctx, -1, number, size)
	return pageOf[T](s, info), err
}

// PageOf is Page for a query that is known to have total rows, which it does
// not count.
//
//go:noinline
func (q *Query[T]) PageOf(ctx context.Context, total int64, number, size int) (Page[T], error) {
	s, info, err := (*query)(q).page(ctx, max(total, 0), number, size)
	return pageOf[T](s, info), err
}

// pageOf gives a page its rows.
func pageOf[T any](s span, p Page[struct{}]) Page[T] {
	return Page[T]{sliceOf[T](s), p.Number, p.Size, p.Total, p.Pages, p.Prev, p.Next}
}

// page reads one page of the rows, and counts all unless total says how many
// there are.
func (q *query) page(ctx context.Context, total int64, number, size int) (s span, info Page[struct{}], err error) {
	q = q.own()
	info = Page[struct{}]{Number: number, Size: size}
	if info.Total, err = q.toPage(ctx, total, number, size); err != nil {
		return s, info, err
	}
	info.Pages = pages(info.Total, size)
	info.Prev = number - 1
	if number < info.Pages {
		info.Next = number + 1
	}
	s, err = q.all(ctx)
	return s, info, err
}

// toPage limits the query to one page of its rows, and returns how many there
// are: known, unless that is negative.
func (q *query) toPage(ctx context.Context, known int64, number, size int) (total int64, err error) {
	if size < 1 {
		return 0, fmt.Errorf("orm: a page cannot have %d rows", size)
	}
	if q.limit >= 0 || q.offset > 0 {
		return 0, errors.New("orm: a query with Limit or Offset cannot be divided into pages")
	}
	if total = known; total < 0 {
		if total, err = q.count(ctx); err != nil {
			return 0, err
		}
	}
	if n := pages(total, size); number < 1 || number > n {
		return total, fault.Wrap(fault.NotFound, fmt.Errorf("%w in %s: page %d of %d", ErrNotFound, q.model, number, n), "")
	}
	p, err := q.plan()
	if err != nil {
		return 0, err
	}
	q.orders = p.withKey(q.orders)
	q.limitTo(size)
	q.skip((number - 1) * size)
	return total, nil
}

// withKey returns the order completed by the key, so that no two rows are equal
// in it. One that has all columns of the key or of a unique constraint is that
// already, unless they may be NULL or rows marked as deleted may have the same.
func (p *plan) withKey(orders []order) []order {
	var columns []string
	for _, o := range orders {
		if f := p.fieldNamed(o.field); o.expr == nil && f != nil && f.null == notNull {
			columns = append(columns, f.column)
		}
	}
	for i, unique := range p.unique { // the first is the key
		if (i == 0 || p.deleted == nil) && !slices.ContainsFunc(unique, func(c string) bool { return !slices.Contains(columns, c) }) {
			return orders
		}
	}
	out := slices.Clone(orders)
	for _, k := range p.keys {
		if !slices.Contains(columns, k.column) {
			out = append(out, order{field: k.name, desc: len(orders) > 0 && orders[len(orders)-1].desc})
		}
	}
	return out
}
