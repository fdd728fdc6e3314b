package orm

import "reflect"

// ForeignKey describes a field of M that refers to a row of T by its key, of
// type K: an [Ref] or [RefKey].
type ForeignKey[M, T, K any] struct{ Column[M, K] }

// NewForeignKey returns the descriptor of the field of that Go name.
func NewForeignKey[M, T, K any](field string) ForeignKey[M, T, K] {
	return ForeignKey[M, T, K]{NewColumn[M, K](field)}
}

// Has is true where the row referred to fulfils all conditions.
func (r ForeignKey[M, T, K]) Has(conditions ...Condition[T]) Condition[M] {
	return Condition[M]{&node{op: opExists, field: r.name, kids: nodes(conditions)}}
}

// Reverse returns the relation in the other direction: from a row of T to the
// rows of M that refer to it. It serves for conditions; to load the rows, give
// T a field of type [HasMany].
func (r ForeignKey[M, T, K]) Reverse() Reverse[T, M] {
	return Reverse[T, M]{related{field: r.name, back: reflect.TypeFor[M]()}}
}

func (r ForeignKey[M, T, K]) prefetch(M) prefetch { return prefetch{field: r.name} }

// With loads relations of the row referred to as well.
func (r ForeignKey[M, T, K]) With(nested ...Prefetch[T]) Prefetch[M] {
	return Loading[M, T]{prefetch{field: r.name}}.With(nested...)
}

// NullForeignKey is a [ForeignKey] that may be NULL: a pointer to an [Ref] or
// [RefKey].
type NullForeignKey[M, T, K any] struct {
	ForeignKey[M, T, K]
	Nulls[M]
}

// NewNullForeignKey returns the descriptor of the field of that Go name.
func NewNullForeignKey[M, T, K any](field string) NullForeignKey[M, T, K] {
	return NullForeignKey[M, T, K]{NewForeignKey[M, T, K](field), NewNulls[M](field)}
}

// related is a relation by name, without types.
type related struct {
	field string
	back  reflect.Type
}

func (r related) node(op op, kids []*node) *node {
	return &node{op: op, field: r.field, back: r.back, kids: kids}
}

// ManyToMany describes a field of M that relates it to any number of rows of T
// through a table of pairs: an [orm.Many].
type ManyToMany[M, T any] struct{ Reverse[M, T] }

// NewManyToMany returns the descriptor of the field of that Go name.
func NewManyToMany[M, T any](field string) ManyToMany[M, T] {
	return ManyToMany[M, T]{NewReverse[M, T](field)}
}

// Reverse describes a field of M that relates it to the rows of T that refer
// to it: a [HasMany] or [HasOne], or what [ForeignKey.Reverse] returns.
type Reverse[M, T any] struct{ r related }

// NewReverse returns the descriptor of the field of that Go name.
func NewReverse[M, T any](field string) Reverse[M, T] { return Reverse[M, T]{related{field: field}} }

// Any is true where at least one related row fulfils all conditions; without
// conditions, where there is a related row at all. One row of M is found once,
// however many related rows fulfil them.
func (r Reverse[M, T]) Any(conditions ...Condition[T]) Condition[M] {
	return Condition[M]{r.r.node(opExists, nodes(conditions))}
}

// None is true where no related row fulfils all conditions.
func (r Reverse[M, T]) None(conditions ...Condition[T]) Condition[M] {
	return Condition[M]{r.r.node(opNotExists, nodes(conditions))}
}

func (r Reverse[M, T]) prefetch(M) prefetch { return prefetch{field: r.r.field, back: r.r.back} }

func (r Reverse[M, T]) loading() Loading[M, T] {
	return Loading[M, T]{prefetch{field: r.r.field, back: r.r.back}}
}

// Where loads only the related rows that fulfil the conditions.
func (r Reverse[M, T]) Where(conditions ...Condition[T]) Loading[M, T] {
	return r.loading().Where(conditions...)
}

// OrderBy loads the related rows in that order. Without it, pairs come in the
// order in which they were added, others in the order of their keys.
func (r Reverse[M, T]) OrderBy(orders ...Order[T]) Loading[M, T] {
	return r.loading().OrderBy(orders...)
}

// Limit loads at most n related rows for each row of M.
func (r Reverse[M, T]) Limit(n int) Loading[M, T] { return r.loading().Limit(n) }

// With loads relations of the related rows as well.
func (r Reverse[M, T]) With(nested ...Prefetch[T]) Loading[M, T] { return r.loading().With(nested...) }

// Prefetch is a relation of M that a query loads together with its rows: a
// descriptor of the relation, or what its methods return. Each costs one
// statement more, however many rows there are.
type Prefetch[M any] interface {
	prefetch(M) prefetch
}

type prefetch struct {
	field  string
	back   reflect.Type
	where  []*node
	orders []order
	limit  int // a row of the model; 0 is none
	limits bool
	nested []prefetch
}

// Loading is a relation of M to be loaded together with its rows, with
// conditions, an order and a limit. It is a value: every method returns a
// changed copy.
type Loading[M, T any] struct{ p prefetch }

func (l Loading[M, T]) prefetch(M) prefetch { return l.p }

// Where loads only the related rows that fulfil the conditions as well.
func (l Loading[M, T]) Where(conditions ...Condition[T]) Loading[M, T] {
	l.p.where = append(l.p.where[:len(l.p.where):len(l.p.where)], nodes(conditions)...)
	return l
}

// OrderBy loads the related rows in that order.
func (l Loading[M, T]) OrderBy(orders ...Order[T]) Loading[M, T] {
	l.p.orders = make([]order, len(orders))
	for i, o := range orders {
		l.p.orders[i] = o.o
	}
	return l
}

// Limit loads at most n related rows for each row of M. A negative n is an
// error when the query runs.
func (l Loading[M, T]) Limit(n int) Loading[M, T] {
	l.p.limit, l.p.limits = n, true
	return l
}

// With loads relations of the related rows as well.
func (l Loading[M, T]) With(nested ...Prefetch[T]) Loading[M, T] {
	l.p.nested = append(l.p.nested[:len(l.p.nested):len(l.p.nested)], prefetches(nested)...)
	return l
}

func prefetches[M any](ps []Prefetch[M]) []prefetch {
	var zero M
	var out []prefetch
	for _, p := range ps {
		if p == nil {
			out = append(out, prefetch{}) // refused when it is loaded
			continue
		}
		out = append(out, p.prefetch(zero))
	}
	return out
}
