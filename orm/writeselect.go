package orm

import (
	"slices"
	"strconv"
)

// selection writes a selection from rows in the given alias.
func (w *writer) selection(p *plan, s *selection, alias string) {
	if len(s.unions) > 0 {
		w.unionOf(p, s)
		return
	}
	w.str("SELECT ")
	if s.distinct {
		w.str("DISTINCT ")
	}
	var places []int // of what groups are made by
	at := 1
	for i, x := range s.items {
		if i > 0 {
			w.str(", ")
		}
		if x.kind == exprRow {
			w.b = p.appendColumns(w.b, alias)
			for range p.fields {
				places = append(places, at)
				at++
			}
			continue
		}
		if k, err := p.kindOf(x); err == nil {
			w.str(k.codec.SelectPrefix)
		}
		w.expr(p, alias, x, kind{})
		if !x.hasAggregate() {
			places = append(places, at)
		}
		at++
	}
	for _, i := range s.sought {
		w.str(", ")
		w.str(p.codecs[i].SelectPrefix)
		w.col(alias, p.fields[i].column)
	}
	w.str(" FROM ")
	w.name(p.table)
	w.str(" " + alias)
	w.where(p, alias, p.visible(s.where, s.deleted))
	if s.grouped() {
		for i, n := range places {
			w.str([...]string{" GROUP BY ", ", "}[min(i, 1)] + strconv.Itoa(n))
		}
	}
	if len(s.having) > 0 {
		w.str(" HAVING ")
		w.joined(p, alias, s.having, " AND ")
	}
	for i, o := range s.orders {
		if place := s.placeFor(p, o); place > 0 {
			w.str([...]string{" ORDER BY ", ", "}[min(i, 1)] + strconv.Itoa(place))
			w.direction(o)
			continue
		}
		part := len(w.b)
		w.orderBy(p, alias, []order{o})
		if i > 0 {
			w.b = slices.Replace(w.b, part, part+len(" ORDER BY "), []byte(", ")...)
		}
	}
	w.limits(s.limit, s.offset)
}

// unionOf writes a union. Each part is a query within one, because SQLite
// takes no parentheses there.
func (w *writer) unionOf(p *plan, s *selection) {
	for i, u := range s.unions {
		if i > 0 {
			w.str(" UNION ")
			if u.all {
				w.str("ALL ")
			}
		}
		w.str("SELECT * FROM (")
		other, _ := p.b.planFor(u.s.model)
		w.selection(other, u.s, w.alias())
		w.str(") " + w.alias())
	}
	for i, n := range s.places {
		w.str([...]string{" ORDER BY ", ", "}[min(i, 1)] + strconv.Itoa(max(n, -n)))
		w.direction(order{desc: n < 0})
	}
	w.limits(s.limit, s.offset)
}

// subquery writes a selection within a query; of one that stands for a value
// only the first result is taken.
func (w *writer) subquery(p *plan, s *selection, value bool) {
	other, _ := p.b.planFor(s.model)
	w.str("(")
	if value {
		w.str("SELECT * FROM (")
	}
	w.selection(other, s, w.alias())
	if value {
		w.str(") " + w.alias() + " LIMIT 1")
	}
	w.str(")")
}
