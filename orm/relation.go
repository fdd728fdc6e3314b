package orm

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

func (r ForeignKey[M, T, K]) prefetch(M) prefetch { return prefetch{field: r.name} }

// With loads relations of the row referred to as well.
func (r ForeignKey[M, T, K]) With(nested ...Prefetch[T]) Prefetch[M] {
	return nest[M]{prefetch{field: r.name, nested: prefetches(nested)}}
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

// ManyToMany describes a field of M that relates it to any number of rows of T
// through a table of pairs: an [orm.Many].
type ManyToMany[M, T any] struct{ name string }

// NewManyToMany returns the descriptor of the field of that Go name.
func NewManyToMany[M, T any](field string) ManyToMany[M, T] { return ManyToMany[M, T]{field} }

// Any is true where at least one related row fulfils all conditions; without
// conditions, where there is a related row at all. One row of M is found once,
// however many related rows fulfil them.
func (r ManyToMany[M, T]) Any(conditions ...Condition[T]) Condition[M] {
	return Condition[M]{&node{op: opExists, field: r.name, kids: nodes(conditions)}}
}

// None is true where no related row fulfils all conditions.
func (r ManyToMany[M, T]) None(conditions ...Condition[T]) Condition[M] {
	return Condition[M]{&node{op: opNotExists, field: r.name, kids: nodes(conditions)}}
}

func (r ManyToMany[M, T]) prefetch(M) prefetch { return prefetch{field: r.name} }

// With loads relations of the related rows as well.
func (r ManyToMany[M, T]) With(nested ...Prefetch[T]) Prefetch[M] {
	return nest[M]{prefetch{field: r.name, nested: prefetches(nested)}}
}

// OrderBy loads the related rows in that order instead of the order in which
// they were added.
func (r ManyToMany[M, T]) OrderBy(orders ...Order[T]) Prefetch[M] {
	p := prefetch{field: r.name}
	for _, o := range orders {
		p.orders = append(p.orders, o.o)
	}
	return nest[M]{p}
}

// Prefetch is a relation of M that a query loads together with its rows: a
// [ForeignKey] or [ManyToMany] descriptor, or what their methods return. Each
// costs one statement more, however many rows there are.
type Prefetch[M any] interface {
	prefetch(M) prefetch
}

type prefetch struct {
	field  string
	nested []prefetch
	orders []order
}

// nest is a Prefetch with more to say than the relation's name.
type nest[M any] struct{ p prefetch }

func (n nest[M]) prefetch(M) prefetch { return n.p }

func prefetches[M any](ps []Prefetch[M]) []prefetch {
	var zero M
	var out []prefetch
	for _, p := range ps {
		out = append(out, p.prefetch(zero))
	}
	return out
}
