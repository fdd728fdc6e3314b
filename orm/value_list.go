package orm

import (
	"encoding/json"
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

// spreads reports whether a list of values of the i-th field is passed as an
// argument for each: JSON has no bytes, and SQLite does not read all floats
// from it exactly.
func (p *plan) spreads(i int) bool {
	k := p.fields[i].store.Kind
	return (k == schema.Float64 || k == schema.Bytes) && p.b.dialect.Name() == "sqlite"
}

// spread collects the values of a list; their number is part of the shape.
func (b *binder) spread(values []any) {
	b.shape = strconv.AppendInt(append(b.shape, '#'), int64(len(values)), 10)
	b.args = append(b.args, values...)
}

// spread writes the condition that a column is one of the next n arguments.
func (w *writer) spread(alias, column string, n int) {
	w.col(alias, column)
	w.str(" IN (")
	for i := range n {
		if i > 0 {
			w.str(", ")
		}
		w.arg()
	}
	w.str(")")
}
