package orm

import (
	"strings"

	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// expr writes an expression on rows of p in the given alias; like is as in the
// sqlArgs, which has found all errors.
func (w *sqlText) expr(p *plan, alias string, e *expr, like kind) {
	switch e.kind {
	case exprField:
		w.Col(alias, p.fieldNamed(e.field).column)
	case exprValue:
		k, _ := p.valueKind(e, like)
		w.given(k)
	case exprIs:
		w.Str("((")
		w.node(p, alias, e.conds[0])
		w.Str(") IS TRUE)")
	case exprCall:
		w.call(p, alias, e, like)
	case exprAggregate:
		w.aggregate(p, alias, e)
	case exprCase:
		k, _ := p.kindOfParts(e.args, like)
		w.Str("CASE")
		for i, n := range e.conds {
			w.Str(" WHEN ")
			w.node(p, alias, n)
			w.Str(" THEN ")
			w.expr(p, alias, e.args[i], k)
		}
		for _, x := range e.args[len(e.conds):] {
			w.Str(" ELSE ")
			w.expr(p, alias, x, k)
		}
		w.Str(" END")
	case exprVia:
		w.via(p, alias, e)
	case exprRaw:
		w.raw(p, alias, e)
	case exprSelection:
		w.subquery(p, e.sel, true)
	}
}

// given writes the next argument with its type, which PostgreSQL cannot always
// guess.
func (w *sqlText) given(k kind) {
	if k.codec.Cast == "" {
		w.Arg()
		return
	}
	w.Str("CAST(")
	w.Arg()
	w.Str(" AS " + k.codec.Cast + ")")
	if k.f.store.Kind == schema.Text {
		w.ByCodePoint(&w.Text)
	}
}

// call writes a function.
func (w *sqlText) call(p *plan, alias string, e *expr, like kind) {
	if e.fn != ormsql.Coalesce {
		like = kind{}
	}
	k, _ := p.kindOfParts(e.args, like)
	arg := func(i int) { w.expr(p, alias, e.args[i], k) }
	// around writes a text with the arguments in place of §, the last one for all
	// that follow.
	around := func(text string) {
		for i, piece := range strings.Split(text, "§") {
			if i > 0 {
				arg(min(i, len(e.args)) - 1)
			}
			w.Str(piece)
		}
	}
	list := func(before, between, after string) {
		w.Str(before)
		for i := range e.args {
			if i > 0 {
				w.Str(between)
			}
			arg(i)
		}
		w.Str(after)
	}
	switch e.fn {
	case ormsql.Concat:
		list("(", " || ", ")")
	case ormsql.Coalesce:
		if len(e.args) == 1 {
			arg(0)
			return
		}
		list("coalesce(", ", ", ")")
	case ormsql.Part:
		d := e.value.(dated)
		around(w.DatePart(ormsql.DatePart(d.part), d.zoned(), k.f.store.Kind))
	case ormsql.Trunc:
		around(p.b.trunc(e.value.(dated), k.f.store.Kind))
	case ormsql.JSONText, ormsql.JSONNumber, ormsql.JSONBool, ormsql.JSONHas:
		w.JSON(&w.Text, e.fn, func() { w.expr(p, alias, e.args[0], k) })
	default:
		around(w.Call(e.fn, k.f.store.Kind))
	}
}

// aggregate writes an aggregate, and which rows it is made of.
func (w *sqlText) aggregate(p *plan, alias string, e *expr) {
	var k kind
	var stored schema.Type
	if len(e.args) > 0 {
		k, _ = p.kindOf(e.args[0])
		stored = k.f.store
	}
	before, name, within, after := w.Aggregate(e.fn, stored)
	w.Str(before)
	w.Str(name)
	if len(e.args) == 0 {
		w.Str("*")
	} else {
		w.expr(p, alias, e.args[0], k)
		w.Str(within)
	}
	w.Str(")")
	if len(e.conds) > 0 {
		w.Str(" FILTER (WHERE ")
		w.joined(p, alias, e.conds, " AND ")
		w.Str(")")
	}
	w.Str(after)
}

// via writes an expression on related rows as a subquery.
func (w *sqlText) via(p *plan, alias string, e *expr) {
	via, _ := p.route(&node{field: e.field, more: operands{back: e.back}.pointer()})
	k, _ := via.target.kindOf(e.args[0])
	t := w.Alias()
	w.Str("(SELECT ")
	w.expr(via.target, t, e.args[0], k)
	w.related(p, alias, t, via, true)
	for _, n := range e.conds {
		w.Str(" AND ")
		w.node(via.target, t, n)
	}
	if via.forward == nil {
		w.alive(via.target, t, " AND ")
	}
	w.Str(")")
}
