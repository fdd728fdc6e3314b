package oracle_test

// walk calls the functions for all conditions and expressions of a question.
func (q *question) walk(cond func(*cond), expr func(*expr)) {
	w := walker{cond, expr}
	w.conds(q.where)
	w.orders(q.orders)
	w.loadings(q.with)
}

type walker struct {
	onCond func(*cond)
	onExpr func(*expr)
}

func (w walker) conds(list []*cond) {
	for _, c := range list {
		w.onCond(c)
		w.conds(c.kids)
		w.expr(c.left)
		w.expr(c.right)
		w.selection(c.sel)
	}
}

func (w walker) expr(x *expr) {
	if x == nil {
		return
	}
	w.onExpr(x)
	for _, a := range x.args {
		w.expr(a)
	}
	w.conds(x.conds)
	w.selection(x.sel)
}

func (w walker) selection(s *selection) {
	if s == nil {
		return
	}
	w.expr(s.item)
	w.conds(s.where)
	w.orders(s.orders)
}

func (w walker) orders(list []order) {
	for _, o := range list {
		for o.by != nil {
			o = *o.inner
		}
		w.expr(o.x)
	}
}

func (w walker) loadings(list []*loading) {
	for _, l := range list {
		w.conds(l.where)
		w.orders(l.orders)
		w.loadings(l.nested)
	}
}

// inDomain reports whether every part of the question has a value for every
// row: what leaves the range of its type is an error, and for which rows a
// database computes what is not needed is its own affair.
func inDomain(q interface {
	walk(func(*cond), func(*expr))
}, e evaluator) (in bool) {
	defer func() {
		if x := recover(); x != nil {
			if _, ok := x.(errDomain); !ok {
				panic(x)
			}
			in = false
		}
	}()
	q.walk(func(*cond) {}, func(x *expr) {
		switch {
		case x.op == "IsOf":
		case x.aggregates():
			all := *x
			all.conds = nil
			e.aggregate(&all, x.table.rows)
		case x.op != "column" && x.op != "value" && x.op != "JSONHas":
			for _, r := range x.table.rows {
				e.value(x, r)
			}
		}
	})
	return true
}
