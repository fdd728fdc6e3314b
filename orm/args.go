package orm

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/volaweb/vola/orm/internal/ormsql"
)

// A statement is made in two passes over the same parts. sqlArgs walks them and
// collects the arguments and the statement's shape: everything that decides
// its text. Only for a shape not seen before does sqlText walk them again and
// write the text.

// sqlArgs collects arguments and the shape.
type sqlArgs struct {
	shape []byte
	args  []any
	err   error
	// grouped allows aggregates in expressions.
	grouped bool
	// pool takes it back, nil if none does.
	pool recycler
	// room is where shape and args begin: together with sqlArgs they are
	// one allocation for all but large statements.
	room struct {
		shape [160]byte
		args  [8]any
	}
}

func newArgs() *sqlArgs {
	b := &sqlArgs{}
	b.shape, b.args = b.room.shape[:0], b.room.args[:0]
	return b
}

// newArgs is newArgs for a statement that releases them when it has ended.
func (b *binding) newArgs() *sqlArgs {
	if kept, ok := b.args.Get().(*sqlArgs); ok {
		return kept
	}
	a := newArgs()
	a.pool = b.args
	return a
}

// release ends the use of the arguments, for those of another statement. Nothing
// may have kept them; after an error they need not be released.
func (b *sqlArgs) release() {
	if b.pool == nil {
		return
	}
	clear(b.args)
	b.shape, b.args, b.err, b.grouped = b.room.shape[:0], b.room.args[:0], nil, false
	clear(b.room.args[:])
	b.pool.Put(b)
}

func (b *sqlArgs) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *sqlArgs) mark(kind byte, name string) {
	b.shape = append(b.shape, kind)
	b.shape = append(b.shape, name...)
	b.shape = append(b.shape, 0)
}

// node collects the arguments of a condition on rows of p.
func (b *sqlArgs) node(p *plan, n *node) {
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

func (b *sqlArgs) value(p *plan, n *node) {
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
func (b *sqlArgs) operand(p *plan, n *node, v any) {
	b.args = append(b.args, v)
	m, _ := n.op.match()
	switch {
	case m == ormsql.Equal:
	case n.isRange(p):
		if end, ok := afterPrefix(v); ok {
			b.args = append(b.args, end)
			b.shape = append(b.shape, '<')
		}
	case p.b.grammar.MatchTwice(m):
		b.args = append(b.args, v)
	}
}

// isRange reports whether a condition on the beginning of a text is on a range of
// texts, for which an index serves.
func (n *node) isRange(p *plan) bool {
	return n.op == opHasPrefix && n.left() == nil && p.b.traits.PrefixRange
}

// match returns what an operation looks for in a text, and whether the case of
// letters is of no account. Others have ormsql.Equal.
func (op op) match() (m ormsql.Match, fold bool) {
	switch op {
	case opContains, opContainsFold:
		m = ormsql.Contains
	case opHasPrefix, opHasPrefixFold:
		m = ormsql.Prefix
	case opHasSuffix, opHasSuffixFold:
		m = ormsql.Suffix
	}
	return m, op == opEqFold || op == opContainsFold || op == opHasPrefixFold || op == opHasSuffixFold
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
func (b *sqlArgs) compare(p *plan, n *node) {
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
func (b *sqlArgs) in(p *plan, n *node) {
	i := p.indexOf(n.field)
	if i < 0 {
		b.fail(unknownField(p, n.field))
		return
	}
	b.values(p, p.kindAt(i), n.value.([]any))
}

// values passes a whole list as one argument, so that lists of all lengths
// share one statement: as a JSON array on SQLite, as an array on PostgreSQL.
func (b *sqlArgs) values(p *plan, k kind, values []any) {
	out := make([]any, len(values))
	for j, v := range values {
		var err error
		if out[j], err = k.encode(v); err != nil {
			b.fail(fieldError(p.model, k.f, err))
			return
		}
	}
	if p.b.grammar.Spreads(k.f.store.Kind) {
		b.spread(p, out)
		return
	}
	arg, err := p.b.grammar.ListArg(out)
	if err != nil {
		b.fail(fieldError(p.model, k.f, err))
		return
	}
	b.args = append(b.args, arg)
}

// orders collects the order of a query. Only the shape depends on it.
func (b *sqlArgs) orders(p *plan, orders []order) {
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
func (b *sqlArgs) limits(limit, offset int) {
	switch {
	case isWritten(limit):
		b.shape = append(strconv.AppendInt(append(b.shape, 'L'), int64(limit), 10), ' ')
	case limit >= 0:
		b.shape = append(b.shape, 'l')
		b.args = append(b.args, limit)
	}
	if offset > 0 {
		b.shape = append(b.shape, 'f')
		b.args = append(b.args, offset)
	}
}

// writtenLimit is up to which limit it is part of the text of a statement.
const writtenLimit = 100

// isWritten reports whether a limit is part of the text. Both databases plan a query
// by its limit: PostgreSQL does not know an argument of a plan that is used again, and
// SQLite plans again for each. Few limits are used by a program, and they are small.
func isWritten(limit int) bool { return limit >= 0 && limit <= writtenLimit }

// spread collects the values of a list; their number is part of the shape.
func (b *sqlArgs) spread(p *plan, values []any) {
	if most := p.b.dialect.Features().MaxArgs / 2; len(values) > most {
		b.fail(fmt.Errorf("orm: a list of %d values in a query of %s; %s takes at most %d numbers with a fraction, or byte strings, at a time", len(values), p.model, p.b.dialect.Name(), most))
		return
	}
	b.shape = strconv.AppendInt(append(b.shape, '#'), int64(len(values)), 10)
	b.args = append(b.args, values...)
}

func unknownField(p *plan, name string) error {
	if name == "" {
		return fmt.Errorf("orm: a column, an order or an assignment of %s is the zero value, made by none of the package's functions", p.model)
	}
	return fmt.Errorf("orm: model %s has no field %s stored; the generated descriptors are for another version of it, run: vola gen", p.model, name)
}
