package oracle_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/volaweb/vola/orm"
)

// query is an orm.Query without its static type. Rows are *M.
type query interface {
	with(q *question) query
	all(ctx context.Context) ([]any, error)
	streamed(ctx context.Context) ([]any, error)
	first(ctx context.Context) (any, error)
	get(ctx context.Context) (any, error)
	page(ctx context.Context, number, size int) ([]any, int64, error)
	count(ctx context.Context) (int64, error)
	exists(ctx context.Context) (bool, error)
	clear(ctx context.Context) error
	unwrap() any // the orm.Query
}

type typedQuery[M any] struct{ q *orm.Query[M] }

// with makes the query of a question.
func (t typedQuery[M]) with(q *question) query {
	for _, c := range q.where {
		t.q = t.q.Where(c.built().(orm.Condition[M]))
	}
	if len(q.orders) > 0 {
		t.q = t.q.OrderBy(orders[M](q.orders)...)
	}
	if q.limit >= 0 {
		t.q = t.q.Limit(q.limit)
	}
	if q.offset > 0 {
		t.q = t.q.Offset(q.offset)
	}
	t.q = t.q.With(prefetches[M](q.with)...)
	return t
}

func (t typedQuery[M]) all(ctx context.Context) ([]any, error) {
	rows, err := t.q.All(ctx)
	return pointers(rows), err
}

func (t typedQuery[M]) streamed(ctx context.Context) ([]any, error) {
	var rows []M
	for row, err := range t.q.Iter(ctx) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return pointers(rows), nil
}

func (t typedQuery[M]) first(ctx context.Context) (any, error) {
	row, err := t.q.First(ctx)
	return &row, err
}

func (t typedQuery[M]) get(ctx context.Context) (any, error) {
	row, err := t.q.Get(ctx)
	return &row, err
}

func (t typedQuery[M]) page(ctx context.Context, number, size int) ([]any, int64, error) {
	p, err := t.q.Page(ctx, number, size)
	return pointers(p.Items), p.Total, err
}

func (t typedQuery[M]) count(ctx context.Context) (int64, error) { return t.q.Count(ctx) }
func (t typedQuery[M]) exists(ctx context.Context) (bool, error) { return t.q.Exists(ctx) }

func (t typedQuery[M]) unwrap() any { return t.q }

func (t typedQuery[M]) clear(ctx context.Context) error {
	_, err := t.q.Every().Delete(ctx)
	return err
}

func pointers[M any](rows []M) []any {
	out := make([]any, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}

// loadedRows returns the rows, *M, that were loaded with a relation of model.
func loadedRows(model any, r *relation) ([]any, error) {
	f := reflect.ValueOf(model).Elem().FieldByName(r.field())
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil, nil
		}
		f = f.Elem()
	}
	get := f.MethodByName("Get")
	if !get.IsValid() {
		get = f.MethodByName("All")
	}
	out := get.Call(nil)
	if err, _ := out[1].Interface().(error); err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}
	if out[0].Kind() == reflect.Pointer {
		if out[0].IsNil() {
			return nil, nil
		}
		return []any{out[0].Interface()}, nil
	}
	var rows []any
	for i := range out[0].Len() {
		rows = append(rows, out[0].Index(i).Addr().Interface())
	}
	return rows, nil
}
