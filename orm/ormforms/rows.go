package ormforms

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
)

// Rows are rows of a model in a form: those that belong to another row, such as the
// ingredients of a recipe.
type Rows[R any] struct {
	part   forms.Part
	fields []orm.Field[R]
}

// RowsOf returns rows of a model with these fields. field is the field of the form's struct,
// or of a row around them, that has them: a slice, whose tags say how many there may be and
// what people call them. Rows in rows are in further.
//
//	amounts, err := ormforms.RowsOf(db, "Amounts", []orm.Field[Amount]{Amounts.Ingredient, Amounts.Quantity})
//	form := forms.Of[editor](append(parts, amounts.Part())...)
//
// A row is told by the key of the model, which must be a single one that the database
// numbers, or that [Rows.Save] is given new rows with. A field with the tag form:"position",
// which must be in the list, gets the place of the row, from 1.
func RowsOf[R any](db *database.DB, field string, fields []orm.Field[R], further ...forms.Part) (*Rows[R], error) {
	parts, version, err := partsOf(db, fields)
	if err != nil {
		return nil, err
	}
	models, err := orm.ModelsOf(db)
	if err != nil {
		return nil, err
	}
	all, err := models.Fields(reflect.TypeFor[R]())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f orm.FieldInfo) bool { return !f.Key })
	if len(all) != 1 || all[0].References != nil {
		return nil, fmt.Errorf("rows of %v: the model must have a key of one field that is not a reference, by which its rows are told", reflect.TypeFor[R]())
	}
	if err := hasPosition(reflect.TypeFor[R](), parts); err != nil {
		return nil, err
	}
	r := &Rows[R]{fields: fields}
	parts = append(parts, forms.Part{Field: all[0].Name, Tag: "key"})
	if version != "" {
		parts = append(parts, forms.Part{Field: version, Tag: "version"})
	}
	r.part = forms.Part{Field: field, Rows: append(parts, further...)}
	return r, nil
}

// hasPosition returns an error if a field has the tag of a position and is not one of those
// that the rows write: the order would be lost.
func hasPosition(model reflect.Type, parts []forms.Part) error {
	for i := range model.NumField() {
		f := model.Field(i)
		if f.Tag.Get("form") == "position" && !slices.ContainsFunc(parts, func(p forms.Part) bool { return p.Field == f.Name }) {
			return fmt.Errorf("rows of %v: the field %s has the tag form:%q and is not in the list of fields, so that nobody would store the order; add it", model, f.Name, "position")
		}
	}
	return nil
}

// Part returns the part of a form that the rows are, for [forms.Of].
func (r *Rows[R]) Part() forms.Part { return r.part }

// Save writes what people did to the rows, in a transaction: it deletes those that they
// removed, updates the fields of the form in those that they changed, and creates those that
// they added. Rows that are as they were are not written. added is called for each new row
// before it is stored, to say what it belongs to; it may be nil.
//
// It is called by what is given to [Save], which turns its error into one of the row that
// it is about.
func (r *Rows[R]) Save(ctx context.Context, tx database.Handle, form *forms.Values, rows *[]R, added func(row *R)) error {
	changes, err := forms.ChangesOf(form, rows)
	if err != nil {
		return err
	}
	for i := range changes.Removed {
		err := orm.Delete(ctx, tx, &changes.Removed[i])
		switch {
		case errors.Is(err, database.ErrForeignKey):
			row, err2 := forms.PutBack(form, rows, i)
			if err2 != nil {
				return errors.Join(err, err2)
			}
			return &rowError{row, &removeError{err}}
		case errors.Is(err, orm.ErrConflict):
			row, err2 := forms.PutBack(form, rows, i)
			if err2 != nil {
				return errors.Join(err, err2)
			}
			return &rowError{row, err}
		case err != nil && !errors.Is(err, orm.ErrNotFound):
			return fmt.Errorf("remove a row: %w", err)
		}
	}
	for _, row := range changes.Changed {
		if err := orm.Update(ctx, tx, row, r.fields...); err != nil {
			return &rowError{row, err}
		}
	}
	for _, row := range changes.Added {
		if added != nil {
			added(row)
		}
		if err := orm.Create(ctx, tx, row); err != nil {
			return &rowError{row, err}
		}
	}
	return nil
}

// removeError is the error of a row that cannot be removed, as others refer to it.
type removeError struct{ err error }

func (e *removeError) Error() string { return "remove a row of the form: " + e.err.Error() }
func (e *removeError) Unwrap() error { return e.err }

// rowError is the error of writing a row of a form.
type rowError struct {
	row any // a pointer to it
	err error
}

func (e *rowError) Error() string { return "a row of the form: " + e.err.Error() }
func (e *rowError) Unwrap() error { return e.err }
