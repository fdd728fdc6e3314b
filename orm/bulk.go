package orm

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Bulk writes hand many rows to one statement. PostgreSQL takes an array for
// each column, so that one text serves all lengths. SQLite takes a list of
// VALUES, whose length is part of the text; there the lengths are powers of
// two, so that a few texts, prepared once, serve all slices.
const (
	// maxValues is how many rows one list of VALUES has at most. Longer ones
	// take more time to prepare than they save.
	maxValues = 128
	// maxArray is how many rows the arrays of one statement have at most, which
	// bounds the memory that a long slice takes on its way.
	maxArray = 5000
)

// bulk is a slice of structs of a model without its static type.
type bulk struct {
	p    *plan
	base unsafe.Pointer
	size uintptr
	n    int
}

func bulkOf[T any](p *plan, rows []T) bulk {
	var zero T
	return bulk{p: p, base: unsafe.Pointer(unsafe.SliceData(rows)), size: unsafe.Sizeof(zero), n: len(rows)}
}

// at returns the i-th struct.
func (b bulk) at(i int) unsafe.Pointer { return unsafe.Add(b.base, uintptr(i)*b.size) }

// all returns the positions of all rows.
func (b bulk) all() []int {
	out := make([]int, b.n)
	for i := range out {
		out[i] = i
	}
	return out
}

// rowError says which row of the slice an error is about.
func rowError(i int, err error) error { return fmt.Errorf("row %d: %w", i, err) }

// arrays reports whether rows are handed over as an array for each column.
func (p *plan) arrays() bool { return p.b.dialect.Features().Arrays }

// chunk returns how many of the rows that are left the next statement takes.
func (p *plan) chunk(left, columns int) int {
	if p.arrays() {
		return min(left, maxArray)
	}
	most := min(left, maxValues, p.b.dialect.Features().MaxArgs/max(columns, 1))
	return 1 << (bits.Len(uint(max(most, 1))) - 1)
}

// tuples returns the arguments that stand for the fields of the rows: an array
// for each field, or a value for each field of each row.
func (b bulk) tuples(fields, rows []int) ([]any, error) {
	if !b.p.arrays() {
		args := make([]any, 0, len(fields)*len(rows))
		for _, r := range rows {
			for _, f := range fields {
				v, err := b.p.arg(f, b.at(r))
				if err != nil {
					return nil, rowError(r, err)
				}
				args = append(args, v)
			}
		}
		return args, nil
	}
	args := make([]any, len(fields))
	cells := make([]any, len(fields)*len(rows))
	for i, f := range fields {
		column := cells[i*len(rows) : (i+1)*len(rows)]
		for j, r := range rows {
			v, err := b.p.arg(f, b.at(r))
			if err != nil {
				return nil, rowError(r, err)
			}
			column[j] = v
		}
		args[i] = column
	}
	return args, nil
}

// markTuples adds to a shape what the text of tuples depends on.
func (s *sqlArgs) markTuples(p *plan, fields []int, n int) {
	for _, f := range fields {
		s.mark('f', p.fields[f].name)
	}
	if !p.arrays() {
		s.shape = strconv.AppendInt(append(s.shape, '#'), int64(n), 10)
	}
}

// tuples writes n rows as a table v, with the fields in column1, column2 and
// so on; one column more has the number of the row, from 1.
func (w *sqlText) tuples(p *plan, fields []int, n int) {
	if !p.arrays() {
		w.Str("(")
		w.values(len(fields), n, true)
		w.Str(") AS v")
		return
	}
	w.Str("unnest(")
	for i, f := range fields {
		w.item(i, "")
		w.Arg()
		w.Str("::")
		w.Str(p.codecs[f].Cast)
		w.Str("[]")
	}
	w.Str(") WITH ORDINALITY AS v(")
	for i := range len(fields) + 1 {
		w.item(i, "")
		w.Str(cell(i))
	}
	w.Str(")")
}

// item writes what stands before the i-th item of a list: a comma, but first
// before the first.
func (w *sqlText) item(i int, first string) {
	if i > 0 {
		first = ", "
	}
	w.Str(first)
}

// cell is the name of the i-th column of tuples, from 0: that which both
// databases give to the columns of VALUES.
func cell(i int) string { return "column" + strconv.Itoa(i+1) }

// values writes a list of VALUES, with the number of each row after it or
// without.
func (w *sqlText) values(columns, n int, numbered bool) {
	w.Str("VALUES ")
	for i := range n {
		w.item(i, "")
		w.Str("(")
		for j := range columns {
			w.item(j, "")
			w.Arg()
		}
		if numbered {
			w.Str(", ")
			w.Str(strconv.Itoa(i + 1))
		}
		w.Str(")")
	}
}

// matchTuples writes the condition that columns of t0 equal those of tuples,
// which begin with these fields.
func (w *sqlText) matchTuples(p *plan, fields []int) {
	for i, f := range fields {
		if i > 0 {
			w.Str(" AND ")
		}
		w.Col("t0", p.fields[f].column)
		w.Str(" = v." + cell(i))
	}
}

// match returns a query of the rows that are in the database, t0, together
// with the rows of the slice that have the same values in the fields, v.
func (b bulk) match(fields, rows []int, kind byte, alive bool, selected func(w *sqlText)) ([]any, string, error) {
	p := b.p
	args, err := b.tuples(fields, rows)
	if err != nil {
		return nil, "", err
	}
	s := &sqlArgs{shape: make([]byte, 0, 128)}
	s.mark(kind, p.table)
	s.markTuples(p, fields, len(rows))
	if alive {
		s.alive(p)
	}
	text, err := p.b.texts.get(s.shape, func() (string, error) {
		w := p.b.newText()
		w.Str("SELECT ")
		selected(w)
		w.Str(" FROM ")
		w.tuples(p, fields, len(rows))
		w.Str(" JOIN ")
		w.Name(p.table)
		w.Str(" t0 ON ")
		w.matchTuples(p, fields)
		if alive {
			w.alive(p, "t0", " AND ")
		}
		return string(w.B), nil
	})
	return args, text, err
}

// in runs fn in a transaction of its own, unless one statement is all there is
// to do.
func in(ctx context.Context, h database.Handle, single bool, fn func(context.Context, database.Handle) error) error {
	if single {
		return fn(ctx, h)
	}
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return fn(ctx, tx) })
}

// keyFields returns the positions of the key's fields.
func (p *plan) keyFields() []int {
	var out []int
	for i, f := range p.fields {
		if p.isKey(f) {
			out = append(out, i)
		}
	}
	return out
}

// errNullIdentity refuses NULL where rows are told apart.
var errNullIdentity = errors.New("a row cannot be found by NULL, which is like no other")

// distinct refuses rows that have the same values in the fields, which
// identify a row.
func (b bulk) distinct(verb string, fields, rows []int) error {
	f := b.p.fields[fields[0]]
	if len(fields) == 1 && f.form == formInt && f.base.Kind() == reflect.Int64 && f.null == notNull {
		// What nearly all keys are, without making an interface of each.
		return distinctBy(b, verb, fields, rows, func(i int) (int64, error) {
			return *(*int64)(unsafe.Add(b.at(i), f.offset)), nil
		})
	}
	return distinctBy(b, verb, fields, rows, func(i int) (any, error) { return b.identity(fields, i) })
}

func distinctBy[K comparable](b bulk, verb string, fields, rows []int, identity func(row int) (K, error)) error {
	seen := make(map[K]int, len(rows))
	for _, i := range rows {
		id, err := identity(i)
		if err != nil {
			return fmt.Errorf("%s %s: %w", verb, b.p.model, rowError(i, err))
		}
		if first, twice := seen[id]; twice {
			return fmt.Errorf("orm: %s %s: rows %d and %d are for the same row, with %s", verb, b.p.model, first, i, b.describe(fields, i))
		}
		seen[id] = i
	}
	return nil
}

// identity returns the values of the fields of a row as one that can be
// compared.
func (b bulk) identity(fields []int, row int) (any, error) {
	one := func(f int) (any, error) {
		v, err := b.p.arg(f, b.at(row))
		if bytes, ok := v.([]byte); ok {
			return string(bytes), err
		}
		if v == nil && err == nil {
			err = fieldError(b.p.model, b.p.fields[f], errNullIdentity)
		}
		return v, err
	}
	if len(fields) == 1 {
		return one(fields[0])
	}
	var text strings.Builder
	for _, f := range fields {
		v, err := one(f)
		if err != nil {
			return nil, err
		}
		one := fmt.Sprint(v)
		fmt.Fprintf(&text, "%d:%s", len(one), one)
	}
	return text.String(), nil
}

// describe names the values of fields of a row, for an error.
func (b bulk) describe(fields []int, row int) string {
	var parts []string
	for _, i := range fields {
		f := b.p.fields[i]
		v, _ := f.get(b.at(row))
		parts = append(parts, f.name+" "+f.show(v))
	}
	return strings.Join(parts, ", ")
}

// show writes a value in canonical form for people.
func (f *field) show(v any) string {
	switch v := v.(type) {
	case string:
		if f.form == formText || f.form == formValuer {
			return fmt.Sprintf("%.40q", v)
		}
	case []byte:
		return fmt.Sprintf("%.40q", v)
	case [16]byte:
		return fmt.Sprintf("%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:])
	}
	return fmt.Sprint(v)
}
