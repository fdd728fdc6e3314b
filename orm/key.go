package orm

import (
	"errors"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/schema"
)

// appendKey appends what the driver takes for the key of the struct at row.
func (p *plan) appendKey(args []any, row unsafe.Pointer) ([]any, error) {
	for i, f := range p.fields {
		if !p.isKey(f) {
			continue
		}
		// Not p.arg: of a key that cannot be stored there is just no row.
		v, err := f.get(row)
		if err == nil {
			v, err = p.encode(i, v)
		}
		if err != nil {
			return nil, fieldError(p.model, f, err)
		}
		args = append(args, v)
	}
	return args, nil
}

// whereKey writes the condition that a row has the key that appendKey appends.
func (w *sqlText) whereKey(p *plan) {
	before := " WHERE "
	for _, f := range p.fields {
		if !p.isKey(f) {
			continue
		}
		w.Str(before)
		w.Name(f.column)
		w.Str(" = ")
		w.Whole(&w.Text, f.small())
		before = " AND "
	}
}

var errGenerated = errors.New("the database computes the column; it cannot be set")

// canAdd reports why nothing can be added to the i-th field.
func (p *plan) canAdd(i int) error {
	switch p.fields[i].store.Kind {
	case schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Duration, schema.Decimal:
		if add := p.codecs[i].Add; add != nil {
			_, err := add("", "")
			return err
		}
		return nil
	}
	return errors.New("only numbers can be added to")
}

// sum writes the sum of a column and the next argument.
func (w *sqlText) sum(p *plan, i int) {
	if add := p.codecs[i].Add; add != nil {
		part := w.Part()
		part.Col("t0", p.fields[i].column)
		column := part.String()
		part.B = part.B[:0]
		part.Arg()
		text, _ := add(column, part.String()) // canAdd has asked already
		w.Str(text)
		w.Args = part.Args
		return
	}
	// So that the guard finds a sum that is too large.
	before, after, _ := strings.Cut(w.Widened(p.fields[i].columnType().Kind), "§")
	w.Str(before)
	w.Col("t0", p.fields[i].column)
	w.Str(after)
	w.Str(" + ")
	w.Whole(&w.Text, p.fields[i].small())
}

// mapKey returns an argument of a statement in a form that can be a key of
// a map.
func mapKey(arg any) any {
	if b, ok := arg.([]byte); ok {
		return string(b)
	}
	return arg
}
