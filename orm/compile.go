package orm

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
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
	// grouped allows aggregates in expressions.
	grouped bool
	// room is where shape and args begin: together with the binder they are
	// one allocation for all but large statements.
	room struct {
		shape [160]byte
		args  [8]any
	}
}

func newBinder() *binder {
	b := &binder{}
	b.shape, b.args = b.room.shape[:0], b.room.args[:0]
	return b
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
	if n.left() != nil {
		b.compare(p, n)
		return
	}
	switch n.op {
	case opAnd, opOr, opNot:
		for _, k := range n.kids() {
			b.node(p, k)
		}
		b.shape = append(b.shape, ')')
	case opExists, opNotExists:
		via, err := p.route(n)
		if err != nil {
			b.fail(err)
			return
		}
		if n.back() != nil {
			b.mark('<', via.target.table)
		}
		for _, k := range n.kids() {
			b.node(via.target, k)
		}
		if via.forward == nil {
			b.alive(via.target)
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
	if n.canonical {
		v, err := p.encode(i, n.value)
		if err != nil {
			b.fail(fieldError(p.model, p.fields[i], err))
			return
		}
		b.args = append(b.args, v)
		return
	}
	v, err := p.convertArg(i, n.value)
	if err != nil {
		b.fail(err)
		return
	}
	b.operand(p, n, v)
}

// operand adds the argument of a comparison as often as its text names it.
func (b *binder) operand(p *plan, n *node, v any) {
	b.args = append(b.args, v)
	sqlite := p.b.dialect.Name() == "sqlite"
	switch {
	case n.op == opHasPrefix && sqlite && n.left() == nil:
		// A range, for which an index serves.
		if end, ok := afterPrefix(v); ok {
			b.args = append(b.args, end)
			b.shape = append(b.shape, '<')
		}
	case n.op == opHasSuffix, n.op == opHasSuffixFold, n.op == opHasPrefix && sqlite, n.op == opHasPrefixFold && sqlite:
		// These compare with as many characters as the argument has.
		b.args = append(b.args, v)
	}
}

// afterPrefix returns the first text after all those that begin with a prefix;
// there is none after the empty one.
func afterPrefix(v any) (string, bool) {
	text, _ := v.(string)
	runes := []rune(text)
	for len(runes) > 0 {
		last := &runes[len(runes)-1]
		if *last < utf8.MaxRune {
			*last++
			if *last == 0xD800 { // no character is a surrogate
				*last = 0xE000
			}
			return string(runes), true
		}
		runes = runes[:len(runes)-1]
	}
	return "", false
}

// compare collects an operation on an expression.
func (b *binder) compare(p *plan, n *node) {
	k, err := p.kindOfFirst(n.sides())
	if err != nil {
		b.fail(err)
		return
	}
	b.shape = append(b.shape, 'L')
	b.expr(p, n.left(), k)
	switch n.op {
	case opIsNull, opIsNotNull:
		return
	case opIn:
		b.values(p, k, n.value.([]any))
		return
	case opInSelection:
		b.subquery(p, n.value.(*selection))
		return
	}
	if n.right() != nil {
		b.shape = append(b.shape, 'R')
		b.expr(p, n.right(), k)
		return
	}
	v, err := k.encode(n.value)
	if err != nil {
		b.fail(fmt.Errorf("orm: a value in a query of %s: %w", p.model, err))
		return
	}
	b.operand(p, n, v)
}

// sides returns the expressions of a comparison.
func (n *node) sides() []*expr {
	if n.right() != nil {
		return []*expr{n.left(), n.right()}
	}
	return []*expr{n.left()}
}

// in collects the list of a condition on a field.
func (b *binder) in(p *plan, n *node) {
	i := p.indexOf(n.field)
	if i < 0 {
		b.fail(unknownField(p, n.field))
		return
	}
	b.values(p, p.kindAt(i), n.value.([]any))
}

// values passes a whole list as one argument, so that lists of all lengths
// share one statement: as a JSON array on SQLite, as an array on PostgreSQL.
func (b *binder) values(p *plan, k kind, values []any) {
	out := make([]any, len(values))
	for j, v := range values {
		var err error
		if out[j], err = k.encode(v); err != nil {
			b.fail(fieldError(p.model, k.f, err))
			return
		}
	}
	if p.spreads(k) {
		b.spread(p, out)
		return
	}
	arg, err := p.listArg(out)
	if err != nil {
		b.fail(fieldError(p.model, k.f, err))
		return
	}
	b.args = append(b.args, arg)
}

// orders collects the order of a query. Only the shape depends on it.
func (b *binder) orders(p *plan, orders []order) {
	for _, o := range orders {
		b.mark('o', o.field)
		switch {
		case o.expr != nil:
			b.expr(p, o.expr, kind{})
		case p.indexOf(o.field) < 0:
			b.fail(unknownField(p, o.field))
		}
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
	if name == "" {
		return fmt.Errorf("orm: a column, an order or an assignment of %s is the zero value, made by none of the package's functions", p.model)
	}
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

// joined writes conditions with a word between them. SQLite reads a chain as a
// tree of as many levels and takes no more than 1000: long ones are halved.
func (w *writer) joined(p *plan, alias string, conditions []*node, by string) {
	if half := len(conditions) / 2; half >= 64 {
		w.str("(")
		w.joined(p, alias, conditions[:half], by)
		w.str(")" + by + "(")
		w.joined(p, alias, conditions[half:], by)
		w.str(")")
		return
	}
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
		if len(n.kids()) == 0 {
			w.str(empty)
			return
		}
		w.str("(")
		w.joined(p, alias, n.kids(), by)
		w.str(")")
	case opNot:
		w.str("(")
		w.node(p, alias, n.kids()[0])
		w.str(") IS NOT TRUE")
	case opExists, opNotExists:
		w.exists(p, alias, n)
	default:
		w.compare(p, alias, n)
	}
}

// compare writes an operation on one column.
func (w *writer) compare(p *plan, alias string, n *node) {
	column := func() { w.operand(p, alias, n) }
	binary := func(op string) { column(); w.str(op); w.right(p, alias, n) }
	sqlite := w.sqlite()
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
		k, _ := p.operandKind(n)
		if p.spreads(k) {
			w.spread(column, len(n.value.([]any)))
			return
		}
		w.inListOf(wide(n, k), column)
	case opInSelection:
		column()
		w.str(" IN ")
		w.subquery(p, n.value.(*selection), false)
	case opEqFold, opContainsFold, opHasPrefixFold, opHasSuffixFold:
		w.folded(n.op, column)
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
		w.prefix(n, column)
	case opHasSuffix:
		w.suffix(column, sqlite)
	}
}

// operand writes what is compared: a column or an expression.
func (w *writer) operand(p *plan, alias string, n *node) {
	if n.left() == nil {
		w.col(alias, p.fieldNamed(n.field).column)
		return
	}
	k, _ := p.kindOfFirst(n.sides())
	w.expr(p, alias, n.left(), k)
}

// right writes what it is compared with.
func (w *writer) right(p *plan, alias string, n *node) {
	if n.right() == nil {
		k, _ := p.operandKind(n)
		w.whole(wide(n, k))
		return
	}
	k, _ := p.kindOfFirst(n.sides())
	w.expr(p, alias, n.right(), k)
}

// wide reports whether what is compared, of a kind, may hold fewer whole numbers
// than the value that it is compared with. Of an expression PostgreSQL may take
// the smallest type that it is made of.
func wide(n *node, k kind) bool {
	if k.f == nil {
		return false
	}
	return n.left() == nil && k.f.small() || n.left() != nil && numeric(k.f.store.Kind) && k.f.store.Kind != schema.Float64
}

// whole writes the next argument; if wide is set, as a number of 64 bits.
func (w *writer) whole(wide bool) {
	if !wide || w.sqlite() {
		w.arg()
		return
	}
	w.str("CAST(")
	w.arg()
	w.str(" AS bigint)")
}

// operandKind returns the kind of what is compared.
func (p *plan) operandKind(n *node) (kind, error) {
	if n.left() == nil {
		return p.kindAt(p.indexOf(n.field)), nil
	}
	return p.kindOfFirst(n.sides())
}

// prefix compares on SQLite: a column with a range of texts, for which an
// index serves, an expression with as many characters as the argument has.
func (w *writer) prefix(n *node, column func()) {
	if n.left() == nil {
		column()
		w.str(" >= ")
		w.arg()
		if _, ok := afterPrefix(n.value); ok {
			w.str(" AND ")
			column()
			w.str(" < ")
			w.arg()
		}
		return
	}
	w.str("substr(")
	column()
	w.str(", 1, length(")
	w.arg()
	w.str(")) = ")
	w.arg()
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
		nullable := true
		if o.expr != nil {
			w.expr(p, alias, o.expr, kind{})
		} else {
			f := p.fieldNamed(o.field)
			nullable = f.null != notNull
			w.col(alias, f.column)
		}
		if nullable {
			w.direction(o)
		} else if o.desc {
			w.str(" DESC")
		}
	}
}

// direction writes how an order goes, and where NULLs stand.
func (w *writer) direction(o order) {
	if o.desc {
		w.str(" DESC")
	}
	if o.nulls == nullsFirst || o.nulls == nullsAsSmallest && !o.desc {
		w.str(" NULLS FIRST")
	} else {
		w.str(" NULLS LAST")
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
