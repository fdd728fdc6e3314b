package orm

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// text returns the plan and the statement of the selection.
func (s *selection) text() (*plan, string, []any, error) {
	if s.h == nil && s.err != nil {
		return nil, "", nil, s.err
	}
	if s.h == nil {
		return nil, "", nil, errors.New("orm: the query has no database; make it with orm.From")
	}
	p, err := planOf(s.h, s.model)
	if err != nil {
		return nil, "", nil, err
	}
	b := &sqlArgs{shape: make([]byte, 0, 256)}
	b.shape = append(b.shape, 'S')
	b.selection(p, s)
	if b.err != nil {
		return nil, "", nil, b.err
	}
	text, err := p.b.texts.get(b.shape, func() (string, error) {
		w := p.b.newText()
		w.selection(p, s, "t0")
		return string(w.B), nil
	})
	return p, text, b.args, err
}

// selection collects the arguments and the shape of a selection.
func (b *sqlArgs) selection(p *plan, s *selection) {
	if s.err != nil {
		b.fail(s.err)
		return
	}
	b.mark('s', p.table)
	if len(s.unions) > 0 {
		for _, u := range s.unions {
			other, err := p.b.planFor(u.s.model)
			if err != nil {
				b.fail(err)
				return
			}
			if err := p.canUnite(s.items, other, u.s); err != nil {
				b.fail(err)
				return
			}
			if err := p.sameFields(s, other, u.s); err != nil {
				b.fail(err)
				return
			}
			b.shape = append(b.shape, 'U', flag(u.all))
			b.selection(other, u.s)
		}
		for _, n := range s.places {
			b.shape = strconv.AppendInt(append(b.shape, 'p'), int64(n), 10)
		}
		b.limits(s.limit, s.offset)
		b.shape = append(b.shape, ')')
		return
	}
	grouped := s.grouped()
	b.shape = append(b.shape, flag(s.distinct), flag(grouped), byte(s.deleted), byte(len(s.items)))
	outer := b.grouped
	var g *grouping
	if grouped {
		g = newGrouping(p, s)
		if err := g.check(); err != nil {
			b.fail(err)
			return
		}
	}
	b.grouped = grouped
	for _, x := range s.items {
		if x.kind == exprRow {
			b.shape = append(b.shape, '*')
			continue
		}
		b.expr(p, x, kind{})
	}
	b.shape = fmt.Append(b.shape, s.sought)
	b.grouped = false
	for _, n := range s.where {
		b.node(p, n)
	}
	b.grouped = grouped
	b.shape = append(b.shape, 'H')
	for _, n := range s.having {
		b.node(p, n)
	}
	b.shape = append(b.shape, 'O')
	for _, o := range s.orders {
		place := s.placeFor(p, o)
		switch {
		case place > 0:
			b.shape = strconv.AppendInt(append(b.shape, 'p'), int64(place), 10)
			b.shape = append(b.shape, flag(o.desc), byte(o.nulls))
			continue
		case s.distinct:
			b.fail(fmt.Errorf("orm: Select from %s is ordered by what is not selected; of rows that are one result there is no one value of it", p.model))
			return
		case grouped:
			if err := g.order(o); err != nil {
				b.fail(err)
				return
			}
		}
		b.orders(p, []order{o})
	}
	b.grouped = outer
	b.limits(s.limit, s.offset)
	b.shape = append(b.shape, ')')
}

// canUnite refuses selections whose results lie in the same place of a union
// and are not stored alike.
func (p *plan) canUnite(items []*expr, other *plan, s *selection) error {
	if len(s.items) != len(items) {
		return nil // an error that the union has already
	}
	for i, x := range items {
		y := s.items[i]
		if x.kind == exprRow && y.kind == exprRow && p == other {
			continue
		}
		if x.kind == exprRow || y.kind == exprRow {
			return fmt.Errorf("orm: a union of whole rows of %s with other results, of %s", p.model, other.model)
		}
		a, err := p.kindOf(x)
		if err != nil {
			return err
		}
		b, err := other.kindOf(y)
		if err != nil {
			return err
		}
		if !alike(a.f.store, b.f.store) {
			return fmt.Errorf("orm: a union of %s of %s, which is stored as %v, and %s of %s, as %v; the databases do not take one for the other",
				a.f.name, p.model, a.f.store, b.f.name, other.model, b.f.store)
		}
	}
	return nil
}

// sameFields refuses a selection whose names say other fields of the result
// than the places do, by which the database joins the parts of a union.
func (p *plan) sameFields(s *selection, other *plan, with *selection) error {
	if s.result.Kind() != reflect.Struct || len(s.items) < 2 || len(with.items) != len(s.items) {
		return nil
	}
	kinds := make([]kind, len(s.items))
	for i, x := range s.items {
		if x.kind != exprRow {
			kinds[i], _ = p.kindOf(x) // canUnite has met its error
		}
	}
	at, err := p.fieldsFor(s, kinds)
	if err != nil {
		return nil // which is met when the results are read
	}
	for i, place := range at {
		name := with.nameOf(i, other)
		if f, ok := s.result.FieldByName(name); ok && len(f.Index) == 1 && f.Index[0] != place {
			return fmt.Errorf("orm: number %d of a union is called %s in the selection from %s, and goes into the field %s; select in the same order, or name it with orm.As",
				i+1, name, other.model, s.result.Field(place).Name)
		}
	}
	return nil
}

func flag(on bool) byte {
	if on {
		return '1'
	}
	return '0'
}

// placeFor returns the place that an order is written by, and 0 when it is
// written out: only results that are grouped, distinct or computed with
// arguments need the place, and an index serves no place.
func (s *selection) placeFor(p *plan, o order) int {
	if !s.distinct && !s.grouped() && (o.expr == nil || o.expr.kind == exprField) {
		return 0
	}
	return s.placeOf(p, o)
}

// placeOf returns the place, from 1, of the column of the result that an order
// is by, and 0 when it is by something else.
func (s *selection) placeOf(p *plan, o order) int {
	by := o.expr
	if by == nil {
		by = &expr{kind: exprField, field: o.field}
	}
	at := 1
	for _, x := range s.items {
		if x.kind == exprRow {
			if i := p.indexOf(by.field); by.kind == exprField && i >= 0 {
				return at + i
			}
			at += len(p.fields)
			continue
		}
		if reflect.DeepEqual(x, by) {
			return at
		}
		at++
	}
	return 0
}

// subquery collects a selection that stands within a query.
func (b *sqlArgs) subquery(p *plan, s *selection) {
	b.shape = append(b.shape, 'Q')
	if err := s.single(); err != nil {
		b.fail(err)
		return
	}
	other, err := p.b.planFor(s.model)
	if err == nil && s.beside != nil {
		err = p.besides(other, s)
	}
	if err != nil {
		b.fail(err)
		return
	}
	outer := b.grouped
	b.grouped = false
	b.selection(other, s)
	b.grouped = outer
}

// single refuses selections that cannot stand within a query.
func (s *selection) single() error {
	switch {
	case s == nil:
		return errZeroSelection
	case s.err != nil:
		return s.err
	case len(s.items) != 1 || s.items[0].kind == exprRow:
		return fmt.Errorf("orm: a query within another selects one expression, and this selects %d, or whole rows", len(s.items))
	}
	return nil
}

// besides refuses to look for something among results of another kind.
func (p *plan) besides(other *plan, s *selection) error {
	k, err := other.kindOf(s.items[0])
	if err != nil {
		return err
	}
	x, err := p.kindOf(s.beside)
	if err != nil || alike(x.f.store, k.f.store) {
		return err
	}
	return fmt.Errorf("orm: in a query of %s, %s is stored as %v and %s of %s as %v; the databases do not find one among the other",
		p.model, x.f.name, x.f.store, k.f.name, other.model, k.f.store)
}
