package oracle_test

import (
	"slices"
	"time"

	"github.com/volaweb/vola/orm"
)

// columnsOf returns the columns of a table with values of one kind.
func (t *table) columnsOf(kind string) []*column {
	var out []*column
	for _, c := range t.columns {
		if c.kind.name == kind {
			out = append(out, c)
		}
	}
	return out
}

// alone reports whether values of the kind say by their Go type how they are
// stored. Decimals are strings, and documents are maps.
func (k *kind) alone() bool { return k.typ != texts().typ && k.name != "json" || k.name == "text" }

// everywhere reports whether all tables know expressions of the kind.
func (k *kind) everywhere() bool {
	return slices.Contains([]string{"text", "bool", "key", "int64", "float64", "time", "date", "uuid"}, k.name)
}

func columnExpr(c *column) *expr {
	return &expr{op: "column", table: c.table, kind: c.kind, column: c}
}

// expr makes an expression of a kind on rows of t.
func (g *generator) expr(t *table, k *kind, depth int) *expr {
	columns := t.columnsOf(k.name)
	if depth > 0 && (g.chance(60) || len(columns) == 0) {
		if x := g.function(t, k, depth-1); x != nil {
			return x
		}
	}
	if len(columns) == 0 || k.alone() && g.chance(20) {
		return &expr{op: "value", table: t, kind: k, value: g.valueOf(t, k)}
	}
	return columnExpr(pick(g, columns))
}

// valueOf returns a value of a kind: mostly one that a row of t has.
func (g *generator) valueOf(t *table, k *kind) any {
	if columns := t.columnsOf(k.name); len(columns) > 0 {
		return g.value(pick(g, columns))
	}
	return k.random(g.Rand)
}

// function makes an expression of others, or returns nil where there is none
// of the kind.
func (g *generator) function(t *table, k *kind, depth int) *expr {
	x := &expr{table: t, kind: k}
	switch n := g.IntN(100); {
	case n < 15:
		x.op = "Coalesce"
		for range 1 + g.IntN(3) {
			x.args = append(x.args, g.expr(t, k, depth))
		}
		return x
	case n < 30:
		x.op = "Case"
		for range 1 + g.IntN(2) {
			x.conds = append(x.conds, g.cond(t, g.IntN(2), 1))
			x.args = append(x.args, g.expr(t, k, depth))
		}
		if g.chance(70) {
			x.args = append(x.args, g.expr(t, k, depth))
		}
		return x
	case n < 42 && k.everywhere():
		return g.viaOne(t, k, depth)
	case n < 47 && k.alone() && k.everywhere():
		x.op = "Scalar"
		x.sel = g.selection(k, depth)
		return x
	}
	switch k.name {
	case "text":
		return g.textFunction(x, depth)
	case "int64", "int16", "float64":
		return g.numberFunction(x, depth)
	case "bool":
		return g.boolFunction(x, depth)
	case "decimal(9,2)": // the program's own SQL on what has a form of its own
		if columns := t.columnsOf(k.name); len(columns) > 0 {
			x.op, x.args = "Negated", []*expr{columnExpr(pick(g, columns))}
			return x
		}
	case "time", "date":
		x.op, x.args = "Trunc", []*expr{g.expr(t, k, depth)}
		g.datePart(x, k.name == "time", orm.Year, orm.Quarter, orm.Month, orm.Day, orm.Weekday)
		return x
	}
	return nil
}

// viaOne makes an expression on the row that a foreign key refers to.
func (g *generator) viaOne(t *table, k *kind, depth int) *expr {
	for range 4 {
		rel := pick(g, t.relations)
		if rel.forward == nil || len(rel.to.columnsOf(k.name)) == 0 {
			continue
		}
		x := &expr{op: "Via", table: t, kind: k, relation: rel, args: []*expr{g.expr(rel.to, k, depth)}}
		if g.chance(25) {
			x.conds = []*cond{g.cond(rel.to, g.IntN(2), 1)}
		}
		return x
	}
	return nil
}

// selection makes a subquery for values of a kind.
func (g *generator) selection(k *kind, depth int) *selection {
	t := pick(g, g.w.tables)
	s := &selection{table: t, item: g.expr(t, k, depth), limit: -1, orders: []order{byColumn(t.key(), g.chance(50))}}
	if g.chance(70) {
		s.where = []*cond{g.cond(t, g.IntN(2), 1)}
	}
	if g.chance(40) {
		s.limit = g.IntN(5)
	}
	return s
}

func (g *generator) textFunction(x *expr, depth int) *expr {
	t := x.table
	x.op = pick(g, []string{"Lower", "Upper", "Trim", "Concat", "JSONText"})
	switch {
	case x.op == "Concat":
		for range 1 + g.IntN(3) {
			x.args = append(x.args, g.expr(t, texts(), depth))
		}
	case x.op != "JSONText":
		x.args = []*expr{g.anyText(t, depth)}
	case !g.document(x):
		return nil
	}
	return x
}

// anyText makes an expression of one of the kinds that are texts.
func (g *generator) anyText(t *table, depth int) *expr {
	if len(t.columnsOf("mood")) > 0 && g.chance(20) {
		return g.expr(t, moods(), depth)
	}
	return g.expr(t, texts(), depth)
}

// document gives a function of documents its argument and a path: mostly one
// that leads somewhere.
func (g *generator) document(x *expr) bool {
	columns := x.table.columnsOf("json")
	if len(columns) == 0 || len(x.table.rows) == 0 {
		return false
	}
	c := pick(g, columns)
	x.args = []*expr{columnExpr(c)}
	v := pick(g, x.table.rows).values[c.at]
	for len(x.path) < 4 {
		var step any
		switch have := v.(type) {
		case map[string]any:
			for name := range have {
				if s, _ := step.(string); step == nil || name < s {
					step = name // the first, or the path would depend on chance
				}
			}
			v = have[asString(step)]
		case []any:
			if len(have) > 0 {
				i := g.IntN(len(have))
				step, v = i, have[i]
			}
		}
		if step == nil || g.chance(15) {
			step, v = pick(g, []any{"a", "b", "", "0", 0, 1, "a.b", "$", "ß"}), nil
		}
		if step == `"` {
			return len(x.path) > 0 // refused in a path
		}
		x.path = append(x.path, step)
		if v == nil || g.chance(30) {
			break
		}
	}
	return true
}

func asString(v any) string {
	s, _ := v.(string)
	return s
}

func (g *generator) numberFunction(x *expr, depth int) *expr {
	t := x.table
	n := g.IntN(100)
	switch {
	case x.kind.name == "float64" && n < 30:
		x.op = "JSONNumber"
		if !g.document(x) {
			return nil
		}
		return x
	case x.kind.name == "int64" && n < 20:
		x.op, x.args = "Length", []*expr{g.anyText(t, depth)}
		return x
	case x.kind.name == "int64" && n < 40:
		return g.partFunction(x, depth)
	case x.kind.name == "int64" && n < 60:
		return g.viaMany(x, depth)
	}
	x.op = pick(g, []string{"Add", "Sub", "Mul", "Div"})
	if x.kind.name != "float64" && g.chance(25) {
		x.op = "Mod"
	}
	x.args = []*expr{g.expr(t, x.kind, depth), g.expr(t, x.kind, depth)}
	if g.chance(60) {
		x.args[g.IntN(2)] = &expr{op: "value", table: t, kind: x.kind, value: g.smallNumber(x.kind)}
	}
	return x
}

// smallNumber returns a number with which results stay in range.
func (g *generator) smallNumber(k *kind) any {
	n := g.IntN(12) - 4
	switch k.name {
	case "int16":
		return int16(n)
	case "int64":
		return int64(n)
	}
	return float64(n) / 2
}

func (g *generator) partFunction(x *expr, depth int) *expr {
	k := times()
	if g.chance(50) {
		k = days()
	}
	if len(x.table.columnsOf(k.name)) == 0 {
		return nil
	}
	x.op, x.args = "Part", []*expr{g.expr(x.table, k, depth)}
	g.datePart(x, k.name == "time", orm.Year, orm.Quarter, orm.Month, orm.Day, orm.Weekday, orm.YearDay)
	return x
}

// datePart chooses a part, and for times perhaps a zone.
func (g *generator) datePart(x *expr, isTime bool, parts ...orm.DatePart) {
	if isTime {
		parts = append(parts, orm.Hour, orm.Minute, orm.Second)
		if g.chance(50) {
			zone, err := time.LoadLocation(pick(g, []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago", "America/Havana", "America/Toronto"}))
			if err != nil {
				panic(err)
			}
			x.zone = zone
		}
	}
	x.part = pick(g, parts)
}

// viaMany makes an aggregate of related rows.
func (g *generator) viaMany(x *expr, depth int) *expr {
	rel := pick(g, x.table.relations)
	if rel.forward != nil {
		return nil
	}
	x.op, x.relation = "Via", rel
	x.args = []*expr{g.aggregate(rel.to, bigs(), depth)}
	if g.chance(40) {
		x.conds = []*cond{g.cond(rel.to, g.IntN(2), 1)}
	}
	return x
}

// aggregate makes an aggregate that gives values of a kind.
func (g *generator) aggregate(t *table, k *kind, depth int) *expr {
	x := &expr{table: t, kind: k}
	ops := []string{"Min", "Max"}
	switch k.name {
	case "int64":
		ops = append(ops, "Count", "CountOf", "CountDistinct", "Sum")
	case "float64":
		ops = append(ops, "Avg")
	}
	switch x.op = pick(g, ops); x.op {
	case "CountOf", "CountDistinct":
		// NULL is what counts leave out.
		if columns := slices.DeleteFunc(slices.Clone(t.columns), func(c *column) bool { return !c.null }); len(columns) > 0 && g.chance(60) {
			x.args = []*expr{columnExpr(pick(g, columns))}
			break
		}
		kinds := []*kind{texts(), bigs(), flags(), days()}
		if len(t.columnsOf("date")) == 0 {
			kinds = kinds[:2]
		}
		x.args = []*expr{g.expr(t, pick(g, kinds), depth)}
	case "Avg":
		// A value alone would be a text.
		if columns := t.columnsOf(prices().name); len(columns) > 0 && g.chance(50) {
			x.args = []*expr{columnExpr(pick(g, columns))}
			break
		}
		x.args = []*expr{g.expr(t, pick(g, []*kind{bigs(), ratios()}), depth)}
	case "Count":
	default:
		x.args = []*expr{g.expr(t, k, depth)}
	}
	if g.chance(30) {
		x.conds = []*cond{g.cond(t, g.IntN(2), 1)}
	}
	return x
}

func (g *generator) boolFunction(x *expr, depth int) *expr {
	if g.chance(30) {
		x.op = "JSONBool"
		if g.document(x) {
			return x
		}
		x.path = nil
	}
	x.op, x.args, x.conds = "Is", nil, []*cond{g.cond(x.table, g.IntN(2), 1)}
	return x
}

// expressionCond makes a condition on an expression.
func (g *generator) expressionCond(t *table, depth int) *cond {
	if g.chance(5) {
		x := &expr{op: "JSONHas", table: t, kind: flags()}
		if g.document(x) {
			return &cond{op: "JSONHas", table: t, left: x}
		}
	}
	k := g.kind(t)
	c := &cond{table: t, left: g.expr(t, k, 1+g.IntN(3))}
	switch n := g.IntN(100); {
	case n < 12 && k.alone() && k.everywhere():
		c.op, c.sel = "In", g.selection(k, 1)
	case n < 50:
		c.op, c.right = "Eq", g.expr(t, k, g.IntN(3))
		if k.ordered {
			c.op = pick(g, []string{"Eq", "Ne", "Lt", "Le", "Gt", "Ge"})
		}
		if g.chance(30) {
			c.left, c.right = c.right, c.left
		}
		if c.left.op == "value" {
			c.left, c.right = c.right, c.left
		}
	default:
		g.compared(c, k, func() any { return g.valueOf(t, k) })
		ofText := slices.Contains([]string{"Lower", "Upper", "Trim", "Concat", "JSONText"}, c.left.op)
		if k.name == "text" && ofText && g.chance(40) {
			c.op, c.args = pick(g, []string{"Contains", "HasPrefix", "HasSuffix"}), []any{g.partOf(asString(g.valueOf(t, k)))}
		}
	}
	return c
}

// kind returns a kind of which there are expressions on rows of t.
func (g *generator) kind(t *table) *kind {
	c := pick(g, t.columns)
	if g.chance(50) || t.types[c.kind.typ] == nil {
		return pick(g, []*kind{texts(), bigs(), flags()})
	}
	return c.kind
}
