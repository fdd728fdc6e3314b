package orm

import "slices"

// Cases is an [Expression] that depends on conditions; made by [Case].
type Cases[M, V any] struct{ e *expr }

// Case begins an expression that depends on conditions:
//
//	orm.Case[Post, string]().
//		When(Posts.Hits.Ge(1000), "hot").
//		When(Posts.Hits.Ge(10), "warm").
//		Else("cold")
//
// Where none is true, and without Else, it is NULL.
func Case[M, V any]() Cases[M, V] {
	return Cases[M, V]{&expr{kind: exprCase}}
}

// When gives the value v where the condition is true and none before it was. It
// returns a changed copy.
func (c Cases[M, V]) When(condition Condition[M], v V) Cases[M, V] {
	return c.WhenTo(condition, Value[M](v))
}

// WhenTo is When with what the expression x is for the row.
func (c Cases[M, V]) WhenTo(condition Condition[M], x Expression[M, V]) Cases[M, V] {
	e := *c.e
	e.conds = append(slices.Clip(e.conds), condition.n)
	e.args = append(slices.Clip(e.args), x.expression(nil, nil))
	return Cases[M, V]{&e}
}

// Else gives the value v where no condition was true.
func (c Cases[M, V]) Else(v V) Expr[M, V] { return c.ElseTo(Value[M](v)) }

// ElseTo is Else with what the expression x is for the row.
func (c Cases[M, V]) ElseTo(x Expression[M, V]) Expr[M, V] {
	e := *c.e
	e.args = append(slices.Clip(e.args), x.expression(nil, nil))
	return Expr[M, V]{&e}
}

func (c Cases[M, V]) expression(*M, *V) *expr { return c.e }
func (c Cases[M, V]) selected(*M) *expr       { return c.e }
