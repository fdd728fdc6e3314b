package orm

import (
	"errors"
	"slices"

	"github.com/volaweb/vola/schema"
)

// OrderIndexed reports whether an index gives the rows in the order of the
// query, so that the first of them are found without sorting all: an index, a
// unique constraint or the key, whose columns are those of the order after
// those that the query compares with Eq. An order by an expression, by NULLS
// other than Asc and Desc put them, or no order at all has none. An index with
// a condition does not count.
func (q *Query[T]) OrderIndexed() (bool, error) { return (*query)(q).own().orderIndexed() }

func (q *query) orderIndexed() (bool, error) {
	p, err := q.plan()
	if err != nil {
		return false, err
	}
	if len(q.orders) == 0 {
		return false, errors.New("orm: OrderIndexed of a query without an order")
	}
	fixed := map[string]bool{} // columns that have one value
	var fix func([]*node)
	fix = func(nodes []*node) {
		for _, n := range nodes {
			switch {
			case n == nil:
			case n.op == opAnd:
				fix(n.kids())
			case n.op == opEq && n.left() == nil || n.op == opIsNull && n.left() == nil && n.field != "":
				if f := p.fieldNamed(n.field); f != nil {
					fixed[f.column] = true
				}
			}
		}
	}
	fix(q.where)
	var columns []schema.IndexColumn
	for _, o := range q.orders {
		f := p.fieldNamed(o.field)
		switch {
		case o.expr != nil:
			return false, nil
		case f == nil:
			return false, unknownField(p, o.field)
		case f.null != notNull && o.nullsComeFirst() == o.desc: // not where the index has NULL
			return false, nil
		}
		if !fixed[f.column] {
			columns = append(columns, schema.IndexColumn{Column: f.column, Desc: o.desc})
		}
	}
	return slices.ContainsFunc(p.orderings(), func(x ordering) bool { return x.serves(columns, fixed) }), nil
}

// ordering is an index as far as it gives an order.
type ordering struct {
	parts  []schema.IndexColumn
	unique bool
}

// orderings returns all indexes without a condition, unique constraints and the
// key.
func (m *model) orderings() []ordering {
	var out []ordering
	plain := func(columns []string) []schema.IndexColumn {
		var parts []schema.IndexColumn
		for _, c := range columns {
			parts = append(parts, schema.IndexColumn{Column: c})
		}
		return parts
	}
	out = append(out, ordering{plain(m.keyColumns()), true})
	for _, f := range m.fields {
		// A reference has an index, as in Django.
		if f.tag.unique || f.tag.index || f.ref != nil && !slices.Contains(m.keys, f) {
			out = append(out, ordering{plain([]string{f.column}), f.tag.unique && m.deleted == nil})
		}
	}
	for _, x := range m.indexes {
		if _, parts := x.on(m); x.where == "" && len(parts) > 0 {
			out = append(out, ordering{parts, x.unique && m.deleted == nil})
		}
	}
	return out
}

// serves reports whether the index gives the order of the columns, those that
// are fixed left out.
func (x ordering) serves(order []schema.IndexColumn, fixed map[string]bool) bool {
	forward, backward := true, true
	for _, p := range x.parts {
		if p.Expr != "" {
			return false
		}
		if len(order) == 0 {
			return true
		}
		if p.Column != order[0].Column {
			if fixed[p.Column] {
				continue
			}
			return false
		}
		forward = forward && p.Desc == order[0].Desc
		backward = backward && p.Desc != order[0].Desc
		if !forward && !backward {
			return false
		}
		order = order[1:]
	}
	// What comes after a unique key decides nothing.
	return len(order) == 0 || x.unique
}
