package orm

import (
	"reflect"

	"github.com/volaweb/vola/schema"
)

// function is an operation that both databases know, if by other names.
type function byte

const (
	fnLower function = iota + 1
	fnUpper
	fnTrim
	fnLength
	fnConcat
	fnCoalesce
	fnAdd
	fnSub
	fnMul
	fnDiv
	fnMod
	fnPart
	fnTrunc
	fnJSONText
	fnJSONNumber
	fnJSONBool
	fnJSONHas
	fnCount
	fnCountDistinct
	fnSum
	fnAvg
	fnMin
	fnMax
)

func call[M, V any](fn function, typ reflect.Type, args ...*expr) Expr[M, V] {
	return Expr[M, V]{&expr{kind: exprCall, fn: fn, typ: typ, args: args}}
}

func text[M any](fn function, args ...*expr) TextExpr[M] {
	return TextExpr[M]{call[M, string](fn, reflect.TypeFor[string](), args...)}
}

// Lower is the text in lower case, by Unicode's full mapping.
func Lower[M any, V ~string](x Expression[M, V]) TextExpr[M] {
	return text[M](fnLower, x.expression(nil, nil))
}

// Upper is the text in upper case, by Unicode's full mapping.
func Upper[M any, V ~string](x Expression[M, V]) TextExpr[M] {
	return text[M](fnUpper, x.expression(nil, nil))
}

// Trim is the text without spaces (U+0020) at its beginning and end.
func Trim[M any, V ~string](x Expression[M, V]) TextExpr[M] {
	return text[M](fnTrim, x.expression(nil, nil))
}

// Length is the number of characters (code points) of the text.
func Length[M any, V ~string](x Expression[M, V]) Expr[M, int64] {
	return call[M, int64](fnLength, reflect.TypeFor[int64](), x.expression(nil, nil))
}

// Concat is the texts one after the other; NULL where one of them is NULL.
func Concat[M any, V ~string](first Expression[M, V], others ...Expression[M, V]) TextExpr[M] {
	return text[M](fnConcat, exprs(first, others)...)
}

// Coalesce is the first of the expressions that has a value.
func Coalesce[M, V any](first Expression[M, V], others ...Expression[M, V]) Expr[M, V] {
	return call[M, V](fnCoalesce, nil, exprs(first, others)...)
}

func exprs[M, V any](first Expression[M, V], others []Expression[M, V]) []*expr {
	out := []*expr{first.expression(nil, nil)}
	for _, o := range others {
		out = append(out, o.expression(nil, nil))
	}
	return out
}

// Integer is the types of whole numbers.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Numeric is the types that can be computed with in the database. Decimals
// that are strings in Go are not among them; see [Number.Add] for those.
type Numeric interface {
	Integer | ~float32 | ~float64
}

func arithmetic[M any, V Numeric](fn function, a, b Expression[M, V]) Expr[M, V] {
	return call[M, V](fn, nil, a.expression(nil, nil), b.expression(nil, nil))
}

// Add is a + b. A sum of whole numbers beyond 64 bits is an error of the
// statement on PostgreSQL, and when it is read on SQLite; so for [Sub] and
// [Mul].
func Add[M any, V Numeric](a, b Expression[M, V]) Expr[M, V] { return arithmetic(fnAdd, a, b) }

// Sub is a - b.
func Sub[M any, V Numeric](a, b Expression[M, V]) Expr[M, V] { return arithmetic(fnSub, a, b) }

// Mul is a * b.
func Mul[M any, V Numeric](a, b Expression[M, V]) Expr[M, V] { return arithmetic(fnMul, a, b) }

// Div is a / b, cut towards zero for whole numbers, and NULL where b is 0.
func Div[M any, V Numeric](a, b Expression[M, V]) Expr[M, V] { return arithmetic(fnDiv, a, b) }

// Mod is the remainder of a / b, with the sign of a, and NULL where b is 0.
func Mod[M any, V Integer](a, b Expression[M, V]) Expr[M, V] {
	return call[M, V](fnMod, nil, a.expression(nil, nil), b.expression(nil, nil))
}

// Cases is an [Expression] that depends on conditions; made by [Case].
type Cases[M, V any] struct{ e *expr }

// Case begins an expression that depends on conditions:
//
//	orm.Case[Post, string]().
//		When(Posts.Hits.Ge(1000), orm.Value[Post]("hot")).
//		When(Posts.Hits.Ge(10), orm.Value[Post]("warm")).
//		Else(orm.Value[Post]("cold"))
//
// Where none is true, and without Else, it is NULL.
func Case[M, V any]() Cases[M, V] {
	return Cases[M, V]{&expr{kind: exprCase}}
}

// When gives the expression x where the condition is true and none before it
// was. It returns a changed copy.
func (c Cases[M, V]) When(condition Condition[M], x Expression[M, V]) Cases[M, V] {
	e := *c.e
	e.conds = append(e.conds[:len(e.conds):len(e.conds)], condition.n)
	e.args = append(e.args[:len(e.args):len(e.args)], x.expression(nil, nil))
	return Cases[M, V]{&e}
}

// Else gives the expression x where no condition was true.
func (c Cases[M, V]) Else(x Expression[M, V]) Expr[M, V] {
	e := *c.e
	e.args = append(e.args[:len(e.args):len(e.args)], x.expression(nil, nil))
	return Expr[M, V]{&e}
}

func (c Cases[M, V]) expression(*M, *V) *expr { return c.e }
func (c Cases[M, V]) selected(*M) *expr       { return c.e }

// numeric reports whether a kind can be computed with.
func numeric(k schema.Kind) bool {
	switch k {
	case schema.Int16, schema.Int32, schema.Int64, schema.Float64:
		return true
	}
	return false
}
