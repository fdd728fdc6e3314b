package orm

import (
	"context"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Rows that others refer to are read by the same statement, by a LEFT JOIN, where
// that costs less than a second statement: for one row, or a page of them, by a
// reference that cannot be NULL, and if nothing more is asked of them. All other
// relations take a statement each. Of many rows few others may be referred to, and
// those would come many times.
const (
	inlineRows = 100 // up to which limit of a query
	inlineRefs = 4   // how many relations
)

// inlined is a relation that the statement of a query loads.
type inlined struct {
	via  route
	rows rowBuffer // the row that each row of the query refers to
	read *reader
}

// inline returns the relations of With that the statement of the query can load,
// and the others.
func (q *query) inline(p *plan) (in []*inlined, rest []prefetch) {
	byKey := q.offset > 0 // the keys are chosen first
	switch {
	case len(q.with) == 0, q.lock != 0, byKey && !q.canChooseKeys(p),
		q.limit > inlineRows, q.limit < 0 && !q.isOne(p):
		return nil, q.with
	}
	for _, r := range q.with {
		via, err := p.routeOf(r.field) // an error is found again by load
		if err != nil || via.forward == nil || via.forward.null != notNull || !via.target.key.refusesNull() || len(in) == inlineRefs ||
			len(r.nested) > 0 || len(r.where) > 0 || len(r.orders) > 0 || r.limits {
			rest = append(rest, r)
			continue
		}
		left, err := via.target.unread(r.without)
		if err != nil {
			rest = append(rest, r) // as above
			continue
		}
		x := &inlined{via: via, rows: rowBuffer{rowset: rowset{plan: via.target}, expect: max(1, capacity(q.limit))}, read: via.target.newReader()}
		x.read.leave(left)
		in = append(in, x)
	}
	return in, rest
}

// refusesNull reports whether reading NULL into the field is an error, by which a
// row that is missing is noticed.
func (f *field) refusesNull() bool {
	kind := f.base.Kind()
	return f.null == notNull && !f.receives() && (f.form == formInt && isInteger(kind) || f.form == formUUID || f.form == formText && kind == reflect.String)
}

// canChooseKeys reports whether the rows of the query can be found by their keys,
// and put in order again.
func (q *query) canChooseKeys(p *plan) bool {
	return p.key != nil && !slices.ContainsFunc(q.orders, func(o order) bool { return o.expr != nil })
}

func inlinedAlias(i int) string { return "j" + string(rune('0'+i)) }

// markInlined adds the relations to the shape.
func (b *sqlArgs) markInlined(in []*inlined) {
	for _, x := range in {
		b.mark('j', x.via.forward.name)
		b.shape = x.read.left.mark(b.shape)
	}
}

// selectInlined writes the SELECT of a query with relations. Rows that are skipped,
// or sorted and then left out, are not joined: then the keys are chosen first.
func (w *sqlText) selectInlined(q *query, p *plan, in []*inlined, left *unread) {
	w.Str("SELECT ")
	w.selectList(p, left)
	for i, x := range in {
		w.Str(", ")
		w.B = x.via.target.appendRead(w.B, inlinedAlias(i), x.read.left)
	}
	w.Str(" FROM ")
	join := func() {
		for i, x := range in {
			w.Str(" LEFT JOIN ")
			w.Name(x.via.target.table)
			w.Str(" " + inlinedAlias(i) + " ON ")
			w.Col(inlinedAlias(i), x.via.target.key.column)
			w.Str(" = ")
			w.Col("t0", x.via.forward.column)
		}
	}
	indexed := true
	if q.limit > 1 && len(q.orders) > 0 && q.canChooseKeys(p) {
		indexed, _ = q.orderIndexed() // an error has been found by the pass over the arguments
	}
	if q.offset == 0 && indexed {
		w.from(p, q.where, q.deleted, join)
		w.orderBy(p, "t0", q.orders)
		w.limits(q.limit, q.offset)
		return
	}
	w.Str("(SELECT ")
	w.Col("t0", p.key.column)
	w.Str(" AS k FROM ")
	w.from(p, q.where, q.deleted, nil)
	w.orderBy(p, "t0", q.orders)
	w.limits(q.limit, q.offset)
	w.Str(") page JOIN ")
	w.Name(p.table)
	w.Str(" t0 ON ")
	w.Col("t0", p.key.column)
	w.Str(" = page.k")
	join()
	w.orderBy(p, "t0", q.orders)
}

// inline has the reader read rows of the relations too, from the columns after
// those of the plan.
func (r *reader) inline(in []*inlined) {
	r.inlined = in
	for _, x := range in {
		r.dests = append(r.dests, make([]any, len(x.read.dests))...)
	}
}

// refer makes the rows refer to those that were read with them.
func (x *inlined) refer(ctx context.Context, s rowset) error {
	for i := range s.n {
		x.via.forward.ref.set(unsafe.Add(s.at(i), x.via.forward.offset), x.rows.at(i))
	}
	return x.rows.init(ctx)
}

// scanAll reads all rows into b.
func (r *reader) scanAll(rows database.Rows, b *rowBuffer) error {
	for rows.Next() {
		if err := r.scan(rows, b.next()); err != nil {
			rows.Close()
			return err
		}
	}
	return rows.Close()
}
