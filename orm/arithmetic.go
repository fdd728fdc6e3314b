package orm

import "github.com/volaweb/vola/schema"

// Integer is the types of whole numbers.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Numeric is the types that can be computed with in the database. Decimals
// that are strings in Go are not among them; see [Number.Add] for those.
type Numeric interface {
	Integer | ~float32 | ~float64
}

// NumberExpr is an [Expr] of numbers. Its methods compute with given numbers;
// to compute with two expressions there are the functions [Add], [Sub], [Mul]
// and [Div].
type NumberExpr[M, V any] struct{ Expr[M, V] }

// Plus is x + v, with the limits of [Add].
func (x NumberExpr[M, V]) Plus(v V) NumberExpr[M, V] { return computed[M](fnAdd, x.e, v) }

// Minus is x - v, with the limits of [Add].
func (x NumberExpr[M, V]) Minus(v V) NumberExpr[M, V] { return computed[M](fnSub, x.e, v) }

// Times is x * v, with the limits of [Add].
func (x NumberExpr[M, V]) Times(v V) NumberExpr[M, V] { return computed[M](fnMul, x.e, v) }

// DividedBy is x / v, as [Div] divides.
func (x NumberExpr[M, V]) DividedBy(v V) NumberExpr[M, V] { return computed[M](fnDiv, x.e, v) }

// Plus is c + v, with the limits of [Add]. Decimals that are strings in Go
// cannot be computed with: that is an error when the query runs, as for the
// methods below.
func (c Number[M, V]) Plus(v V) NumberExpr[M, V] { return computed[M](fnAdd, c.selected(nil), v) }

// Minus is c - v, with the limits of [Add].
func (c Number[M, V]) Minus(v V) NumberExpr[M, V] { return computed[M](fnSub, c.selected(nil), v) }

// Times is c * v, with the limits of [Add]:
//
//	Update(ctx, Employees.Salary.SetTo(Employees.Salary.Times(103).DividedBy(100)))
func (c Number[M, V]) Times(v V) NumberExpr[M, V] { return computed[M](fnMul, c.selected(nil), v) }

// DividedBy is c / v, as [Div] divides.
func (c Number[M, V]) DividedBy(v V) NumberExpr[M, V] { return computed[M](fnDiv, c.selected(nil), v) }

func computed[M, V any](fn function, x *expr, v V) NumberExpr[M, V] {
	return NumberExpr[M, V]{call[M, V](fn, nil, x, Value[M](v).e)}
}

func arithmetic[M any, V Numeric](fn function, a, b Expression[M, V]) NumberExpr[M, V] {
	return NumberExpr[M, V]{call[M, V](fn, nil, a.expression(nil, nil), b.expression(nil, nil))}
}

// Add is a + b. A sum of whole numbers beyond 64 bits is an error of the
// statement, but in a query on SQLite, where it is one when it is read; so for
// [Sub] and [Mul].
func Add[M any, V Numeric](a, b Expression[M, V]) NumberExpr[M, V] { return arithmetic(fnAdd, a, b) }

// Sub is a - b.
func Sub[M any, V Numeric](a, b Expression[M, V]) NumberExpr[M, V] { return arithmetic(fnSub, a, b) }

// Mul is a * b.
func Mul[M any, V Numeric](a, b Expression[M, V]) NumberExpr[M, V] { return arithmetic(fnMul, a, b) }

// Div is a / b, cut towards zero for whole numbers, and NULL where b is 0.
func Div[M any, V Numeric](a, b Expression[M, V]) NumberExpr[M, V] { return arithmetic(fnDiv, a, b) }

// Mod is the remainder of a / b, with the sign of a, and NULL where b is 0.
func Mod[M any, V Integer](a, b Expression[M, V]) NumberExpr[M, V] { return arithmetic(fnMod, a, b) }

// numeric reports whether a kind can be computed with.
func numeric(k schema.Kind) bool {
	switch k {
	case schema.Int16, schema.Int32, schema.Int64, schema.Float64:
		return true
	}
	return false
}
