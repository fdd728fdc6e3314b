package oracle_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
)

// cond is a condition on rows of a table. op is the name of the method or
// function that makes it.
type cond struct {
	op       string
	table    *table
	column   *column   // of comparisons
	relation *relation // of Has, Any and None
	args     []any
	kids     []*cond
	// left is what is compared instead of a column, and right, when not nil,
	// what it is compared with instead of args.
	left, right *expr
	sel         *selection // of "in a selection"
}

// built returns the orm's condition.
func (c *cond) built() any {
	switch c.op {
	case "And":
		return c.table.and(builtAll(c.kids))
	case "Or":
		return c.table.or(builtAll(c.kids))
	case "Not":
		return c.table.not(c.kids[0].built())
	case "Has", "Any":
		return c.relation.some(builtAll(c.kids))
	case "None":
		return c.relation.none(builtAll(c.kids))
	}
	switch {
	case c.op == "JSONHas":
		return c.table.types[c.left.args[0].kind.typ].call(c.left, []any{c.left.args[0].built()})
	case c.sel != nil:
		return c.table.types[c.left.kind.typ].in(c.left.built(), c.sel.built())
	case c.right != nil:
		return c.table.types[c.left.kind.typ].compare(c.op, c.left.built(), c.right.built())
	case c.left != nil:
		return c.table.types[c.left.kind.typ].method(c.left.built(), c.op, c.args)
	}
	return c.column.condition(c.op, c.args)
}

func builtAll(list []*cond) []any {
	out := make([]any, len(list))
	for i, c := range list {
		out[i] = c.built()
	}
	return out
}

// String returns the condition's Go code.
func (c *cond) String() string {
	switch c.op {
	case "And", "Or", "Not":
		name := "orm." + c.op
		if len(c.kids) == 0 {
			name += "[" + c.table.model() + "]"
		}
		return name + "(" + joined(c.kids) + ")"
	case "Has", "Any", "None":
		return fmt.Sprintf("%s.%s(%s)", c.relation, c.op, joined(c.kids))
	}
	switch {
	case c.op == "JSONHas":
		return c.left.String()
	case c.sel != nil:
		return fmt.Sprintf("orm.In(%s, %s)", c.left, c.sel)
	case c.right != nil:
		return fmt.Sprintf("orm.%s(%s, %s)", c.op, c.left, c.right)
	}
	var args []string
	for _, a := range c.args {
		args = append(args, code(a))
	}
	var left fmt.Stringer = c.column
	if c.left != nil {
		left = c.left
	}
	return fmt.Sprintf("%s.%s(%s)", left, c.op, strings.Join(args, ", "))
}

func joined[T fmt.Stringer](list []T) string {
	var out []string
	for _, x := range list {
		out = append(out, x.String())
	}
	return strings.Join(out, ", ")
}

// code returns the Go code of a value.
func code(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case mood:
		return fmt.Sprintf("%+q", string(v))
	case string:
		return fmt.Sprintf("%+q", v)
	case []byte:
		return fmt.Sprintf("[]byte(%q)", v)
	case time.Time:
		return fmt.Sprintf("%#v", v)
	case time.Duration:
		return fmt.Sprintf("%d*time.Nanosecond", int64(v))
	case civil.Date:
		return fmt.Sprintf("civil.NewDate(%d, %d, %d)", v.Year(), v.Month(), v.Day())
	case civil.Clock:
		return fmt.Sprintf("civil.NewClock(%d, %d, %d, %d)", v.Hour(), v.Minute(), v.Second(), v.Microsecond())
	case uuid.UUID:
		return fmt.Sprintf("uuid.MustParse(%q)", v)
	}
	return fmt.Sprintf("%#v", v)
}

// order is one part of the order of a question: by an expression, or by that of
// the row that a foreign key refers to.
type order struct {
	x     *expr
	by    *relation
	inner *order
	desc  bool
	nulls string // "", "First" or "Last"
}

// byColumn orders by a column.
func byColumn(c *column, desc bool) order {
	return order{x: &expr{op: "column", table: c.table, kind: c.kind, column: c}, desc: desc}
}

// built returns the orm's order.
func (o order) built() any {
	switch {
	case o.by != nil:
		return o.by.by(o.inner.built())
	case o.x.op == "column":
		return o.x.table.columnOrder(o)
	}
	return o.x.table.types[o.x.kind.typ].order(o.x.built(), o.desc, o.nulls)
}

func (o order) String() string {
	if o.by != nil {
		return fmt.Sprintf("%s.By(%s)", o.by, o.inner)
	}
	s := o.x.String() + ".Asc()"
	if o.desc {
		s = o.x.String() + ".Desc()"
	}
	if o.nulls != "" {
		s += ".Nulls" + o.nulls + "()"
	}
	return s
}

// loading is a relation to be loaded with the rows.
type loading struct {
	relation *relation
	where    []*cond
	orders   []order
	limit    int // negative for none
	nested   []*loading
}

func (l *loading) String() string {
	s := l.relation.String()
	if len(l.where) > 0 {
		s += ".Where(" + joined(l.where) + ")"
	}
	if len(l.orders) > 0 {
		s += ".OrderBy(" + joined(l.orders) + ")"
	}
	if l.limit >= 0 {
		s += fmt.Sprintf(".Limit(%d)", l.limit)
	}
	if len(l.nested) > 0 {
		s += ".With(" + joined(l.nested) + ")"
	}
	return s
}

// question is what is asked about the rows of a table.
type question struct {
	table  *table
	where  []*cond
	orders []order
	limit  int // negative for none
	offset int
	with   []*loading
}

// String returns the question's Go code.
func (q *question) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "orm.From[%s](db)", q.table.model())
	for _, c := range q.where {
		fmt.Fprintf(&b, ".\n\tWhere(%s)", c)
	}
	if len(q.orders) > 0 {
		fmt.Fprintf(&b, ".\n\tOrderBy(%s)", joined(q.orders))
	}
	if q.limit >= 0 {
		fmt.Fprintf(&b, ".\n\tLimit(%d)", q.limit)
	}
	if q.offset > 0 {
		fmt.Fprintf(&b, ".\n\tOffset(%d)", q.offset)
	}
	for _, l := range q.with {
		fmt.Fprintf(&b, ".\n\tWith(%s)", l)
	}
	return b.String()
}

// total reports whether the order leaves no two rows equal.
func (q *question) total() bool {
	for _, o := range q.orders {
		if o.x != nil && o.x.column == q.table.key() {
			return true
		}
	}
	return false
}

// descending returns the direction of an order, also of one by another row.
func (o order) descending() bool {
	if o.by != nil {
		return o.inner.descending()
	}
	return o.desc
}

// byKey returns the question with its order completed by the key.
func (q *question) byKey() *question {
	if q.total() {
		return q
	}
	out := *q
	desc := len(q.orders) > 0 && q.orders[len(q.orders)-1].descending()
	out.orders = append(slices.Clone(q.orders), byColumn(q.table.key(), desc))
	return &out
}
