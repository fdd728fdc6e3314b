package orm

import (
	"reflect"

	"github.com/volaweb/vola/orm/internal/ormsql"
)

func call(fn ormsql.Function, typ reflect.Type, args ...*expr) *expr {
	return &expr{kind: exprCall, fn: fn, typ: typ, args: args}
}

func text[M any](fn ormsql.Function, args ...*expr) *TextExpr[*M] {
	return (*TextExpr[*M])(call(fn, reflect.TypeFor[string](), args...))
}

// Lower is the text in lower case, by Unicode's full mapping.
func Lower[M any, V ~string](x Expression[M, V]) *TextExpr[*M] {
	return text[M](ormsql.Lower, x.expression(nil, nil))
}

// Upper is the text in upper case, by Unicode's full mapping.
func Upper[M any, V ~string](x Expression[M, V]) *TextExpr[*M] {
	return text[M](ormsql.Upper, x.expression(nil, nil))
}

// Trim is the text without spaces (U+0020) at its beginning and end.
func Trim[M any, V ~string](x Expression[M, V]) *TextExpr[*M] {
	return text[M](ormsql.Trim, x.expression(nil, nil))
}

// Length is the number of characters (code points) of the text.
func Length[M any, V ~string](x Expression[M, V]) *Expr[*M, int64] {
	return (*Expr[*M, int64])(call(ormsql.Length, reflect.TypeFor[int64](), x.expression(nil, nil)))
}

// Concat is the texts one after the other; NULL where one of them is NULL.
func Concat[M any, V ~string](first Expression[M, V], others ...Expression[M, V]) *TextExpr[*M] {
	return text[M](ormsql.Concat, exprs(first, others)...)
}

// Coalesce is the first of the expressions that has a value.
func Coalesce[M, V any](first Expression[M, V], others ...Expression[M, V]) *Expr[*M, V] {
	return (*Expr[*M, V])(call(ormsql.Coalesce, nil, exprs(first, others)...))
}

func exprs[M, V any](first Expression[M, V], others []Expression[M, V]) []*expr {
	out := []*expr{first.expression(nil, nil)}
	for _, o := range others {
		out = append(out, o.expression(nil, nil))
	}
	return out
}
