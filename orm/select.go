package orm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
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

// selection is a Selection without its type.
type selection struct {
	query
	result   reflect.Type
	items    []*expr
	names    []string // of items, given by As; "" for the others
	distinct bool
	// sought are the fields of the model that are read besides, for a cursor.
	sought []int
	// unions are joined after it; then order, limit and offset are of them
	// together, and order is by place.
	unions []union
	places []int
	// beside is what is looked for among the results, in another query.
	beside *expr
}

type union struct {
	all bool
	s   *selection
}

var errZeroSelection = errors.New("orm: a selection is the zero Selection; make it with orm.Select")

// own returns a copy to change.
func (s *selection) own() *selection {
	if s == nil {
		return &selection{query: query{limit: -1, err: errZeroSelection}}
	}
	c := *s
	return &c
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

func (s *selection) union(all bool, others []*selection) *selection {
	c := s.own()
	if len(c.unions) == 0 {
		// The first keeps its own order and limits, as the others do.
		inner := *c
		*c = selection{query: query{h: c.h, model: c.model, limit: -1, timeout: c.timeout, err: c.err}, result: c.result, items: c.items, names: c.names, unions: []union{{true, &inner}}}
	}
	c.unions = slices.Clip(c.unions)
	for _, o := range others {
		if o == nil {
			c.err = errors.Join(c.err, errZeroSelection)
			continue
		}
		c.unions = append(c.unions, union{all, o})
		c.err = errors.Join(c.err, o.err)
		if len(o.items) != len(c.items) {
			c.err = errors.Join(c.err, fmt.Errorf("orm: a union of selections of %d and %d columns", len(c.items), len(o.items)))
		}
		if o.h != c.h {
			c.err = errors.Join(c.err, errOtherHandle)
		}
	}
	return c
}

var errOtherHandle = errors.New("orm: a query within another is on another database or transaction; make both with the same handle")

// OrderBy puts the results of a union in order: by the first of the places,
// counted from 1 among what is selected, then the second, and so on; a negative
// one is descending. Rows without a value are the smallest. Other selections
// are ordered by their query.
//
//go:noinline
func (s *Selection[R]) OrderBy(places ...int) *Selection[R] {
	return (*Selection[R])((*selection)(s).orderByPlaces(places))
}

func (s *selection) orderByPlaces(places []int) *selection {
	c := s.own()
	c.places = slices.Clone(places)
	if len(c.unions) == 0 {
		c.err = errors.Join(c.err, errors.New("orm: OrderBy by places is for unions; order the query that is given to Select"))
	}
	for _, n := range places {
		if n == 0 || n > len(c.items) || -n > len(c.items) {
			c.err = errors.Join(c.err, fmt.Errorf("orm: an order by place %d, and %d things are selected", n, len(c.items)))
		}
	}
	return c
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

// all returns all results.
func (s *selection) all(ctx context.Context) (out span, err error) {
	if s == nil {
		return out, errZeroSelection
	}
	err = s.iterate(ctx, 0, func(rows span) bool {
		out = rows
		return true
	})
	return out, err
}

// only reads the first result into the R at ptr, and is an error if there is
// none, or if there are as many as most.
func (s *selection) only(ctx context.Context, most int, ptr unsafe.Pointer) error {
	c := s.own()
	if c.limit < 0 || c.limit > most {
		c.limit = most
	}
	rows, err := c.all(ctx)
	switch {
	case err != nil:
		return err
	case rows.n == 0:
		return fmt.Errorf("%w in a selection of %s", ErrNotFound, c.model)
	case rows.n > 1:
		return fmt.Errorf("%w in a selection of %s", ErrMultiple, c.model)
	}
	reflect.NewAt(c.result, ptr).Elem().Set(reflect.NewAt(c.result, rows.first).Elem())
	return nil
}

// iterate calls yield with so many results at a time, or with all if size is 0,
// until it returns false. The results are overwritten after that.
func (s *selection) iterate(ctx context.Context, size int, yield func(span) bool) error {
	if s == nil {
		return errZeroSelection
	}
	return s.readBatches(ctx, size, func(rows rowset) bool { return yield(s.delivered(rows)) })
}

// read calls yield with all rows as they were read.
func (s *selection) read(ctx context.Context, yield func(rowset)) error {
	return s.readBatches(ctx, 0, func(rows rowset) bool {
		yield(rows)
		return true
	})
}

func (s *selection) readBatches(ctx context.Context, size int, yield func(rowset) bool) error {
	p, text, args, err := s.text()
	if err != nil {
		return err
	}
	results, err := p.results(s)
	if err != nil {
		return err
	}
	ctx, cancel := s.limited(ctx)
	defer cancel()
	rows, err := s.h.Query(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("select from %s: %w", p.model, err)
	}
	defer rows.Close()
	b := rowBuffer{rowset: rowset{plan: results}, expect: capacity(s.limit)}
	if size > 0 {
		b.expect = size
	}
	rd := results.newReader()
	for rows.Next() {
		if err := rd.scan(rows, b.next()); err != nil {
			return orNull(err)
		}
		if b.n != size {
			continue
		}
		if !yield(b.rowset) {
			return nil
		}
		b.empty()
	}
	if err := rows.Close(); err != nil {
		return fmt.Errorf("select from %s: %w", p.model, err)
	}
	if size == 0 {
		yield(b.rowset)
	}
	return nil
}

// orNull adds what to do to an error of reading NULL. It has no type, but all
// drivers name it.
func orNull(err error) error {
	if strings.Contains(err.Error(), "NULL") {
		return fmt.Errorf("%w (a field of what may be NULL is a pointer or a sql.Null)", err)
	}
	return err
}
