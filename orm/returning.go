package orm

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/database"
)

// Changed is a query whose rows are changed or deleted, and what is returned of
// them: made by [Returning].
type Changed[R, M any] struct {
	s *selection
}

// Returning says what [Changed.Update] and [Changed.Delete] return of the rows of
// the query, by the same statement, so that nobody changes them in between:
//
//	hits, err := orm.Returning[int64](q, Posts.Hits).Update(ctx, Posts.Hits.Increment(1))
//
// The expressions and R are as in [Select]: a column, several in a struct, or a
// whole [Row]. They are of the row itself; those of related rows and aggregates
// are refused.
func Returning[R, M any](q *Query[M], items ...Selected[M]) *Changed[R, M] {
	return &Changed[R, M]{(*selection)(Select[R](q, items...))}
}

// Update is [Query.Update], and returns values of the rows after it, in no
// particular order. It is empty if the query has no rows.
//
//go:noinline
func (c *Changed[R, M]) Update(ctx context.Context, assignments ...Assignment[M]) ([]R, error) {
	return returned[R](c.s.updateReturning(ctx, assigning(assignments)))
}

// Delete is [Query.Delete], and returns values of the rows before it, in no
// particular order; of rows that are only marked as deleted, after it.
//
//go:noinline
func (c *Changed[R, M]) Delete(ctx context.Context) ([]R, error) {
	return returned[R](c.s.deleteReturning(ctx))
}

func returned[R any](s span, err error) ([]R, error) {
	if err != nil {
		return nil, err
	}
	return sliceOf[R](s), nil
}

func (s *selection) updateReturning(ctx context.Context, assignments []assignment) (span, error) {
	if s.err != nil {
		return span{}, s.err
	}
	var out rowset
	_, err := s.own().update(ctx, assignments, &returning{s, &out})
	return out.span, err
}

func (s *selection) deleteReturning(ctx context.Context) (span, error) {
	if s.err != nil {
		return span{}, s.err
	}
	var out rowset
	_, err := s.own().delete(ctx, &returning{s, &out})
	return out.span, err
}

// returning is what a statement that changes rows returns of them, and where it
// goes. Nil is nothing.
type returning struct {
	s   *selection
	out *rowset
}

// returning collects the arguments of what is returned.
func (b *sqlArgs) returning(p *plan, r *returning) {
	if r == nil {
		return
	}
	b.shape = append(b.shape, 'R')
	for _, x := range r.s.items {
		switch {
		case x.kind == exprRow:
			b.shape = append(b.shape, '*')
		case !x.ofRow():
			b.fail(fmt.Errorf("orm: Returning of %s has an aggregate, another query or an expression of related rows; it takes what the row itself has", p.model))
			return
		default:
			b.expr(p, x, kind{})
		}
	}
}

// ofRow reports whether the expression is of one row alone.
func (x *expr) ofRow() bool {
	switch {
	case x == nil:
		return true // an error elsewhere
	case x.kind == exprAggregate, x.kind == exprVia, x.kind == exprSelection, x.kind == exprIs, len(x.conds) > 0:
		return false
	}
	for _, a := range x.args {
		if !a.ofRow() {
			return false
		}
	}
	return true
}

// returning writes what is returned of rows in the alias t0.
func (w *sqlText) returning(p *plan, r *returning) {
	if r == nil {
		return
	}
	alias := "t0"
	if p.b.traits.ReturningByTable {
		alias = database.Quote(p.table)
	}
	w.Str(" RETURNING ")
	for i, x := range r.s.items {
		if i > 0 {
			w.Str(", ")
		}
		if x.kind == exprRow {
			w.B = p.appendColumns(w.B, alias)
			continue
		}
		if k, err := p.kindOf(x); err == nil {
			w.Str(k.codec.SelectPrefix)
		}
		w.expr(p, alias, x, kind{})
	}
}

// change runs a statement that changes rows, and returns how many.
func (q *query) change(ctx context.Context, h database.Handle, p *plan, verb, text string, args []any, r *returning) (int64, error) {
	if r == nil {
		res, err := h.Exec(ctx, text, args...)
		if err != nil {
			return 0, fmt.Errorf("%s %s: %w", verb, p.model, err)
		}
		return res.RowsAffected, p.wrote(ctx, h, verb)
	}
	results, err := p.results(r.s)
	if err != nil {
		return 0, err
	}
	rows, err := h.Query(ctx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", verb, p.model, err)
	}
	b := rowBuffer{rowset: rowset{plan: results}, expect: 1}
	read := results.newReader()
	if err := read.scanAll(rows, &b); err != nil {
		return 0, fmt.Errorf("%s %s: %w", verb, p.model, orNull(err))
	}
	read.release()
	*r.out = b.rowset
	return int64(b.n), p.wrote(ctx, h, verb)
}

// before reads what a statement is to return of rows that are deleted by several.
func (r *returning) before(ctx context.Context, h database.Handle) error {
	if r == nil {
		return nil
	}
	c := *r.s
	c.h = h
	return c.read(ctx, func(rows rowset) { *r.out = rows })
}
