// Package ormforms makes forms of models: what people may write into a row, with the rules
// that its table has.
//
//	form, err := ormforms.New(h.DB, Recipes.Title, Recipes.Minutes)
//
// The fields are named, never all of a model. A field's label and help are in its tags
// label and help, beside db:
//
//	Title   string `db:"size=120,unique" label:"Title"`
//	Minutes int64  `form:"min=1" label:"Minutes"`
//
// Rules that a table does not have are in the tag form, as package forms reads it. The size of a text, its choices and whether a value may be missing are those of the
// column. What only the database knows, that a value is unique and that nobody else has
// changed the row, it says when the row is written: [Save] turns that into errors of the
// form, so that nothing can come between the check and the write.
package ormforms

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// New returns the form of these fields of a model, in this order. The models of the database
// must be known: a module makes its forms in Start. A field that the database writes itself,
// one without a label, and one of a type that forms do not have is an error. A foreign key
// is a list to choose from, which the handler gives it:
//
//	form.Choose(&form.Value.Author.ID, choices...)
func New[M any](db *database.DB, fields ...orm.Field[M]) (*forms.Form[M], error) {
	models, err := orm.ModelsOf(db)
	if err != nil {
		return nil, err
	}
	var parts []forms.Part
	var errs []error
	for _, field := range fields {
		info, err := orm.Info(models, field)
		if err == nil {
			var part forms.Part
			own, _ := reflect.TypeFor[M]().FieldByName(info.Name)
			if part, err = partOf(info, own.Tag.Get("form")); err == nil {
				parts = append(parts, part)
			}
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("form of %v: %w", reflect.TypeFor[M](), err)
	}
	form := forms.Of[M](parts...)
	return form, form.Check()
}

// partOf returns the part of a form that a field is.
func partOf(info orm.FieldInfo, own string) (forms.Part, error) {
	if info.Auto || info.Generated || info.AutoNow || info.AutoNowAdd || info.Version || info.SoftDelete {
		return forms.Part{}, fmt.Errorf("field %s is written by the program or the database, not by people", info.Name)
	}
	part := forms.Part{Field: info.Name}
	var words []string
	if info.References != nil {
		part.Field, part.Listed = part.Field+".ID", true
	}
	if info.Kind == schema.Text && info.Size > 0 {
		words = append(words, "size="+strconv.Itoa(info.Size))
	} else if info.Kind == schema.Text && len(info.Choices) == 0 {
		words = append(words, "textarea")
	}
	if info.Default {
		words = append(words, "optional")
	}
	if own != "" {
		words = append(words, own)
	}
	part.Tag = strings.Join(words, ",")
	return part, nil
}

// Save writes what was read: write is called in a transaction, or in a savepoint of one, if
// nothing is wrong with the form. ok says that it was written. What write
// returns because a value is unique and taken, or because somebody else has changed the row
// since it was read, is an error of the form, and nothing was written; other errors are
// returned.
// A unique value of a table with other columns, which write has written too, is not of the
// form, and returned.
//
// The error of a unique constraint of several columns is that of the last of them that is in
// the form; if none is, it is one of the form as a whole.
func Save[M any](ctx context.Context, h database.Handle, form *forms.Bound[M], write func(ctx context.Context, tx *database.Tx) error) (ok bool, err error) {
	if !form.Valid() {
		return false, nil
	}
	err = h.InTx(ctx, write)
	if errors.Is(err, orm.ErrConflict) {
		form.Add(nil, "Somebody else has changed this meanwhile. Look at it again before you change it.")
		return false, nil
	}
	unique, is := errors.AsType[*database.Error](err)
	if !is || unique.Kind != database.Unique {
		return err == nil, err
	}
	models, err2 := orm.ModelsOf(h)
	if err2 != nil {
		return false, err2
	}
	fields, err2 := models.Fields(reflect.TypeFor[M]())
	if err2 != nil {
		return false, err2
	}
	for _, column := range unique.Columns {
		if !slices.ContainsFunc(fields, func(f orm.FieldInfo) bool { return f.Column == column }) {
			return false, err // of another table, which write has written too
		}
	}
	form.Add(fieldAt(form, fields, unique.Columns), "This is taken already.")
	return false, nil
}

// fieldAt returns a pointer to the last of the columns that is in the form, nil if none is.
func fieldAt[M any](form *forms.Bound[M], fields []orm.FieldInfo, columns []string) any {
	for _, column := range slices.Backward(columns) {
		for _, info := range fields {
			if info.Column != column {
				continue
			}
			at := reflect.ValueOf(form.Value).Elem().FieldByName(info.Name)
			if info.References != nil && at.Kind() == reflect.Struct {
				at = at.FieldByName("ID")
			}
			if p := at.Addr().Interface(); form.Has(p) {
				return p
			}
		}
	}
	return nil
}
