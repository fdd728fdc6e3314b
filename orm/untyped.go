package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// query is a Query without the type of its rows. Its methods are compiled once,
// those of Query for each model.
type query struct {
	h      database.Handle
	model  reflect.Type
	where  []*node
	having []*node
	orders []order
	with   []prefetch
	limit  int // negative: none
	offset int
	every  bool
	// without are the fields that are not read.
	without []string
	lock    lock
	timeout time.Duration // of a statement; 0 is none
	// deleted says which rows of a model with soft delete are seen.
	deleted deletedRows
	err     error
}

// from makes q a copy of another query. The zero query is one of no database.
func (q *query) from(other *query) {
	if other == nil {
		*q = query{limit: -1}
		return
	}
	*q = *other
}

// own returns a copy of q that may be changed.
func (q *query) own() *query {
	c := new(query)
	c.from(q)
	return c
}

// The functions that change a copy are not inlined: the methods of Query that
// call them are, into the user's package, and the copies stay on the stack.

//go:noinline
func (q *query) addWhere(other *query, conditions unsafe.Pointer) { // *[]ConditionOf[P], which is a *[]*node
	q.from(other)
	q.where = append(slices.Clip(q.where), *(*[]*node)(conditions)...)
}

//go:noinline
func (q *query) addHaving(other *query, conditions unsafe.Pointer) { // as addWhere
	q.from(other)
	q.having = append(slices.Clip(q.having), *(*[]*node)(conditions)...)
}

//go:noinline
func (q *query) setOrder(other *query, orders unsafe.Pointer) { // *[]OrderOf[P], which is a *[]order
	q.from(other)
	q.orders = slices.Clone(*(*[]order)(orders))
}

//go:noinline
func (q *query) addWith(other *query, relations []prefetch) {
	q.from(other)
	q.with = append(slices.Clip(q.with), relations...)
}

//go:noinline
func (q *query) leaveOut(other *query, fields []string) {
	q.from(other)
	q.without = append(slices.Clip(q.without), fields...)
}

//go:noinline
func (q *query) setLimit(other *query, n int) {
	q.from(other)
	q.limitTo(n)
}

//go:noinline
func (q *query) setOffset(other *query, n int) {
	q.from(other)
	q.skip(n)
}

//go:noinline
func (q *query) setEvery(other *query) {
	q.from(other)
	q.every = true
}

func (q *query) limitTo(n int) {
	if n < 0 {
		q.err = fmt.Errorf("orm: limit %d is negative", n)
	}
	q.limit = n
}

// atMost sets a limit of n, unless there is a smaller one.
func (q *query) atMost(n int) {
	if q.limit < 0 || q.limit > n {
		q.limitTo(n)
	}
}

func (q *query) skip(n int) {
	if n < 0 {
		q.err = fmt.Errorf("orm: offset %d is negative", n)
	}
	q.offset = n
}

func (q *query) plan() (*plan, error) {
	if q.h == nil {
		return nil, errors.New("orm: the query has no database; make it with orm.From")
	}
	if q.err != nil {
		return nil, q.err
	}
	if len(q.having) > 0 {
		return nil, errors.New("orm: Having is for queries that Select is given")
	}
	return planOf(q.h, q.model)
}

// bind collects the arguments of the query and begins its shape with kind.
func (q *query) bind(p *plan, kind byte) *sqlArgs {
	b := p.b.newArgs()
	b.mark(kind, p.table)
	b.shape = append(b.shape, byte('0'+q.deleted), byte('0'+q.lock))
	joins, rest := q.where, []*node(nil)
	if kind == 's' || kind == 'c' {
		joins, rest = p.joins(q.where)
		b.shape = strconv.AppendInt(b.shape, int64(len(joins)), 10)
	}
	for _, n := range joins {
		b.node(p, n)
	}
	for _, n := range rest {
		b.node(p, n)
	}
	if kind == 's' {
		b.orders(p, q.orders)
	}
	b.limits(q.limit, q.offset)
	return b
}

// text returns the statement's text for the shape that b has found.
func (b *sqlArgs) text(p *plan, write func(*sqlText)) (string, error) {
	if b.err != nil {
		return "", b.err
	}
	if most := p.b.dialect.Features().MaxArgs; len(b.args) > most {
		return "", fmt.Errorf("orm: the statement on %s has %d arguments, and the database takes %d; give lists to In, which sends each as one", p.model, len(b.args), most)
	}
	return p.b.texts.get(b.shape, func() (string, error) {
		w := p.b.newText()
		write(w)
		return string(w.B), nil
	})
}

// selectText returns the statement that reads the query's rows, and those of
// relations.
func (q *query) selectText(p *plan, in []*inlined, left *unread) (string, *sqlArgs, error) {
	b := q.bind(p, 's')
	b.markInlined(in)
	b.shape = left.mark(b.shape)
	text, err := b.text(p, func(w *sqlText) {
		if len(in) > 0 {
			w.selectInlined(q, p, in, left)
			return
		}
		w.Str("SELECT ")
		w.selectList(p, left)
		w.Str(" FROM ")
		w.from(p, q.where, q.deleted, nil)
		w.orderBy(p, "t0", q.orders)
		w.limits(q.limit, q.offset)
		w.lock(q.lock)
	})
	return text, b, err
}

// isOne reports whether the query has one row or none: no limit leaves it out,
// and the key, or a unique column, must have a value.
func (q *query) isOne(p *plan) bool {
	if q.limit >= 0 || q.offset > 0 {
		return false
	}
	for _, n := range q.where {
		if n == nil || n.op != opEq || n.left() != nil {
			continue
		}
		if p.key != nil && n.field == p.key.name {
			return true
		}
		if f := p.fieldNamed(n.field); f != nil && f.tag.unique && (p.deleted == nil || q.deleted == deletedHidden) {
			return true
		}
	}
	return false
}

// notOne is the error of n rows where there should be one.
func (q *query) notOne(n int) error {
	if n > 1 {
		return fmt.Errorf("%w in %s", ErrMultiple, q.model)
	}
	return fmt.Errorf("%w in %s", ErrNotFound, q.model)
}

// capacity returns how many rows to make room for at first.
func capacity(limit int) int {
	if limit < 0 {
		return 0
	}
	return min(limit, 256)
}

// all reads and finishes all rows.
func (q *query) all(ctx context.Context) (span, error) {
	q = q.own()
	p, err := q.plan()
	if err != nil {
		return span{}, err
	}
	s, err := q.readAll(ctx, p)
	return s.span, err
}

func (q *query) readAll(ctx context.Context, p *plan) (rowset, error) {
	s, err := q.read(ctx, p)
	if err == nil && q.unfinished(p) {
		err = q.finish(ctx, s)
	}
	return s, err
}

// read reads the rows, which are still to be finished: q.with has the relations
// afterwards that are still to be loaded.
func (q *query) read(ctx context.Context, p *plan) (rowset, error) {
	in, rest := q.inline(p)
	s, err := q.readWith(ctx, p, in)
	switch {
	case len(in) == 0:
	case err == nil:
		q.with = rest
	case isScanError(err):
		// A row that is referred to is missing, where nobody enforces that it
		// exists, or not before the end of the transaction.
		s, err = q.readWith(ctx, p, nil)
	}
	return s, err
}

// readWith reads the rows with those of relations.
func (q *query) readWith(ctx context.Context, p *plan, in []*inlined) (rowset, error) {
	left, err := p.unread(q.without)
	if err != nil {
		return rowset{}, err
	}
	text, args, err := q.selectText(p, in, left)
	if err != nil {
		return rowset{}, err
	}
	limited, cancel := q.limited(ctx)
	defer cancel()
	rows, err := q.h.Query(limited, text, args.args...)
	if err != nil {
		return rowset{}, fmt.Errorf("find %s: %w", p.model, err)
	}
	b := rowBuffer{rowset: rowset{plan: p}, expect: capacity(q.limit)}
	r := p.newReader()
	r.leave(left)
	r.inline(in)
	if err := r.scanAll(rows, &b); err != nil {
		return rowset{}, fmt.Errorf("find %s: %w", p.model, err)
	}
	r.release()
	args.release()
	for _, x := range in {
		if err := x.refer(ctx, b.rowset); err != nil {
			return rowset{}, err
		}
	}
	return b.rowset, nil
}

// lookup reads the first row into the struct at ptr, and reports whether there
// is one.
func (q *query) lookup(ctx context.Context, ptr unsafe.Pointer) (bool, error) {
	q = q.own()
	q.atMost(1)
	p, err := q.plan()
	if err != nil {
		return false, err
	}
	return q.one(ctx, p, ptr)
}

// first is lookup with the error of no row.
func (q *query) first(ctx context.Context, ptr unsafe.Pointer) error {
	found, err := q.lookup(ctx, ptr)
	if err == nil && !found {
		err = q.notOne(0)
	}
	return err
}

// get reads the one row into the struct at ptr.
func (q *query) get(ctx context.Context, ptr unsafe.Pointer) error {
	q = q.own()
	p, err := q.plan()
	if err != nil {
		return err
	}
	if q.isOne(p) {
		found, err := q.one(ctx, p, ptr)
		if err == nil && !found {
			err = q.notOne(0)
		}
		return err
	}
	q.atMost(2)
	s, err := q.readAll(ctx, p)
	if err == nil && s.n != 1 {
		err = q.notOne(s.n)
	}
	if err != nil {
		return err
	}
	reflect.NewAt(p.typ, ptr).Elem().Set(s.slice().Index(0))
	return nil
}

// unfinished reports whether there is something to do for rows that were read.
func (q *query) unfinished(p *plan) bool { return len(q.with) > 0 || p.hooks&hookInit != 0 }

// one reads the row of a query that has no more than one, into the zero struct
// at ptr, and reports whether there is one.
func (q *query) one(ctx context.Context, p *plan, ptr unsafe.Pointer) (found bool, err error) {
	in, rest := q.inline(p)
	found, err = q.oneWith(ctx, p, ptr, in)
	switch {
	case len(in) == 0:
	case err == nil:
		q.with = rest
	case isScanError(err): // as in read
		reflect.NewAt(p.typ, ptr).Elem().SetZero()
		found, err = q.oneWith(ctx, p, ptr, nil)
	}
	if err == nil && found && q.unfinished(p) {
		err = q.finish(ctx, rowset{p, span{ptr, 1}})
	}
	return found, err
}

// oneWith reads the row with those of relations.
func (q *query) oneWith(ctx context.Context, p *plan, ptr unsafe.Pointer, in []*inlined) (found bool, err error) {
	left, err := p.unread(q.without)
	if err != nil {
		return false, err
	}
	text, args, err := q.selectText(p, in, left)
	if err != nil {
		return false, err
	}
	limited, cancel := q.limited(ctx)
	defer cancel()
	rows, err := q.h.Query(limited, text, args.args...)
	if err != nil {
		return false, fmt.Errorf("find %s: %w", p.model, err)
	}
	if found = rows.Next(); found {
		r := p.newReader()
		r.leave(left)
		r.inline(in)
		if err := r.scan(rows, ptr); err != nil {
			rows.Close()
			return false, err
		}
		r.release()
	}
	if err := rows.Close(); err != nil {
		return false, fmt.Errorf("find %s: %w", p.model, err)
	}
	args.release()
	for _, x := range in {
		if found {
			err = errors.Join(err, x.refer(ctx, rowset{p, span{ptr, 1}}))
		}
	}
	return found, err
}

// finish loads the relations of rows that were read, and runs their Init.
func (q *query) finish(ctx context.Context, s rowset) error {
	if len(q.with) > 0 && s.len() > 0 {
		if err := load(ctx, q, s, q.with); err != nil {
			return err
		}
	}
	return s.init(ctx)
}

// countRows is count of a copy.
func (q *query) countRows(ctx context.Context) (int64, error) { return q.own().count(ctx) }

func (q *query) exists(ctx context.Context) (bool, error) {
	q = q.own()
	q.atMost(1)
	n, err := q.count(ctx)
	return n > 0, err
}

// count counts the rows.
func (q *query) count(ctx context.Context) (int64, error) {
	p, err := q.plan()
	if err != nil {
		return 0, err
	}
	b := q.bind(p, 'c')
	text, err := b.text(p, func(w *sqlText) {
		limited := q.limit >= 0 || q.offset > 0
		w.Str("SELECT count(*) FROM ")
		if limited {
			w.Str("(SELECT 1 FROM ")
		}
		w.from(p, q.where, q.deleted, nil)
		if limited {
			w.limits(q.limit, q.offset)
			w.Str(") t")
		}
	})
	if err != nil {
		return 0, err
	}
	ctx, cancel := q.limited(ctx)
	defer cancel()
	var n int64
	if err := database.QueryRow(ctx, q.h, []any{&n}, text, b.args...); err != nil {
		return 0, fmt.Errorf("count %s: %w", p.model, err)
	}
	b.release()
	return n, nil
}
