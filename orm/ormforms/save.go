package ormforms

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
)

// errRefused undoes what was written, as write has added an error to the form.
var errRefused = errors.New("ormforms: the form has an error")

// Save writes what was read: write is called in a transaction, or in a savepoint of one, if
// nothing is wrong with the form. ok says that it was written. What write returns because a
// value is unique and taken, because a row that was chosen is not there any more, or because
// somebody else has changed the row since the form was shown, is an error of the form, at the
// field or the row that it is about, and nothing was written; other errors are returned. A
// unique value of another table is not of the form, and returned.
//
// A rule that only the database can check, such as that enough seats are left, is checked by
// write, in the transaction: it adds an error to the form ([forms.Values.Add]) and returns nil,
// and what it has written is undone. An error of the model's own method Validate, and any other
// of kind fault.Invalid with a message for the visitor, is one of the form too: an
// [orm.FieldError] at its field.
//
// The error of a unique constraint of several columns is that of the last of them that is in
// the form; if none is, it is one of the form as a whole.
func Save[M any](ctx context.Context, h database.Handle, form *forms.Bound[M], write func(ctx context.Context, tx *database.Tx) error) (ok bool, err error) {
	if !form.Valid() {
		return false, nil
	}
	err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := write(ctx, tx); err != nil {
			return err
		}
		if !form.Valid() {
			return errRefused
		}
		return nil
	})
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, errRefused):
		return false, nil
	}
	models, err2 := orm.ModelsOf(h)
	if err2 != nil {
		return false, errors.Join(err, err2)
	}
	if tell(form.Values, targets(form.Value, err), models, err) {
		return false, nil
	}
	return false, err
}

// targets returns pointers to what an error can be about: the row that it names or, without
// one, the struct of the form and the structs in it.
func targets(value any, err error) []any {
	if row, is := errors.AsType[*rowError](err); is {
		return []any{row.row}
	}
	out := []any{value}
	s := reflect.ValueOf(value).Elem()
	for i := range s.NumField() {
		if f := s.Field(i); f.Kind() == reflect.Struct && s.Type().Field(i).IsExported() {
			out = append(out, f.Addr().Interface())
		}
	}
	return out
}

// tell makes an error of the form of one of the database. It returns false if that one is
// not about what people fill in.
func tell(form *forms.Values, targets []any, models *orm.Models, err error) bool {
	var whole any // what the error is about as a whole
	_, isRow := errors.AsType[*rowError](err)
	if isRow {
		whole = targets[0]
	}
	if errors.Is(err, orm.ErrConflict) || isRow && errors.Is(err, orm.ErrNotFound) {
		form.Add(whole, "Somebody else has changed this meanwhile, so nothing was stored. Send it again to replace what they have changed.")
		form.RenewVersions()
		return true
	}
	if _, removing := errors.AsType[*removeError](err); removing && errors.Is(err, database.ErrForeignKey) {
		form.Add(whole, "This cannot be removed, as something else still needs it.")
		return true
	}
	if fault.KindOf(err) == fault.Invalid && form.AddError(invalidField(form, targets, err, whole), err) {
		return true
	}
	of, is := errors.AsType[*database.Error](err)
	if !is || of.Kind != database.Unique && of.Kind != database.ForeignKey {
		return false
	}
	for _, target := range targets {
		fields, err := models.Fields(reflect.TypeOf(target).Elem())
		if err != nil {
			continue // not a model
		}
		if of.Kind == database.Unique && of.Table == fields[0].Table {
			at := fieldAt(form, target, fields, of.Columns)
			if at == nil {
				at = whole
			}
			form.Add(at, "This is taken already.")
			return true
		}
		if of.Kind != database.ForeignKey {
			continue
		}
		switch at, inForm := references(form, target, fields); {
		case at != nil:
			form.Add(at, "This is not there any more. Choose another one.")
			return true
		case inForm:
			form.Add(whole, "Something that you have chosen is not there any more. Choose again.")
			return true
		}
	}
	return false
}

// invalidField returns a pointer to the field that an [orm.FieldError] names, if it is in the
// form, else whole.
func invalidField(form *forms.Values, targets []any, err error, whole any) any {
	of, is := errors.AsType[*orm.FieldError](err)
	if !is {
		return whole
	}
	for _, target := range targets {
		if at := reflect.ValueOf(target).Elem().FieldByName(of.Field); at.IsValid() {
			if p := at.Addr().Interface(); form.Has(p) {
				return p
			}
		}
	}
	return whole
}

// fieldAt returns a pointer to the last of the columns that is in the form, nil if none is.
func fieldAt(form *forms.Values, target any, fields []orm.FieldInfo, columns []string) any {
	for _, column := range slices.Backward(columns) {
		for _, info := range fields {
			if info.Column == column {
				if at := pointer(target, info); form.Has(at) {
					return at
				}
			}
		}
	}
	return nil
}

// references returns a pointer to the foreign key that is in the form, if it is the only one
// of the model: the databases do not always say which one has no row. inForm says that there
// is one in the form at all.
func references(form *forms.Values, target any, fields []orm.FieldInfo) (at any, inForm bool) {
	n := 0
	for _, info := range fields {
		if info.References == nil {
			continue
		}
		n++
		if p := pointer(target, info); form.Has(p) {
			at, inForm = p, true
		}
	}
	if n != 1 {
		at = nil
	}
	return at, inForm
}

// pointer returns a pointer to a field of a row as a form has it.
func pointer(target any, info orm.FieldInfo) any {
	at := reflect.ValueOf(target).Elem().FieldByName(info.Name)
	if info.References != nil && at.Kind() == reflect.Struct {
		at = at.FieldByName("ID")
	}
	return at.Addr().Interface()
}
