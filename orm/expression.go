package orm

import (
	"reflect"
	"slices"

	"github.com/volaweb/vola/orm/internal/ormsql"
)

// Expression is a value of type V computed for each row of M: a column, or
// what the functions of this package make of columns. It may be NULL for a row
// whatever V is. It is used in conditions, orders, assignments (SetTo of a
// column) and in [Select].
//
// No type outside this package implements it.
type Expression[M, V any] = interface {
	ExpressionOf[*M, V]
	SelectedOf[*M]
}

// ExpressionOf is what operations of descriptors take as an [Expression], as
// [ConditionOf] is what they return as a [Condition].
type ExpressionOf[P, V any] = interface {
	// The arguments only distinguish types; they are nil.
	expression(P, *V) *expr
}

// Selected is what [Select] reads for each row of M: an [Expression] of any
// type, or a whole [Row].
type Selected[M any] = SelectedOf[*M]

// SelectedOf is the type behind [Selected], as [ConditionOf] is behind
// [Condition].
type SelectedOf[P any] = interface{ selected(P) *expr }

// Expr is an [Expression] that is not a column: what functions of this package
// return. P is a pointer to the model. It never changes.
type Expr[P, V any] expr

func (x *Expr[P, V]) expression(P, *V) *expr { return (*expr)(x).given() }
func (x *Expr[P, V]) selected(P) *expr       { return (*expr)(x).given() }

// Eq matches rows where the expression is v. To compare two expressions use
// the functions [Eq], [Lt] and so on.
//
//go:noinline
func (x *Expr[P, V]) Eq(v V) ConditionOf[P] { return ConditionOf[P]{compareExpr((*expr)(x), opEq, v)} }

// Ne matches rows where the expression is not NULL and differs from v.
//
//go:noinline
func (x *Expr[P, V]) Ne(v V) ConditionOf[P] { return ConditionOf[P]{compareExpr((*expr)(x), opNe, v)} }

// Lt matches rows where the expression is less than v.
//
//go:noinline
func (x *Expr[P, V]) Lt(v V) ConditionOf[P] { return ConditionOf[P]{compareExpr((*expr)(x), opLt, v)} }

// Le matches rows where the expression is less than or equal to v.
//
//go:noinline
func (x *Expr[P, V]) Le(v V) ConditionOf[P] { return ConditionOf[P]{compareExpr((*expr)(x), opLe, v)} }

// Gt matches rows where the expression is greater than v.
//
//go:noinline
func (x *Expr[P, V]) Gt(v V) ConditionOf[P] { return ConditionOf[P]{compareExpr((*expr)(x), opGt, v)} }

// Ge matches rows where the expression is greater than or equal to v.
//
//go:noinline
func (x *Expr[P, V]) Ge(v V) ConditionOf[P] { return ConditionOf[P]{compareExpr((*expr)(x), opGe, v)} }

// Between matches rows where the expression is at least from and at most to.
//
//go:noinline
func (x *Expr[P, V]) Between(from, to V) ConditionOf[P] {
	return ConditionOf[P]{allOf(compareExpr((*expr)(x), opGe, from), compareExpr((*expr)(x), opLe, to))}
}

// In matches rows where the expression is one of the values; with no values it
// matches nothing. For the results of another query there is the function [In].
//
//go:noinline
func (x *Expr[P, V]) In(values ...V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIn, list(values))}
}

// NotIn matches rows where the expression is not NULL and none of the values.
//
//go:noinline
func (x *Expr[P, V]) NotIn(values ...V) ConditionOf[P] {
	return ConditionOf[P]{noneOf(compareExpr((*expr)(x), opIsNotNull, nil), compareExpr((*expr)(x), opIn, list(values)))}
}

// IsNull matches rows where the expression is NULL.
//
//go:noinline
func (x *Expr[P, V]) IsNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNull, nil)}
}

// IsNotNull matches rows where the expression is not NULL.
//
//go:noinline
func (x *Expr[P, V]) IsNotNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNotNull, nil)}
}

// Asc sorts by the expression, smallest first, as Asc of a column does.
//
//go:noinline
func (x *Expr[P, V]) Asc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x)}} }

// Desc sorts by the expression, largest first, as Desc of a column does.
//
//go:noinline
func (x *Expr[P, V]) Desc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x), desc: true}} }

// Value is the value v as an [Expression], where a function wants one:
//
//	orm.Coalesce(Posts.Subtitle, orm.Value[Post]("none"))
//
// Where it meets a column it is stored as that column's values are.
func Value[M, V any](v V) *Expr[*M, V] { return (*Expr[*M, V])(valueExpr(v)) }

func valueExpr[V any](v V) *expr {
	return &expr{kind: exprValue, value: v, typ: reflect.TypeFor[V]()}
}

// Is is a condition as an expression: true where it is true, false elsewhere,
// never NULL.
func Is[M any](c Condition[M]) *Expr[*M, bool] {
	return (*Expr[*M, bool])(&expr{kind: exprIs, conds: []*node{c.n}, typ: reflect.TypeFor[bool]()})
}

func compare[M, V any](op op, a, b Expression[M, V]) Condition[M] {
	return Condition[M]{&node{op: op, more: &operands{left: a.expression(nil, nil), right: b.expression(nil, nil)}}}
}

// Eq is true where both expressions have the same value:
//
//	orm.Eq(Posts.Author, Posts.Editor)
func Eq[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opEq, a, b) }

// Ne is true where both expressions have values, and different ones.
func Ne[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opNe, a, b) }

// Lt is true where a is less than b.
func Lt[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opLt, a, b) }

// Le is true where a is less than or equal to b.
func Le[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opLe, a, b) }

// Gt is true where a is greater than b.
func Gt[M, V any](a, b Expression[M, V]) Condition[M] { return compare(opGt, a, b) }

// Ge is true where a is greater than or equal to b.
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
	exprNamed     // args[0], into the field of a result with the name field
)

// expr is a part of an expression.
type expr struct {
	kind  exprKind
	fn    ormsql.Function
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

// given returns nil for the zero value of an exported type, which is an error
// where an expression is wanted.
func (e *expr) given() *expr {
	if e == nil || e.kind == 0 {
		return nil
	}
	return e
}

// isValue reports whether an expression is no more than given values, which
// take their form from what they meet.
func (e *expr) isValue() bool {
	if e.kind == exprCase || e.kind == exprCall && e.fn == ormsql.Coalesce {
		return !slices.ContainsFunc(e.args, func(a *expr) bool { return a == nil || !a.isValue() })
	}
	return e.kind == exprValue
}
