package orm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"unsafe"
)

// Selection is a query for values instead of whole rows, read into an R each:
// made by [Select]. It never changes; its methods return changed copies, and
// the database is asked nothing before one of those that take a context.
type Selection[R any] selection

// Select reads expressions into the fields of the struct R:
//
//	type TopicCount struct {
//		Topic string
//		Posts int64
//	}
//	q := orm.From[Post](db).OrderBy(orm.Count[Post]().Desc())
//	counts, err := orm.Select[TopicCount](q, Posts.Topic, orm.Count[Post]()).All(ctx)
//
// A column goes into the field of its name, a [Via] of one into the field named
// after both (Author and Name into AuthorName), a whole [Row] into the field
// named after its model, and what [As] names into the field of that name. What
// has no such field goes into the fields that are left, in order; two
// expressions of the same type cannot be told apart then, which is an error
// that says to use As. Each field takes one. A field must be of the
// expression's type, or a pointer to one or a sql.Null if that may be NULL.
//
// A single expression may be read into a plain value, as in Select[string], and
// any number, known only at run time, into a Select[[]any]: values have the Go
// types of their columns, nil for NULL.
//
// When one of the expressions is an [Aggregate], or the query has one in its
// order or a Having, rows with the same values of all others are one group, and
// give one R. Without another there is one group of all rows, even if there is
// none. What is not selected has no one value in a group, and is an error in the
// order, in a Having and in a computation with an aggregate.
//
// Conditions, order, Limit and Offset are those of the query. Relations to load
// do not go with it.
func Select[R, M any](q *Query[M], items ...Selected[M]) *Selection[R] {
	s := &selection{query: *(*query)(q).own(), result: reflect.TypeFor[R]()}
	for i, item := range items {
		var x *expr
		if item != nil {
			x = item.selected(nil)
		}
		if x == nil && s.err == nil {
			s.err = fmt.Errorf("orm: Select from %s: number %d of what it names is nil or the zero value", s.model, i+1)
		}
		name := ""
		if x != nil && x.kind == exprNamed {
			if name, x = x.field, x.args[0]; name == "" && s.err == nil {
				s.err = fmt.Errorf("orm: Select from %s: As gives number %d of what is selected an empty name", s.model, i+1)
			}
		}
		s.items, s.names = append(s.items, x), append(s.names, name)
	}
	switch {
	case s.err != nil:
	case len(items) == 0:
		s.err = fmt.Errorf("orm: Select from %s names nothing to select", s.model)
	case len(items) > 200:
		s.err = fmt.Errorf("orm: Select from %s names %d expressions; at most 200 are allowed", s.model, len(items))
	case len(s.with) > 0:
		s.err = fmt.Errorf("orm: Select from %s: relations are loaded into whole rows only; leave out With", s.model)
	case len(s.without) > 0:
		s.err = fmt.Errorf("orm: Select from %s names what is read; leave out Without", s.model)
	case s.lock != 0:
		s.err = fmt.Errorf("orm: Select from %s: only whole rows are locked; leave out ForUpdate", s.model)
	}
	return (*Selection[R])(s)
}

// As names an expression for [Select], whose result has a field of that name:
//
//	orm.Select[Row](q, Posts.Topic, orm.As("Posts", orm.Count[Post]()), orm.As("Hits", orm.Sum(Posts.Hits)))
func As[M any](name string, x Selected[M]) Selected[M] {
	var e *expr
	if x != nil {
		e = x.selected(nil)
	}
	if e == nil {
		return (*Expr[*M, M])(nil)
	}
	return (*Expr[*M, M])(&expr{kind: exprNamed, field: name, args: []*expr{e}})
}

// Row selects all columns of a model, into a field of its type:
//
//	type Entry struct {
//		Post     Post
//		Comments int64
//	}
//	orm.Select[Entry](q, orm.Row[Post](), orm.Via(Posts.Comments, orm.Count[Comment]()))
func Row[M any]() Selected[M] {
	return (*Expr[*M, M])(&expr{kind: exprRow, typ: reflect.TypeFor[M]()})
}

// Distinct leaves out results that are equal to another one.
//
//go:noinline
func (s *Selection[R]) Distinct() *Selection[R] {
	c := (*selection)(s).own()
	c.distinct = true
	return (*Selection[R])(c)
}

// Union adds the results of other selections and leaves out those that are
// equal to another one. What they select goes into the fields of R by its place;
// a name that belongs to another field is an error that says to use [As].
//
//go:noinline
func (s *Selection[R]) Union(others ...*Selection[R]) *Selection[R] {
	return (*Selection[R])((*selection)(s).union(false, untypedSelections(others)))
}

// UnionAll adds the results of other selections.
//
//go:noinline
func (s *Selection[R]) UnionAll(others ...*Selection[R]) *Selection[R] {
	return (*Selection[R])((*selection)(s).union(true, untypedSelections(others)))
}

// untypedSelections views selections without their type parameter.
func untypedSelections[R any](s []*Selection[R]) []*selection {
	return *(*[]*selection)(unsafe.Pointer(&s))
}

// OrderBy puts the results of a union in order: by the first of the places,
// counted from 1 among what is selected, then the second, and so on; a negative
// one is descending. Rows without a value are the smallest. Other selections
// are ordered by their query.
//
//go:noinline
func (s *Selection[R]) OrderBy(places ...int) *Selection[R] {
	return (*Selection[R])((*selection)(s).orderByPlaces(places))
}

// Limit returns at most n results.
//
//go:noinline
func (s *Selection[R]) Limit(n int) *Selection[R] {
	c := (*selection)(s).own()
	c.limit = n
	if n < 0 {
		c.err = errors.Join(c.err, fmt.Errorf("orm: limit %d is negative", n))
	}
	return (*Selection[R])(c)
}

// Offset leaves out the first n results.
//
//go:noinline
func (s *Selection[R]) Offset(n int) *Selection[R] {
	c := (*selection)(s).own()
	c.offset = n
	if n < 0 {
		c.err = errors.Join(c.err, fmt.Errorf("orm: offset %d is negative", n))
	}
	return (*Selection[R])(c)
}

// In is true where the expression is among the results of a selection:
//
//	orm.In(Posts.Slug, orm.Select[string](orm.From[Redirect](db), Redirects.Slug))
func In[M, V any](x Expression[M, V], s *Selection[V]) Condition[M] {
	c := (*selection)(s).own()
	c.beside = x.expression(nil, nil)
	n := &node{op: opInSelection, value: c, more: &operands{left: c.beside}}
	return Condition[M]{n}
}

// Scalar is the first result of a selection as an expression, NULL if there is
// none. The selection stands alone: to look at rows related to each row there
// is [Via].
func Scalar[M, V any](s *Selection[V]) *Expr[*M, V] {
	return (*Expr[*M, V])(&expr{kind: exprSelection, sel: (*selection)(s)})
}

// All returns all results; if there are none, an empty slice and no error.
//
//go:noinline
func (s *Selection[R]) All(ctx context.Context) ([]R, error) {
	rows, err := (*selection)(s).all(ctx)
	if err != nil {
		return nil, err
	}
	return sliceOf[R](rows), nil
}

// First returns the first result; the error is [ErrNotFound] if there is none.
//
//go:noinline
func (s *Selection[R]) First(ctx context.Context) (row R, err error) {
	err = (*selection)(s).only(ctx, 1, unsafe.Pointer(&row))
	return row, err
}

// Get returns the one result; the error is [ErrNotFound] if there is none and
// [ErrMultiple] if there are more.
//
//go:noinline
func (s *Selection[R]) Get(ctx context.Context) (row R, err error) {
	err = (*selection)(s).only(ctx, 2, unsafe.Pointer(&row))
	return row, err
}

// Iter returns the results one by one, in memory that does not grow with their
// number. The sequence ends after the first error, which is its last element.
// It keeps the connection until the loop ends: in a transaction the loop must
// not run other statements.
//
//go:noinline
func (s *Selection[R]) Iter(ctx context.Context) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		err := (*selection)(s).iterate(ctx, 1, func(rows span) bool { return yield(*(*R)(rows.first), nil) })
		if err != nil {
			var zero R
			yield(zero, err)
		}
	}
}
