package oracle_test

// choice makes a question for values, perhaps joined with others.
func (g *generator) choice() *choice {
	c := g.oneChoice(g.chance(50))
	if !g.chance(20) {
		return c
	}
	c = g.oneChoice(false)
	c.all = g.chance(50)
	alike := g.chance(50) // or hardly any two results are equal
	if alike {
		c.orders, c.limit, c.offset, c.having = nil, -1, 0, nil
		for i, k := range resultKinds() {
			c.items[i] = g.coarse(c.table, k)
		}
	}
	for range 1 + g.IntN(2) {
		o := g.oneChoice(false)
		if alike {
			same := *c
			same.where, same.others = o.where, nil
			if o.table != c.table {
				same.where = nil
			}
			o = &same
		}
		c.others = append(c.others, o)
	}
	for _, at := range g.Perm(len(c.items)) {
		c.places = append(c.places, pick(g, []int{at + 1, -at - 1}))
	}
	if g.chance(40) {
		c.most = g.IntN(20)
	}
	return c
}

// oneChoice makes a question for values; inexact allows sums of floats.
func (g *generator) oneChoice(inexact bool) *choice {
	t := pick(g, g.w.tables)
	c := &choice{question: question{table: t, limit: -1}, most: -1}
	if g.chance(60) {
		c.where = []*cond{g.cond(t, g.IntN(3), 2)}
	}
	grouped, total := g.chance(55), g.chance(25)
	for _, k := range resultKinds() {
		x := g.item(t, k)
		switch {
		case !grouped || !total && g.chance(35):
		case k.name == "bool":
			x = &expr{op: "IsOf", table: t, kind: k, conds: []*cond{g.havingCond(t, 1)}}
		default:
			for x = g.aggregate(t, k, 1); !inexact && x.inexact(); x = g.aggregate(t, k, 1) {
			}
		}
		c.items = append(c.items, x)
	}
	if grouped {
		// Few groups, or each has one row.
		for i, x := range c.items {
			if !x.aggregates() && g.chance(70) {
				c.items[i] = g.coarse(t, x.kind)
			}
		}
		if g.chance(40) {
			c.having = []*cond{g.havingCond(t, 2)}
		}
	} else {
		c.distinct = g.chance(40)
	}
	g.orderChoice(c, inexact)
	return c
}

// inexact reports whether the value depends on the order in which rows are
// added up.
func (e *expr) inexact() bool {
	return e.kind.name == "float64" && (e.op == "Sum" || e.op == "Avg" && e.args[0].kind.name != prices().name)
}

// item makes an expression that can be ordered by as it is.
func (g *generator) item(t *table, k *kind) *expr {
	x := g.expr(t, k, g.IntN(3))
	if x.op == "Case" && len(x.args) == len(x.conds) {
		x.args = append(x.args, &expr{op: "value", table: t, kind: k, value: g.valueOf(t, k)})
	}
	return x
}

// coarse makes an expression with few values.
func (g *generator) coarse(t *table, k *kind) *expr {
	value := func() *expr { return &expr{op: "value", table: t, kind: k, value: g.valueOf(t, k)} }
	if g.chance(30) {
		return value()
	}
	return &expr{op: "Case", table: t, kind: k, conds: []*cond{g.cond(t, 1, 1)}, args: []*expr{g.item(t, k), value()}}
}

// havingCond makes a condition on aggregates.
func (g *generator) havingCond(t *table, depth int) *cond {
	if depth > 0 && g.chance(50) {
		c := &cond{op: pick(g, []string{"And", "Or", "Not"}), table: t, kids: []*cond{g.havingCond(t, depth-1)}}
		if c.op != "Not" {
			c.kids = append(c.kids, g.havingCond(t, depth-1))
		}
		return c
	}
	k := pick(g, []*kind{bigs(), bigs(), texts()})
	c := &cond{table: t, left: g.aggregate(t, k, 1)}
	g.compared(c, k, func() any {
		if k.name == "int64" && g.chance(60) {
			return int64(g.IntN(6))
		}
		return g.valueOf(t, k)
	})
	return c
}

// orderChoice gives a choice an order that names all it selects, or none.
func (g *generator) orderChoice(c *choice, inexact bool) {
	if g.chance(25) {
		return
	}
	for _, i := range g.Perm(len(c.items)) {
		x := c.items[i]
		if x.inexact() {
			c.orders = nil
			return
		}
		c.orders = append(c.orders, order{x: x, desc: g.chance(50), nulls: pick(g, []string{"", "", "First", "Last"})})
	}
	if g.chance(40) {
		c.limit = g.IntN(12)
	}
	if g.chance(25) {
		c.offset = g.IntN(5)
	}
}
