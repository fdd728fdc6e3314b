package orm

import (
	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// Integer is the types of whole numbers.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Numeric is the types that can be computed with in the database. Decimals
// that are strings in Go are not among them; see Increment of a column for those.
type Numeric interface {
	Integer | ~float32 | ~float64
}

func arithmetic[M any, V Numeric](fn ormsql.Function, a, b Expression[M, V]) *NumberExpr[*M, V] {
	return (*NumberExpr[*M, V])(call(fn, nil, a.expression(nil, nil), b.expression(nil, nil)))
}

// Add is a + b. A sum of whole numbers beyond 64 bits is an error of the
// statement, but in a query on SQLite, where it is one when it is read; so for
// [Sub] and [Mul].
func Add[M any, V Numeric](a, b Expression[M, V]) *NumberExpr[*M, V] {
	return arithmetic(ormsql.Add, a, b)
}

// Sub is a - b.
func Sub[M any, V Numeric](a, b Expression[M, V]) *NumberExpr[*M, V] {
	return arithmetic(ormsql.Sub, a, b)
}

// Mul is a * b.
func Mul[M any, V Numeric](a, b Expression[M, V]) *NumberExpr[*M, V] {
	return arithmetic(ormsql.Mul, a, b)
}

// Div is a / b, cut towards zero for whole numbers, and NULL where b is 0.
func Div[M any, V Numeric](a, b Expression[M, V]) *NumberExpr[*M, V] {
	return arithmetic(ormsql.Div, a, b)
}

// Mod is the remainder of a / b, with the sign of a, and NULL where b is 0.
func Mod[M any, V Integer](a, b Expression[M, V]) *NumberExpr[*M, V] {
	return arithmetic(ormsql.Mod, a, b)
}

// numeric reports whether a kind can be computed with.
func numeric(k schema.Kind) bool {
	switch k {
	case schema.Int16, schema.Int32, schema.Int64, schema.Float64:
		return true
	}
	return false
}
