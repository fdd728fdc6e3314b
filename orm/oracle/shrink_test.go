package oracle_test

import (
	"math/rand/v2"
	"slices"
)

// shrink returns a smaller question that still fails: it leaves out one part
// after the other.
func shrink[Q interface {
	comparable
	smaller() []Q
}](q Q, fails func(Q) bool) Q {
	for tries := 0; tries < 2000; {
		smaller := q
		for _, s := range q.smaller() {
			tries++
			if fails(s) {
				smaller = s
				break
			}
		}
		if smaller == q {
			break
		}
		q = smaller
	}
	return q
}

func (q *question) smaller() []*question {
	var out []*question
	add := func(change func(*question)) {
		s := *q
		change(&s)
		out = append(out, &s)
	}
	if len(q.with) > 0 {
		add(func(s *question) { s.with = nil })
	}
	for i, l := range q.with {
		add(func(s *question) { s.with = without(q.with, i) })
		for _, sl := range l.smaller() {
			add(func(s *question) { s.with = with(q.with, i, sl) })
		}
	}
	if q.limit >= 0 {
		add(func(s *question) { s.limit = -1 })
	}
	if q.offset > 0 {
		add(func(s *question) { s.offset = 0 })
	}
	if q.limit < 0 && q.offset == 0 {
		for i := range q.orders {
			add(func(s *question) { s.orders = without(q.orders, i) })
		}
	}
	for i, c := range q.where {
		add(func(s *question) { s.where = without(q.where, i) })
		for _, sc := range c.smaller() {
			add(func(s *question) { s.where = with(q.where, i, sc) })
		}
	}
	return out
}

func (c *choice) smaller() []*choice {
	var out []*choice
	add := func(change func(*choice)) {
		s := *c
		change(&s)
		out = append(out, &s)
	}
	if len(c.others) > 0 {
		add(func(s *choice) { s.others, s.places, s.most = nil, nil, -1 })
		for i, o := range c.others {
			out = append(out, o)
			for _, so := range o.smaller() {
				if len(so.items) == len(c.items) {
					add(func(s *choice) { s.others = with(c.others, i, so) })
				}
			}
		}
	}
	for _, q := range c.question.smaller() {
		add(func(s *choice) { s.question = *q })
	}
	if c.distinct {
		add(func(s *choice) { s.distinct = false })
	}
	if len(c.orders) > 0 && c.limit < 0 && c.offset == 0 {
		add(func(s *choice) { s.orders = nil })
	}
	for i, h := range c.having {
		add(func(s *choice) { s.having = without(c.having, i) })
		for _, sh := range h.smaller() {
			add(func(s *choice) { s.having = with(c.having, i, sh) })
		}
	}
	if len(c.orders) == 0 {
		for i, x := range c.items {
			if x.op != "value" {
				v := &expr{op: "value", table: x.table, kind: x.kind, value: x.kind.random(rand.New(rand.NewPCG(1, 1)))}
				add(func(s *choice) { s.items = with(c.items, i, v) })
			}
			if !x.aggregates() {
				for _, sx := range x.smaller() {
					add(func(s *choice) { s.items = with(c.items, i, sx) })
				}
			}
		}
	}
	return out
}

// smaller returns parts of the expression that are of its kind.
func (e *expr) smaller() []*expr {
	var out []*expr
	for _, a := range e.args {
		if a.table == e.table && a.kind.name == e.kind.name {
			out = append(out, a)
		}
	}
	for i, c := range e.conds {
		for _, sc := range c.smaller() {
			s := *e
			s.conds = with(e.conds, i, sc)
			out = append(out, &s)
		}
	}
	if e.sel != nil {
		for i := range e.sel.where {
			sel := *e.sel
			sel.where = without(sel.where, i)
			s := *e
			s.sel = &sel
			out = append(out, &s)
		}
	}
	for i, a := range e.args {
		for _, sa := range a.smaller() {
			s := *e
			s.args = with(e.args, i, sa)
			out = append(out, &s)
		}
	}
	return out
}

func (l *loading) smaller() []*loading {
	var out []*loading
	add := func(change func(*loading)) {
		s := *l
		change(&s)
		out = append(out, &s)
	}
	if len(l.nested) > 0 {
		add(func(s *loading) { s.nested = nil })
		for i, n := range l.nested {
			for _, sn := range n.smaller() {
				add(func(s *loading) { s.nested = with(l.nested, i, sn) })
			}
		}
	}
	if l.limit >= 0 {
		add(func(s *loading) { s.limit = -1 })
	}
	if len(l.orders) > 0 && l.limit < 0 {
		add(func(s *loading) { s.orders = nil })
	}
	for i, c := range l.where {
		add(func(s *loading) { s.where = without(l.where, i) })
		for _, sc := range c.smaller() {
			add(func(s *loading) { s.where = with(l.where, i, sc) })
		}
	}
	return out
}

// smaller returns smaller conditions on the same table.
func (c *cond) smaller() []*cond {
	var out []*cond
	for _, k := range c.kids {
		if k.table == c.table && c.relation == nil {
			out = append(out, k)
		}
	}
	add := func(change func(*cond)) {
		s := *c
		change(&s)
		out = append(out, &s)
	}
	for i, k := range c.kids {
		if c.op != "Not" {
			add(func(s *cond) { s.kids = without(c.kids, i) })
		}
		for _, sk := range k.smaller() {
			add(func(s *cond) { s.kids = with(c.kids, i, sk) })
		}
	}
	if c.left != nil && c.op != "JSONHas" {
		for _, sx := range c.left.smaller() {
			if !c.left.aggregates() {
				add(func(s *cond) { s.left = sx })
			}
		}
	}
	if c.right != nil {
		for _, sx := range c.right.smaller() {
			add(func(s *cond) { s.right = sx })
		}
	}
	if c.sel != nil {
		for i := range c.sel.where {
			sel := *c.sel
			sel.where = without(sel.where, i)
			add(func(s *cond) { s.sel = &sel })
		}
	}
	if c.op == "In" || c.op == "NotIn" {
		for i := range c.args {
			add(func(s *cond) { s.args = without(c.args, i) })
		}
	}
	return out
}

func without[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

func with[T any](list []T, i int, x T) []T {
	list = slices.Clone(list)
	list[i] = x
	return list
}
