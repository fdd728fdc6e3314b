package orm

import (
	"strconv"

	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// sqlText writes the text of a statement.
type sqlText struct{ ormsql.Text }

// newText returns an empty text for a statement.
func (b *binding) newText() *sqlText { return &sqlText{ormsql.New(b.dialect, b.grammar)} }

// where writes the conditions on rows of p in the given alias.
func (w *sqlText) where(p *plan, alias string, conditions []*node) {
	if len(conditions) == 0 {
		return
	}
	w.Str(" WHERE ")
	w.joined(p, alias, conditions, " AND ")
}

// joined writes conditions with a word between them. SQLite reads a chain as a
// tree of as many levels and takes no more than 1000: long ones are halved.
func (w *sqlText) joined(p *plan, alias string, conditions []*node, by string) {
	if half := len(conditions) / 2; half >= 64 {
		w.Str("(")
		w.joined(p, alias, conditions[:half], by)
		w.Str(")" + by + "(")
		w.joined(p, alias, conditions[half:], by)
		w.Str(")")
		return
	}
	for i, n := range conditions {
		if i > 0 {
			w.Str(by)
		}
		w.node(p, alias, n)
	}
}

func (w *sqlText) node(p *plan, alias string, n *node) {
	switch n.op {
	case opAnd, opOr:
		by, empty := " AND ", "1=1"
		if n.op == opOr {
			by, empty = " OR ", "1=0"
		}
		if len(n.kids()) == 0 {
			w.Str(empty)
			return
		}
		w.Str("(")
		w.joined(p, alias, n.kids(), by)
		w.Str(")")
	case opNot:
		w.Str("(")
		w.node(p, alias, n.kids()[0])
		w.Str(") IS NOT TRUE")
	case opExists, opNotExists:
		w.exists(p, alias, n)
	default:
		w.compare(p, alias, n)
	}
}

// compare writes an operation on one column.
func (w *sqlText) compare(p *plan, alias string, n *node) {
	column := func() { w.operand(p, alias, n) }
	binary := func(op string) { column(); w.Str(op); w.right(p, alias, n) }
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
		w.Str(" IS NULL")
	case opIsNotNull:
		column()
		w.Str(" IS NOT NULL")
	case opIn:
		k, _ := p.operandKind(n)
		if p.b.grammar.Spreads(k.f.store.Kind) {
			w.spread(column, len(n.value.([]any)))
			return
		}
		w.InList(&w.Text, wide(n, k), column)
	case opInSelection:
		column()
		w.Str(" IN ")
		w.subquery(p, n.value.(*selection), false)
	case opHasPrefix:
		if n.isRange(p) {
			w.prefixRange(n, column)
			return
		}
		fallthrough
	case opEqFold, opContains, opContainsFold, opHasPrefixFold, opHasSuffix, opHasSuffixFold:
		m, fold := n.op.match()
		if fold {
			w.MatchFold(&w.Text, m, column)
		} else {
			w.Match(&w.Text, m, column)
		}
	}
}

// operand writes what is compared: a column or an expression.
func (w *sqlText) operand(p *plan, alias string, n *node) {
	if n.left() == nil {
		w.Col(alias, p.fieldNamed(n.field).column)
		return
	}
	k, _ := p.kindOfFirst(n.sides())
	w.expr(p, alias, n.left(), k)
}

// right writes what it is compared with.
func (w *sqlText) right(p *plan, alias string, n *node) {
	if n.right() == nil {
		k, _ := p.operandKind(n)
		w.Whole(&w.Text, wide(n, k))
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

// operandKind returns the kind of what is compared.
func (p *plan) operandKind(n *node) (kind, error) {
	if n.left() == nil {
		return p.kindAt(p.indexOf(n.field)), nil
	}
	return p.kindOfFirst(n.sides())
}

// prefixRange compares a column with a range of texts.
func (w *sqlText) prefixRange(n *node, column func()) {
	column()
	w.Str(" >= ")
	w.Arg()
	if _, ok := afterPrefix(n.value); ok {
		w.Str(" AND ")
		column()
		w.Str(" < ")
		w.Arg()
	}
}

// orderBy writes the order of a query. Where NULLs stand is always said for
// columns that may hold them: the databases disagree.
func (w *sqlText) orderBy(p *plan, alias string, orders []order) {
	for i, o := range orders {
		if i == 0 {
			w.Str(" ORDER BY ")
		} else {
			w.Str(", ")
		}
		nullable := true
		if o.expr != nil {
			w.expr(p, alias, o.expr, kind{})
		} else {
			f := p.fieldNamed(o.field)
			nullable = f.null != notNull
			w.Col(alias, f.column)
		}
		if nullable {
			w.direction(o)
		} else if o.desc {
			w.Str(" DESC")
		}
	}
}

// direction writes how an order goes, and where NULLs stand.
func (w *sqlText) direction(o order) {
	if o.desc {
		w.Str(" DESC")
	}
	if o.nulls == nullsFirst || o.nulls == nullsAsSmallest && !o.desc {
		w.Str(" NULLS FIRST")
	} else {
		w.Str(" NULLS LAST")
	}
}

func (w *sqlText) limits(limit, offset int) {
	switch {
	case isWritten(limit):
		w.Str(" LIMIT ")
		w.Str(strconv.Itoa(limit))
	case limit >= 0:
		w.Str(" LIMIT ")
		w.Arg()
	case offset > 0:
		w.Offset(&w.Text)
	}
	if offset > 0 {
		w.Str(" OFFSET ")
		w.Arg()
	}
}

// spread writes the condition that a column is one of the next n arguments.
func (w *sqlText) spread(column func(), n int) {
	column()
	w.Str(" IN (")
	for i := range n {
		if i > 0 {
			w.Str(", ")
		}
		w.Arg()
	}
	w.Str(")")
}
