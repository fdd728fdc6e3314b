package orm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/volaweb/vola/schema"
)

// listArg returns a list of encoded values of one type as one argument: as a
// JSON array on SQLite, as an array on PostgreSQL.
func (p *plan) listArg(values []any) (any, error) {
	if p.b.dialect.Name() == "sqlite" {
		text, err := json.Marshal(values)
		return string(text), err
	}
	if len(values) == 0 {
		return []string{}, nil
	}
	slice := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(values[0])), len(values), len(values))
	for i, v := range values {
		slice.Index(i).Set(reflect.ValueOf(v))
	}
	return slice.Interface(), nil
}

// spreads reports whether a list of values of a kind is passed as an argument
// for each: JSON has no bytes, and SQLite does not read all floats from it
// exactly.
func (p *plan) spreads(k kind) bool {
	stored := k.f.store.Kind
	return (stored == schema.Float64 || stored == schema.Bytes) && p.b.dialect.Name() == "sqlite"
}

// spread collects the values of a list; their number is part of the shape.
func (b *binder) spread(p *plan, values []any) {
	if most := p.b.dialect.Features().MaxArgs / 2; len(values) > most {
		b.fail(fmt.Errorf("orm: a list of %d values in a query of %s; %s takes at most %d numbers with a fraction, or byte strings, at a time", len(values), p.model, p.b.dialect.Name(), most))
		return
	}
	b.shape = strconv.AppendInt(append(b.shape, '#'), int64(len(values)), 10)
	b.args = append(b.args, values...)
}

// spread writes the condition that a column is one of the next n arguments.
func (w *writer) spread(column func(), n int) {
	column()
	w.str(" IN (")
	for i := range n {
		if i > 0 {
			w.str(", ")
		}
		w.arg()
	}
	w.str(")")
}

// folded writes a comparison of texts but for the case of their letters. Both
// databases map to lower case alike, but for the two forms of the small sigma.
func (w *writer) folded(op op, column func()) {
	fold := func(x func()) {
		if w.sqlite() {
			w.str("vola_fold(")
			x()
			w.str(")")
			return
		}
		w.str("replace(lower(")
		x()
		w.str(` COLLATE "und-x-icu"), 'ς', 'σ')`)
	}
	arg := func() {
		if w.sqlite() {
			w.arg()
			return
		}
		w.str("CAST(")
		w.arg()
		w.str(" AS text)")
	}
	// call writes a function of both, or of one.
	call := func(before string, x func(), between string, y func(), after string) {
		w.str(before)
		fold(x)
		w.str(between)
		fold(y)
		w.str(after)
	}
	switch {
	case op == opEqFold:
		call("", column, " = ", arg, "")
	case op == opContainsFold && w.sqlite():
		call("instr(", column, ", ", arg, ") > 0")
	case op == opContainsFold:
		call("strpos(", column, ", ", arg, ") > 0")
	case op == opHasPrefixFold && !w.sqlite():
		call("starts_with(", column, ", ", arg, ")")
	case op == opHasPrefixFold:
		call("substr(", column, ", 1, length(", arg, ")) = ")
		fold(arg)
	case w.sqlite():
		// substr(x, -0) would be the whole of x.
		call("substr(", column, " || '|', -length(", arg, ") - 1) = ")
		fold(arg)
		w.str(" || '|'")
	default:
		call("right(", column, ", length(", arg, ")) = ")
		fold(arg)
	}
}
