package orm

import (
	"fmt"
	"reflect"
	"slices"
)

// grouped reports whether rows are put together in groups: an aggregate among
// what is selected does it, in the order, or a Having.
func (s *selection) grouped() bool {
	return len(s.having) > 0 || slices.ContainsFunc(s.items, (*expr).hasAggregate) ||
		slices.ContainsFunc(s.orders, func(o order) bool { return o.expr != nil && o.expr.hasAggregate() })
}

// grouping finds what has no one value in a group of rows: what is neither
// selected nor in an aggregate. SQLite would take the value of any row, and
// PostgreSQL would not know the names that the program gave.
type grouping struct {
	p *plan
	s *selection
	// by are the items that make the groups.
	by []*expr
	// whole says that a group is one row, because its key is selected.
	whole bool
	// where is the part of the selection that is looked at, for errors.
	where string
}

func newGrouping(p *plan, s *selection) *grouping {
	g := &grouping{p: p, s: s}
	for _, x := range s.items {
		if !x.hasAggregate() {
			g.by = append(g.by, x)
		}
	}
	g.whole = p.key != nil && g.selects(p.key.name)
	return g
}

// selects reports whether a field is selected by itself, or with the whole row.
func (g *grouping) selects(field string) bool {
	return slices.ContainsFunc(g.by, func(x *expr) bool { return x.kind == exprRow || x.kind == exprField && x.field == field })
}

// check looks at the items that are made of aggregates and at the conditions on
// groups; sqlArgs asks for the orders one by one.
func (g *grouping) check() error {
	g.where = "computes with"
	for _, x := range g.s.items {
		if x.hasAggregate() {
			if err := g.expr(x); err != nil {
				return err
			}
		}
	}
	g.where = "has a Having on"
	return g.nodes(g.s.having)
}

// order looks at an order that is by no place.
func (g *grouping) order(o order) error {
	g.where = "is ordered by"
	if o.expr == nil {
		return g.field(o.field)
	}
	return g.expr(o.expr)
}

func (g *grouping) field(name string) error {
	if g.whole || g.selects(name) || g.p.indexOf(name) < 0 { // sqlArgs knows those that are not there
		return nil
	}
	return fmt.Errorf("orm: Select from %s %s %s, which is not selected; of rows that are one result there is no one value of it: "+
		"select it as well, or take an aggregate of it, such as orm.Max, or ask for it in Where", g.p.model, g.where, name)
}

func (g *grouping) expr(e *expr) error {
	switch {
	case e == nil, e.kind == exprAggregate, e.kind == exprSelection, e.kind == exprRow, g.is(e):
		return nil
	case e.kind == exprField:
		return g.field(e.field)
	case e.kind == exprVia:
		return g.relation(&node{field: e.field, more: operands{back: e.back}.pointer()})
	}
	for _, a := range e.args {
		if err := g.expr(a); err != nil {
			return err
		}
	}
	return g.nodes(e.conds)
}

// is reports whether an expression is one that groups are made by. One with
// arguments or a subquery would be another to PostgreSQL.
func (g *grouping) is(e *expr) bool {
	if !slices.ContainsFunc(g.by, func(x *expr) bool { return reflect.DeepEqual(x, e) }) {
		return false
	}
	b := newArgs()
	b.expr(g.p, e, kind{})
	return len(b.args) == 0 && !e.hasVia()
}

// hasVia reports whether the text of an expression has a subquery in it.
func (e *expr) hasVia() bool {
	return e.kind == exprVia || e.kind == exprSelection || len(e.conds) > 0 || slices.ContainsFunc(e.args, (*expr).hasVia)
}

func (g *grouping) nodes(nodes []*node) error {
	for _, n := range nodes {
		if err := g.node(n); err != nil {
			return err
		}
	}
	return nil
}

func (g *grouping) node(n *node) error {
	switch {
	case n == nil:
		return nil
	case n.left() != nil:
		if err := g.expr(n.left()); err != nil {
			return err
		}
		return g.expr(n.right())
	case n.op == opExists || n.op == opNotExists:
		if slices.ContainsFunc(n.kids(), (*node).hasAggregate) {
			return fmt.Errorf("orm: a condition on rows related to a %s by %s holds an aggregate; use orm.Via, whose aggregates are of those rows", g.p.model, n.field)
		}
		return g.relation(n)
	case n.op == opAnd || n.op == opOr || n.op == opNot:
		return g.nodes(n.kids())
	}
	return g.field(n.field)
}

// relation looks at the column that leads to other rows.
func (g *grouping) relation(n *node) error {
	via, err := g.p.route(n)
	switch {
	case err != nil:
		return nil // sqlArgs has the same
	case via.forward != nil:
		return g.field(via.forward.name)
	}
	return g.field(g.p.key.name)
}
