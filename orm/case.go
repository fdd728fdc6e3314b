package orm

import "slices"

// Cases is an [Expression] that depends on conditions; made by [Case]. P is a
// pointer to the model. It never changes; methods return changed copies.
type Cases[P, V any] expr

func (c *Cases[P, V]) expression(P, *V) *expr { return (*expr)(c).given() }
func (c *Cases[P, V]) selected(P) *expr       { return (*expr)(c).given() }

// Case begins an expression that depends on conditions:
//
//	orm.Case[Post, string]().
//		When(Posts.Hits.Ge(1000), "hot").
//		When(Posts.Hits.Ge(10), "warm").
//		Else("cold")
//
// Where no condition is true, and without Else, it is NULL.
func Case[M, V any]() *Cases[*M, V] { return (*Cases[*M, V])(&expr{kind: exprCase}) }

// When gives the value v where the condition is true and none before it was.
func (c *Cases[P, V]) When(condition ConditionOf[P], v V) *Cases[P, V] {
	return (*Cases[P, V])((*expr)(c).when(condition.n, valueExpr(v)))
}

// WhenTo is When with what the expression x is for the row.
func (c *Cases[P, V]) WhenTo(condition ConditionOf[P], x ExpressionOf[P, V]) *Cases[P, V] {
	var p P
	return (*Cases[P, V])((*expr)(c).when(condition.n, x.expression(p, nil)))
}

// Else gives the value v where no condition was true.
func (c *Cases[P, V]) Else(v V) *Expr[P, V] {
	return (*Expr[P, V])((*expr)(c).otherwise(valueExpr(v)))
}

// ElseTo is Else with what the expression x is for the row.
func (c *Cases[P, V]) ElseTo(x ExpressionOf[P, V]) *Expr[P, V] {
	var p P
	return (*Expr[P, V])((*expr)(c).otherwise(x.expression(p, nil)))
}

func (e *expr) when(condition *node, x *expr) *expr {
	out := *e
	out.conds = append(slices.Clip(out.conds), condition)
	out.args = append(slices.Clip(out.args), x)
	return &out
}

func (e *expr) otherwise(x *expr) *expr {
	out := *e
	out.args = append(slices.Clip(out.args), x)
	return &out
}
