package orm

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// kind is how the values of an expression are stored, given and read.
type kind struct {
	f     *field // never that of a model only when the expression is a column
	codec database.Codec
}

// encode turns a Go value into what the driver takes.
func (k kind) encode(v any) (any, error) {
	v, err := k.f.convert(v)
	if err != nil {
		return nil, err
	}
	if k.codec.Encode == nil || v == nil {
		return v, nil
	}
	return k.codec.Encode(v)
}

// kindAt returns the kind of the i-th field.
func (p *plan) kindAt(i int) kind { return kind{p.fields[i], p.codecs[i]} }

// kindOfType returns the kind of values of a Go type that belong to no column.
func (b *binding) kindOfType(t reflect.Type) (kind, error) {
	if k, ok := b.kinds.Load(t); ok {
		return k.(kind), nil
	}
	f := &field{name: t.String(), typ: t}
	if err := f.resolve(); err != nil {
		return kind{}, err
	}
	codec, err := b.dialect.Codec(f.store)
	if err != nil {
		return kind{}, err
	}
	have, _ := b.kinds.LoadOrStore(t, kind{f, codec})
	return have.(kind), nil
}

// kindOf returns the kind of an expression on rows of p.
func (p *plan) kindOf(e *expr) (kind, error) {
	switch {
	case e == nil:
		return kind{}, errZeroExpr
	case e.kind == exprField:
		i := p.indexOf(e.field)
		if i < 0 {
			return kind{}, unknownField(p, e.field)
		}
		return p.kindAt(i), nil
	case e.kind == exprRaw:
		return p.kindOfRaw(e)
	case e.typ != nil:
		return p.b.kindOfType(e.typ)
	case e.kind == exprVia:
		via, err := p.route(&node{field: e.field, more: operands{back: e.back}.pointer()})
		if err != nil {
			return kind{}, err
		}
		return via.target.kindOf(e.args[0])
	case e.kind == exprSelection:
		if err := e.sel.single(); err != nil {
			return kind{}, err
		}
		target, err := p.b.planFor(e.sel.model)
		if err != nil {
			return kind{}, err
		}
		return target.kindOf(e.sel.items[0])
	case e.kind == exprAggregate && e.fn == ormsql.Sum:
		k, err := p.kindOfFirst(e.args)
		if err != nil {
			return kind{}, err
		}
		return p.b.sumOf(k), nil
	}
	return p.kindOfFirst(e.args)
}

// sumOf returns the kind of a sum of values of a kind: that of decimals may
// have more digits than each of them. There is one kind for each field,
// because what a selection is read into is kept under its address.
func (b *binding) sumOf(k kind) kind {
	if k.f.store.Kind != schema.Decimal {
		return k
	}
	if have, ok := b.kinds.Load(k.f); ok {
		return have.(kind)
	}
	f := *k.f
	f.store.Precision = max(b.traits.SumDigits, k.f.store.Precision)
	have, _ := b.kinds.LoadOrStore(k.f, kind{&f, k.codec})
	return have.(kind)
}

// kindOfFirst returns the kind that expressions have in common: that of the
// first which is not a mere value.
func (p *plan) kindOfFirst(args []*expr) (kind, error) {
	if len(args) == 0 {
		return kind{}, errors.New("orm: an expression of no parts, such as a Case without When")
	}
	for _, a := range args {
		if a != nil && !a.isValue() {
			return p.kindOf(a)
		}
	}
	return p.kindOf(args[0])
}

// kindOfParts is kindOfFirst, but for parts that are all mere values: those
// take the form of what they meet.
func (p *plan) kindOfParts(args []*expr, like kind) (kind, error) {
	if like.f != nil && !slices.ContainsFunc(args, func(a *expr) bool { return a == nil || !a.isValue() }) {
		return like, nil
	}
	return p.kindOfFirst(args)
}

// meets refuses an expression beside what is stored as something else. Where
// Go's types are the same, as of texts and decimals, the compiler does not. What
// the program's own SQL is like is for the program to know.
func (p *plan) meets(e *expr, like kind) error {
	if like.f == nil || e.isValue() || e.kind == exprRaw {
		return nil
	}
	k, err := p.kindOf(e)
	if err != nil || alike(k.f.store, like.f.store) {
		return nil // sqlArgs has the same error
	}
	return fmt.Errorf("orm: in a query of %s, %s is stored as %v and %s as %v; the databases do not take one for the other",
		p.model, k.f.name, k.f.store, like.f.name, like.f.store)
}

// alike reports whether values of two types can be compared and take each
// other's place: those of the same kind, whole numbers of all sizes, and
// decimals that all databases have as numbers.
func alike(a, b schema.Type) bool {
	whole := func(k schema.Kind) bool { return k != schema.Float64 && numeric(k) }
	switch {
	case a.Kind != b.Kind:
		return whole(a.Kind) && whole(b.Kind)
	case a.Kind == schema.Decimal:
		// Beyond its digits SQLite has a text as wide as the column. Only sums
		// on PostgreSQL have the greatest precision.
		const float = 15 // digits of a float64
		number := func(t schema.Type) bool { return t.Precision <= float || t.Precision == maxPrecision }
		return number(a) && number(b) || a.Precision == b.Precision && a.Scale == b.Scale
	}
	return true
}

var errZeroExpr = errors.New("orm: an expression is the zero value")

// fieldFor returns a field of the Go type t, at an offset of some struct, that
// receives values of the kind.
func (k kind) fieldFor(name string, t reflect.Type, offset uintptr) (*field, error) {
	f := &field{name: name, typ: t, base: t, offset: offset, form: k.f.form, store: k.f.store}
	switch {
	case t.Kind() == reflect.Pointer:
		f.null, f.base = nullPointer, t.Elem()
	case isNull(t):
		f.null, f.base, f.validAt = nullStruct, t.Field(0).Type, t.Field(1).Offset
	}
	fits := f.base == k.f.base
	switch k.f.form {
	case formJSON:
		fits = true
	case formInt:
		fits = fits || isInteger(f.base.Kind())
	case formFloat:
		fits = fits || f.base.Kind() == reflect.Float64 || f.base.Kind() == reflect.Float32
	case formDecimal:
		fits = fits || f.base.Kind() == reflect.String || isText(f.base)
	case formValuer:
	default:
		fits = fits || f.base.Kind() == k.f.base.Kind() && f.base.ConvertibleTo(k.f.base)
	}
	if !fits {
		return nil, fmt.Errorf("field %s is a %s, and what is selected for it a %s", name, t, k.f.base)
	}
	return f, nil
}

func isInteger(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Uint64 }
