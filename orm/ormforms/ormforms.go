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
// Rules that a table does not have are in the tag form, as package forms reads it. The size
// of a text, the digits of a number, its choices and whether a value may be missing are
// those of the column. What only the database knows, that a value is unique and that nobody
// else has changed the row, it says when the row is written: [Save] turns that into errors
// of the form, so that nothing can come between the check and the write.
//
// A form of several models, and of rows of a model, is a struct of them; see [Fields] and
// [RowsOf].
package ormforms

import (
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
//
// One that may be NULL, a pointer, is given as it is: &form.Value.Author. Of many rows people
// type the name: form.Search in place of form.Choose.
//
// If the model has a version, the form has it as a hidden field, so that [Save] finds out
// when somebody else has changed the row while the form was filled in.
func New[M any](db *database.DB, fields ...orm.Field[M]) (*forms.Form[M], error) {
	parts, err := Fields(db, "", fields...)
	if err != nil {
		return nil, err
	}
	form := forms.Of[M](parts...)
	return form, form.Check()
}

// Fields returns the parts of a form that are fields of a model, for [forms.Of]. field is
// the field of the form's struct that has the model; "" says that the struct is the model.
//
//	type editor struct {
//		Recipe  Recipe
//		Amounts []Amount `form:"min=1,max=40" label:"Ingredients" row:"Ingredient"`
//	}
//
//	parts, err := ormforms.Fields(db, "Recipe", Recipes.Title, Recipes.Minutes)
func Fields[M any](db *database.DB, field string, fields ...orm.Field[M]) ([]forms.Part, error) {
	parts, version, err := partsOf(db, fields)
	if err != nil {
		return nil, err
	}
	if version != "" {
		parts = append(parts, forms.Part{Field: version, Tag: "version"})
	}
	for i := range parts {
		if field != "" {
			parts[i].Field = field + "." + parts[i].Field
		}
	}
	return parts, nil
}

// partsOf returns the parts of a form that are fields of a model, and the name of its field
// with a version, "" for none.
func partsOf[M any](db *database.DB, fields []orm.Field[M]) (parts []forms.Part, version string, err error) {
	models, err := orm.ModelsOf(db)
	if err != nil {
		return nil, "", err
	}
	model := reflect.TypeFor[M]()
	if len(fields) == 0 {
		return nil, "", fmt.Errorf("form of %v: no fields; name those that people may fill in", model)
	}
	var errs []error
	for _, field := range fields {
		info, err := orm.Info(models, field)
		if err == nil {
			var part forms.Part
			own, _ := model.FieldByName(info.Name)
			if part, err = partOf(info, own); err == nil {
				parts = append(parts, part)
			}
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, "", fmt.Errorf("form of %v: %w", model, err)
	}
	all, err := models.Fields(model)
	if i := slices.IndexFunc(all, func(f orm.FieldInfo) bool { return f.Version }); i >= 0 {
		version = all[i].Name
	}
	return parts, version, err
}

// partOf returns the part of a form that a field is.
func partOf(info orm.FieldInfo, own reflect.StructField) (forms.Part, error) {
	if info.Auto || info.Generated || info.AutoNow || info.AutoNowAdd || info.Version || info.SoftDelete {
		return forms.Part{}, fmt.Errorf("field %s is written by the program or the database, not by people", info.Name)
	}
	part := forms.Part{Field: info.Name}
	tag := own.Tag.Get("form")
	if tag == "position" {
		part.Tag = tag
		return part, nil
	}
	var words []string
	if info.References != nil {
		part.Field, part.Listed = part.Field+".ID", true
	}
	switch {
	case info.Kind == schema.Text && info.Size > 0:
		words = append(words, "size="+strconv.Itoa(info.Size))
	case info.Kind == schema.Text && len(info.Choices) == 0:
		words = append(words, "textarea")
	case info.Kind == schema.Decimal && info.Type.Kind() == reflect.String:
		words = append(words, fmt.Sprintf("decimal=%d.%d", info.Precision, info.Scale))
	}
	if tag != "" {
		words = append(words, tag)
	}
	part.Tag = strings.Join(words, ",")
	return part, nil
}
