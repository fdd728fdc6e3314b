package oracle_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
)

// result is what is selected: a value of each kind, or NULL.
type result struct {
	S *string
	I *int64
	F *float64
	B *bool
	T *time.Time
	D *civil.Date
}

// resultKinds are the kinds of the fields of a result.
func resultKinds() []*kind {
	return []*kind{texts(), bigs(), ratios(), flags(), times(), days()}
}

// values returns the fields, nil for NULL.
func (r result) values() []any {
	out := make([]any, 6)
	if r.S != nil {
		out[0] = *r.S
	}
	if r.I != nil {
		out[1] = *r.I
	}
	if r.F != nil {
		out[2] = *r.F
	}
	if r.B != nil {
		out[3] = *r.B
	}
	if r.T != nil {
		out[4] = *r.T
	}
	if r.D != nil {
		out[5] = *r.D
	}
	return out
}

// choice is a question for values instead of rows: of groups of rows when one
// of the items is an aggregate.
type choice struct {
	question
	items    []*expr
	having   []*cond // on aggregates
	distinct bool
	// others are joined by Union or UnionAll; then places are the order, and
	// most, when not negative, the limit of them all.
	others []*choice
	all    bool
	places []int
	most   int
}

func (c *choice) grouped() bool {
	return len(c.having) > 0 || slices.ContainsFunc(c.items, (*expr).aggregates)
}

// built returns the orm's selection.
func (c *choice) built() *orm.Selection[result] {
	items := make([]any, len(c.items))
	for i, x := range c.items {
		items[i] = x.built()
	}
	s := c.table.choose(c.table.query(c.table.handle).with(&c.question).unwrap(), items, builtAll(c.having))
	if c.distinct {
		s = s.Distinct()
	}
	if len(c.others) == 0 {
		return s
	}
	var others []*orm.Selection[result]
	for _, o := range c.others {
		others = append(others, o.built())
	}
	if c.all {
		s = s.UnionAll(others...)
	} else {
		s = s.Union(others...)
	}
	s = s.OrderBy(c.places...)
	if c.most >= 0 {
		s = s.Limit(c.most)
	}
	return s
}

// chooser makes the selections of a model.
func chooser[M any](q any, items, having []any) *orm.Selection[result] {
	selected := make([]orm.Selected[M], len(items))
	for i, x := range items {
		selected[i] = x.(orm.Selected[M])
	}
	return orm.Select[result](q.(*orm.Query[M]).Having(conditions[M](having)...), selected...)
}

// String returns the choice's Go code.
func (c *choice) String() string {
	var b strings.Builder
	b.WriteString("orm.Select[result](" + c.question.String())
	if len(c.having) > 0 {
		b.WriteString(".\n\tHaving(" + joined(c.having) + ")")
	}
	for _, x := range c.items {
		b.WriteString(",\n\t\t" + x.String())
	}
	b.WriteString(")")
	if c.distinct {
		b.WriteString(".Distinct()")
	}
	if len(c.others) == 0 {
		return b.String()
	}
	name := "Union"
	if c.all {
		name = "UnionAll"
	}
	fmt.Fprintf(&b, ".\n%s(%s).OrderBy(%v)", name, joined(c.others), c.places)
	if c.most >= 0 {
		fmt.Fprintf(&b, ".Limit(%d)", c.most)
	}
	return b.String()
}

// walk calls the functions for all conditions and expressions.
func (c *choice) walk(cond func(*cond), expr func(*expr)) {
	c.question.walk(cond, expr)
	w := walker{cond, expr}
	w.conds(c.having)
	for _, x := range c.items {
		w.expr(x)
	}
	for _, o := range c.others {
		o.walk(cond, expr)
	}
}

// chosen evaluates a choice. Without an order that says all, the results may
// come in any.
func (e evaluator) chosen(c *choice) [][]any {
	out := e.chosenAlone(c)
	if len(c.others) == 0 {
		return out
	}
	for _, o := range c.others {
		out = append(out, e.chosenAlone(o)...)
	}
	if !c.all && e.wrong != "a union keeps what is equal" {
		out = distinctRows(e, out)
	}
	slices.SortStableFunc(out, func(a, b []any) int {
		for _, p := range c.places {
			at, desc := max(p, -p)-1, p < 0
			if d := e.byOrder(order{x: &expr{kind: resultKinds()[at]}, desc: desc}, a[at], b[at]); d != 0 {
				return d
			}
		}
		return 0
	})
	if c.most >= 0 {
		out = out[:min(c.most, len(out))]
	}
	return out
}

// ranked is a result together with the values that it is ordered by.
type ranked struct{ values, by []any }

func (e evaluator) chosenAlone(c *choice) [][]any {
	var all []ranked
	for _, group := range e.groups(c, e.rows(c.table.rows, c.where, nil)) {
		r := ranked{}
		for _, x := range c.items {
			r.values = append(r.values, e.ofGroup(x, group))
		}
		for _, o := range c.orders {
			switch {
			case !c.grouped():
				r.by = append(r.by, e.orderedBy(o, group[0]))
			default:
				r.by = append(r.by, e.ofGroup(o.x, group))
			}
		}
		all = append(all, r)
	}
	if c.distinct {
		all = slices.DeleteFunc(all, func() func(r ranked) bool {
			var seen [][]any
			return func(r ranked) bool {
				if slices.ContainsFunc(seen, func(s []any) bool { return sameResult(e, s, r.values) }) {
					return true
				}
				seen = append(seen, r.values)
				return false
			}
		}())
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		for i, o := range c.orders {
			if d := e.byOrder(o, a.by[i], b.by[i]); d != 0 {
				return d
			}
		}
		return 0
	})
	out := [][]any{}
	for _, r := range all {
		out = append(out, r.values)
	}
	out = out[min(c.offset, len(out)):]
	if c.limit >= 0 {
		out = out[:min(c.limit, len(out))]
	}
	return out
}

// groups returns the rows that make one result each: one row, unless there is
// an aggregate.
func (e evaluator) groups(c *choice, rows []*row) [][]*row {
	var keys [][]any
	var out [][]*row
	if !c.grouped() {
		for _, r := range rows {
			out = append(out, []*row{r})
		}
		return out
	}
	alone := true // no more than aggregates: one group of all rows, even of none
	for _, x := range c.items {
		alone = alone && x.aggregates()
	}
	if alone && len(rows) == 0 && e.wrong == "no rows are no group" {
		return nil
	}
	if alone {
		out = [][]*row{rows}
	} else {
		for _, r := range rows {
			var key []any
			for _, x := range c.items {
				if !x.aggregates() {
					key = append(key, e.value(x, r))
				}
			}
			i := slices.IndexFunc(keys, func(k []any) bool { return sameResult(e, k, key) })
			if i < 0 {
				i, keys, out = len(keys), append(keys, key), append(out, nil)
			}
			out[i] = append(out[i], r)
		}
	}
	return slices.DeleteFunc(out, func(group []*row) bool {
		return slices.ContainsFunc(c.having, func(h *cond) bool { return e.holdsFor(h, group) != yes })
	})
}

func (e evaluator) ofGroup(x *expr, group []*row) any {
	if x.aggregates() {
		return e.aggregate(x, group)
	}
	return e.value(x, group[0])
}

// holdsFor evaluates a condition on aggregates.
func (e evaluator) holdsFor(c *cond, group []*row) truth {
	switch c.op {
	case "And", "Or", "Not":
		var out []truth
		for _, k := range c.kids {
			out = append(out, e.holdsFor(k, group))
		}
		switch {
		case c.op == "Not":
			return truthOf(out[0] != yes)
		case c.op == "And":
			return slices.Min(append(out, yes))
		}
		return slices.Max(append(out, no))
	}
	return e.compare(c, c.left.kind, e.aggregate(c.left, group))
}

func distinctRows(e evaluator, rows [][]any) [][]any {
	var out [][]any
	for _, r := range rows {
		if !slices.ContainsFunc(out, func(s []any) bool { return sameResult(e, s, r) }) {
			out = append(out, r)
		}
	}
	return out
}

// sameResult compares values, of which two that are NULL are the same here.
func sameResult(e evaluator, a, b []any) bool {
	for i := range a {
		switch {
		case a[i] == nil || b[i] == nil:
			if a[i] != b[i] || e.wrong == "NULL makes a group of its own" {
				return false
			}
		case compareValues(a[i], b[i]) != 0:
			return false
		}
	}
	return true
}

// compareValues compares two values of one type.
func compareValues(a, b any) int {
	if d, ok := compareWide(a, b); ok {
		return d
	}
	switch a := a.(type) {
	case bool:
		return flags().compare(a, b)
	case time.Time:
		return a.Compare(b.(time.Time))
	case civil.Date:
		return a.Compare(b.(civil.Date))
	}
	return strings.Compare(text(a), text(b))
}

// compareChoice asks for a choice and returns how the answer differs.
func (c comparer) compareChoice(ctx context.Context, q *choice) error {
	want := c.e.chosen(q)
	if c.e.wrong != "" && reflect.DeepEqual(want, evaluator{}.chosen(q)) {
		return nil // as in compare
	}
	all, err := q.built().All(ctx)
	if err != nil {
		return err
	}
	got := make([][]any, len(all))
	for i, r := range all {
		got[i] = r.values()
	}
	ordered := len(q.places) > 0 || q.ordered()
	if !ordered {
		byValues := func(a, b []any) int {
			for _, at := range [...]int{0, 1, 3, 4, 5, 2} { // what may be inexact comes last
				if d := c.e.byOrder(order{x: &expr{kind: resultKinds()[at]}}, a[at], b[at]); d != 0 {
					return d
				}
			}
			return 0
		}
		slices.SortFunc(got, byValues)
		slices.SortFunc(want, byValues)
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d results, want %d:\n%s\nwant\n%s", len(got), len(want), shownResults(got), shownResults(want))
	}
	for i := range got {
		for j := range got[i] {
			a, b := got[i][j], want[i][j]
			same := a == nil && b == nil || a != nil && b != nil && (compareValues(a, b) == 0 || j == 2 && math.Abs(a.(float64)-b.(float64)) <= c.tolerance(q.items[j]))
			if !same {
				return fmt.Errorf("value %d of result %d is %s, want %s:\n%s\nwant\n%s", j+1, i+1, code(a), code(b), shownResults(got), shownResults(want))
			}
		}
	}
	return nil
}

// ordered reports whether the order names all that is selected.
func (c *choice) ordered() bool { return len(c.orders) >= len(c.items) }

// tolerance is by how much a sum of floats may differ: it depends on the order
// in which they are added.
func (c comparer) tolerance(x *expr) float64 {
	if !x.inexact() {
		return 0
	}
	size := 0.0
	for _, r := range x.table.rows {
		if v := c.e.value(x.args[0], r); v != nil {
			size += math.Abs(number(widen(v)))
		}
	}
	return size * 1e-9
}

func shownResults(rows [][]any) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(" ")
		for _, v := range r {
			b.WriteString(" " + code(v))
		}
		b.WriteString("\n")
	}
	return b.String()
}
