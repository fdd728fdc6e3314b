package orm

import (
	"reflect"
	"slices"
)

// Expression is a value of type V computed for each row of M: a column, or
// what the functions of this package make of columns. It may be NULL for a row
// whatever V is. It is used in conditions, orders, assignments ([Column.SetTo])
// and in [Select].
//
// No type outside this package implements it.
type Expression[M, V any] interface {
	// expression takes nil: the arguments only tell the types apart.
	expression(*M, *V) *expr
	Selected[M]
}

// Selected is what [Select] reads for each row of M: an [Expression] of any
// type, or a whole [Row].
type Selected[M any] interface {
	selected(*M) *expr
}

// Expr is an [Expression] that is not a column: what functions of this package
// return. It is a value that never changes.
type Expr[M, V any] struct{ e *expr }

func (x Expr[M, V]) expression(*M, *V) *expr { return x.e }
func (x Expr[M, V]) selected(*M) *expr       { return x.e }

func (x Expr[M, V]) cond(op op, v any) Condition[M] {
	return Condition[M]{&node{op: op, left: x.e, value: v}}
}

// Eq is true where the expression has the value v. To compare two expressions
// there are the functions [Eq], [Lt] and so on.
func (x Expr[M, V]) Eq(v V) Condition[M] { return x.cond(opEq, v) }

// Ne is true where the expression has a value, and another than v.
func (x Expr[M, V]) Ne(v V) Condition[M] { return x.cond(opNe, v) }

// Lt is true where the expression is less than v.
func (x Expr[M, V]) Lt(v V) Condition[M] { return x.cond(opLt, v) }

// Le is true where the expression is less than v or equal to it.
func (x Expr[M, V]) Le(v V) Condition[M] { return x.cond(opLe, v) }

// Gt is true where the expression is greater than v.
func (x Expr[M, V]) Gt(v V) Condition[M] { return x.cond(opGt, v) }

// Ge is true where the expression is greater than v or equal to it.
func (x Expr[M, V]) Ge(v V) Condition[M] { return x.cond(opGe, v) }

// Between is true where the expression is at least from and at most to.
func (x Expr[M, V]) Between(from, to V) Condition[M] { return And(x.Ge(from), x.Le(to)) }

// In is true where the expression has one of the values; with none it is true
// nowhere. For the results of another query there is the function [In].
func (x Expr[M, V]) In(values ...V) Condition[M] { return x.cond(opIn, list(values)) }

// NotIn is true where the expression has a value, and none of these.
func (x Expr[M, V]) NotIn(values ...V) Condition[M] {
	return And(x.IsNotNull(), Not(x.In(values...)))
}

// IsNull is true where the expression has no value.
func (x Expr[M, V]) IsNull() Condition[M] { return x.cond(opIsNull, nil) }

// IsNotNull is true where the expression has a value.
func (x Expr[M, V]) IsNotNull() Condition[M] { return x.cond(opIsNotNull, nil) }

// Asc orders by the expression, smallest first, as [Column.Asc] does.
func (x Expr[M, V]) Asc() Order[M] { return Order[M]{order{expr: x.e}} }

// Desc orders by the expression, largest first, as [Column.Desc] does.
func (x Expr[M, V]) Desc() Order[M] { return Order[M]{order{expr: x.e, desc: true}} }

// TextExpr is an [Expr] of text.
type TextExpr[M any] struct{ Expr[M, string] }

// Contains is true where s occurs in the text.
func (x TextExpr[M]) Contains(s string) Condition[M] { return x.cond(opContains, s) }

// HasPrefix is true where the text begins with s.
func (x TextExpr[M]) HasPrefix(s string) Condition[M] { return x.cond(opHasPrefix, s) }

// HasSuffix is true where the text ends with s.
func (x TextExpr[M]) HasSuffix(s string) Condition[M] { return x.cond(opHasSuffix, s) }

func (c Column[M, V]) expression(*M, *V) *expr { return &expr{kind: exprField, field: c.name} }
func (c Column[M, V]) selected(*M) *expr       { return &expr{kind: exprField, field: c.name} }

// Value is the value v as an [Expression], where a function wants one:
//
//	orm.Coalesce(Posts.Subtitle, orm.Value[Post]("none"))
//
// Where it meets a column it is stored as that column's values are.
func Value[M, V any](v V) Expr[M, V] {
	return Expr[M, V]{&expr{kind: exprValue, value: v, typ: reflect.TypeFor[V]()}}
}

// Is is a condition as an expression: true where it is true, false elsewhere,
// never NULL.
func Is[M any](c Condition[M]) Expr[M, bool] {
	return Expr[M, bool]{&expr{kind: exprIs, conds: []*node{c.n}, typ: reflect.TypeFor[bool]()}}
}

func compare[M, V any](op op, a, b Expression[M, V]) Condition[M] {
	return Condition[M]{&node{op: op, left: a.expression(nil, nil), right: b.expression(nil, nil)}}
}

// Eq is true where both expressions have the same value:
//
//	orm.Eq(Posts.Author, Posts.Editor)
func Eq[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opEq, a, b) }

// Ne is true where both expressions have values, and different ones.
func Ne[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opNe, a, b) }

// Lt is true where a is less than b.
func Lt[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opLt, a, b) }

// Le is true where a is less than b or equal to it.
func Le[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opLe, a, b) }

// Gt is true where a is greater than b.
func Gt[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opGt, a, b) }

// Ge is true where a is greater than b or equal to it.
func Ge[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opGe, a, b) }

// exprKind says what an expr is.
type exprKind byte

const (
	exprField exprKind = iota + 1
	exprValue
	exprIs
	exprCall      // fn of args
	exprAggregate // fn of args over rows, of those that fulfil conds
	exprCase      // conds[i] gives args[i]; a further arg is for all others
	exprVia       // args[0] of the rows that a relation leads to
	exprRaw       // SQL of the program's own
	exprSelection // the first row of another query
	exprRow       // all columns of the model
)

// expr is a part of an expression.
type expr struct {
	kind  exprKind
	fn    function
	field string // Go name of a field, or of a relation for exprVia
	args  []*expr
	conds []*node
	value any
	// typ is the Go type of the result; nil is that of the first argument.
	typ reflect.Type
	// back is the model that has the relation, as in node.
	back reflect.Type
	// raw is the program's own SQL in pieces, with an arg between two.
	raw []string
	// sel is the other query.
	sel *selection
}

// isValue reports whether an expression is no more than given values, which
// take their form from what they meet.
func (e *expr) isValue() bool {
	if e.kind == exprCase || e.kind == exprCall && e.fn == fnCoalesce {
		return !slices.ContainsFunc(e.args, func(a *expr) bool { return a == nil || !a.isValue() })
	}
	return e.kind == exprValue
}
