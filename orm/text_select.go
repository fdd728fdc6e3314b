package orm

import (
	"slices"
	"strconv"
)

// selection writes a selection from rows in the given alias.
func (w *sqlText) selection(p *plan, s *selection, alias string) {
	if len(s.unions) > 0 {
		w.unionOf(p, s)
		return
	}
	w.Str("SELECT ")
	if s.distinct {
		w.Str("DISTINCT ")
	}
	var places []int // of what groups are made by
	at := 1
	for i, x := range s.items {
		if i > 0 {
			w.Str(", ")
		}
		if x.kind == exprRow {
			w.B = p.appendColumns(w.B, alias)
			for range p.fields {
				places = append(places, at)
				at++
			}
			continue
		}
		if k, err := p.kindOf(x); err == nil {
			w.Str(k.codec.SelectPrefix)
		}
		w.expr(p, alias, x, kind{})
		if !x.hasAggregate() {
			places = append(places, at)
		}
		at++
	}
	for _, i := range s.sought {
		w.Str(", ")
		w.Str(p.codecs[i].SelectPrefix)
		w.Col(alias, p.fields[i].column)
	}
	w.Str(" FROM ")
	w.Name(p.table)
	w.Str(" " + alias)
	w.where(p, alias, p.visible(s.where, s.deleted))
	if s.grouped() {
		for i, n := range places {
			w.Str([...]string{" GROUP BY ", ", "}[min(i, 1)] + strconv.Itoa(n))
		}
	}
	if len(s.having) > 0 {
		w.Str(" HAVING ")
		w.joined(p, alias, s.having, " AND ")
	}
	for i, o := range s.orders {
		if place := s.placeFor(p, o); place > 0 {
			w.Str([...]string{" ORDER BY ", ", "}[min(i, 1)] + strconv.Itoa(place))
			w.direction(o)
			continue
		}
		part := len(w.B)
		w.orderBy(p, alias, []order{o})
		if i > 0 {
			w.B = slices.Replace(w.B, part, part+len(" ORDER BY "), []byte(", ")...)
		}
	}
	w.limits(s.limit, s.offset)
}

// unionOf writes a union. Each part is a query within one, because SQLite
// takes no parentheses there.
func (w *sqlText) unionOf(p *plan, s *selection) {
	for i, u := range s.unions {
		if i > 0 {
			w.Str(" UNION ")
			if u.all {
				w.Str("ALL ")
			}
		}
		w.Str("SELECT * FROM (")
		other, _ := p.b.planFor(u.s.model)
		w.selection(other, u.s, w.Alias())
		w.Str(") " + w.Alias())
	}
	for i, n := range s.places {
		w.Str([...]string{" ORDER BY ", ", "}[min(i, 1)] + strconv.Itoa(max(n, -n)))
		w.direction(order{desc: n < 0})
	}
	w.limits(s.limit, s.offset)
}

// subquery writes a selection within a query; of one that stands for a value
// only the first result is taken.
func (w *sqlText) subquery(p *plan, s *selection, value bool) {
	other, _ := p.b.planFor(s.model)
	w.Str("(")
	if value {
		w.Str("SELECT * FROM (")
	}
	w.selection(other, s, w.Alias())
	if value {
		w.Str(") " + w.Alias() + " LIMIT 1")
	}
	w.Str(")")
}
