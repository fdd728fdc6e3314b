package orm

import (
	"reflect"

	"github.com/volaweb/vola/orm/internal/ormsql"
)

// A path leads into a JSON document: a string names a member of an object, an
// int counts the elements of an array from 0. Where it leads nowhere, or to a
// value of another type, the expression is NULL.

func inJSON(fn ormsql.Function, typ reflect.Type, x *expr, path []any) *expr {
	e := call(fn, typ, x)
	e.value = path
	return e
}

// JSONText is the text at a path in a JSON document; NULL where there is none:
//
//	orm.JSONText(Posts.Meta, "author", "name").Eq("Ann")
//
// An element of the path is a string, the name of an object's member, or an
// int, the place in an array from 0.
func JSONText[M, V any](x Expression[M, V], path ...any) *TextExpr[*M] {
	return (*TextExpr[*M])(inJSON(ormsql.JSONText, reflect.TypeFor[string](), x.expression(nil, nil), path))
}

// JSONNumber is the number at a path in a JSON document; NULL where there is
// none. The path is as in [JSONText].
func JSONNumber[M, V any](x Expression[M, V], path ...any) *Expr[*M, float64] {
	return (*Expr[*M, float64])(inJSON(ormsql.JSONNumber, reflect.TypeFor[float64](), x.expression(nil, nil), path))
}

// JSONBool is the true or false at a path in a JSON document; NULL where there
// is none. The path is as in [JSONText].
func JSONBool[M, V any](x Expression[M, V], path ...any) *Expr[*M, bool] {
	return (*Expr[*M, bool])(inJSON(ormsql.JSONBool, reflect.TypeFor[bool](), x.expression(nil, nil), path))
}

// JSONHas is true where a path in a JSON document leads to a value, be it
// null. The path is as in [JSONText].
func JSONHas[M, V any](x Expression[M, V], path ...any) Condition[M] {
	return Condition[M]{compareExpr(inJSON(ormsql.JSONHas, reflect.TypeFor[bool](), x.expression(nil, nil), path), opEq, true)}
}
