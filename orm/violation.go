package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// SQLite says only that some foreign key is violated. When that happens, these
// functions look for the one: the answer costs statements, but only after an
// error.

// blameWrite completes the error of a row that was written: it finds the
// reference that leads to no row.
func (p *plan) blameWrite(ctx context.Context, h database.Handle, ptr unsafe.Pointer, err error) error {
	e := anonymous(err)
	if e == nil {
		return err
	}
	for i, f := range p.fields {
		if f.ref == nil {
			continue
		}
		key, kerr := p.arg(i, ptr)
		if kerr != nil || key == nil {
			continue
		}
		to := f.ref.model
		found, qerr := p.any(ctx, h, func(w *sqlText) {
			w.Name(to.table)
			w.Str(" WHERE ")
			w.Name(to.key.column)
			w.Str(" = ")
			w.Arg()
		}, key)
		if qerr == nil && !found {
			e.Table, e.Columns = p.table, []string{f.column}
			e.Constraint = schema.ForeignKeyName(p.table, e.Columns, to.table, to.key.column)
			return &violation{p.dangling(f, ptr), err}
		}
	}
	return err
}

// blameDelete completes the error of rows that could not be deleted: it finds
// a table whose rows still refer to them. where writes the condition on the
// rows, in the alias t0.
func (p *plan) blameDelete(ctx context.Context, h database.Handle, err error, where func(*sqlText), args ...any) error {
	e := anonymous(err)
	if e == nil || p.key == nil {
		return err
	}
	if key, qerr := p.protector(ctx, h, false, where, args...); qerr == nil && key.Name != "" {
		e.Table, e.Columns, e.Constraint = key.table, key.Columns, key.Name
		return &violation{p.referrer(key) + " still refers to a row of " + p.model.String(), err}
	}
	return err
}

// violation is an error with what was found out about it afterwards. The texts
// of the errors around the database's own were made before that.
type violation struct {
	text string
	err  error
}

func (e *violation) Error() string { return e.text + ": " + e.err.Error() }
func (e *violation) Unwrap() error { return e.err }

// dangling says what is wrong with the reference f of the row at ptr, which
// leads to no row.
func (p *plan) dangling(f *field, ptr unsafe.Pointer) string {
	name := p.model.String() + "." + f.name
	v := reflect.NewAt(f.typ, unsafe.Add(ptr, f.offset)).Elem()
	switch f.null {
	case nullPointer:
		v = v.Elem()
	case nullStruct:
		v = v.FieldByName("V")
	}
	id := v.FieldByName("ID")
	if id.IsZero() {
		return name + " is not set"
	}
	return fmt.Sprintf("%s refers to the %s %v, which does not exist", name, f.ref.model, id.Interface())
}

// referrer returns the field that the key is about.
func (p *plan) referrer(key protection) string {
	for _, m := range p.b.models.all {
		for _, f := range m.fields {
			if m.table == key.table && f.ref != nil && slices.Contains(key.Columns, f.column) {
				return m.String() + "." + f.name
			}
		}
	}
	return "the table " + key.table // one of pairs
}

// anonymous returns the foreign-key error in err's tree that names nothing.
func anonymous(err error) *database.Error {
	if err == nil {
		return nil // before e, which lies on the heap
	}
	var e *database.Error
	if !errors.As(err, &e) || e.Kind != database.ForeignKey || e.Table != "" {
		return nil
	}
	return e
}

// any reports whether a statement that begins SELECT 1 FROM finds a row.
func (p *plan) any(ctx context.Context, h database.Handle, rest func(*sqlText), args ...any) (bool, error) {
	w := p.b.newText()
	w.Str("SELECT 1 FROM ")
	rest(w)
	w.Str(" LIMIT 1")
	var one int64
	err := database.QueryRow(ctx, h, []any{&one}, string(w.B), args...)
	if errors.Is(err, database.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
