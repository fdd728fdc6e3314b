package orm

import "reflect"

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

func call(fn function, typ reflect.Type, args ...*expr) *expr {
	return &expr{kind: exprCall, fn: fn, typ: typ, args: args}
}

func text[M any](fn function, args ...*expr) *TextExpr[*M] {
	return (*TextExpr[*M])(call(fn, reflect.TypeFor[string](), args...))
}

// Lower is the text in lower case, by Unicode's full mapping.
func Lower[M any, V ~string](x Expression[M, V]) *TextExpr[*M] {
	return text[M](fnLower, x.expression(nil, nil))
}

// Upper is the text in upper case, by Unicode's full mapping.
func Upper[M any, V ~string](x Expression[M, V]) *TextExpr[*M] {
	return text[M](fnUpper, x.expression(nil, nil))
}

// Trim is the text without spaces (U+0020) at its beginning and end.
func Trim[M any, V ~string](x Expression[M, V]) *TextExpr[*M] {
	return text[M](fnTrim, x.expression(nil, nil))
}

// Length is the number of characters (code points) of the text.
func Length[M any, V ~string](x Expression[M, V]) *Expr[*M, int64] {
	return (*Expr[*M, int64])(call(fnLength, reflect.TypeFor[int64](), x.expression(nil, nil)))
}

// Concat is the texts one after the other; NULL where one of them is NULL.
func Concat[M any, V ~string](first Expression[M, V], others ...Expression[M, V]) *TextExpr[*M] {
	return text[M](fnConcat, exprs(first, others)...)
}

// Coalesce is the first of the expressions that has a value.
func Coalesce[M, V any](first Expression[M, V], others ...Expression[M, V]) *Expr[*M, V] {
	return (*Expr[*M, V])(call(fnCoalesce, nil, exprs(first, others)...))
}

func exprs[M, V any](first Expression[M, V], others []Expression[M, V]) []*expr {
	out := []*expr{first.expression(nil, nil)}
	for _, o := range others {
		out = append(out, o.expression(nil, nil))
	}
	return out
}
