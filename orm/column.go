package orm

// Column describes a stored field of M with values of type V. Descriptors are
// written by "vola gen" and hold nothing but the field's name. NULL is asked
// for by IsNull, never by comparing.
type Column[M, V any] struct{ name string }

// NewColumn returns the descriptor of the field of that Go name.
func NewColumn[M, V any](field string) Column[M, V] { return Column[M, V]{field} }

func (c Column[M, V]) fieldOf(M) string { return c.name }

func (c Column[M, V]) cond(op op, v any) Condition[M] {
	return Condition[M]{&node{op: op, field: c.name, value: v}}
}

// Eq is true where the column has the value v.
func (c Column[M, V]) Eq(v V) Condition[M] { return c.cond(opEq, v) }

// Ne is true where the column has a value, and another than v. For rows
// without a value as well, write Not(c.Eq(v)).
func (c Column[M, V]) Ne(v V) Condition[M] { return c.cond(opNe, v) }

// In is true where the column has one of the values; with none it is true
// nowhere.
func (c Column[M, V]) In(values ...V) Condition[M] { return c.cond(opIn, list(values)) }

// NotIn is true where the column has a value, and none of these.
func (c Column[M, V]) NotIn(values ...V) Condition[M] {
	return And(c.cond(opIsNotNull, nil), Not(c.In(values...)))
}

// Set gives the column the value v.
func (c Column[M, V]) Set(v V) Assignment[M] {
	return Assignment[M]{assignment{c.name, assignSet, v}}
}

// SetTo gives the column what the expression is for each row before the
// update:
//
//	Update(ctx, Posts.Score.SetTo(orm.Add(Posts.Hits, Posts.Likes)))
//
// What the column does not hold is an error, and then no row is changed: a
// number out of the field's range, a text that is too long, what is not among
// the choices.
func (c Column[M, V]) SetTo(x Expression[M, V]) Assignment[M] {
	e := x.expression(nil, nil)
	if e != nil && e.kind == exprValue {
		return Assignment[M]{assignment{c.name, assignSet, e.value}}
	}
	return Assignment[M]{assignment{c.name, assignExpr, e}}
}

// Asc orders by the column, smallest first. Rows without a value come before
// all others unless NullsLast is said.
func (c Column[M, V]) Asc() Order[M] { return Order[M]{order{field: c.name}} }

// Desc orders by the column, largest first. Rows without a value come after
// all others unless NullsFirst is said.
func (c Column[M, V]) Desc() Order[M] { return Order[M]{order{field: c.name, desc: true}} }

// Ordered is a column whose values can be compared: numbers, text, times.
type Ordered[M, V any] struct{ Column[M, V] }

// NewOrdered returns the descriptor of the field of that Go name.
func NewOrdered[M, V any](field string) Ordered[M, V] {
	return Ordered[M, V]{NewColumn[M, V](field)}
}

// Lt is true where the column is less than v.
func (c Ordered[M, V]) Lt(v V) Condition[M] { return c.cond(opLt, v) }

// Le is true where the column is less than v or equal to it.
func (c Ordered[M, V]) Le(v V) Condition[M] { return c.cond(opLe, v) }

// Gt is true where the column is greater than v.
func (c Ordered[M, V]) Gt(v V) Condition[M] { return c.cond(opGt, v) }

// Ge is true where the column is greater than v or equal to it.
func (c Ordered[M, V]) Ge(v V) Condition[M] { return c.cond(opGe, v) }

// Between is true where the column is at least from and at most to.
func (c Ordered[M, V]) Between(from, to V) Condition[M] { return And(c.Ge(from), c.Le(to)) }

// Number is a column of numbers.
type Number[M, V any] struct{ Ordered[M, V] }

// NewNumber returns the descriptor of the field of that Go name.
func NewNumber[M, V any](field string) Number[M, V] {
	return Number[M, V]{NewOrdered[M, V](field)}
}

// Add adds v to the column's value in the database, so that no concurrent
// change is lost. A sum that the column does not hold is an error, and then no
// row is changed.
func (c Number[M, V]) Add(v V) Assignment[M] {
	return Assignment[M]{assignment{c.name, assignAdd, v}}
}

// Text is a column of text, compared and ordered by code point.
type Text[M, V any] struct{ Ordered[M, V] }

// NewText returns the descriptor of the field of that Go name.
func NewText[M, V any](field string) Text[M, V] { return Text[M, V]{NewOrdered[M, V](field)} }

// Contains is true where s occurs in the text. The empty text occurs in every
// text.
func (c Text[M, V]) Contains(s string) Condition[M] { return c.cond(opContains, s) }

// HasPrefix is true where the text begins with s.
func (c Text[M, V]) HasPrefix(s string) Condition[M] { return c.cond(opHasPrefix, s) }

// HasSuffix is true where the text ends with s.
func (c Text[M, V]) HasSuffix(s string) Condition[M] { return c.cond(opHasSuffix, s) }

// EqFold is true where the text is s but for the case of its letters, as
// Unicode's mapping to lower case has it. Which is the other case of "İ" does
// not depend on a language.
func (c Text[M, V]) EqFold(s string) Condition[M] { return c.cond(opEqFold, s) }

// ContainsFold is [Text.Contains] but for the case of letters.
func (c Text[M, V]) ContainsFold(s string) Condition[M] { return c.cond(opContainsFold, s) }

// HasPrefixFold is [Text.HasPrefix] but for the case of letters.
func (c Text[M, V]) HasPrefixFold(s string) Condition[M] { return c.cond(opHasPrefixFold, s) }

// HasSuffixFold is [Text.HasSuffix] but for the case of letters.
func (c Text[M, V]) HasSuffixFold(s string) Condition[M] { return c.cond(opHasSuffixFold, s) }

// Nulls are the conditions and assignments that only a column that may be NULL
// has; descriptors of such columns hold it beside the column.
type Nulls[M any] struct{ name string }

// NewNulls returns the NULL side of the field of that Go name.
func NewNulls[M any](field string) Nulls[M] { return Nulls[M]{field} }

// IsNull is true where the column has no value.
func (c Nulls[M]) IsNull() Condition[M] {
	return Condition[M]{&node{op: opIsNull, field: c.name}}
}

// IsNotNull is true where the column has a value.
func (c Nulls[M]) IsNotNull() Condition[M] {
	return Condition[M]{&node{op: opIsNotNull, field: c.name}}
}

// SetNull takes the column's value away.
func (c Nulls[M]) SetNull() Assignment[M] {
	return Assignment[M]{assignment{c.name, assignNull, nil}}
}

// NullColumn is a Column that may be NULL.
type NullColumn[M, V any] struct {
	Column[M, V]
	Nulls[M]
}

// NullOrdered is an [Ordered] column that may be NULL.
type NullOrdered[M, V any] struct {
	Ordered[M, V]
	Nulls[M]
}

// NullNumber is a [Number] column that may be NULL.
type NullNumber[M, V any] struct {
	Number[M, V]
	Nulls[M]
}

// NullText is a [Text] column that may be NULL.
type NullText[M, V any] struct {
	Text[M, V]
	Nulls[M]
}

// NewNullColumn returns the descriptor of the field of that Go name.
func NewNullColumn[M, V any](field string) NullColumn[M, V] {
	return NullColumn[M, V]{NewColumn[M, V](field), NewNulls[M](field)}
}

// NewNullOrdered returns the descriptor of the field of that Go name.
func NewNullOrdered[M, V any](field string) NullOrdered[M, V] {
	return NullOrdered[M, V]{NewOrdered[M, V](field), NewNulls[M](field)}
}

// NewNullNumber returns the descriptor of the field of that Go name.
func NewNullNumber[M, V any](field string) NullNumber[M, V] {
	return NullNumber[M, V]{NewNumber[M, V](field), NewNulls[M](field)}
}

// NewNullText returns the descriptor of the field of that Go name.
func NewNullText[M, V any](field string) NullText[M, V] {
	return NullText[M, V]{NewText[M, V](field), NewNulls[M](field)}
}

// list boxes values once, as the argument of an In condition.
func list[V any](values []V) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
