package oracle_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/volaweb/vola/orm"
)

// expr is an expression on rows of a table. op is the name of the function
// that makes it, or "column", "value", "Case".
type expr struct {
	op       string
	table    *table
	kind     *kind // of its values
	column   *column
	value    any
	args     []*expr
	conds    []*cond
	relation *relation
	part     orm.DatePart
	zone     *time.Location
	path     []any
	sel      *selection
}

// selection is a subquery for the values of one expression.
type selection struct {
	table  *table
	item   *expr
	where  []*cond
	orders []order
	limit  int // negative for none
}

// typed makes the orm's expressions of a model with values of one Go type.
type typed struct {
	column  func(name string) any
	value   func(v any) any
	compare func(op string, a, b any) any            // a condition
	method  func(x any, op string, args []any) any   // a condition
	order   func(x any, desc bool, nulls string) any // an orm.Order
	cases   func(conds, args []any) any              // one arg more for Else
	call    func(e *expr, args []any) any            // nil where there are none
	selects func(q any, x any, distinct bool) any    // an orm.Selection
	in      func(x, selection any) any               // a condition
	scalar  func(selection any) any                  // an expression
	agg     func(op string, x any, conds []any) any  // an orm.Aggregate
}

// register makes expressions with values of type V known for a table.
func register[M, V any](t *table, calls ...func(e *expr, args []any) any) {
	x := func(a any) orm.Expression[M, V] { return a.(orm.Expression[M, V]) }
	list := func(args []any) []orm.Expression[M, V] {
		out := make([]orm.Expression[M, V], len(args))
		for i, a := range args {
			out[i] = x(a)
		}
		return out
	}
	ty := &typed{
		column: func(name string) any { return orm.Descriptor[orm.Column[*M, V]](name) },
		value: func(v any) any {
			typed, _ := v.(V)
			return orm.Value[M](typed)
		},
		compare: func(op string, a, b any) any {
			return [...]func(a, b orm.Expression[M, V]) orm.Condition[M]{orm.Eq[M, V], orm.Ne[M, V], orm.Lt[M, V], orm.Le[M, V], orm.Gt[M, V], orm.Ge[M, V]}[place(op)](x(a), x(b))
		},
		method: func(a any, op string, args []any) any { return method[M, V](a, op, args) },
		order:  func(a any, desc bool, nulls string) any { return directed(withMethods[M, V](a), desc, nulls) },
		cases: func(conds, args []any) any {
			c := orm.Case[M, V]()
			for i, cond := range conds {
				c = c.WhenTo(cond.(orm.Condition[M]), x(args[i]))
			}
			if len(args) > len(conds) {
				return c.ElseTo(x(args[len(conds)]))
			}
			return c
		},
		call: func(e *expr, args []any) any {
			if e.op == "Coalesce" {
				return orm.Coalesce(x(args[0]), list(args[1:])...)
			}
			for _, c := range calls {
				if out := c(e, args); out != nil {
					return out
				}
			}
			panic("no function " + e.op)
		},
		selects: func(q any, a any, distinct bool) any {
			s := orm.Select[V](q.(*orm.Query[M]), x(a))
			if distinct {
				s = s.Distinct()
			}
			return s
		},
		in:     func(a, s any) any { return orm.In(x(a), s.(*orm.Selection[V])) },
		scalar: func(s any) any { return orm.Scalar[M](s.(*orm.Selection[V])) },
		agg:    func(op string, a any, conds []any) any { return aggregate[M, V](op, a, conds) },
	}
	t.types[reflect.TypeFor[V]()] = ty
}

// place is the place of a comparison in the usual order.
func place(op string) int {
	return strings.Index("EqNeLtLeGtGe", op) / 2
}

// plain makes an Expr, which has methods, of any expression.
func plain[M, V any](a any) *orm.Expr[*M, V] {
	if x, ok := a.(*orm.Expr[*M, V]); ok {
		return x
	}
	return orm.Coalesce(a.(orm.Expression[M, V]))
}

// hasMethods is what expressions of every kind have.
type hasMethods[P, V any] interface {
	Eq(V) orm.ConditionOf[P]
	Ne(V) orm.ConditionOf[P]
	Lt(V) orm.ConditionOf[P]
	Le(V) orm.ConditionOf[P]
	Gt(V) orm.ConditionOf[P]
	Ge(V) orm.ConditionOf[P]
	Between(from, to V) orm.ConditionOf[P]
	In(...V) orm.ConditionOf[P]
	NotIn(...V) orm.ConditionOf[P]
	IsNull() orm.ConditionOf[P]
	IsNotNull() orm.ConditionOf[P]
	Asc() orm.OrderOf[P]
	Desc() orm.OrderOf[P]
}

// withMethods returns the expression itself where it has methods.
func withMethods[M, V any](a any) hasMethods[*M, V] {
	if x, ok := a.(hasMethods[*M, V]); ok {
		return x
	}
	return plain[M, V](a)
}

// method calls a method of an expression.
func method[M, V any](a any, op string, args []any) orm.Condition[M] {
	if text, ok := a.(*orm.TextExpr[*M]); ok {
		switch op {
		case "Contains":
			return text.Contains(args[0].(string))
		case "HasPrefix":
			return text.HasPrefix(args[0].(string))
		case "HasSuffix":
			return text.HasSuffix(args[0].(string))
		}
	}
	x := withMethods[M, V](a)
	values := make([]V, len(args))
	for i, a := range args {
		values[i], _ = a.(V)
	}
	switch op {
	case "Eq":
		return x.Eq(values[0])
	case "Ne":
		return x.Ne(values[0])
	case "Lt":
		return x.Lt(values[0])
	case "Le":
		return x.Le(values[0])
	case "Gt":
		return x.Gt(values[0])
	case "Ge":
		return x.Ge(values[0])
	case "Between":
		return x.Between(values[0], values[1])
	case "In":
		return x.In(values...)
	case "NotIn":
		return x.NotIn(values...)
	case "IsNull":
		return x.IsNull()
	case "IsNotNull":
		return x.IsNotNull()
	}
	panic("no method " + op)
}

// directed makes the order by an expression.
func directed[M, V any](x hasMethods[*M, V], desc bool, nulls string) orm.Order[M] {
	out := x.Asc()
	if desc {
		out = x.Desc()
	}
	return withNulls(out, nulls)
}

func withNulls[M any](o orm.Order[M], nulls string) orm.Order[M] {
	switch nulls {
	case "First":
		return o.NullsFirst()
	case "Last":
		return o.NullsLast()
	}
	return o
}

func aggregate[M, V any](op string, a any, conds []any) any {
	where := conditions[M](conds)
	if op == "Count" {
		return orm.Count[M]().Where(where...)
	}
	x := a.(orm.Expression[M, V])
	switch op {
	case "CountOf":
		return orm.CountOf(x).Where(where...)
	case "CountDistinct":
		return orm.CountDistinct(x).Where(where...)
	case "Sum":
		return orm.Sum(x).Where(where...)
	case "Avg":
		return orm.Avg(x).Where(where...)
	case "Min":
		return orm.Min(x).Where(where...)
	case "Max":
		return orm.Max(x).Where(where...)
	}
	panic("no aggregate " + op)
}

// textCalls are the functions of texts.
func textCalls[M any, V ~string](e *expr, args []any) any {
	x := args[0].(orm.Expression[M, V])
	switch e.op {
	case "Lower":
		return orm.Lower(x)
	case "Upper":
		return orm.Upper(x)
	case "Trim":
		return orm.Trim(x)
	case "Length":
		return orm.Length(x)
	case "Negated":
		return orm.Raw[M, V]("-?", args[0].(orm.Selected[M]))
	case "Concat":
		var others []orm.Expression[M, V]
		for _, a := range args[1:] {
			others = append(others, a.(orm.Expression[M, V]))
		}
		return orm.Concat(x, others...)
	}
	return nil
}

func numberCalls[M any, V orm.Numeric](e *expr, args []any) any {
	a := args[0].(orm.Expression[M, V])
	if len(args) < 2 {
		return nil
	}
	b := args[1].(orm.Expression[M, V])
	switch e.op {
	case "Add":
		return orm.Add(a, b)
	case "Sub":
		return orm.Sub(a, b)
	case "Mul":
		return orm.Mul(a, b)
	case "Div":
		return orm.Div(a, b)
	}
	return nil
}

func integerCalls[M any, V orm.Integer](e *expr, args []any) any {
	if e.op != "Mod" {
		return nil
	}
	return orm.Mod(args[0].(orm.Expression[M, V]), args[1].(orm.Expression[M, V]))
}

func dateCalls[M, V any](e *expr, args []any) any {
	x := args[0].(orm.Expression[M, V])
	switch {
	case e.op == "Part" && e.zone == nil:
		return orm.Part(e.part, x)
	case e.op == "Part":
		return orm.PartIn(e.part, x, e.zone)
	case e.op == "Trunc" && e.zone == nil:
		return orm.Trunc(e.part, x)
	case e.op == "Trunc":
		return orm.TruncIn(e.part, x, e.zone)
	}
	return nil
}

func jsonCalls[M, V any](e *expr, args []any) any {
	x := args[0].(orm.Expression[M, V])
	switch e.op {
	case "JSONText":
		return orm.JSONText(x, e.path...)
	case "JSONNumber":
		return orm.JSONNumber(x, e.path...)
	case "JSONBool":
		return orm.JSONBool(x, e.path...)
	case "JSONHas":
		return orm.JSONHas(x, e.path...)
	}
	return nil
}

// built returns the orm's expression.
func (e *expr) built() any {
	args := make([]any, len(e.args))
	for i, a := range e.args {
		args[i] = a.built()
	}
	ty := e.table.types[e.kind.typ]
	switch e.op {
	case "column":
		return ty.column(e.column.name)
	case "value":
		return ty.value(e.value)
	case "Is", "IsOf":
		return e.table.is(e.conds[0].built())
	case "Case":
		return ty.cases(builtAll(e.conds), args)
	case "Via":
		return e.relation.via(args[0], builtAll(e.conds))
	case "Scalar":
		return ty.scalar(e.sel.built())
	case "Count":
		return ty.agg(e.op, nil, builtAll(e.conds))
	case "CountOf", "CountDistinct", "Sum", "Avg", "Min", "Max":
		return e.table.types[e.args[0].kind.typ].agg(e.op, args[0], builtAll(e.conds))
	}
	return e.table.types[e.args[0].kind.typ].call(e, args)
}

// built returns the orm's selection.
func (s *selection) built() any {
	q := s.table.query(s.table.handle).with(&question{table: s.table, where: s.where, orders: s.orders, limit: s.limit})
	return s.table.types[s.item.kind.typ].selects(q.unwrap(), s.item.built(), false)
}

func (s *selection) String() string {
	q := &question{table: s.table, where: s.where, orders: s.orders, limit: s.limit}
	return fmt.Sprintf("orm.Select[%v](%s, %s)", s.item.kind.typ, q, s.item)
}

// String returns the expression's Go code.
func (e *expr) String() string {
	switch e.op {
	case "column":
		return e.column.String()
	case "value":
		return fmt.Sprintf("orm.Value[%s, %v](%s)", e.table.model(), e.kind.typ, code(e.value))
	case "Is", "IsOf":
		return fmt.Sprintf("orm.Is(%s)", e.conds[0])
	case "Scalar":
		return fmt.Sprintf("orm.Scalar[%s](%s)", e.table.model(), e.sel)
	case "Case":
		s := fmt.Sprintf("orm.Case[%s, %v]()", e.table.model(), e.kind.typ)
		for i, c := range e.conds {
			s += fmt.Sprintf(".WhenTo(%s, %s)", c, e.args[i])
		}
		if len(e.args) > len(e.conds) {
			s += fmt.Sprintf(".ElseTo(%s)", e.args[len(e.conds)])
		}
		return s
	case "Via":
		parts := []string{e.relation.String(), e.args[0].String()}
		for _, c := range e.conds {
			parts = append(parts, c.String())
		}
		return "orm.Via(" + strings.Join(parts, ", ") + ")"
	case "Count":
		return "orm.Count[" + e.table.model() + "]()" + e.filter()
	}
	parts := []string{}
	if e.part != 0 {
		parts = append(parts, "orm."+[...]string{"", "Year", "Quarter", "Month", "Day", "Hour", "Minute", "Second", "Weekday", "YearDay"}[e.part])
	}
	for _, a := range e.args {
		parts = append(parts, a.String())
	}
	for _, p := range e.path {
		parts = append(parts, code(p))
	}
	op := e.op
	if e.zone != nil {
		op += "In"
		parts = append(parts, e.zone.String())
	}
	return "orm." + op + "(" + strings.Join(parts, ", ") + ")" + e.filter()
}

func (e *expr) filter() string {
	if len(e.conds) == 0 {
		return ""
	}
	return ".Where(" + joined(e.conds) + ")"
}

// aggregates reports whether the expression is computed of many rows of its
// table.
func (e *expr) aggregates() bool {
	switch e.op {
	case "Count", "CountOf", "CountDistinct", "Sum", "Avg", "Min", "Max", "IsOf": // the last is Is with conditions on aggregates
		return true
	}
	return false
}
