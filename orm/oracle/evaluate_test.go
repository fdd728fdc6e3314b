package oracle_test

import (
	"slices"
	"strings"
)

// truth is what a condition can be in SQL.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// evaluator answers questions by the rules that package orm documents, one row
// after the other. The zero value keeps to all of them; wrong names one to
// break, to see that the comparison finds out.
type evaluator struct{ wrong string }

// holds evaluates a condition for a row.
func (e evaluator) holds(c *cond, r *row) truth {
	switch c.op {
	case "And":
		out := yes
		for _, k := range c.kids {
			out = min(out, e.holds(k, r))
		}
		return out
	case "Or":
		out := no
		if e.wrong == "or of nothing is true" && len(c.kids) == 0 {
			out = yes
		}
		for _, k := range c.kids {
			out = max(out, e.holds(k, r))
		}
		return out
	case "Not":
		t := e.holds(c.kids[0], r)
		if e.wrong == "not of unknown is unknown" && t == unknown {
			return unknown
		}
		return truthOf(t != yes)
	case "Has", "Any":
		return truthOf(e.related(c, r))
	case "None":
		return truthOf(!e.related(c, r))
	}
	switch {
	case c.op == "JSONHas":
		v, _ := e.value(c.left.args[0], r).(map[string]any)
		if e.value(c.left.args[0], r) == nil {
			return unknown
		}
		_, found := follow(v, c.left.path)
		return truthOf(found)
	case c.sel != nil:
		return e.inSelection(c, e.value(c.left, r))
	case c.right != nil:
		right := e.value(c.right, r)
		if right == nil {
			return unknown
		}
		return e.compare(&cond{op: c.op, args: []any{right}}, c.left.kind, e.value(c.left, r))
	case c.left != nil:
		return e.compare(c, c.left.kind, e.value(c.left, r))
	}
	return e.compare(c, c.column.kind, r.values[c.column.at])
}

// inSelection reports whether v is among the results of a subquery.
func (e evaluator) inSelection(c *cond, v any) truth {
	if v == nil {
		return unknown
	}
	for _, other := range e.selected(c.sel) {
		if other != nil && e.order(c.left.kind, v, other) == 0 {
			return yes
		}
	}
	return no
}

// related reports whether any related row fulfils all conditions.
func (e evaluator) related(c *cond, r *row) bool {
	if e.wrong == "conditions may hold on different rows" {
		return !slices.ContainsFunc(c.kids, func(k *cond) bool {
			return !slices.ContainsFunc(r.related[c.relation], func(to *row) bool { return e.holds(k, to) == yes })
		})
	}
	return slices.ContainsFunc(r.related[c.relation], func(to *row) bool {
		return e.all(c.kids, to)
	})
}

func (e evaluator) all(list []*cond, r *row) bool {
	for _, c := range list {
		t := e.holds(c, r)
		if t == no || t == unknown && e.wrong != "unknown is good enough" {
			return false
		}
	}
	return true
}

// compare evaluates a comparison with a value.
func (e evaluator) compare(c *cond, k *kind, v any) truth {
	switch c.op {
	case "IsNull":
		return truthOf(v == nil)
	case "IsNotNull":
		return truthOf(v != nil)
	case "In":
		return e.in(c, k, v)
	case "NotIn":
		if v == nil {
			return truthOf(e.wrong == "not in counts NULL")
		}
		return truthOf(e.in(c, k, v) == no)
	}
	if v == nil {
		if e.wrong == "NULL is different" && c.op == "Ne" {
			return yes
		}
		return unknown
	}
	v = stored(k, v)
	if k.text {
		switch c.op {
		case "EqFold":
			return truthOf(fold(text(v)) == fold(c.args[0].(string)))
		case "ContainsFold", "HasPrefixFold", "HasSuffixFold":
			return truthOf(e.contains(strings.TrimSuffix(c.op, "Fold"), fold(text(v)), fold(c.args[0].(string))))
		case "Contains", "HasPrefix", "HasSuffix":
			return truthOf(e.contains(c.op, text(v), c.args[0].(string)))
		}
	}
	by := func(i int) int { return e.order(k, v, stored(k, c.args[i])) }
	switch c.op {
	case "Eq":
		return truthOf(by(0) == 0)
	case "Ne":
		return truthOf(by(0) != 0)
	case "Lt":
		return truthOf(by(0) < 0)
	case "Le":
		return truthOf(by(0) <= 0)
	case "Gt":
		return truthOf(by(0) > 0)
	case "Ge":
		return truthOf(by(0) >= 0)
	case "Between":
		if e.wrong == "between leaves out its ends" {
			return truthOf(by(0) > 0 && by(1) < 0)
		}
		return truthOf(by(0) >= 0 && by(1) <= 0)
	}
	panic("no condition " + c.op)
}

func (e evaluator) in(c *cond, k *kind, v any) truth {
	if len(c.args) == 0 {
		return truthOf(e.wrong == "in nothing is true")
	}
	if v == nil {
		return unknown
	}
	for _, a := range c.args {
		if e.order(k, stored(k, v), stored(k, a)) == 0 {
			return yes
		}
	}
	return no
}

func (e evaluator) contains(op, s, part string) bool {
	switch {
	case e.wrong == "text folds case":
		s, part = strings.ToLower(s), strings.ToLower(part)
	case e.wrong == "percent is a wildcard":
		part = strings.Trim(part, "%")
	}
	switch op {
	case "Contains":
		return strings.Contains(s, part)
	case "HasPrefix":
		return strings.HasPrefix(s, part)
	}
	return strings.HasSuffix(s, part)
}

// order compares two values that are not NULL.
func (e evaluator) order(k *kind, a, b any) int {
	if e.wrong == "text folds case" && k.text {
		return strings.Compare(strings.ToLower(text(a)), strings.ToLower(text(b)))
	}
	if d, ok := compareWide(a, b); ok {
		return d
	}
	return k.compare(a, b)
}

func stored(k *kind, v any) any {
	if k.stored != nil {
		return k.stored(v)
	}
	return v
}

func text(v any) string {
	if m, ok := v.(mood); ok {
		return string(m)
	}
	return v.(string)
}

// rows returns the rows of a table that fulfil the conditions, in order; rows
// that are equal in it stay in the order in which they are given.
func (e evaluator) rows(from []*row, where []*cond, orders []order) []*row {
	var out []*row
	for _, r := range from {
		if e.all(where, r) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *row) int { return e.byOrders(orders, a, b) })
	return out
}

func (e evaluator) byOrders(orders []order, a, b *row) int {
	for _, o := range orders {
		if d := e.byOrder(o, e.orderedBy(o, a), e.orderedBy(o, b)); d != 0 {
			return d
		}
	}
	return 0
}

// orderedBy returns the value of a row in an order.
func (e evaluator) orderedBy(o order, r *row) any {
	if o.by == nil {
		return e.value(o.x, r)
	}
	if to := r.related[o.by]; len(to) > 0 {
		return e.orderedBy(*o.inner, to[0])
	}
	return nil
}

// byOrder compares two values by one part of an order. NULL is the smallest
// value unless something else is said.
func (e evaluator) byOrder(o order, a, b any) int {
	for o.by != nil {
		o = *o.inner
	}
	if a == nil && b == nil {
		return 0
	}
	if a == nil || b == nil {
		first := o.nulls == "First" || o.nulls == "" && !o.desc
		if e.wrong == "NULL is the largest value" && o.nulls == "" {
			first = !first
		}
		if (a == nil) == first {
			return -1
		}
		return 1
	}
	d := e.order(o.x.kind, a, b)
	if o.desc {
		return -d
	}
	return d
}

// part leaves out the first rows and cuts the others off after limit.
func (e evaluator) part(rows []*row, limit, offset int) []*row {
	if e.wrong == "the limit counts what is left out" && limit >= 0 {
		limit = max(0, limit-offset)
	}
	rows = rows[min(offset, len(rows)):]
	if limit >= 0 {
		rows = rows[:min(limit, len(rows))]
	}
	return rows
}

// loaded returns the rows that a relation is loaded with for one row.
func (e evaluator) loaded(l *loading, r *row) []*row {
	from := slices.Clone(r.related[l.relation])
	if len(l.orders) == 0 && l.relation.pairs == nil {
		key := byColumn(l.relation.to.key(), false)
		slices.SortFunc(from, func(a, b *row) int { return e.byOrder(key, a.key(), b.key()) })
	}
	return e.part(e.rows(from, l.where, l.orders), l.limit, 0)
}
