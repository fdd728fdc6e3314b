package orm

import (
	"context"
	"fmt"
	"iter"
	"reflect"
)

// Variants says as which Go type a row of M is used, by the value of a column,
// the discriminator. I is what the types have in common: an interface.
type Variants[M, V, I any] struct {
	column *expr
	list   []variant[M, V, I]
	other  func(M) I
}

type variant[M, V, I any] struct {
	value V
	make  func(M) I
}

// VariantsBy begins a list of variants of the rows of M, told apart by the
// column:
//
//	var pages = orm.VariantsBy[Page](Entries.Kind).
//		Variant("post", func(e Entry) Page { return Post{e} }).
//		Variant("link", func(e Entry) Page { return Link{e} })
func VariantsBy[I, M, V any](column Expression[M, V]) Variants[M, V, I] {
	return Variants[M, V, I]{column: column.expression(nil, nil)}
}

// Variant adds that rows with that value in the column become what make
// returns. It returns a changed copy.
func (v Variants[M, V, I]) Variant(value V, make func(M) I) Variants[M, V, I] {
	v.list = append(v.list[:len(v.list):len(v.list)], variant[M, V, I]{value, make})
	return v
}

// Other makes what rows with another value become. Without it they are an
// error of the query that reads one.
func (v Variants[M, V, I]) Other(make func(M) I) Variants[M, V, I] {
	v.other = make
	return v
}

// VariantQuery is a query whose rows become variants; made by [Variants.From].
type VariantQuery[M, V, I any] struct {
	v Variants[M, V, I]
	q *Query[M]
}

// From returns the rows of the query as their variants.
func (v Variants[M, V, I]) From(q *Query[M]) VariantQuery[M, V, I] {
	return VariantQuery[M, V, I]{v, q}
}

// All returns all rows; none is an empty slice and no error.
func (q VariantQuery[M, V, I]) All(ctx context.Context) ([]I, error) {
	out := []I{}
	for x, err := range q.Iter(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Get returns the one row, with the errors of [Query.Get].
func (q VariantQuery[M, V, I]) Get(ctx context.Context) (I, error) {
	row, err := q.q.Get(ctx)
	if err != nil {
		var zero I
		return zero, err
	}
	return q.of(row)
}

// First returns the first row, with the errors of [Query.First].
func (q VariantQuery[M, V, I]) First(ctx context.Context) (I, error) {
	row, err := q.q.First(ctx)
	if err != nil {
		var zero I
		return zero, err
	}
	return q.of(row)
}

// Iter returns the rows one by one, as [Query.Iter] does.
func (q VariantQuery[M, V, I]) Iter(ctx context.Context) iter.Seq2[I, error] {
	return func(yield func(I, error) bool) {
		for row, err := range q.q.Iter(ctx) {
			var x I
			if err == nil {
				x, err = q.of(row)
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

// of makes the variant of a row.
func (q VariantQuery[M, V, I]) of(row M) (I, error) {
	var zero I
	p, err := (*query)(q.q).own().plan()
	if err != nil {
		return zero, err
	}
	name := q.v.column.field
	if q.v.column.kind != exprField {
		return zero, fmt.Errorf("orm: variants of %s are told apart by a column, not by an expression", p.model)
	}
	i := p.indexOf(name)
	if i < 0 {
		return zero, unknownField(p, name)
	}
	have := reflect.ValueOf(row).FieldByIndex(p.fields[i].path)
	if have.Kind() == reflect.Pointer && !have.IsNil() {
		have = have.Elem()
	}
	if isNull(have.Type()) && have.FieldByName("Valid").Bool() {
		have = have.FieldByName("V")
	}
	for _, v := range q.v.list {
		if have.Comparable() && have.Interface() == any(v.value) {
			return v.make(row), nil
		}
	}
	if q.v.other == nil {
		return zero, fmt.Errorf("orm: a %s with %s %v is none of the variants; add that one, or say Other", p.model, name, have.Interface())
	}
	return q.v.other(row), nil
}
