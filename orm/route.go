package orm

import (
	"fmt"
	"reflect"
	"slices"
)

// route is how a relation leads from the rows of one model to those of another
// on a database.
type route struct {
	target *plan
	// One of these is set: a foreign key of the model itself, a foreign key of
	// the target, or a table of pairs.
	forward *field
	reverse *field
	pairs   *relation
}

// route finds the way that a condition on related rows takes.
func (p *plan) route(n *node) (route, error) {
	if n.back() != nil {
		return p.routeBack(n.back(), n.field)
	}
	return p.routeOf(n.field)
}

// routeOf finds the way of one of the model's own fields.
func (p *plan) routeOf(name string) (route, error) {
	if f := p.fieldNamed(name); f != nil && f.ref != nil {
		return route{target: p.b.plans[f.ref.target], forward: f}, nil
	}
	r := p.relationNamed(name)
	switch {
	case r == nil:
		return route{}, unknownField(p, name)
	case r.kind == relPairs:
		return route{target: p.b.plans[r.target], pairs: r}, nil
	}
	return route{target: p.b.plans[r.target], reverse: r.fk}, nil
}

// routeBack finds the way against the direction of a foreign key of another
// model.
func (p *plan) routeBack(from reflect.Type, name string) (route, error) {
	target := p.b.plans[from]
	if target == nil {
		return route{}, fmt.Errorf("orm: %s is not a model of this database; add orm.Model[%s]() to its module's Models", from, from)
	}
	f := target.fieldNamed(name)
	if f == nil || f.ref == nil {
		return route{}, unknownField(target, name)
	}
	return route{target: target, reverse: f}, nil
}

// exists writes a condition on related rows as a subquery, so that no row of p
// is found twice.
func (w *sqlText) exists(p *plan, alias string, n *node) {
	if n.op == opNotExists {
		w.Str("NOT ")
	}
	via, err := p.route(n)
	if err != nil {
		return // sqlArgs has found it, and the text is not used
	}
	t := w.Alias()
	w.Str("EXISTS (SELECT 1")
	hidden := via.forward == nil && via.target.deleted != nil
	w.related(p, alias, t, via, len(n.kids()) > 0 || hidden)
	if len(n.kids()) > 0 {
		w.Str(" AND ")
		w.joined(via.target, t, n.kids(), " AND ")
	}
	if hidden {
		w.alive(via.target, t, " AND ")
	}
	w.Str(")")
}

// related writes FROM and WHERE of a subquery on the rows of via.target, in
// alias t, that a row of p in alias leads to. Without need of the rows
// themselves, pairs are enough.
func (w *sqlText) related(p *plan, alias, t string, via route, need bool) {
	w.Str(" FROM ")
	if via.pairs == nil {
		w.Name(via.target.table)
		w.Str(" " + t + " WHERE ")
		if via.forward != nil {
			w.Col(t, via.target.key.column)
			w.Str(" = ")
			w.Col(alias, via.forward.column)
		} else {
			w.Col(t, via.reverse.column)
			w.Str(" = ")
			w.Col(alias, p.key.column)
		}
		return
	}
	pair := w.Alias()
	w.Name(via.pairs.table)
	w.Str(" " + pair)
	if need {
		w.Str(" JOIN ")
		w.Name(via.target.table)
		w.Str(" " + t + " ON ")
		w.Col(t, via.target.key.column)
		w.Str(" = ")
		w.Col(pair, via.pairs.far)
	}
	w.Str(" WHERE ")
	w.Col(pair, via.pairs.near)
	w.Str(" = ")
	w.Col(alias, p.key.column)
}

// joins splits conditions that rows must all fulfil into those that become
// joins and the others, which keep their order. A foreign key leads to one row,
// so that a join finds no row twice, and SQLite, unlike PostgreSQL, thinks of
// beginning with the other table only when it is joined.
func (p *plan) joins(conditions []*node) (joins, rest []*node) {
	is := func(n *node) bool {
		if n == nil || n.op != opExists || n.back() != nil {
			return false
		}
		f := p.fieldNamed(n.field)
		return f != nil && f.ref != nil
	}
	if !p.b.traits.JoinsReferences || !slices.ContainsFunc(conditions, is) {
		return nil, conditions
	}
	for _, n := range conditions {
		if is(n) {
			joins = append(joins, n)
		} else {
			rest = append(rest, n)
		}
	}
	return joins, rest
}

// from writes the table of p as t0, and the conditions on its rows; before those
// more, if it is not nil.
func (w *sqlText) from(p *plan, conditions []*node, d deletedRows, more func()) {
	w.Name(p.table)
	w.Str(" t0")
	joins, rest := p.joins(conditions)
	for _, n := range joins {
		via, _ := p.routeOf(n.field)
		t := w.Alias()
		w.Str(" JOIN ")
		w.Name(via.target.table)
		w.Str(" " + t + " ON ")
		w.Col(t, via.target.key.column)
		w.Str(" = ")
		w.Col("t0", via.forward.column)
		if len(n.kids()) > 0 {
			w.Str(" AND ")
			w.joined(via.target, t, n.kids(), " AND ")
		}
	}
	if more != nil {
		more()
	}
	w.where(p, "t0", p.visible(rest, d))
}
