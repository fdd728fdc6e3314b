package orm

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

// limit returns what the field's column holds of the values that an UPDATE
// computes.
func (f *field) limit() ormsql.Limit {
	l := ormsql.Limit{Field: f.name, Type: f.store}
	if f.choices != nil {
		l.Kind, l.Choices = ormsql.LimitChoice, f.choices
		return l
	}
	switch f.store.Kind {
	case schema.Int16, schema.Int32, schema.Int64:
		l.Kind = ormsql.LimitInteger
		l.Least, l.Most, l.Range = f.integerRange()
	case schema.Duration:
		l.Kind, l.Least, l.Most, l.Range = ormsql.LimitDuration, math.MinInt64/1000, math.MaxInt64/1000, "a duration"
	case schema.Float64:
		l.Kind, l.Range = ormsql.LimitFloat64, "a float64"
		if f.form == formFloat && f.base.Kind() == reflect.Float32 {
			l.Kind, l.Range = ormsql.LimitFloat32, "a float32"
		}
	case schema.Decimal:
		l.Kind = ormsql.LimitDecimal
	case schema.Text:
		if f.store.Size > 0 || f.indexed > 0 {
			l.Kind, l.Size, l.Bytes = ormsql.LimitText, f.store.Size, f.indexed
			if l.Size > 0 && utf8.UTFMax*l.Size <= l.Bytes {
				l.Bytes = 0
			}
		}
	}
	return l
}

// integerRange returns what both the field and its column hold.
func (f *field) integerRange() (least, most int64, name string) {
	least, most, name = math.MinInt64, math.MaxInt64, "an int64"
	if f.form == formInt {
		bits := f.base.Bits()
		name = "an " + f.base.Kind().String()
		if f.base.Kind() >= reflect.Uint {
			least, name = 0, "a "+f.base.Kind().String()
			if bits < 64 {
				most = 1<<bits - 1
			}
		} else {
			least, most = -1<<(bits-1), 1<<(bits-1)-1
		}
	}
	switch column := f.columnType(); {
	case column.Kind == schema.Int16 && most > math.MaxInt16:
		return max(least, math.MinInt16), math.MaxInt16, "16 bits"
	case column.Kind == schema.Int32 && most > math.MaxInt32:
		return max(least, math.MinInt32), math.MaxInt32, "32 bits"
	}
	return least, most, name
}

// guarded writes the expression that inner writes so that the statement fails
// where the i-th field does not hold its value. own says that some of the
// expression is the program's own SQL.
func (w *sqlText) guarded(p *plan, i int, own bool, inner func()) {
	l := p.fields[i].limit()
	l.Cast, l.OwnSQL = p.codecs[i].Cast, own
	if !w.Guards(l) {
		inner()
		return
	}
	w.Guard(&w.Text, l, inner)
}

// blameUpdate says which field an UPDATE computed a value for that it does not
// hold, as far as that is known.
func (p *plan) blameUpdate(err error, set []assignedField, where []*node) error {
	if err == nil {
		return nil
	}
	if f, sentence := p.misfit(err.Error()); f != nil {
		return fieldError(p.model, f, &database.Error{Kind: database.OutOfRange, Cause: fault.New(fault.Invalid, sentence)})
	}
	if !errors.Is(err, database.ErrOutOfRange) || anyComputes(where) {
		return err
	}
	// One of the numbers on the way was too large for the database itself.
	var names []string
	var last *field
	for _, s := range set {
		f := p.fields[s.at]
		if f != p.version && (s.op == assignAdd || s.op == assignExpr) {
			names, last = append(names, f.name), f
		}
	}
	switch len(names) {
	case 0:
		return err
	case 1:
		return fieldError(p.model, last, err)
	}
	return fmt.Errorf("%s, one of the fields %s: %w", p.model, strings.Join(names, ", "), err)
}

// misfit finds what a guard says in the text of an error.
func (p *plan) misfit(text string) (f *field, sentence string) {
	name, sentence, ok := ormsql.Misfit(text)
	if !ok {
		return nil, ""
	}
	return p.fieldNamed(name), sentence
}

// anyComputes reports whether one of the conditions is on an expression.
func anyComputes(conditions []*node) bool {
	for _, n := range conditions {
		if n.left() != nil || anyComputes(n.kids()) {
			return true
		}
	}
	return false
}

// hasSQL reports whether some of the expression is the program's own SQL.
func (e *expr) hasSQL() bool {
	if e.kind == exprRaw {
		return true
	}
	args := e.args
	if e.kind == exprSelection {
		args = e.sel.items
	}
	for _, a := range args {
		if a.hasSQL() {
			return true
		}
	}
	return false
}
