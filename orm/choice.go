package orm

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// Choice is one of the values that a type may have.
type Choice struct {
	Value any    // of the type itself
	Label string // what people call it; defaults to the value
}

// Chooser is implemented by types, made of text or of whole numbers, that have
// a few values only:
//
//	type Status string
//
//	const (
//		Draft     Status = "draft"
//		Published Status = "published"
//	)
//
//	func (Status) Choices() []orm.Choice {
//		return []orm.Choice{
//			{Value: Draft, Label: "Draft"},
//			{Value: Published, Label: "Published"},
//		}
//	}
//
// Other values are refused when they are written, the zero value too if it is
// not one of them; what is already in the database is read as it is. Choices
// is called once, on the zero value, when the program starts.
type Chooser interface{ Choices() []Choice }

// resolveChoices notes the values that the field's type allows.
func (f *field) resolveChoices() error {
	c, ok := reflect.New(f.base).Interface().(Chooser)
	if !ok || f.ref != nil {
		return nil
	}
	if k := f.store.Kind; k != schema.Text && k != schema.Int16 && k != schema.Int32 && k != schema.Int64 {
		return fmt.Errorf("type %s has choices, which is for text and whole numbers", f.base)
	}
	var values []any
	for i, choice := range c.Choices() {
		if t := reflect.TypeOf(choice.Value); t != f.base {
			return fmt.Errorf("choice %d of type %s is a %v", i+1, f.base, t)
		}
		v, err := f.convert(choice.Value)
		if err == nil {
			err = f.checkWrite(v)
			if slices.Contains(values, v) {
				err = errors.New("it is there already")
			}
		}
		if err != nil {
			return fmt.Errorf("choice %d of type %s: %w", i+1, f.base, err)
		}
		values = append(values, v)
	}
	if values == nil {
		return fmt.Errorf("type %s has choices, but names none", f.base)
	}
	f.choices = values
	return nil
}

func (f *field) notAChoice(v any) error {
	var all []string
	for _, c := range f.choices {
		all = append(all, fmt.Sprintf("%v", c))
	}
	return fault.Newf(fault.Invalid, "%.40q is not one of the choices of %s: %s", fmt.Sprint(v), f.name, strings.Join(all, ", "))
}
