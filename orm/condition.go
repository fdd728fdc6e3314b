package orm

import (
	"reflect"
	"slices"
)

// Condition is a condition on rows of M, made by the operations of columns and
// relations, and joined by [And], [Or] and [Not]. Conditions are values that
// never change.
type Condition[M any] = ConditionOf[*M]

// ConditionOf is the type behind [Condition], by pointer to the model. It is
// what the operations of descriptors return, because the compiler shares code
// between type arguments that are pointers. Programs write Condition.
type ConditionOf[P any] struct{ n *node }

// And is true where all conditions are; without conditions it is always true.
func And[M any](conditions ...Condition[M]) Condition[M] {
	return Condition[M]{allOf(nodes(conditions)...)}
}

// Or is true where at least one condition is; without conditions it is never
// true.
func Or[M any](conditions ...Condition[M]) Condition[M] {
	return Condition[M]{anyOf(nodes(conditions)...)}
}

// Not is true where the condition is not, which includes the rows where a
// comparison with NULL leaves it unknown. SQL's own NOT would leave those out.
func Not[M any](c Condition[M]) Condition[M] { return Condition[M]{not(c.n)} }

// nodes copies conditions, which the caller may change later.
func nodes[P any](conditions []ConditionOf[P]) []*node {
	return slices.Clone(untypedNodes(conditions))
}

// ordersOf copies orders, which the caller may change later.
func ordersOf[P any](orders []OrderOf[P]) []order { return slices.Clone(untypedOrders(orders)) }

func allOf(kids ...*node) *node { return &node{op: opAnd, more: &operands{kids: kids}} }

func anyOf(kids ...*node) *node { return &node{op: opOr, more: &operands{kids: kids}} }

func not(n *node) *node { return &node{op: opNot, more: &operands{kids: []*node{n}}} }

// noneOf joins the two conditions of NotIn.
func noneOf(notNull, in *node) *node { return allOf(notNull, not(in)) }

func compareField(field string, op op, v any) *node { return &node{op: op, field: field, value: v} }

func compareExpr(x *expr, op op, v any) *node {
	if x == nil {
		x = &expr{} // refused when the query runs; a nil one would be a field without a name
	}
	return &node{op: op, value: v, more: &operands{left: x}}
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
	field string // Go name of the field or relation
	value any
	more  *operands // nil for a comparison of a field with a value
	op    op
	// canonical says that value has the form that codecs take already.
	canonical bool
}

// operands is what only some nodes have: most compare a field with a value, and
// are kept small.
type operands struct {
	kids []*node
	// left, if not nil, is what is compared instead of the field, and right,
	// if not nil, what it is compared with instead of value.
	left, right *expr
	// back is the model that has the field, for conditions that follow a
	// foreign key against its direction; nil for a field of the model itself.
	back reflect.Type
}

// pointer returns a pointer to the operands, nil if there are none.
func (o operands) pointer() *operands {
	if o.kids == nil && o.left == nil && o.right == nil && o.back == nil {
		return nil
	}
	return &o
}

func (n *node) kids() []*node {
	if n.more == nil {
		return nil
	}
	return n.more.kids
}

func (n *node) left() *expr {
	if n.more == nil {
		return nil
	}
	return n.more.left
}

func (n *node) right() *expr {
	if n.more == nil {
		return nil
	}
	return n.more.right
}

func (n *node) back() reflect.Type {
	if n.more == nil {
		return nil
	}
	return n.more.back
}

// Order is one part of the order of a query, made by Asc and Desc.
type Order[M any] = OrderOf[*M]

// OrderOf is the type behind [Order], as [ConditionOf] is behind [Condition].
type OrderOf[P any] struct{ o order }

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

// NullsFirst sorts NULL before all values.
func (o OrderOf[P]) NullsFirst() OrderOf[P] {
	o.o.nulls = nullsFirst
	return o
}

// NullsLast sorts NULL after all values.
func (o OrderOf[P]) NullsLast() OrderOf[P] {
	o.o.nulls = nullsLast
	return o
}

// Assignment gives a column of M a new value, made by Set, SetTo, SetNull and
// Increment of a column.
type Assignment[M any] = AssignmentOf[*M]

// AssignmentOf is the type behind [Assignment], as [ConditionOf] is behind
// [Condition].
type AssignmentOf[P any] struct{ a assignment }

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

func assignExpression(field string, x *expr) assignment {
	if x != nil && x.kind == exprValue {
		return assignment{field, assignSet, x.value}
	}
	return assignment{field, assignExpr, x}
}

// Field is a stored field of M, for functions that take several fields of
// different types. The descriptors of columns and foreign keys are Fields.
type Field[M any] = FieldOf[*M]

// FieldOf is the type behind [Field], as [ConditionOf] is behind [Condition].
type FieldOf[P any] = interface{ fieldOf(P) string }

// fieldNames returns the Go names of fields, "" for nil.
func fieldNames[P any](fields []FieldOf[P]) []string {
	var zero P
	names := make([]string, len(fields))
	for i, f := range fields {
		if f != nil {
			names[i] = f.fieldOf(zero)
		}
	}
	return names
}
