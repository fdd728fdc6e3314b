package orm

import (
	"context"
	"reflect"
	"slices"

	"github.com/volaweb/vola/database"
)

// ForeignKey describes a field that refers to a row of another model by its
// key, of type K: a [Ref] or [RefKey]. P and R are pointers to the two models.
type ForeignKey[P, R, K any] struct {
	name string
	Operations[P, K]
	Reference[P, R]
}

// NullForeignKey is a [ForeignKey] that may be NULL: a pointer to a [Ref] or
// [RefKey].
type NullForeignKey[P, R, K any] struct {
	name string
	Operations[P, K]
	Reference[P, R]
	Nulls[P]
}

// Reference is what foreign keys have besides the operations of a column.
type Reference[P, R any] struct {
	// Has matches rows whose referenced row matches all conditions.
	Has func(conditions ...ConditionOf[R]) ConditionOf[P]
	// Then is for With: it loads relations of the referenced row as well.
	Then func(nested ...PrefetchOf[R]) *Loading[P, R]
	// By sorts by a value of the referenced row:
	//
	//	OrderBy(Posts.Author.By(Authors.Name.Asc()))
	//
	// Rows that refer to none are sorted as NULL is.
	By func(o OrderOf[R]) OrderOf[P]
}

func reference[P, R any](name *string) Reference[P, R] {
	return Reference[P, R]{
		Has: func(conditions ...ConditionOf[R]) ConditionOf[P] {
			return ConditionOf[P]{related{field: *name}.node(opExists, nodes(conditions))}
		},
		Then: func(nested ...PrefetchOf[R]) *Loading[P, R] {
			return (*Loading[P, R])(related{field: *name}.loading().then(prefetches(nested)))
		},
		By: func(o OrderOf[R]) OrderOf[P] { return OrderOf[P]{o.o.via(*name)} },
	}
}

// via is the order by a value of the row that a foreign key refers to.
func (o order) via(foreignKey string) order {
	e := o.expr
	if e == nil {
		e = fieldExpr(o.field)
	}
	o.field, o.expr = "", &expr{kind: exprVia, field: foreignKey, args: []*expr{e}}
	return o
}

// related is a relation by name, without types.
type related struct {
	field string
	back  reflect.Type
}

func (r related) node(op op, kids []*node) *node {
	return &node{op: op, field: r.field, more: operands{kids: kids, back: r.back}.pointer()}
}

func (r related) loading() *prefetch { return &prefetch{field: r.field, back: r.back} }

// Reverse describes a field that relates a row to the rows that refer to it: a
// [HasMany] or [HasOne], or what [ReverseOf] returns. P and R are pointers to
// the model that has the field and to the one that refers to it.
type Reverse[P, R any] struct {
	r related
	Related[P, R]
}

// ReverseOf returns the relation in the other direction: for a foreign key, that
// from the rows referred to back to the rows that refer to them. It is for
// conditions and [Via]; to load the rows, give the model a field of type
// [HasMany].
func ReverseOf[M, T, K any](foreignKey interface {
	Relation[M, T]
	Expression[M, K]
}) *Reverse[*T, *M] {
	out := &Reverse[*T, *M]{r: related{back: reflect.TypeFor[M]()}}
	if foreignKey != nil {
		out.r.field = foreignKey.relation(nil, nil).field
	}
	out.Related = relatedOf[*T, *M](&out.r)
	return out
}

// ManyToMany describes a field of type [Many], which relates a row to any
// number of rows of another model through a join table. P and R are pointers
// to the two models.
type ManyToMany[P, R any] struct {
	r related
	Related[P, R]
	Links[P, R]
}

// Related is what relations to many rows have.
type Related[P, R any] struct {
	// Any matches rows with at least one related row that matches all
	// conditions; without conditions, rows with any related row. A row is
	// found once, however many related rows match.
	Any func(conditions ...ConditionOf[R]) ConditionOf[P]
	// None matches rows without a related row that matches all conditions.
	None func(conditions ...ConditionOf[R]) ConditionOf[P]
	// Where is for With: it loads only the related rows that match the
	// conditions.
	Where func(conditions ...ConditionOf[R]) *Loading[P, R]
	// OrderBy is for With: it loads the related rows in that order. Without
	// it, rows of a Many come in the order in which they were added, others in
	// the order of their keys.
	OrderBy func(orders ...OrderOf[R]) *Loading[P, R]
	// Limit is for With: it loads at most n related rows for each row.
	Limit func(n int) *Loading[P, R]
	// Then is for With: it loads relations of the related rows as well.
	Then func(nested ...PrefetchOf[R]) *Loading[P, R]
}

func relatedOf[P, R any](r *related) Related[P, R] {
	return Related[P, R]{
		Any: func(conditions ...ConditionOf[R]) ConditionOf[P] {
			return ConditionOf[P]{r.node(opExists, nodes(conditions))}
		},
		None: func(conditions ...ConditionOf[R]) ConditionOf[P] {
			return ConditionOf[P]{r.node(opNotExists, nodes(conditions))}
		},
		Where: func(conditions ...ConditionOf[R]) *Loading[P, R] {
			return (*Loading[P, R])(r.loading().filter(nodes(conditions)))
		},
		OrderBy: func(orders ...OrderOf[R]) *Loading[P, R] {
			return (*Loading[P, R])(r.loading().orderBy(ordersOf(orders)))
		},
		Limit: func(n int) *Loading[P, R] { return (*Loading[P, R])(r.loading().limitTo(n)) },
		Then: func(nested ...PrefetchOf[R]) *Loading[P, R] {
			return (*Loading[P, R])(r.loading().then(prefetches(nested)))
		},
	}
}

// Links are what a many-to-many relation has: they change which rows are
// related. All rows must have been stored before.
type Links[P, R any] struct {
	// Add relates owner to rows. Rows that are related already stay so.
	Add func(ctx context.Context, h database.Handle, owner P, rows ...R) error
	// Remove ends the relation of owner to rows; the rows themselves stay.
	// Rows that were not related are no error.
	Remove func(ctx context.Context, h database.Handle, owner P, rows ...R) error
	// Set relates owner to rows and to no others, in one transaction.
	Set func(ctx context.Context, h database.Handle, owner P, rows ...R) error
}

// Relation is a way from rows of M to rows of T: the descriptor of a foreign
// key, of the other side of one, or of a many-to-many relation.
type Relation[M, T any] = RelationOf[*M, *T]

// RelationOf is the type behind [Relation], as [ConditionOf] is behind
// [Condition].
type RelationOf[P, R any] = interface{ relation(P, R) related }

// Prefetch is a relation of M that a query loads together with its rows: a
// descriptor of the relation, or what its methods return. Each costs one
// statement more, however many rows there are.
type Prefetch[M any] = PrefetchOf[*M]

// PrefetchOf is the type behind [Prefetch], as [ConditionOf] is behind
// [Condition].
type PrefetchOf[P any] = interface{ prefetch(P) prefetch }

type prefetch struct {
	field  string
	back   reflect.Type
	where  []*node
	orders []order
	limit  int // for each row of the model; 0 is none
	limits bool
	nested []prefetch
	// without are the fields of the related rows that are not read.
	without []string
}

// own returns a copy to change. Of nothing it is an error when it is loaded.
func (p *prefetch) own() prefetch {
	if p == nil {
		return prefetch{}
	}
	return *p
}

func (p *prefetch) filter(conditions []*node) *prefetch {
	out := p.own()
	out.where = append(out.where[:len(out.where):len(out.where)], conditions...)
	return &out
}

func (p *prefetch) orderBy(orders []order) *prefetch {
	out := p.own()
	out.orders = orders
	return &out
}

func (p *prefetch) limitTo(n int) *prefetch {
	out := p.own()
	out.limit, out.limits = n, true
	return &out
}

func (p *prefetch) then(nested []prefetch) *prefetch {
	out := p.own()
	out.nested = append(out.nested[:len(out.nested):len(out.nested)], nested...)
	return &out
}

func (p *prefetch) leaveOut(fields []string) *prefetch {
	out := p.own()
	out.without = append(slices.Clip(out.without), fields...)
	return &out
}

// Loading is a relation to be loaded together with rows, with conditions, an
// order and a limit. It never changes; methods return changed copies.
type Loading[P, R any] prefetch

func (l *Loading[P, R]) prefetch(P) prefetch { return (*prefetch)(l).own() }

// Where loads only the related rows that match the conditions as well.
//
//go:noinline
func (l *Loading[P, R]) Where(conditions ...ConditionOf[R]) *Loading[P, R] {
	return (*Loading[P, R])((*prefetch)(l).filter(nodes(conditions)))
}

// OrderBy loads the related rows in that order.
//
//go:noinline
func (l *Loading[P, R]) OrderBy(orders ...OrderOf[R]) *Loading[P, R] {
	return (*Loading[P, R])((*prefetch)(l).orderBy(ordersOf(orders)))
}

// Limit loads at most n related rows for each row. A negative n is an error
// when the query runs.
//
//go:noinline
func (l *Loading[P, R]) Limit(n int) *Loading[P, R] {
	return (*Loading[P, R])((*prefetch)(l).limitTo(n))
}

// Then loads relations of the related rows as well.
//
//go:noinline
func (l *Loading[P, R]) Then(nested ...PrefetchOf[R]) *Loading[P, R] {
	return (*Loading[P, R])((*prefetch)(l).then(prefetches(nested)))
}

// Without loads a relation without some columns of the related rows, as
// [Query.Without] reads rows:
//
//	orm.From[Post](db).With(orm.Without(Posts.Body, Bodies.Source))
//
// The result has conditions, an order and a limit as others do.
func Without[M, T any](relation Relation[M, T], fields ...Field[T]) *Loading[*M, *T] {
	var p *prefetch // of nothing it is an error when it is loaded
	if relation != nil {
		p = relation.relation(nil, nil).loading()
	}
	return (*Loading[*M, *T])(p.leaveOut(fieldNames(fields)))
}

func prefetches[P any](ps []PrefetchOf[P]) []prefetch {
	var zero P
	var out []prefetch
	for _, p := range ps {
		if p == nil {
			out = append(out, prefetch{}) // an error when it is loaded
			continue
		}
		out = append(out, p.prefetch(zero))
	}
	return out
}
