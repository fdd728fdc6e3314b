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
// a condition does not count, nor does PostgreSQL's of a unique constraint for a
// column that may be NULL: it has NULL at the other end.
func (q *Query[T]) OrderIndexed() (bool, error) { return (*query)(q).own().orderIndexed() }

func (q *query) orderIndexed() (bool, error) {
	p, err := q.plan()
	if err != nil {
		return false, err
	}
	if len(q.orders) == 0 {
		return false, errors.New("orm: OrderIndexed of a query without an order")
	}
	fixed := map[string]orderFixed{}
	var fix func([]*node)
	fix = func(nodes []*node) {
		for _, n := range nodes {
			switch {
			case n == nil:
			case n.op == opAnd:
				fix(n.kids())
			case n.op == opEq && n.left() == nil || n.op == opIsNull && n.left() == nil && n.field != "":
				if f := p.fieldNamed(n.field); f != nil {
					fixed[f.column] = fixedValue
					if n.op == opIsNull || n.value == nil {
						fixed[f.column] = fixedNull
					}
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
		if fixed[f.column] == notFixed {
			columns = append(columns, schema.IndexColumn{Column: f.column, Desc: o.desc})
		}
	}
	return slices.ContainsFunc(p.orderings(), func(x ordering) bool { return x.serves(p, columns, fixed) }), nil
}

// orderFixed says whether the conditions of a query leave a column one value.
type orderFixed byte

const (
	notFixed orderFixed = iota
	fixedNull
	fixedValue
)

// nullable reports whether a column may be NULL.
func (m *model) nullable(column string) bool {
	return slices.ContainsFunc(m.fields, func(f *field) bool { return f.column == column && f.null != notNull })
}

// ordering is an index as far as it gives an order.
type ordering struct {
	parts  []schema.IndexColumn
	unique bool
	// partial says that rows marked as deleted are left out, constraint that
	// PostgreSQL made it, which puts NULL at the end.
	partial, constraint bool
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
	out = append(out, ordering{parts: plain(m.keyColumns()), unique: true, constraint: true})
	for _, f := range m.fields {
		// A reference has an index, as in Django.
		if f.tag.unique || f.tag.index || f.ref != nil && !slices.Contains(m.keys, f) {
			out = append(out, m.orderingOf(plain([]string{f.column}), f.tag.unique, f.tag.unique))
		}
	}
	for _, x := range m.indexes {
		if _, parts := x.on(m); x.where == "" && len(parts) > 0 {
			out = append(out, m.orderingOf(parts, x.unique, x.isConstraint()))
		}
	}
	return out
}

// orderingOf returns the ordering of an index. Of a constraint the living rows
// of a model with soft delete have an index with a condition instead.
func (m *model) orderingOf(parts []schema.IndexColumn, unique, constraint bool) ordering {
	return ordering{parts: parts, unique: unique, partial: constraint && m.deleted != nil, constraint: constraint}
}

// serves reports whether the index gives the order of the columns, those that
// are fixed left out.
func (x ordering) serves(m *plan, order []schema.IndexColumn, fixed map[string]orderFixed) bool {
	if x.partial {
		return false
	}
	forward, backward, unique := true, true, x.unique
	for _, p := range x.parts {
		if len(order) == 0 {
			return true
		}
		if p.Expr != "" {
			return false
		}
		nullable := m.nullable(p.Column) && fixed[p.Column] != fixedValue
		unique = unique && !nullable // any number of rows have NULL
		if p.Column != order[0].Column {
			if fixed[p.Column] != notFixed {
				continue
			}
			return false
		}
		if nullable && m.b.traits.KeysEndWithNull && x.constraint {
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
	return len(order) == 0 || unique
}
