package orm

import (
	"context"
	"errors"
	"fmt"

	"github.com/volaweb/vola/fault"
)

// Page is one page of a longer list, numbered from 1.
type Page[T any] struct {
	Items  []T
	Number int   // of this page
	Size   int   // rows a page
	Total  int64 // rows in all pages
}

// Pages returns the number of pages, at least 1.
func (p Page[T]) Pages() int { return pages(p.Total, p.Size) }

func pages(total int64, size int) int {
	if size <= 0 || total <= 0 {
		return 1
	}
	return int((total-1)/int64(size) + 1)
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
	var err error
	if page.Total, err = q.q.toPage(ctx, number, size); err == nil {
		page.Items, err = q.All(ctx)
	}
	return page, err
}

// toPage counts the rows of the query and limits it to one page of them.
func (q *query) toPage(ctx context.Context, number, size int) (total int64, err error) {
	if size < 1 {
		return 0, fmt.Errorf("orm: a page cannot have %d rows", size)
	}
	if q.limit >= 0 || q.offset > 0 {
		return 0, errors.New("orm: a query with Limit or Offset cannot be divided into pages")
	}
	total, err = q.count(ctx)
	if err != nil {
		return 0, err
	}
	if n := pages(total, size); number < 1 || number > n {
		return total, fault.Wrap(fault.NotFound, fmt.Errorf("%w in %s: page %d of %d", ErrNotFound, q.model, number, n), "")
	}
	q.limitTo(size)
	q.skip((number - 1) * size)
	return total, nil
}
