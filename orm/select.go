package orm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// Selection is a query for values instead of whole rows, read into an R each:
// made by [Select]. It is a value; its methods return changed copies, and
// nothing is asked of the database before one of those that take a context.
type Selection[R any] struct{ s *selection }

// Select reads expressions into the fields of the struct R, in that order:
//
//	type TopicCount struct {
//		Topic string
//		Posts int64
//	}
//	q := orm.From[Post](db).OrderBy(orm.Count[Post]().Desc())
//	counts, err := orm.Select[TopicCount](q, Posts.Topic, orm.Count[Post]()).All(ctx)
//
// When one of them is an [Aggregate], or the query has one in its order or a
// Having, rows with the same values of all others are one group, and give one
// R. Without another there is one group of all rows, even if there is none.
// What is not selected has no one value in a group, and is an error in the
// order, in a Having and beside an aggregate. A field must be of the expression's type, or a
// pointer to one or a sql.Null where that may be NULL. A single expression may
// be read into a plain value, as in Select[string]. A whole [Row] goes into a
// field of the model's type.
//
// Conditions, order, Limit and Offset are those of the query. Relations to load
// do not go with it.
func Select[R, M any](q Query[M], items ...Selected[M]) Selection[R] {
	s := &selection{
		query: q.q, result: reflect.TypeFor[R](),
	}
	for i, item := range items {
		var x *expr
		if item != nil {
			x = item.selected(nil)
		}
		if x == nil && s.err == nil {
			s.err = fmt.Errorf("orm: Select from %s: number %d of what it names is nil or the zero value", s.model, i+1)
		}
		s.items = append(s.items, x)
	}
	switch {
	case s.err != nil:
	case len(items) == 0:
		s.err = fmt.Errorf("orm: Select from %s names nothing to select", s.model)
	case len(items) > 200:
		s.err = fmt.Errorf("orm: Select from %s names %d things to select; at most 200 are allowed", s.model, len(items))
	case len(s.with) > 0:
		s.err = fmt.Errorf("orm: Select from %s: relations are loaded into whole rows only; leave out With", s.model)
	case s.lock != 0:
		s.err = fmt.Errorf("orm: Select from %s: only whole rows are locked; leave out ForUpdate", s.model)
	}
	return Selection[R]{s}
}

// Row selects all columns of a model, into a field of its type:
//
//	type Entry struct {
//		Post     Post
//		Comments int64
//	}
//	orm.Select[Entry](q, orm.Row[Post](), orm.Via(Posts.Comments, orm.Count[Comment]()))
func Row[M any]() Selected[M] {
	return Expr[M, M]{&expr{kind: exprRow, typ: reflect.TypeFor[M]()}}
}

// selection is a Selection without its type.
type selection struct {
	query
	result   reflect.Type
	items    []*expr
	distinct bool
	// unions are joined behind it; then order, limit and offset are of them
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

// copied returns a copy to change.
func (s Selection[R]) copied() selection {
	if s.s == nil {
		return selection{query: query{limit: -1, err: errZeroSelection}}
	}
	return *s.s
}

// Distinct leaves out results that are equal to another one.
func (s Selection[R]) Distinct() Selection[R] {
	c := s.copied()
	c.distinct = true
	return Selection[R]{&c}
}

// Union adds the results of other selections and leaves out those that are
// equal to another one.
func (s Selection[R]) Union(others ...Selection[R]) Selection[R] { return s.union(false, others) }

// UnionAll adds the results of other selections.
func (s Selection[R]) UnionAll(others ...Selection[R]) Selection[R] { return s.union(true, others) }

func (s Selection[R]) union(all bool, others []Selection[R]) Selection[R] {
	c := s.copied()
	if len(c.unions) == 0 {
		// The first keeps its own order and limits, as the others do.
		inner := c
		c = selection{query: query{h: c.h, model: c.model, limit: -1, err: c.err}, result: c.result, items: c.items, unions: []union{{true, &inner}}}
	}
	c.unions = slices.Clip(c.unions)
	for _, o := range others {
		if o.s == nil {
			c.err = errors.Join(c.err, errZeroSelection)
			continue
		}
		c.unions = append(c.unions, union{all, o.s})
		c.err = errors.Join(c.err, o.s.err)
		if len(o.s.items) != len(c.items) {
			c.err = errors.Join(c.err, fmt.Errorf("orm: a union of selections of %d and %d things", len(c.items), len(o.s.items)))
		}
		if o.s.h != c.h {
			c.err = errors.Join(c.err, errOtherHandle)
		}
	}
	return Selection[R]{&c}
}

var errOtherHandle = errors.New("orm: a query within another is on another database or transaction; make both with the same handle")

// OrderBy puts the results of a union in order: by the first of the places,
// counted from 1 among what is selected, then the second, and so on; a negative
// one is descending. Rows without a value are the smallest. Other selections
// are ordered by their query.
func (s Selection[R]) OrderBy(places ...int) Selection[R] {
	c := s.copied()
	c.places = slices.Clone(places)
	if len(c.unions) == 0 {
		c.err = errors.Join(c.err, errors.New("orm: OrderBy by places is for unions; order the query that is given to Select"))
	}
	for _, n := range places {
		if n == 0 || n > len(c.items) || -n > len(c.items) {
			c.err = errors.Join(c.err, fmt.Errorf("orm: an order by place %d, and %d things are selected", n, len(c.items)))
		}
	}
	return Selection[R]{&c}
}

// Limit returns at most n results.
func (s Selection[R]) Limit(n int) Selection[R] {
	c := s.copied()
	c.limit = n
	if n < 0 {
		c.err = errors.Join(c.err, fmt.Errorf("orm: limit %d is negative", n))
	}
	return Selection[R]{&c}
}

// atMost returns the selection with a limit of n, unless it has a smaller one.
func (s Selection[R]) atMost(n int) Selection[R] {
	if s.s == nil || s.s.limit >= 0 && s.s.limit < n {
		return s
	}
	return s.Limit(n)
}

// Offset leaves out the first n results.
func (s Selection[R]) Offset(n int) Selection[R] {
	c := s.copied()
	c.offset = n
	if n < 0 {
		c.err = errors.Join(c.err, fmt.Errorf("orm: offset %d is negative", n))
	}
	return Selection[R]{&c}
}

// In is true where the expression is among the results of a selection:
//
//	orm.In(Posts.Slug, orm.Select[string](orm.From[Redirect](db), Redirects.Slug))
func In[M, V any](x Expression[M, V], s Selection[V]) Condition[M] {
	n := &node{op: opInSelection, left: x.expression(nil, nil), value: s.s}
	if s.s != nil {
		c := s.copied()
		c.beside = n.left
		n.value = &c
	}
	return Condition[M]{n}
}

// Scalar is the first result of a selection as an expression, NULL when there
// is none. The selection is of its own: to look at rows related to each row
// there is [Via].
func Scalar[M, V any](s Selection[V]) Expr[M, V] {
	return Expr[M, V]{&expr{kind: exprSelection, sel: s.s}}
}

// All returns all results; none is an empty slice and no error.
func (s Selection[R]) All(ctx context.Context) ([]R, error) {
	if s.s == nil {
		return nil, errZeroSelection
	}
	out := make([]R, 0, capacity(s.s.limit))
	for r, err := range s.Iter(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// First returns the first result; the error is [ErrNotFound] when there is
// none.
func (s Selection[R]) First(ctx context.Context) (R, error) {
	for r, err := range s.atMost(1).Iter(ctx) {
		return r, err
	}
	var zero R
	return zero, fmt.Errorf("%w in a selection of %s", ErrNotFound, s.s.model)
}

// Get returns the one result; the error is [ErrNotFound] when there is none and
// [ErrMultiple] when there are more.
func (s Selection[R]) Get(ctx context.Context) (R, error) {
	var zero R
	all, err := s.atMost(2).All(ctx)
	switch {
	case err != nil:
		return zero, err
	case len(all) == 0:
		return zero, fmt.Errorf("%w in a selection of %s", ErrNotFound, s.s.model)
	case len(all) > 1:
		return zero, fmt.Errorf("%w in a selection of %s", ErrMultiple, s.s.model)
	}
	return all[0], nil
}

// Iter returns the results one by one, in memory that does not grow with their
// number. The sequence ends after the first error, which is its last element.
// It keeps the connection until the loop ends: in a transaction the loop must
// not run other statements.
func (s Selection[R]) Iter(ctx context.Context) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		if err := s.iterate(ctx, yield); err != nil {
			var zero R
			yield(zero, err)
		}
	}
}

func (s Selection[R]) iterate(ctx context.Context, yield func(R, error) bool) error {
	if s.s == nil {
		return errZeroSelection
	}
	p, text, args, err := s.s.text()
	if err != nil {
		return err
	}
	results, err := p.results(s.s)
	if err != nil {
		return err
	}
	rows, err := s.s.h.Query(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("select from %s: %w", p.model, err)
	}
	defer rows.Close()
	rd := results.newReader()
	for rows.Next() {
		var r R
		if err := rd.scan(rows, unsafe.Pointer(&r)); err != nil {
			return orNull(err)
		}
		if !yield(r, nil) {
			return nil
		}
	}
	if err := rows.Close(); err != nil {
		return fmt.Errorf("select from %s: %w", p.model, err)
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

// text returns the plan and the statement of the selection.
func (s *selection) text() (*plan, string, []any, error) {
	if s.h == nil && s.err != nil {
		return nil, "", nil, s.err
	}
	if s.h == nil {
		return nil, "", nil, errors.New("orm: the query has no database; make it with orm.From")
	}
	p, err := planOf(s.h, s.model)
	if err != nil {
		return nil, "", nil, err
	}
	b := &binder{shape: make([]byte, 0, 256)}
	b.shape = append(b.shape, 'S')
	b.selection(p, s)
	if b.err != nil {
		return nil, "", nil, b.err
	}
	text, err := p.b.texts.get(b.shape, func() (string, error) {
		w := &writer{dialect: p.b.dialect, b: make([]byte, 0, 256)}
		w.selection(p, s, "t0")
		return string(w.b), nil
	})
	return p, text, b.args, err
}

// selection collects the arguments and the shape of a selection.
func (b *binder) selection(p *plan, s *selection) {
	if s.err != nil {
		b.fail(s.err)
		return
	}
	b.mark('s', p.table)
	if len(s.unions) > 0 {
		for _, u := range s.unions {
			other, err := p.b.planFor(u.s.model)
			if err != nil {
				b.fail(err)
				return
			}
			if err := p.canUnite(s.items, other, u.s); err != nil {
				b.fail(err)
				return
			}
			b.shape = append(b.shape, 'U', flag(u.all))
			b.selection(other, u.s)
		}
		for _, n := range s.places {
			b.shape = strconv.AppendInt(append(b.shape, 'p'), int64(n), 10)
		}
		b.limits(s.limit, s.offset)
		b.shape = append(b.shape, ')')
		return
	}
	grouped := s.grouped()
	b.shape = append(b.shape, flag(s.distinct), flag(grouped), byte(s.deleted), byte(len(s.items)))
	outer := b.grouped
	var g *grouping
	if grouped {
		g = newGrouping(p, s)
		if err := g.check(); err != nil {
			b.fail(err)
			return
		}
	}
	b.grouped = grouped
	for _, x := range s.items {
		if x.kind == exprRow {
			b.shape = append(b.shape, '*')
			continue
		}
		b.expr(p, x, kind{})
	}
	b.grouped = false
	for _, n := range s.where {
		b.node(p, n)
	}
	b.grouped = grouped
	b.shape = append(b.shape, 'H')
	for _, n := range s.having {
		b.node(p, n)
	}
	b.shape = append(b.shape, 'O')
	for _, o := range s.orders {
		place := s.placeOf(p, o)
		switch {
		case place > 0:
			b.shape = strconv.AppendInt(append(b.shape, 'p'), int64(place), 10)
			b.shape = append(b.shape, flag(o.desc), byte(o.nulls))
			continue
		case s.distinct:
			b.fail(fmt.Errorf("orm: Select from %s is ordered by what is not selected; of rows that are one result there is no one value of it", p.model))
			return
		case grouped:
			if err := g.order(o); err != nil {
				b.fail(err)
				return
			}
		}
		b.orders(p, []order{o})
	}
	b.grouped = outer
	b.limits(s.limit, s.offset)
	b.shape = append(b.shape, ')')
}

// canUnite refuses selections whose results lie in the same place of a union
// and are not stored alike.
func (p *plan) canUnite(items []*expr, other *plan, s *selection) error {
	if len(s.items) != len(items) {
		return nil // an error that the union has already
	}
	for i, x := range items {
		y := s.items[i]
		if x.kind == exprRow && y.kind == exprRow && p == other {
			continue
		}
		if x.kind == exprRow || y.kind == exprRow {
			return fmt.Errorf("orm: a union of whole rows of %s with other results, of %s", p.model, other.model)
		}
		a, err := p.kindOf(x)
		if err != nil {
			return err
		}
		b, err := other.kindOf(y)
		if err != nil {
			return err
		}
		if !alike(a.f.store, b.f.store) {
			return fmt.Errorf("orm: a union of %s of %s, which is stored as %v, and %s of %s, as %v; the databases do not take one for the other",
				a.f.name, p.model, a.f.store, b.f.name, other.model, b.f.store)
		}
	}
	return nil
}

func flag(on bool) byte {
	if on {
		return '1'
	}
	return '0'
}

// placeOf returns the place, from 1, of the column of the result that an order
// is by, and 0 when it is by something else.
func (s *selection) placeOf(p *plan, o order) int {
	by := o.expr
	if by == nil {
		by = &expr{kind: exprField, field: o.field}
	}
	at := 1
	for _, x := range s.items {
		if x.kind == exprRow {
			if i := p.indexOf(by.field); by.kind == exprField && i >= 0 {
				return at + i
			}
			at += len(p.fields)
			continue
		}
		if reflect.DeepEqual(x, by) {
			return at
		}
		at++
	}
	return 0
}

// selection writes a selection from rows in the given alias.
func (w *writer) selection(p *plan, s *selection, alias string) {
	if len(s.unions) > 0 {
		w.unionOf(p, s)
		return
	}
	w.str("SELECT ")
	if s.distinct {
		w.str("DISTINCT ")
	}
	var places []int // of what groups are made by
	at := 1
	for i, x := range s.items {
		if i > 0 {
			w.str(", ")
		}
		if x.kind == exprRow {
			w.b = p.appendColumns(w.b, alias)
			for range p.fields {
				places = append(places, at)
				at++
			}
			continue
		}
		if k, err := p.kindOf(x); err == nil {
			w.str(k.codec.SelectPrefix)
		}
		w.expr(p, alias, x, kind{})
		if !x.hasAggregate() {
			places = append(places, at)
		}
		at++
	}
	w.str(" FROM ")
	w.name(p.table)
	w.str(" " + alias)
	w.where(p, alias, p.visible(s.where, s.deleted))
	if s.grouped() {
		for i, n := range places {
			w.str([...]string{" GROUP BY ", ", "}[min(i, 1)] + strconv.Itoa(n))
		}
	}
	if len(s.having) > 0 {
		w.str(" HAVING ")
		w.joined(p, alias, s.having, " AND ")
	}
	for i, o := range s.orders {
		if place := s.placeOf(p, o); place > 0 {
			w.str([...]string{" ORDER BY ", ", "}[min(i, 1)] + strconv.Itoa(place))
			w.direction(o)
			continue
		}
		part := len(w.b)
		w.orderBy(p, alias, []order{o})
		if i > 0 {
			w.b = slices.Replace(w.b, part, part+len(" ORDER BY "), []byte(", ")...)
		}
	}
	w.limits(s.limit, s.offset)
}

// unionOf writes a union. Each part is a query within one, because SQLite
// takes no parentheses there.
func (w *writer) unionOf(p *plan, s *selection) {
	for i, u := range s.unions {
		if i > 0 {
			w.str(" UNION ")
			if u.all {
				w.str("ALL ")
			}
		}
		w.str("SELECT * FROM (")
		other, _ := p.b.planFor(u.s.model)
		w.selection(other, u.s, w.alias())
		w.str(") " + w.alias())
	}
	for i, n := range s.places {
		w.str([...]string{" ORDER BY ", ", "}[min(i, 1)] + strconv.Itoa(max(n, -n)))
		w.direction(order{desc: n < 0})
	}
	w.limits(s.limit, s.offset)
}

// subquery collects a selection that stands within a query.
func (b *binder) subquery(p *plan, s *selection) {
	b.shape = append(b.shape, 'Q')
	if err := s.single(); err != nil {
		b.fail(err)
		return
	}
	other, err := p.b.planFor(s.model)
	if err == nil && s.beside != nil {
		err = p.besides(other, s)
	}
	if err != nil {
		b.fail(err)
		return
	}
	outer := b.grouped
	b.grouped = false
	b.selection(other, s)
	b.grouped = outer
}

// single refuses selections that cannot stand within a query.
func (s *selection) single() error {
	switch {
	case s == nil:
		return errZeroSelection
	case s.err != nil:
		return s.err
	case len(s.items) != 1 || s.items[0].kind == exprRow:
		return fmt.Errorf("orm: a query within another selects one expression, and this selects %d, or whole rows", len(s.items))
	}
	return nil
}

// besides refuses to look for something among results of another kind.
func (p *plan) besides(other *plan, s *selection) error {
	k, err := other.kindOf(s.items[0])
	if err != nil {
		return err
	}
	x, err := p.kindOf(s.beside)
	if err != nil || alike(x.f.store, k.f.store) {
		return err
	}
	return fmt.Errorf("orm: in a query of %s, %s is stored as %v and %s of %s as %v; the databases do not find one among the other",
		p.model, x.f.name, x.f.store, k.f.name, other.model, k.f.store)
}

// subquery writes a selection within a query; of one that stands for a value
// only the first result is taken.
func (w *writer) subquery(p *plan, s *selection, value bool) {
	other, _ := p.b.planFor(s.model)
	w.str("(")
	if value {
		w.str("SELECT * FROM (")
	}
	w.selection(other, s, w.alias())
	if value {
		w.str(") " + w.alias() + " LIMIT 1")
	}
	w.str(")")
}
