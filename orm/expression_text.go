package orm

// TextExpr is an [Expr] of text.
type TextExpr[P any] expr

func (x *TextExpr[P]) expression(P, *string) *expr { return (*expr)(x).given() }
func (x *TextExpr[P]) selected(P) *expr            { return (*expr)(x).given() }

// Eq matches rows where the expression is v. To compare two expressions use
// the functions [Eq], [Lt] and so on.
//
//go:noinline
func (x *TextExpr[P]) Eq(v string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opEq, v)}
}

// Ne matches rows where the expression is not NULL and differs from v.
//
//go:noinline
func (x *TextExpr[P]) Ne(v string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opNe, v)}
}

// Lt matches rows where the expression is less than v.
//
//go:noinline
func (x *TextExpr[P]) Lt(v string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opLt, v)}
}

// Le matches rows where the expression is less than or equal to v.
//
//go:noinline
func (x *TextExpr[P]) Le(v string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opLe, v)}
}

// Gt matches rows where the expression is greater than v.
//
//go:noinline
func (x *TextExpr[P]) Gt(v string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opGt, v)}
}

// Ge matches rows where the expression is greater than or equal to v.
//
//go:noinline
func (x *TextExpr[P]) Ge(v string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opGe, v)}
}

// Between matches rows where the expression is at least from and at most to.
//
//go:noinline
func (x *TextExpr[P]) Between(from, to string) ConditionOf[P] {
	return ConditionOf[P]{allOf(compareExpr((*expr)(x), opGe, from), compareExpr((*expr)(x), opLe, to))}
}

// In matches rows where the expression is one of the values; with no values it
// matches nothing. For the results of another query there is the function [In].
//
//go:noinline
func (x *TextExpr[P]) In(values ...string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIn, list(values))}
}

// NotIn matches rows where the expression is not NULL and none of the values.
//
//go:noinline
func (x *TextExpr[P]) NotIn(values ...string) ConditionOf[P] {
	return ConditionOf[P]{noneOf(compareExpr((*expr)(x), opIsNotNull, nil), compareExpr((*expr)(x), opIn, list(values)))}
}

// IsNull matches rows where the expression is NULL.
//
//go:noinline
func (x *TextExpr[P]) IsNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNull, nil)}
}

// IsNotNull matches rows where the expression is not NULL.
//
//go:noinline
func (x *TextExpr[P]) IsNotNull() ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opIsNotNull, nil)}
}

// Asc sorts by the expression, smallest first, as Asc of a column does.
//
//go:noinline
func (x *TextExpr[P]) Asc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x)}} }

// Desc sorts by the expression, largest first, as Desc of a column does.
//
//go:noinline
func (x *TextExpr[P]) Desc() OrderOf[P] { return OrderOf[P]{order{expr: (*expr)(x), desc: true}} }

// Contains matches rows where the text contains s.
//
//go:noinline
func (x *TextExpr[P]) Contains(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opContains, s)}
}

// HasPrefix matches rows where the text begins with s.
//
//go:noinline
func (x *TextExpr[P]) HasPrefix(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opHasPrefix, s)}
}

// HasSuffix matches rows where the text ends with s.
//
//go:noinline
func (x *TextExpr[P]) HasSuffix(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opHasSuffix, s)}
}

// EqFold matches rows where the text equals s when case is ignored, as EqFold of
// a column does.
//
//go:noinline
func (x *TextExpr[P]) EqFold(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opEqFold, s)}
}

// ContainsFold is Contains, ignoring case.
//
//go:noinline
func (x *TextExpr[P]) ContainsFold(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opContainsFold, s)}
}

// HasPrefixFold is HasPrefix, ignoring case.
//
//go:noinline
func (x *TextExpr[P]) HasPrefixFold(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opHasPrefixFold, s)}
}

// HasSuffixFold is HasSuffix, ignoring case.
//
//go:noinline
func (x *TextExpr[P]) HasSuffixFold(s string) ConditionOf[P] {
	return ConditionOf[P]{compareExpr((*expr)(x), opHasSuffixFold, s)}
}
