package oracle_test

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// generator makes random questions about a world.
type generator struct {
	*rand.Rand
	w *world
	// expressions says that not only columns are compared.
	expressions bool
}

func newGenerator(w *world, seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, 2)), w, seed%2 == 0}
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// question makes a question about one of the tables, mostly about persons.
func (g *generator) question() *question {
	t := g.w.tables[1]
	if g.chance(35) {
		t = pick(g, g.w.tables)
	}
	q := &question{table: t, limit: -1}
	for range pick(g, []int{0, 1, 1, 1, 1, 2, 3}) {
		q.where = append(q.where, g.cond(t, g.IntN(6), 3))
	}
	q.orders = g.orders(t)
	if q.total() {
		if g.chance(40) {
			q.limit = g.IntN(len(g.w.rows[t]) + 3)
		}
		if g.chance(30) {
			q.offset = g.IntN(len(g.w.rows[t]) + 3)
		}
	}
	if g.chance(20) {
		q.with = g.loadings(t, 2)
	}
	return q
}

// orders makes an order, which mostly leaves no two rows equal.
func (g *generator) orders(t *table) []order {
	var out []order
	for range g.IntN(3) {
		out = append(out, g.order(t))
	}
	if g.chance(85) {
		out = append(out, byColumn(t.key(), g.chance(50)))
	}
	return out
}

func (g *generator) order(t *table) order {
	if g.expressions && g.chance(15) {
		for _, i := range g.Perm(len(t.relations)) {
			if rel := t.relations[i]; rel.by != nil {
				inner := g.order(rel.to)
				return order{by: rel, inner: &inner}
			}
		}
	}
	c := pick(g, t.columns)
	for !c.kind.ordered {
		c = pick(g, t.columns)
	}
	o := byColumn(c, g.chance(50))
	if g.expressions && g.chance(25) {
		k := pick(g, []*kind{texts(), bigs(), flags()})
		o.x = g.expr(t, k, 2)
		if o.x.op == "value" {
			o.x = columnExpr(t.key())
		}
	}
	if o.x.column == nil || o.x.column.null {
		o.nulls = pick(g, []string{"", "", "First", "Last"})
	}
	return o
}

func (g *generator) loadings(t *table, depth int) []*loading {
	var out []*loading
	for _, rel := range t.relations {
		if rel.load == nil || !g.chance(35) {
			continue
		}
		l := &loading{relation: rel, limit: -1}
		if rel.forward == nil {
			if g.chance(40) {
				l.where = []*cond{g.cond(rel.to, g.IntN(3), 2)}
			}
			if g.chance(40) {
				l.orders = append(g.orders(rel.to), byColumn(rel.to.key(), g.chance(50)))
			}
			if g.chance(40) {
				l.limit = g.IntN(4)
			}
		}
		if depth > 1 && g.chance(50) {
			l.nested = g.loadings(rel.to, depth-1)
		}
		out = append(out, l)
	}
	return out
}

// cond makes a condition on rows of t: joined at most depth times, over at
// most hops relations.
func (g *generator) cond(t *table, depth, hops int) *cond {
	kids := func(n int) []*cond {
		var out []*cond
		for range n {
			out = append(out, g.cond(t, depth-1, hops))
		}
		return out
	}
	switch n := g.IntN(100); {
	case depth > 0 && n < 22:
		return &cond{op: "And", table: t, kids: kids(pick(g, []int{0, 1, 2, 2, 2, 3}))}
	case depth > 0 && n < 44:
		return &cond{op: "Or", table: t, kids: kids(pick(g, []int{0, 1, 2, 2, 2, 3}))}
	case depth > 0 && n < 58:
		return &cond{op: "Not", table: t, kids: kids(1)}
	case hops > 0 && n < 80:
		return g.has(t, depth, hops)
	}
	return g.comparison(t)
}

// has makes a condition on related rows.
func (g *generator) has(t *table, depth, hops int) *cond {
	rel := pick(g, t.relations)
	c := &cond{op: "Any", table: t, relation: rel}
	switch {
	case rel.forward != nil:
		c.op = "Has"
	case g.chance(40):
		c.op = "None"
	}
	for range pick(g, []int{0, 1, 1, 1, 2}) {
		c.kids = append(c.kids, g.cond(rel.to, max(0, depth-1), hops-1))
	}
	return c
}

func (g *generator) comparison(t *table) *cond {
	if g.expressions && g.chance(35) {
		return g.expressionCond(t, 2)
	}
	col := pick(g, t.columns)
	c := &cond{table: t, column: col}
	g.compared(c, col.kind, func() any { return g.value(col) })
	switch ops := []string{"Contains", "HasPrefix", "HasSuffix", "EqFold", "ContainsFold", "HasPrefixFold", "HasSuffixFold"}; {
	case col.kind.text && g.chance(50):
		c.op, c.args = pick(g, ops), []any{g.partOf(text(g.value(col)))}
		if c.op == "EqFold" && g.chance(60) {
			c.args = []any{text(g.value(col))}
		}
		if strings.HasSuffix(c.op, "Fold") && g.chance(30) {
			c.args[0] = upper(c.args[0].(string))
		}
	case col.null && g.chance(20):
		c.op, c.args = pick(g, []string{"IsNull", "IsNotNull"}), nil
	}
	return c
}

// compared gives a condition a comparison with values.
func (g *generator) compared(c *cond, k *kind, value func() any) {
	ops := []string{"Eq", "Eq", "Ne", "In", "NotIn"}
	if k.ordered {
		ops = append(ops, "Lt", "Le", "Gt", "Ge", "Between")
	}
	if c.left != nil {
		ops = append(ops, "IsNull", "IsNotNull")
	}
	switch c.op = pick(g, ops); c.op {
	case "IsNull", "IsNotNull":
	case "Between":
		c.args = []any{value(), value()}
	case "In", "NotIn":
		for range pick(g, []int{0, 1, 2, 3, 8, 20}) {
			c.args = append(c.args, value())
		}
		if len(c.args) > 1 && g.chance(30) {
			c.args[0] = c.args[1]
		}
	default:
		c.args = []any{value()}
	}
}

// value returns a value to compare a column with: mostly one that some row
// has.
func (g *generator) value(c *column) any {
	v := c.kind.random(g.Rand)
	if rows := g.w.rows[c.table]; len(rows) > 0 && g.chance(70) {
		if have := pick(g, rows).values[c.at]; have != nil {
			v = have
		}
	}
	if c.kind.asked != nil && g.chance(40) {
		v = c.kind.asked(g.Rand, v)
	}
	return v
}

// partOf returns a text to look for in s.
func (g *generator) partOf(s string) string {
	if g.chance(15) {
		return pick(g, []string{"%", "_", `\`, "a%", "%a", "_a", ""})
	}
	if g.chance(25) {
		return pick(g, pieces())
	}
	// From the border of a character to another.
	from, to := 0, len(s)
	for from < to && g.chance(40) {
		_, n := utf8.DecodeRuneInString(s[from:to])
		from += n
	}
	for from < to && g.chance(40) {
		_, n := utf8.DecodeLastRuneInString(s[from:to])
		to -= n
	}
	return s[from:to]
}
