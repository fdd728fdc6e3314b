package orm

import "github.com/volaweb/vola/orm/internal/ormsql"

// NumberExpr is an [Expr] of numbers. Its methods compute with given numbers;
// to compute with two expressions there are the functions [Add], [Sub], [Mul]
// and [Div].
type NumberExpr[P, V any] expr

func (x *NumberExpr[P, V]) expression(P, *V) *expr { return (*expr)(x).given() }
func (x *NumberExpr[P, V]) selected(P) *expr       { return (*expr)(x).given() }

// Calc begins a computation with a column or another expression:
//
//	Update(ctx, Employees.Salary.SetTo(orm.Calc(Employees.Salary).Mul(103).Div(100)))
//
// Decimals that are strings in Go cannot be computed with: that is an error
// when the query runs.
func Calc[M, V any](x Expression[M, V]) *NumberExpr[*M, V] {
	return (*NumberExpr[*M, V])(x.expression(nil, nil))
}

// Add is x + v, with the limits of the function [Add].
//
//go:noinline
func (x *NumberExpr[P, V]) Add(v V) *NumberExpr[P, V] {
	return (*NumberExpr[P, V])(call(ormsql.Add, nil, (*expr)(x), valueExpr(v)))
}

// Sub is x - v, with the limits of the function [Add].
//
//go:noinline
func (x *NumberExpr[P, V]) Sub(v V) *NumberExpr[P, V] {
	return (*NumberExpr[P, V])(call(ormsql.Sub, nil, (*expr)(x), valueExpr(v)))
}

// Mul is x * v, with the limits of the function [Add].
//
//go:noinline
func (x *NumberExpr[P, V]) Mul(v V) *NumberExpr[P, V] {
	return (*NumberExpr[P, V])(call(ormsql.Mul, nil, (*expr)(x), valueExpr(v)))
}

// Div is x / v, as the function [Div] divides.
//
//go:noinline
func (x *NumberExpr[P, V]) Div(v V) *NumberExpr[P, V] {
	return (*NumberExpr[P, V])(call(ormsql.Div, nil, (*expr)(x), valueExpr(v)))
}

// Eq matches rows where the expression is v. To compare two expressions use
// the functions [Eq], [Lt] and so on.
//
//go:noinline
func (x *NumberExpr[P, V]) Eq(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opEq, v)}
}

// Ne matches rows where the expression is not NULL and differs from v.
//
//go:noinline
func (x *NumberExpr[P, V]) Ne(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opNe, v)}
}

// Lt matches rows where the expression is less than v.
//
//go:noinline
func (x *NumberExpr[P, V]) Lt(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opLt, v)}
}

// Le matches rows where the expression is less than or equal to v.
//
//go:noinline
func (x *NumberExpr[P, V]) Le(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opLe, v)}
}

// Gt matches rows where the expression is greater than v.
//
//go:noinline
func (x *NumberExpr[P, V]) Gt(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opGt, v)}
}

// Ge matches rows where the expression is greater than or equal to v.
//
//go:noinline
func (x *NumberExpr[P, V]) Ge(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opGe, v)}
}

// Between matches rows where the expression is at least from and at most to.
//
//go:noinline
func (x *NumberExpr[P, V]) Between(from, to V) ConditionOf[P] {
	return ConditionOf[P]{allOf(compareExpr((*expr)(x), opGe, from), compareExpr((*expr)(x), opLe, to))}
}

// In matches rows where the expression is one of the values; with no values it
// matches nothing. For the results of another query there is the function [In].
//
//go:noinline
func (x *NumberExpr[P, V]) In(values ...V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIn, list(values))}
}

// NotIn matches rows where the expression is not NULL and none of the values.
//
//go:noinline
func (x *NumberExpr[P, V]) NotIn(values ...V) ConditionOf[P] {
	return ConditionOf[P]{noneOf(compareExpr((*expr)(x), opIsNotNull, nil), compareExpr((*expr)(x), opIn, list(values)))}
}

// IsNull matches rows where the expression is NULL.
//
//go:noinline
func (x *NumberExpr[P, V]) IsNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNull, nil)}
}

// IsNotNull matches rows where the expression is not NULL.
//
//go:noinline
func (x *NumberExpr[P, V]) IsNotNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNotNull, nil)}
}

// Asc sorts by the expression, smallest first, as Asc of a column does.
//
//go:noinline
func (x *NumberExpr[P, V]) Asc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x)}} }

// Desc sorts by the expression, largest first, as Desc of a column does.
//
//go:noinline
func (x *NumberExpr[P, V]) Desc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x), desc: true}} }
