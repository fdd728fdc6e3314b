package orm

import (
	"errors"
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
func (w *writer) whereKey(p *plan) {
	before := " WHERE "
	for _, f := range p.fields {
		if !p.isKey(f) {
			continue
		}
		w.str(before)
		w.name(f.column)
		w.str(" = ")
		w.whole(f.small())
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
func (w *writer) sum(p *plan, i int) {
	if add := p.codecs[i].Add; add != nil {
		part := &writer{dialect: w.dialect, args: w.args}
		part.col("t0", p.fields[i].column)
		column := string(part.b)
		part.b = part.b[:0]
		part.arg()
		text, _ := add(column, string(part.b)) // canAdd has asked already
		w.str(text)
		w.args = part.args
		return
	}
	if k := p.fields[i].columnType().Kind; !w.sqlite() && (k == schema.Int16 || k == schema.Int32) {
		w.str("CAST(") // so that the guard finds a sum that is too large
		w.col("t0", p.fields[i].column)
		w.str(" AS bigint)")
	} else {
		w.col("t0", p.fields[i].column)
	}
	w.str(" + ")
	w.whole(p.fields[i].small())
}

// mapKey returns an argument of a statement in a form that can be a key of
// a map.
func mapKey(arg any) any {
	if b, ok := arg.([]byte); ok {
		return string(b)
	}
	return arg
}
