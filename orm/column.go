package orm

// A descriptor stands for a field of a model in queries: the package variable
// Posts that "vola gen" writes has one for each field of Post. Its operations
// are fields of function type, not methods: every package that mentions a
// generic type compiles all its methods again, and fields cost it nothing
// (docs/decisions/0502-descriptors.md).

// Operations are what every column has. P is a pointer to the model, V the
// type of the values.
type Operations[P, V any] struct {
	// Eq matches rows whose column is v.
	Eq func(v V) ConditionOf[P]
	// Ne matches rows whose column is not NULL and differs from v. To match
	// NULL as well, write Not(column.Eq(v)).
	Ne func(v V) ConditionOf[P]
	// In matches rows whose column is one of the values; with no values it
	// matches nothing.
	In func(values ...V) ConditionOf[P]
	// NotIn matches rows whose column is not NULL and none of the values.
	NotIn func(values ...V) ConditionOf[P]
	// Set assigns v to the column.
	Set func(v V) AssignmentOf[P]
	// SetTo assigns an expression, which is computed from each row as it was
	// before the update:
	//
	//	Update(ctx, Posts.Score.SetTo(orm.Add(Posts.Hits, Posts.Likes)))
	//
	// A result that the column cannot hold is an error, and then no row is
	// changed: a number out of range, a text that is too long, a value that is
	// not one of the choices.
	SetTo func(x ExpressionOf[P, V]) AssignmentOf[P]
	// Asc sorts by the column, smallest first. NULL comes first unless
	// NullsLast is called.
	Asc func() OrderOf[P]
	// Desc sorts by the column, largest first. NULL comes last unless
	// NullsFirst is called.
	Desc func() OrderOf[P]
}

func operations[P, V any](name *string) Operations[P, V] {
	return Operations[P, V]{
		Eq: func(v V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opEq, v)} },
		Ne: func(v V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opNe, v)} },
		In: func(values ...V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opIn, list(values))} },
		NotIn: func(values ...V) ConditionOf[P] {
			return ConditionOf[P]{noneOf(compareField(*name, opIsNotNull, nil), compareField(*name, opIn, list(values)))}
		},
		Set: func(v V) AssignmentOf[P] { return AssignmentOf[P]{assignment{*name, assignSet, v}} },
		SetTo: func(x ExpressionOf[P, V]) AssignmentOf[P] {
			var p P
			if x == nil {
				return AssignmentOf[P]{assignExpression(*name, nil)}
			}
			return AssignmentOf[P]{assignExpression(*name, x.expression(p, nil))}
		},
		Asc:  func() OrderOf[P] { return OrderOf[P]{order{field: *name}} },
		Desc: func() OrderOf[P] { return OrderOf[P]{order{field: *name, desc: true}} },
	}
}

// Comparisons are what columns have whose values are ordered: numbers, text,
// dates and times.
type Comparisons[P, V any] struct {
	// Lt matches rows whose column is less than v.
	Lt func(v V) ConditionOf[P]
	// Le matches rows whose column is less than or equal to v.
	Le func(v V) ConditionOf[P]
	// Gt matches rows whose column is greater than v.
	Gt func(v V) ConditionOf[P]
	// Ge matches rows whose column is greater than or equal to v.
	Ge func(v V) ConditionOf[P]
	// Between matches rows whose column is at least from and at most to.
	Between func(from, to V) ConditionOf[P]
}

func comparisons[P, V any](name *string) Comparisons[P, V] {
	return Comparisons[P, V]{
		Lt: func(v V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opLt, v)} },
		Le: func(v V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opLe, v)} },
		Gt: func(v V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opGt, v)} },
		Ge: func(v V) ConditionOf[P] { return ConditionOf[P]{compareField(*name, opGe, v)} },
		Between: func(from, to V) ConditionOf[P] {
			return ConditionOf[P]{allOf(compareField(*name, opGe, from), compareField(*name, opLe, to))}
		},
	}
}

// Matches are what columns of text have.
type Matches[P any] struct {
	// Contains matches rows whose text contains s. Every text contains the
	// empty one.
	Contains func(s string) ConditionOf[P]
	// HasPrefix matches rows whose text begins with s.
	HasPrefix func(s string) ConditionOf[P]
	// HasSuffix matches rows whose text ends with s.
	HasSuffix func(s string) ConditionOf[P]
	// EqFold matches rows whose text equals s when case is ignored, by
	// Unicode's mapping to lower case. It does not depend on a language.
	EqFold func(s string) ConditionOf[P]
	// ContainsFold is Contains, ignoring case as EqFold does.
	ContainsFold func(s string) ConditionOf[P]
	// HasPrefixFold is HasPrefix, ignoring case as EqFold does.
	HasPrefixFold func(s string) ConditionOf[P]
	// HasSuffixFold is HasSuffix, ignoring case as EqFold does.
	HasSuffixFold func(s string) ConditionOf[P]
}

func matches[P any](name *string) Matches[P] {
	match := func(op op) func(string) ConditionOf[P] {
		return func(s string) ConditionOf[P] { return ConditionOf[P]{compareField(*name, op, s)} }
	}
	return Matches[P]{
		match(opContains), match(opHasPrefix), match(opHasSuffix),
		match(opEqFold), match(opContainsFold), match(opHasPrefixFold), match(opHasSuffixFold),
	}
}

// Nulls are what only columns have that may be NULL.
type Nulls[P any] struct {
	// IsNull matches rows whose column is NULL.
	IsNull func() ConditionOf[P]
	// IsNotNull matches rows whose column is not NULL.
	IsNotNull func() ConditionOf[P]
	// SetNull assigns NULL to the column.
	SetNull func() AssignmentOf[P]
}

func nulls[P any](name *string) Nulls[P] {
	return Nulls[P]{
		IsNull:    func() ConditionOf[P] { return ConditionOf[P]{compareField(*name, opIsNull, nil)} },
		IsNotNull: func() ConditionOf[P] { return ConditionOf[P]{compareField(*name, opIsNotNull, nil)} },
		SetNull:   func() AssignmentOf[P] { return AssignmentOf[P]{assignment{*name, assignNull, nil}} },
	}
}

// Increments are what columns of numbers have.
type Increments[P, V any] struct {
	// Increment adds v, which may be negative, to the column in the database,
	// so that no concurrent change is lost:
	//
	//	orm.From[Post](db).Where(Posts.ID.Eq(7)).Update(ctx, Posts.Hits.Increment(1))
	//
	// NULL stays NULL. A sum that the column cannot hold is an error, and
	// then no row is changed. To compute with a column in an expression there is [Calc].
	Increment func(v V) AssignmentOf[P]
}

func increments[P, V any](name *string) Increments[P, V] {
	return Increments[P, V]{func(v V) AssignmentOf[P] { return AssignmentOf[P]{assignment{*name, assignAdd, v}} }}
}

// Column describes a stored field of the model that P points to, with values
// of type V that have no order of their own: true or false, bytes, JSON.
type Column[P, V any] struct {
	name string
	Operations[P, V]
}

// Ordered describes a field whose values are ordered but are neither text nor
// numbers: dates and times.
type Ordered[P, V any] struct {
	name string
	Operations[P, V]
	Comparisons[P, V]
}

// Number describes a field that holds a number.
type Number[P, V any] struct {
	name string
	Operations[P, V]
	Comparisons[P, V]
	Increments[P, V]
}

// Text describes a field that holds text, compared and sorted by code point.
type Text[P, V any] struct {
	name string
	Operations[P, V]
	Comparisons[P, V]
	Matches[P]
}

// NullColumn is a [Column] that may be NULL: a pointer or a sql.Null.
type NullColumn[P, V any] struct {
	name string
	Operations[P, V]
	Nulls[P]
}

// NullOrdered is an [Ordered] column that may be NULL.
type NullOrdered[P, V any] struct {
	name string
	Operations[P, V]
	Comparisons[P, V]
	Nulls[P]
}

// NullNumber is a [Number] column that may be NULL.
type NullNumber[P, V any] struct {
	name string
	Operations[P, V]
	Comparisons[P, V]
	Increments[P, V]
	Nulls[P]
}

// NullText is a [Text] column that may be NULL.
type NullText[P, V any] struct {
	name string
	Operations[P, V]
	Comparisons[P, V]
	Matches[P]
	Nulls[P]
}
