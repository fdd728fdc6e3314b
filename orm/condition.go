package orm

import "reflect"

// Condition is a condition on rows of M. Conditions are made by the methods of
// columns and relations, and joined by [And], [Or] and [Not]. They are values
// that never change.
type Condition[M any] struct{ n *node }

// And is true where all conditions are; with none it is true everywhere.
func And[M any](conditions ...Condition[M]) Condition[M] {
	return Condition[M]{&node{op: opAnd, kids: nodes(conditions)}}
}

// Or is true where at least one condition is; with none it is true nowhere.
func Or[M any](conditions ...Condition[M]) Condition[M] {
	return Condition[M]{&node{op: opOr, kids: nodes(conditions)}}
}

// Not is true where the condition is not true, which includes the rows where a
// comparison with NULL leaves it unknown. SQL's own NOT would leave those out.
func Not[M any](c Condition[M]) Condition[M] {
	return Condition[M]{&node{op: opNot, kids: []*node{c.n}}}
}

func nodes[M any](conditions []Condition[M]) []*node {
	out := make([]*node, len(conditions))
	for i, c := range conditions {
		out[i] = c.n
	}
	return out
}

// op says what a node of a condition is.
type op byte

const (
	opAnd op = iota + 1
	opOr
	opNot
	opEq
	opNe
	opLt
	opLe
	opGt
	opGe
	opIn
	opIsNull
	opIsNotNull
	opContains
	opHasPrefix
	opHasSuffix
	opEqFold
	opContainsFold
	opHasPrefixFold
	opHasSuffixFold
	opInSelection // left is in the results of another query
	opExists      // rows of a related model; kids are conditions on those
	opNotExists
)

// node is a part of a condition: an operation on a field, on a relation or on
// other nodes.
type node struct {
	op    op
	field string // Go name of the field or relation
	value any
	// canonical says that value has the form that codecs take already.
	canonical bool
	kids      []*node
	// left, when not nil, is what is compared instead of the field, and right,
	// when not nil, what it is compared with instead of value.
	left, right *expr
	// back is the model that has the field, for conditions that follow a
	// foreign key against its direction; nil for a field of the model itself.
	back reflect.Type
}

// Order is one part of the order of a query: made by Asc and Desc of a column.
type Order[M any] struct{ o order }

type order struct {
	field string
	expr  *expr // instead of field
	desc  bool
	nulls nullsOrder
}

type nullsOrder byte

const (
	nullsAsSmallest nullsOrder = iota
	nullsFirst
	nullsLast
)

// NullsFirst puts rows without a value before all others.
func (o Order[M]) NullsFirst() Order[M] {
	o.o.nulls = nullsFirst
	return o
}

// NullsLast puts rows without a value after all others.
func (o Order[M]) NullsLast() Order[M] {
	o.o.nulls = nullsLast
	return o
}

// Assignment gives a column of M a new value: made by Set, SetNull and Add of
// a column.
type Assignment[M any] struct{ a assignment }

type assignment struct {
	field string
	op    assignOp
	value any
}

type assignOp byte

const (
	assignSet assignOp = iota + 1
	assignNull
	assignAdd
	assignExpr // value is an *expr
)

// Field is a stored field of M, as the methods that take several fields of
// different types see it. All columns and foreign keys are fields.
type Field[M any] interface {
	fieldOf(M) string
}
