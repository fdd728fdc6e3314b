package orm

import (
	"reflect"
	"slices"

	"github.com/volaweb/vola/orm/internal/ormsql"
)

// Aggregate is an [Expression] computed from many rows, such as their number.
// It is used in [Select], in Having of a query, in the order of a query that is
// selected from, and in [Via]; in a Where it is an error when the query runs.
type Aggregate[P, V any] expr

func (x *Aggregate[P, V]) expression(P, *V) *expr { return (*expr)(x).given() }
func (x *Aggregate[P, V]) selected(P) *expr       { return (*expr)(x).given() }

func aggregate(fn ormsql.Function, typ reflect.Type, args ...*expr) *expr {
	return &expr{kind: exprAggregate, fn: fn, typ: typ, args: args}
}

// Where counts only the rows that match the conditions as well:
//
//	orm.Count[Post]().Where(Posts.Draft.Eq(true))
//
//go:noinline
func (x *Aggregate[P, V]) Where(conditions ...ConditionOf[P]) *Aggregate[P, V] {
	e := *(*expr)(x)
	e.conds = append(slices.Clip(e.conds), nodes(conditions)...)
	return (*Aggregate[P, V])(&e)
}

// Eq matches rows where the expression is v. To compare two expressions use
// the functions [Eq], [Lt] and so on.
//
//go:noinline
func (x *Aggregate[P, V]) Eq(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opEq, v)}
}

// Ne matches rows where the expression is not NULL and differs from v.
//
//go:noinline
func (x *Aggregate[P, V]) Ne(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opNe, v)}
}

// Lt matches rows where the expression is less than v.
//
//go:noinline
func (x *Aggregate[P, V]) Lt(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opLt, v)}
}

// Le matches rows where the expression is less than or equal to v.
//
//go:noinline
func (x *Aggregate[P, V]) Le(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opLe, v)}
}

// Gt matches rows where the expression is greater than v.
//
//go:noinline
func (x *Aggregate[P, V]) Gt(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opGt, v)}
}

// Ge matches rows where the expression is greater than or equal to v.
//
//go:noinline
func (x *Aggregate[P, V]) Ge(v V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opGe, v)}
}

// Between matches rows where the expression is at least from and at most to.
//
//go:noinline
func (x *Aggregate[P, V]) Between(from, to V) ConditionOf[P] {
	return ConditionOf[P]{allOf(compareExpr((*expr)(x), opGe, from), compareExpr((*expr)(x), opLe, to))}
}

// In matches rows where the expression is one of the values; with no values it
// matches nothing. For the results of another query there is the function [In].
//
//go:noinline
func (x *Aggregate[P, V]) In(values ...V) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIn, list(values))}
}

// NotIn matches rows where the expression is not NULL and none of the values.
//
//go:noinline
func (x *Aggregate[P, V]) NotIn(values ...V) ConditionOf[P] {
	return ConditionOf[P]{noneOf(compareExpr((*expr)(x), opIsNotNull, nil), compareExpr((*expr)(x), opIn, list(values)))}
}

// IsNull matches rows where the expression is NULL.
//
//go:noinline
func (x *Aggregate[P, V]) IsNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNull, nil)}
}

// IsNotNull matches rows where the expression is not NULL.
//
//go:noinline
func (x *Aggregate[P, V]) IsNotNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNotNull, nil)}
}

// Asc sorts by the expression, smallest first, as Asc of a column does.
//
//go:noinline
func (x *Aggregate[P, V]) Asc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x)}} }

// Desc sorts by the expression, largest first, as Desc of a column does.
//
//go:noinline
func (x *Aggregate[P, V]) Desc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x), desc: true}} }
