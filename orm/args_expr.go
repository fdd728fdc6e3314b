package orm

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// expr collects the arguments and the shape of an expression on rows of p.
// like is the kind of what the expression meets, for values; its field may be
// nil.
func (b *sqlArgs) expr(p *plan, e *expr, like kind) {
	if e == nil {
		b.fail(errZeroExpr)
		return
	}
	if err := p.meets(e, like); err != nil {
		b.fail(err)
		return
	}
	b.shape = append(b.shape, 'E', byte(e.kind), byte(e.fn), byte(len(e.args)), byte(len(e.conds)))
	switch e.kind {
	case exprField:
		if p.indexOf(e.field) < 0 {
			b.fail(unknownField(p, e.field))
			return
		}
		b.mark('.', e.field)
	case exprValue:
		b.given(p, e, like)
	case exprIs:
		b.node(p, e.conds[0])
	case exprCall:
		b.call(p, e, like)
	case exprAggregate:
		b.aggregate(p, e)
	case exprCase:
		k, err := p.kindOfParts(e.args, like)
		if err != nil || len(e.conds) == 0 {
			b.fail(errors.Join(err, errNoWhen(e)))
			return
		}
		for i, n := range e.conds {
			b.node(p, n)
			b.expr(p, e.args[i], k)
		}
		for _, x := range e.args[len(e.conds):] {
			b.expr(p, x, k)
		}
	case exprVia:
		b.via(p, e)
	case exprRaw:
		if err, bad := e.value.(error); bad {
			b.fail(err)
			return
		}
		b.raw(p, e)
	case exprSelection:
		b.subquery(p, e.sel)
	default:
		b.fail(fmt.Errorf("orm: a row of %s is selected alone, not as a part of an expression", p.model))
	}
}

// raw collects the program's own SQL and its arguments.
func (b *sqlArgs) raw(p *plan, e *expr) {
	for i, piece := range e.raw {
		b.mark('r', piece)
		if i == len(e.args) {
			break
		}
		x := e.args[i]
		like := kind{}
		switch {
		case x == nil:
		case x.kind == exprValue:
			if k, ok := p.storedLike(e, x.typ); ok {
				like = k
				break
			}
			if _, err := p.b.kindOfType(x.typ); err != nil {
				b.fail(fmt.Errorf("orm: argument %d of the SQL %.60q is no value that can be given to a database (%w); "+
					"a Condition goes in by orm.Is, a Selection by orm.Scalar", i+1, strings.Join(e.raw, "?"), err))
				return
			}
		default:
			if err := p.computable(x); err != nil {
				b.fail(fmt.Errorf("orm: argument %d of the SQL %.60q in a query of %s: %w", i+1, strings.Join(e.raw, "?"), p.model, err))
				return
			}
		}
		b.expr(p, x, like)
	}
	if k, err := p.kindOf(e); err == nil {
		b.shape = append(b.shape, byte(k.f.store.Kind))
	}
}

func errNoWhen(e *expr) error {
	if len(e.conds) == 0 {
		return errors.New("orm: a Case without When")
	}
	return nil
}

// given collects a value, in the form of what it meets.
func (b *sqlArgs) given(p *plan, e *expr, like kind) {
	k, err := p.valueKind(e, like)
	if err != nil {
		b.fail(err)
		return
	}
	v, err := k.encode(e.value)
	if err != nil {
		b.fail(fmt.Errorf("orm: a value in a query of %s: %w", p.model, err))
		return
	}
	b.shape = append(b.shape, byte(k.f.store.Kind))
	b.args = append(b.args, v)
}

func (p *plan) valueKind(e *expr, like kind) (kind, error) {
	if like.f != nil {
		return like, nil
	}
	return p.b.kindOfType(e.typ)
}

// call collects the parts of a function.
func (b *sqlArgs) call(p *plan, e *expr, like kind) {
	if e.fn != ormsql.Coalesce {
		like = kind{} // of others the result is not what the parts are
	}
	k, err := p.kindOfParts(e.args, like)
	if err != nil {
		b.fail(err)
		return
	}
	b.shape = append(b.shape, byte(k.f.store.Kind))
	switch e.fn {
	case ormsql.Lower, ormsql.Upper, ormsql.Trim, ormsql.Length, ormsql.Concat:
		if k.f.store.Kind != schema.Text {
			b.fail(fmt.Errorf("orm: %s.%s is stored as %v, and orm.%s is of texts", p.model, k.f.name, k.f.store, [...]string{
				ormsql.Lower: "Lower", ormsql.Upper: "Upper", ormsql.Trim: "Trim", ormsql.Length: "Length", ormsql.Concat: "Concat"}[e.fn]))
			return
		}
	case ormsql.Part, ormsql.Trunc:
		d := e.value.(dated)
		if err := p.b.checkDated(e.fn, d, k.f.store.Kind); err != nil {
			b.fail(err)
			return
		}
		b.shape = append(b.shape, byte(d.part))
		b.mark('z', d.zoned())
		if e.fn == ormsql.Trunc {
			for range strings.Count(p.b.trunc(d, k.f.store.Kind), "§") - 1 {
				b.expr(p, e.args[0], k)
			}
		}
	case ormsql.JSONText, ormsql.JSONNumber, ormsql.JSONBool, ormsql.JSONHas:
		b.json(p, e, k)
		return
	case ormsql.Add, ormsql.Sub, ormsql.Mul, ormsql.Div, ormsql.Mod:
		if !numeric(k.f.store.Kind) {
			b.fail(fmt.Errorf("orm: %s.%s is stored as %v, which the databases do not compute with alike", p.model, k.f.name, k.f.store.Kind))
			return
		}
	}
	for _, a := range e.args {
		b.expr(p, a, k)
	}
}

func (b *binding) checkDated(fn ormsql.Function, d dated, k schema.Kind) error {
	if k != schema.Time && k != schema.Date {
		return fmt.Errorf("orm: the %s of what is stored as %v; it is a part of dates and times", d.part, k)
	}
	switch {
	case d.part < Year || d.part > YearDay:
		return fmt.Errorf("orm: %d is no DatePart", d.part)
	case fn == ormsql.Trunc && d.part == YearDay:
		return errors.New("orm: Trunc does not go with YearDay; use Day")
	case k == schema.Date && (d.part == Hour || d.part == Minute || d.part == Second):
		return fmt.Errorf("orm: a date has no %s", d.part)
	case k == schema.Date && !d.utc():
		return errors.New("orm: a date belongs to no time zone; use Part and Trunc for it")
	}
	if !d.utc() {
		return b.checkZone(d.zone)
	}
	return nil
}

// json collects the document and the path, twice where the statement first
// asks for the type of the value.
func (b *sqlArgs) json(p *plan, e *expr, k kind) {
	if k.f.store.Kind != schema.JSON {
		b.fail(fmt.Errorf("orm: a path into what is stored as %v; only JSON documents have paths", k.f.store.Kind))
		return
	}
	path, err := p.b.path(e.value.([]any))
	if err != nil {
		b.fail(err)
		return
	}
	b.expr(p, e.args[0], k)
	b.args = append(b.args, path)
	if p.b.grammar.JSONTwice(e.fn) {
		b.expr(p, e.args[0], k)
		b.args = append(b.args, path)
	}
}

// path returns a path as both databases write it.
func (b *binding) path(steps []any) (string, error) {
	var text strings.Builder
	text.WriteByte('$')
	for _, x := range steps {
		switch x := x.(type) {
		case string:
			if _, err := fitText(x); err != nil {
				return "", fmt.Errorf("orm: the name %q in a JSON path: %w", x, err)
			}
			if strings.ContainsFunc(x, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' }) {
				return "", fmt.Errorf("orm: the name %q in a JSON path holds a quote, a backslash or a control character, which SQLite cannot look for", x)
			}
			text.WriteString(`."` + x + `"`)
		case int:
			if x < 0 {
				return "", fmt.Errorf("orm: the place %d in a JSON path is negative", x)
			}
			text.WriteString("[" + strconv.Itoa(x) + "]")
		default:
			return "", fmt.Errorf("orm: a %T in a JSON path; it is made of strings and ints", x)
		}
	}
	return b.grammar.JSONPath(text.String()), nil
}

// aggregate collects an aggregate where one is allowed.
func (b *sqlArgs) aggregate(p *plan, e *expr) {
	if !b.grouped {
		b.fail(fmt.Errorf("orm: an aggregate of %s stands where each row is looked at alone; conditions on aggregates are for Having, in a query that Select is given", p.model))
		return
	}
	if len(e.args) > 0 {
		k, err := p.kindOf(e.args[0])
		if err == nil {
			err = p.canAggregate(e.fn, k)
		}
		if err != nil {
			b.fail(err)
			return
		}
		b.shape = append(b.shape, byte(k.f.store.Kind), byte(k.f.store.Scale))
		b.grouped = false // none within another
		b.expr(p, e.args[0], k)
		b.grouped = true
	}
	b.grouped = false
	for _, n := range e.conds {
		b.node(p, n)
	}
	b.grouped = true
}

// canAggregate reports why an aggregate cannot be made of values of a kind.
func (p *plan) canAggregate(fn ormsql.Function, k kind) error {
	refuse := func(allowed ...schema.Kind) error {
		if slices.Contains(allowed, k.f.store.Kind) {
			return nil
		}
		name := map[ormsql.Function]string{ormsql.Sum: "sum", ormsql.Avg: "mean", ormsql.Min: "smallest", ormsql.Max: "largest"}[fn]
		return fmt.Errorf("orm: the %s of %s of %s, which is stored as %v, is not the same on all databases, or has no meaning", name, k.f.name, p.model, k.f.store.Kind)
	}
	numbers := []schema.Kind{schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Decimal}
	switch fn {
	case ormsql.Sum, ormsql.Avg:
		if fn == ormsql.Sum {
			numbers = append(numbers, schema.Duration)
		}
		if err := refuse(numbers...); err != nil {
			return err
		}
		if add := k.codec.Add; add != nil {
			if _, err := add("", ""); err != nil {
				return fieldError(p.model, k.f, err)
			}
		}
	case ormsql.Min, ormsql.Max:
		return refuse(append(numbers, schema.Duration, schema.Text, schema.Time, schema.Date, schema.Clock)...)
	}
	return nil
}

// via collects an expression on related rows, and the conditions on them.
func (b *sqlArgs) via(p *plan, e *expr) {
	b.mark('v', e.field)
	via, err := p.route(&node{field: e.field, more: operands{back: e.back}.pointer()})
	if err != nil {
		b.fail(err)
		return
	}
	if e.back != nil {
		b.mark('<', via.target.table)
	}
	k, err := via.target.kindOf(e.args[0])
	if err != nil {
		b.fail(err)
		return
	}
	many := via.forward == nil
	if many && !e.args[0].hasAggregate() {
		b.fail(fmt.Errorf("orm: %s leads from a %s to many rows; Via needs an aggregate of them, such as orm.Count or orm.Max", e.field, p.model))
		return
	}
	before := b.grouped
	b.grouped = true
	b.expr(via.target, e.args[0], k)
	b.grouped = false
	for _, n := range e.conds {
		b.node(via.target, n)
	}
	if many {
		b.alive(via.target)
	}
	b.grouped = before
	b.shape = append(b.shape, ')')
}
