package oracle_test

import (
	"slices"
	"time"

	"github.com/volaweb/vola/orm"
)

// change changes one small part of a question: statements that differ in
// little must not be taken for the same.
func (g *generator) change(q interface {
	walk(func(*cond), func(*expr))
}, orders []order) {
	var changes []func()
	for i := range orders {
		o := &orders[i]
		changes = append(changes, func() { o.desc = !o.desc })
		if o.by == nil {
			changes = append(changes, func() { o.nulls = map[string]string{"": "First", "First": "Last", "Last": ""}[o.nulls] })
		}
	}
	q.walk(func(c *cond) {
		if others := alike(c.op, c.column == nil || c.column.kind.ordered); len(others) > 1 {
			changes = append(changes, func() { c.op = pick(g, others) })
		}
		if c.column != nil {
			changes = append(changes, func() { c.column = pick(g, c.table.columnsOf(c.column.kind.name)) })
		}
	}, func(x *expr) {
		if others := alike(x.op, true); len(others) > 1 && x.args != nil {
			changes = append(changes, func() { x.op = pick(g, others) })
		}
		switch {
		case x.op == "column" && x.column == x.table.key(): // which an order may need
		case x.op == "column":
			changes = append(changes, func() { x.column = pick(g, x.table.columnsOf(x.kind.name)) })
		case x.part != 0:
			changes = append(changes, func() { x.part = pick(g, []orm.DatePart{orm.Year, orm.Quarter, orm.Month, orm.Day}) })
			if x.args[0].kind.name == "time" {
				changes = append(changes, func() { x.zone = pick(g, []*time.Location{nil, time.UTC, x.zone}) })
			}
		case len(x.path) > 0:
			changes = append(changes, func() { x.path[len(x.path)-1] = pick(g, []any{"0", "a", 0, 1}) })
		}
	})
	if len(changes) > 0 {
		pick(g, changes)()
	}
}

// alike returns the operations that may stand for op.
func alike(op string, ordered bool) []string {
	for _, group := range [][]string{
		{"Eq", "Ne", "Lt", "Le", "Gt", "Ge"}, {"In", "NotIn"}, {"IsNull", "IsNotNull"}, {"Any", "None"}, {"And", "Or"},
		{"Contains", "HasPrefix", "HasSuffix"}, {"EqFold", "ContainsFold", "HasPrefixFold", "HasSuffixFold"},
		{"Lower", "Upper", "Trim"}, {"Add", "Sub", "Mul", "Div"}, {"Min", "Max"}, {"CountOf", "CountDistinct"},
	} {
		if slices.Contains(group, op) {
			if !ordered && op == "Eq" || !ordered && op == "Ne" {
				return group[:2]
			}
			return group
		}
	}
	return nil
}
