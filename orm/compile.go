package orm

import (
	"fmt"
	"strconv"

	"github.com/volaweb/vola/database"
)

// A statement is made in two passes over the same parts. binder walks them and
// collects the arguments and the statement's shape: everything that decides
// its text. Only for a shape not seen before does writer walk them again and
// write the text.

// binder collects arguments and the shape.
type binder struct {
	shape []byte
	args  []any
	err   error
}

func (b *binder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *binder) mark(kind byte, name string) {
	b.shape = append(b.shape, kind)
	b.shape = append(b.shape, name...)
	b.shape = append(b.shape, 0)
}

// node collects the arguments of a condition on rows of p.
func (b *binder) node(p *plan, n *node) {
	if n == nil {
		b.fail(fmt.Errorf("orm: a condition on %s is the zero Condition", p))
		return
	}
	b.mark(byte(n.op), n.field)
	switch n.op {
	case opAnd, opOr, opNot:
		for _, k := range n.kids {
			b.node(p, k)
		}
		b.shape = append(b.shape, ')')
	case opExists, opNotExists:
		via, err := p.route(n)
		if err != nil {
			b.fail(err)
			return
		}
		if n.back != nil {
			b.mark('<', via.target.table)
		}
		for _, k := range n.kids {
			b.node(via.target, k)
		}
		b.shape = append(b.shape, ')')
	case opIsNull, opIsNotNull:
		if p.indexOf(n.field) < 0 {
			b.fail(unknownField(p, n.field))
		}
	case opIn:
		b.in(p, n)
	default:
		b.value(p, n)
	}
}

func (b *binder) value(p *plan, n *node) {
	i := p.indexOf(n.field)
	if i < 0 {
		b.fail(unknownField(p, n.field))
		return
	}
	v, err := p.convertArg(i, n.value)
	if err != nil {
		b.fail(err)
		return
	}
	b.args = append(b.args, v)
	// These compare with as many characters as the argument has.
	if n.op == opHasSuffix || n.op == opHasPrefix && p.b.dialect.Name() == "sqlite" {
		b.args = append(b.args, v)
	}
}

// in passes a whole list as one argument, so that lists of all lengths share
// one statement: as a JSON array on SQLite, as an array on PostgreSQL.
func (b *binder) in(p *plan, n *node) {
	i := p.indexOf(n.field)
	if i < 0 {
		b.fail(unknownField(p, n.field))
		return
	}
	values := n.value.([]any)
	out := make([]any, len(values))
	for j, v := range values {
		var err error
		if out[j], err = p.convertArg(i, v); err != nil {
			b.fail(err)
			return
		}
	}
	if p.spreads(i) {
		b.spread(out)
		return
	}
	arg, err := p.listArg(out)
	if err != nil {
		b.fail(fieldError(p.model, p.fields[i], err))
		return
	}
	b.args = append(b.args, arg)
}

// orders collects the order of a query. Only the shape depends on it.
func (b *binder) orders(p *plan, orders []order) {
	for _, o := range orders {
		if p.indexOf(o.field) < 0 {
			b.fail(unknownField(p, o.field))
		}
		b.mark('o', o.field)
		b.shape = append(b.shape, byte('0'+o.nulls))
		if o.desc {
			b.shape = append(b.shape, 'd')
		}
	}
}

// limits collects LIMIT and OFFSET; negative means none.
func (b *binder) limits(limit, offset int) {
	if limit >= 0 {
		b.shape = append(b.shape, 'l')
		b.args = append(b.args, limit)
	}
	if offset > 0 {
		b.shape = append(b.shape, 'f')
		b.args = append(b.args, offset)
	}
}

func unknownField(p *plan, name string) error {
	return fmt.Errorf("orm: model %s has no field %s stored; the generated descriptors are for another version of it, run: vola gen", p.model, name)
}

// writer writes the text of a statement.
type writer struct {
	b       []byte
	dialect database.Dialect
	args    int
	aliases int
}

func (w *writer) str(s string)  { w.b = append(w.b, s...) }
func (w *writer) name(s string) { w.b = database.AppendQuoted(w.b, s) }

func (w *writer) col(alias, column string) {
	w.str(alias)
	w.str(".")
	w.name(column)
}

func (w *writer) arg() {
	w.args++
	w.b = w.dialect.AppendPlaceholder(w.b, w.args)
}

// alias returns a table alias not used yet in the statement.
func (w *writer) alias() string {
	w.aliases++
	return "t" + strconv.Itoa(w.aliases)
}

// where writes the conditions on rows of p in the given alias.
func (w *writer) where(p *plan, alias string, conditions []*node) {
	if len(conditions) == 0 {
		return
	}
	w.str(" WHERE ")
	w.joined(p, alias, conditions, " AND ")
}

func (w *writer) joined(p *plan, alias string, conditions []*node, by string) {
	for i, n := range conditions {
		if i > 0 {
			w.str(by)
		}
		w.node(p, alias, n)
	}
}

func (w *writer) node(p *plan, alias string, n *node) {
	switch n.op {
	case opAnd, opOr:
		by, empty := " AND ", "1=1"
		if n.op == opOr {
			by, empty = " OR ", "1=0"
		}
		if len(n.kids) == 0 {
			w.str(empty)
			return
		}
		w.str("(")
		w.joined(p, alias, n.kids, by)
		w.str(")")
	case opNot:
		w.str("(")
		w.node(p, alias, n.kids[0])
		w.str(") IS NOT TRUE")
	case opExists, opNotExists:
		w.exists(p, alias, n)
	default:
		w.compare(p, alias, n)
	}
}

// compare writes an operation on one column.
func (w *writer) compare(p *plan, alias string, n *node) {
	f := p.fieldNamed(n.field)
	column := func() { w.col(alias, f.column) }
	binary := func(op string) { column(); w.str(op); w.arg() }
	sqlite := w.dialect.Name() == "sqlite"
	switch n.op {
	case opEq:
		binary(" = ")
	case opNe:
		binary(" <> ")
	case opLt:
		binary(" < ")
	case opLe:
		binary(" <= ")
	case opGt:
		binary(" > ")
	case opGe:
		binary(" >= ")
	case opIsNull:
		column()
		w.str(" IS NULL")
	case opIsNotNull:
		column()
		w.str(" IS NOT NULL")
	case opIn:
		if p.spreads(p.indexOf(n.field)) {
			w.spread(alias, f.column, len(n.value.([]any)))
			return
		}
		w.inList(alias, f.column)
	case opContains:
		fn := "strpos("
		if sqlite {
			fn = "instr("
		}
		w.str(fn)
		column()
		w.str(", ")
		w.arg()
		w.str(") > 0")
	case opHasPrefix:
		if !sqlite {
			w.str("starts_with(")
			column()
			w.str(", ")
			w.arg()
			w.str(")")
			return
		}
		w.str("substr(")
		column()
		w.str(", 1, length(")
		w.arg()
		w.str(")) = ")
		w.arg()
	case opHasSuffix:
		w.suffix(column, sqlite)
	}
}

// suffix compares as many characters from the end as the argument has. On
// SQLite substr(x, -0) is the whole of x, so the empty text is asked for apart.
func (w *writer) suffix(column func(), sqlite bool) {
	if !sqlite {
		w.str("right(")
		column()
		w.str(", length(")
		w.arg()
		w.str(")) = ")
		w.arg()
		return
	}
	w.str("substr(")
	column()
	w.str(" || '|', -length(")
	w.arg()
	w.str(") - 1) = ")
	w.arg()
	w.str(" || '|'")
}

// orderBy writes the order of a query. Where NULLs stand is always said for
// columns that may hold them: the databases disagree.
func (w *writer) orderBy(p *plan, alias string, orders []order) {
	for i, o := range orders {
		if i == 0 {
			w.str(" ORDER BY ")
		} else {
			w.str(", ")
		}
		f := p.fieldNamed(o.field)
		w.col(alias, f.column)
		if o.desc {
			w.str(" DESC")
		}
		if f.null == notNull {
			continue
		}
		if o.nulls == nullsFirst || o.nulls == nullsAsSmallest && !o.desc {
			w.str(" NULLS FIRST")
		} else {
			w.str(" NULLS LAST")
		}
	}
}

func (w *writer) limits(limit, offset int) {
	switch {
	case limit >= 0:
		w.str(" LIMIT ")
		w.arg()
	case offset > 0 && w.dialect.Name() == "sqlite":
		w.str(" LIMIT -1")
	}
	if offset > 0 {
		w.str(" OFFSET ")
		w.arg()
	}
}
