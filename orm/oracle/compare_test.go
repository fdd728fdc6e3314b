package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// comparer asks questions about a world of a database that holds it.
type comparer struct {
	w  *world
	db *database.DB
	e  evaluator
}

// compare asks in every way that the package offers, and returns how the first
// answer differs from what the evaluation says.
func (c comparer) compare(ctx context.Context, q *question) error {
	asked := q.table.query(c.db).with(q)
	all := c.e.rows(c.w.rows[q.table], q.where, q.orders)
	want := c.e.part(all, q.limit, q.offset)
	if c.e.wrong != "" && len(q.with) == 0 {
		// A broken rule is noticed only where it changes the answer. What the
		// database says to the others was compared with all rules in force.
		right := evaluator{}
		if slices.Equal(all, right.rows(c.w.rows[q.table], q.where, q.orders)) && slices.Equal(want, right.part(all, q.limit, q.offset)) {
			return nil
		}
	}
	got, err := asked.all(ctx)
	if err != nil {
		return fmt.Errorf("All: %w", err)
	}
	if err := c.sameRows(q, got, want); err != nil {
		return fmt.Errorf("All: %w", err)
	}
	n, err := asked.count(ctx)
	if err != nil || n != int64(len(want)) {
		return fmt.Errorf("Count = %d, %v, want %d", n, err, len(want))
	}
	// The other ways use the same texts; each now and then will do. Which one
	// is decided by the question, so that a smaller one is asked the same way.
	switch (len(all) + len(q.where) + len(q.orders) + len(c.w.rows[q.table])) % 5 {
	case 0:
		found, err := asked.exists(ctx)
		if err != nil || found != (len(want) > 0) {
			return fmt.Errorf("Exists = %v, %v, want %v", found, err, len(want) > 0)
		}
	case 1:
		return c.compareOne(ctx, q, asked, want)
	case 2:
		if got, err = asked.streamed(ctx); err == nil {
			err = c.sameRows(q, got, want)
		}
		if err != nil {
			return fmt.Errorf("Iter: %w", err)
		}
	case 3:
		return c.comparePages(ctx, q, asked)
	default: // queries are values: the same again
		if got, err = asked.all(ctx); err == nil {
			err = c.sameRows(q, got, want)
		}
		if err != nil {
			return fmt.Errorf("All, again: %w", err)
		}
	}
	return nil
}

// compareOne asks for one row, with First and Get.
func (c comparer) compareOne(ctx context.Context, q *question, asked query, want []*row) error {
	first := want[:min(1, len(want))]
	got, err := asked.first(ctx)
	switch {
	case len(first) == 0:
		if !errors.Is(err, orm.ErrNotFound) {
			return fmt.Errorf("First of no rows: %v, %w", got, err)
		}
	case err != nil:
		return fmt.Errorf("First: %w", err)
	case q.total():
		if err := c.sameRows(q, []any{got}, first); err != nil {
			return fmt.Errorf("First: %w", err)
		}
	}
	two := want[:min(2, len(want))]
	got, err = asked.get(ctx)
	switch {
	case len(two) == 0 && errors.Is(err, orm.ErrNotFound), len(two) == 2 && errors.Is(err, orm.ErrMultiple):
		return nil
	case len(two) != 1 || err != nil:
		return fmt.Errorf("Get, %d rows: %v, %w", len(two), got, err)
	}
	if err := c.sameRows(q, []any{got}, two); err != nil {
		return fmt.Errorf("Get: %w", err)
	}
	return nil
}

// comparePages asks page by page. Rows that the order leaves equal stand on
// pages in the order of the key.
func (c comparer) comparePages(ctx context.Context, q *question, asked query) error {
	if q.limit >= 0 || q.offset > 0 {
		return nil
	}
	q = q.byKey()
	want := c.e.rows(c.w.rows[q.table], q.where, q.orders)
	size := 1 + len(want)/2
	for number := 1; ; number++ {
		page := c.e.part(want, size, (number-1)*size)
		if len(page) == 0 && number > 1 {
			_, _, err := asked.page(ctx, number, size)
			if !errors.Is(err, orm.ErrNotFound) {
				return fmt.Errorf("Page after the last: %w", err)
			}
			return nil
		}
		got, total, err := asked.page(ctx, number, size)
		if err == nil && total != int64(len(want)) {
			err = fmt.Errorf("total = %d, want %d", total, len(want))
		}
		if err == nil {
			err = c.sameRows(q, got, page)
		}
		if err != nil {
			return fmt.Errorf("Page %d of size %d: %w", number, size, err)
		}
	}
}

// sameRows compares rows that were read, and what was loaded with them. Rows
// that the order leaves equal may come in any order.
func (c comparer) sameRows(q *question, got []any, want []*row) error {
	at := map[any]*row{}
	for _, r := range c.w.rows[q.table] {
		at[r.key()] = r
	}
	var rows []*row
	for _, model := range got {
		r := at[valueOf(model, q.table.key())]
		if r == nil {
			return fmt.Errorf("a row with the key %v, which does not exist", valueOf(model, q.table.key()))
		}
		if err := r.sameValues(model); err != nil {
			return err
		}
		rows = append(rows, r)
	}
	inOrder := rows
	if !q.total() {
		inOrder = slices.Clone(rows)
		place := map[*row]int{}
		for i, r := range want {
			place[r] = i
		}
		slices.SortFunc(inOrder, func(a, b *row) int { return place[a] - place[b] })
		for i := 1; i < len(rows); i++ {
			if c.e.byOrders(q.orders, rows[i-1], rows[i]) > 0 {
				return fmt.Errorf("rows %v are not in order", rows)
			}
		}
	}
	if !slices.Equal(inOrder, want) {
		return fmt.Errorf("rows %v, want %v", rows, want)
	}
	for i, model := range got {
		if err := c.sameLoaded(q.with, model, rows[i]); err != nil {
			return fmt.Errorf("row %v: %w", rows[i], err)
		}
	}
	return nil
}

// sameLoaded compares what was loaded with a row.
func (c comparer) sameLoaded(with []*loading, model any, r *row) error {
	for _, l := range with {
		got, err := loadedRows(model, l.relation)
		if err != nil {
			return err
		}
		q := &question{table: l.relation.to, orders: []order{byColumn(l.relation.to.key(), false)}, with: l.nested, limit: -1}
		if err := c.sameRows(q, got, c.e.loaded(l, r)); err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
	}
	return nil
}
