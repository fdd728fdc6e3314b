package orm

import (
	"strconv"
	"strings"

	"github.com/volaweb/vola/schema"
)

// expr writes an expression on rows of p in the given alias; like is as in the
// binder, which has found all mistakes.
func (w *writer) expr(p *plan, alias string, e *expr, like kind) {
	switch e.kind {
	case exprField:
		w.col(alias, p.fieldNamed(e.field).column)
	case exprValue:
		k, _ := p.valueKind(e, like)
		w.given(k)
	case exprIs:
		w.str("((")
		w.node(p, alias, e.conds[0])
		w.str(") IS TRUE)")
	case exprCall:
		w.call(p, alias, e, like)
	case exprAggregate:
		w.aggregate(p, alias, e)
	case exprCase:
		k, _ := p.kindOfParts(e.args, like)
		w.str("CASE")
		for i, n := range e.conds {
			w.str(" WHEN ")
			w.node(p, alias, n)
			w.str(" THEN ")
			w.expr(p, alias, e.args[i], k)
		}
		for _, x := range e.args[len(e.conds):] {
			w.str(" ELSE ")
			w.expr(p, alias, x, k)
		}
		w.str(" END")
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
func (w *writer) given(k kind) {
	if k.codec.Cast == "" {
		w.arg()
		return
	}
	w.str("CAST(")
	w.arg()
	w.str(" AS " + k.codec.Cast + ")")
	if k.f.store.Kind == schema.Text {
		w.byCodePoint()
	}
}

// byCodePoint makes a text compare by code point, as columns do.
func (w *writer) byCodePoint() {
	if !w.sqlite() {
		w.str(` COLLATE "C"`)
	}
}

func (w *writer) sqlite() bool { return w.dialect.Name() == "sqlite" }

// call writes a function.
func (w *writer) call(p *plan, alias string, e *expr, like kind) {
	if e.fn != fnCoalesce {
		like = kind{}
	}
	k, _ := p.kindOfParts(e.args, like)
	arg := func(i int) { w.expr(p, alias, e.args[i], k) }
	// around writes a text with the arguments in place of its commas.
	around := func(text string) {
		for i, piece := range strings.Split(text, "§") {
			if i > 0 {
				arg(i - 1)
			}
			w.str(piece)
		}
	}
	list := func(before, between, after string) {
		w.str(before)
		for i := range e.args {
			if i > 0 {
				w.str(between)
			}
			arg(i)
		}
		w.str(after)
	}
	switch e.fn {
	case fnConcat:
		list("(", " || ", ")")
	case fnCoalesce:
		if len(e.args) == 1 {
			arg(0)
			return
		}
		list("coalesce(", ", ", ")")
	case fnPart, fnTrunc:
		d := e.value.(dated)
		if e.fn == fnPart {
			around(w.part(d, k.f.store.Kind))
		} else {
			around(w.trunc(d, k.f.store.Kind))
		}
	case fnJSONText, fnJSONNumber, fnJSONBool, fnJSONHas:
		w.json(p, alias, e, k)
	default:
		around(w.spelling(e.fn, k.f.store.Kind))
	}
}

// spelling returns how the database writes a function, with § for each
// argument.
func (w *writer) spelling(fn function, k schema.Kind) string {
	if w.sqlite() {
		switch fn {
		case fnLower:
			return "vola_lower(§)"
		case fnUpper:
			return "vola_upper(§)"
		case fnTrim:
			return "trim(§)"
		case fnLength:
			return "length(§)"
		}
	} else {
		switch fn {
		case fnLower:
			return `(lower(§ COLLATE "und-x-icu") COLLATE "C")`
		case fnUpper:
			return `(upper(§ COLLATE "und-x-icu") COLLATE "C")`
		case fnTrim:
			return "btrim(§, ' ')"
		case fnLength:
			return "CAST(length(§) AS bigint)"
		}
	}
	x := "§"
	if k != schema.Float64 && !w.sqlite() {
		x = "CAST(§ AS bigint)" // so that small integers do not overflow
	}
	switch fn {
	case fnAdd:
		return "(" + x + " + " + x + ")"
	case fnSub:
		return "(" + x + " - " + x + ")"
	case fnMul:
		return "(" + x + " * " + x + ")"
	case fnDiv:
		return "(" + x + " / nullif(" + x + ", 0))"
	}
	return "(" + x + " % nullif(" + x + ", 0))"
}

// part returns how the database writes a part of a date or time.
func (w *writer) part(d dated, k schema.Kind) string {
	if !w.sqlite() {
		x := "§"
		if k == schema.Time {
			x = "(§ AT TIME ZONE '" + orUTC(d.zoned()) + "')"
		}
		name := [...]string{"", "year", "quarter", "month", "day", "hour", "minute", "second", "dow", "doy"}[d.part]
		x = "CAST(floor(extract(" + name + " FROM " + x + ")) AS bigint)"
		if d.part == Year && d.zoned() != "" {
			x = "nullif(nullif(" + x + ", -1), 10000)" // beyond either end
		}
		return x
	}
	x := "§"
	if z := d.zoned(); z != "" {
		x = "vola_clock(§, '" + z + "')"
	}
	if d.part == Quarter {
		return "((CAST(strftime('%m', " + x + ") AS INTEGER) + 2) / 3)"
	}
	code := [...]string{"", "%Y", "", "%m", "%d", "%H", "%M", "%S", "%w", "%j"}[d.part]
	x = "CAST(strftime('" + code + "', " + x + ") AS INTEGER)"
	if d.part == Year && d.zoned() != "" {
		x = "nullif(" + x + ", 0)" // what vola_clock shows beyond either end
	}
	return x
}

func orUTC(zone string) string {
	if zone == "" {
		return "UTC"
	}
	return zone
}

// trunc returns how the database writes the beginning of a part.
func (w *writer) trunc(d dated, k schema.Kind) string {
	name := d.part.String()
	if w.sqlite() {
		return "vola_trunc(§, '" + name + "', '" + orUTC(d.zoned()) + "')"
	}
	if k == schema.Date {
		return "CAST(date_trunc('" + name + "', CAST(§ AS timestamp)) AS date)"
	}
	if d.zoned() == "" {
		return "date_trunc('" + name + "', §, 'UTC')"
	}
	const before = "CAST('0001-12-31 23:59:59+00 BC' AS timestamptz)" // year 1
	return "nullif(greatest(date_trunc('" + name + "', §, '" + d.zoned() + "'), " + before + "), " + before + ")"
}

// json writes a look into a document.
func (w *writer) json(p *plan, alias string, e *expr, k kind) {
	at := func() {
		if w.sqlite() {
			w.expr(p, alias, e.args[0], k)
			w.str(", ")
			w.arg()
			return
		}
		w.str("jsonb_path_query_first(")
		w.expr(p, alias, e.args[0], k)
		w.str(", CAST(CAST(")
		w.arg()
		w.str(" AS text) AS jsonpath), '{}', true)")
	}
	if w.sqlite() {
		w.jsonSQLite(e.fn, at)
		return
	}
	if e.fn == fnJSONHas {
		w.str("((")
		at()
		w.str(") IS NOT NULL)")
		return
	}
	name, cast := "string", "text"
	switch e.fn {
	case fnJSONNumber:
		name, cast = "number", "double precision"
	case fnJSONBool:
		name, cast = "boolean", "boolean"
	}
	w.str("(CASE jsonb_typeof(")
	at()
	w.str(") WHEN '" + name + "' THEN CAST((")
	at()
	w.str(") #>> '{}' AS " + cast + ") END")
	if e.fn == fnJSONText {
		w.byCodePoint()
	}
	w.str(")")
}

func (w *writer) jsonSQLite(fn function, at func()) {
	switch fn {
	case fnJSONHas:
		w.str("(json_type(")
		at()
		w.str(") IS NOT NULL)")
		return
	case fnJSONBool:
		w.str("(CASE json_type(")
		at()
		w.str(") WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)")
		return
	case fnJSONNumber:
		w.str("(CASE WHEN json_type(")
		at()
		w.str(") IN ('integer', 'real') THEN CAST(json_extract(")
		at()
		w.str(") AS REAL) END)")
		return
	}
	w.str("(CASE json_type(")
	at()
	w.str(") WHEN 'text' THEN json_extract(")
	at()
	w.str(") END)")
}

// aggregate writes an aggregate, and which rows it is made of.
func (w *writer) aggregate(p *plan, alias string, e *expr) {
	var k kind
	var stored schema.Kind
	if len(e.args) > 0 {
		k, _ = p.kindOf(e.args[0])
		stored = k.f.store.Kind
	}
	name := [...]string{fnCount: "count(", fnCountDistinct: "count(DISTINCT ", fnSum: "sum(", fnAvg: "avg(", fnMin: "min(", fnMax: "max("}[e.fn]
	before, after := "", ""
	switch {
	case e.fn == fnSum && w.sqlite() && stored == schema.Decimal:
		before, after = "round(coalesce(", ", 0), "+strconv.Itoa(k.f.store.Scale)+")"
	case e.fn == fnSum && w.sqlite() && stored == schema.Float64:
		before, after = "coalesce(", ", 0.0)"
	case e.fn == fnSum && w.sqlite():
		before, after = "coalesce(", ", 0)"
	case e.fn == fnSum && numeric(stored) && stored != schema.Float64:
		before, after = "CAST(coalesce(", ", 0) AS bigint)"
	case e.fn == fnSum:
		before, after = "coalesce(", ", '0')"
	case e.fn == fnAvg && !w.sqlite():
		before, after = "CAST(", " AS double precision)"
	}
	w.str(before)
	w.str(name)
	if len(e.args) == 0 {
		w.str("*")
	} else {
		w.expr(p, alias, e.args[0], k)
	}
	w.str(")")
	if len(e.conds) > 0 {
		w.str(" FILTER (WHERE ")
		w.joined(p, alias, e.conds, " AND ")
		w.str(")")
	}
	w.str(after)
}

// via writes an expression on related rows as a subquery.
func (w *writer) via(p *plan, alias string, e *expr) {
	via, _ := p.route(&node{field: e.field, more: operands{back: e.back}.pointer()})
	k, _ := via.target.kindOf(e.args[0])
	t := w.alias()
	w.str("(SELECT ")
	w.expr(via.target, t, e.args[0], k)
	w.related(p, alias, t, via, true)
	for _, n := range e.conds {
		w.str(" AND ")
		w.node(via.target, t, n)
	}
	if via.forward == nil {
		w.alive(via.target, t, " AND ")
	}
	w.str(")")
}
