package orm

import (
	"reflect"

	"github.com/volaweb/vola/orm/internal/ormsql"
)

// Count is the number of rows.
func Count[M any]() *Aggregate[*M, int64] {
	return (*Aggregate[*M, int64])(aggregate(ormsql.Count, reflect.TypeFor[int64]()))
}

// CountOf is the number of rows in which x has a value.
func CountOf[M, V any](x Expression[M, V]) *Aggregate[*M, int64] {
	return (*Aggregate[*M, int64])(aggregate(ormsql.Count, reflect.TypeFor[int64](), x.expression(nil, nil)))
}

// CountDistinct is the number of different values that x has.
func CountDistinct[M, V any](x Expression[M, V]) *Aggregate[*M, int64] {
	return (*Aggregate[*M, int64])(aggregate(ormsql.CountDistinct, reflect.TypeFor[int64](), x.expression(nil, nil)))
}

// Sum is the sum of the values of x, which must be numbers, decimals or
// durations; 0 where there are none. A sum of whole numbers beyond 64 bits is
// an error. A sum of decimals need not fit the column; SQLite adds up to 15
// digits, and more are an error.
func Sum[M, V any](x Expression[M, V]) *Aggregate[*M, V] {
	return (*Aggregate[*M, V])(aggregate(ormsql.Sum, nil, x.expression(nil, nil)))
}

// Avg is the mean of the values of x, which must be numbers or decimals; NULL
// where there are none. It is the float64 that is nearest to the mean; whole
// numbers are added as float64s by SQLite where their sum is beyond 64 bits.
func Avg[M, V any](x Expression[M, V]) *Aggregate[*M, float64] {
	return (*Aggregate[*M, float64])(aggregate(ormsql.Avg, reflect.TypeFor[float64](), x.expression(nil, nil)))
}

// Min is the smallest value of x; NULL where there is none.
func Min[M, V any](x Expression[M, V]) *Aggregate[*M, V] {
	return (*Aggregate[*M, V])(aggregate(ormsql.Min, nil, x.expression(nil, nil)))
}

// Max is the largest value of x; NULL where there is none.
func Max[M, V any](x Expression[M, V]) *Aggregate[*M, V] {
	return (*Aggregate[*M, V])(aggregate(ormsql.Max, nil, x.expression(nil, nil)))
}

// hasAggregate reports whether the expression is computed of many rows of its
// own model.
func (e *expr) hasAggregate() bool {
	if e == nil {
		return false // making the statement refuses it
	}
	if e.kind == exprAggregate {
		return true
	}
	if e.kind == exprVia || e.kind == exprSelection {
		return false // those of other rows
	}
	for _, a := range e.args {
		if a.hasAggregate() {
			return true
		}
	}
	for _, n := range e.conds {
		if n.hasAggregate() {
			return true
		}
	}
	return false
}

func (n *node) hasAggregate() bool {
	if n == nil {
		return false
	}
	if n.left() != nil && n.left().hasAggregate() || n.right() != nil && n.right().hasAggregate() {
		return true
	}
	if n.op == opExists || n.op == opNotExists {
		return false
	}
	for _, k := range n.kids() {
		if k.hasAggregate() {
			return true
		}
	}
	return false
}
