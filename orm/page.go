package orm

import (
	"context"
	"errors"
	"fmt"

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
	q.limitTo(size)
	q.skip((number - 1) * size)
	return total, nil
}
