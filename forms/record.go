package forms

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/nearest"
)

// Item declares a field of a form that is made from data, such as a question of a survey
// whose questions are rows. Its texts are data too: they are shown as they are, in whatever
// language.
type Item struct {
	Name string // as it is sent: lower-case letters, digits and underscores, at most 50
	// Type says what is filled in: text, whole, number, yes, date, time, moment or file.
	// "" is text.
	Type     string
	Label    string // what people call it
	Help     string // "" for none
	Required bool   // it must be filled in; of type yes: ticked
	// Rules are the words of a tag form that are left, such as "size=500,textarea" or
	// "min=1,max=5".
	Rules string
	// Choices are the values to choose from, of a text or a whole number as text.
	Choices []string
	Several bool // several can be chosen, or several files sent
}

// maxItems is how many fields a form from data may have; it is that of all forms.
const maxItems = maxFields

// Build makes a form from data. What is wrong with it is an error of one line for each item.
//
//	form, err := forms.Build(
//		forms.Item{Name: "age", Type: "whole", Label: "How old are you?", Rules: "min=1,max=120"},
//		forms.Item{Name: "colour", Label: "Which colour do you like?", Choices: []string{"red", "blue"}},
//	)
//	bound := form.Bind(ctx, forms.Record{})
func Build(items ...Item) (*Form[Record], error) {
	p := &plan{of: reflect.TypeFor[Record]()}
	var errs []error
	for i, item := range items {
		fp, err := item.plan(i)
		if err == nil && slices.ContainsFunc(p.fields, func(o fieldPlan) bool { return o.name == fp.name }) {
			err = errors.New("the name is taken by another item")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("forms: item %d, %q: %w", i+1, item.Name, err))
			continue
		}
		p.fields = append(p.fields, fp)
		p.files = p.files || fp.kind == file
	}
	if len(items) == 0 || len(items) > maxItems {
		errs = append(errs, fmt.Errorf("forms: a form has 1 to %d items, not %d", maxItems, len(items)))
	}
	return &Form[Record]{plan: p, err: errors.Join(errs...)}, errors.Join(errs...)
}

// itemTypes are the Go types of the values of items.
func itemType(name string) (reflect.Type, bool) {
	switch name {
	case "", "text":
		return reflect.TypeFor[string](), true
	case "whole":
		return reflect.TypeFor[int64](), true
	case "number":
		return reflect.TypeFor[float64](), true
	case "yes":
		return reflect.TypeFor[bool](), true
	case "date":
		return reflect.TypeFor[civil.Date](), true
	case "time":
		return reflect.TypeFor[civil.Clock](), true
	case "moment":
		return reflect.TypeFor[time.Time](), true
	case "file":
		return reflect.TypeFor[File](), true
	}
	return nil, false
}

func (i Item) plan(at int) (fieldPlan, error) {
	var p fieldPlan
	if i.Name == "" || len(i.Name) > 50 || strings.Trim(i.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || i.Name == onceName {
		return p, errors.New("a name has 1 to 50 lower-case letters, digits and underscores")
	}
	t, ok := itemType(i.Type)
	if !ok {
		return p, fmt.Errorf("the type %q is not known%s", i.Type, nearest.Hint(i.Type, []string{"text", "whole", "number", "yes", "date", "time", "moment", "file"}))
	}
	base := t
	words := []string{i.Rules}
	switch {
	case i.Several && (i.Type == "file" || len(i.Choices) > 0):
		t = reflect.SliceOf(t)
		if i.Required && i.Type == "file" {
			words = append(words, "required")
		}
	case i.Several:
		return p, errors.New("several values need choices")
	case i.Type == "yes":
		if i.Required {
			words = append(words, "required")
		}
	case !i.Required && (i.Type == "" || i.Type == "text" || i.Type == "file"):
		words = append(words, "optional")
	case !i.Required:
		t = reflect.PointerTo(t)
	}
	f := reflect.StructField{Name: "Item", Type: t, Tag: `label:` + reflect.StructTag(quote(i.Label)) + ` help:` + reflect.StructTag(quote(i.Help))}
	p, err := fieldOf(part{field: f, tag: strings.Trim(strings.Join(words, ","), ",")}, 0)
	if err != nil {
		return p, err
	}
	p.goName, p.name, p.id, p.index, p.record = i.Name, i.Name, idPrefix+i.Name, []int{at}, true
	for _, text := range i.Choices {
		v := reflect.New(base).Elem()
		if err := parseChoice(v, text); err != nil {
			return p, err
		}
		if text == "" || slices.ContainsFunc(p.choices, func(c Choice) bool { return c.Value == v.Interface() }) {
			return p, fmt.Errorf("the choice %q is empty, or there twice", text)
		}
		p.choices = append(p.choices, Choice{Value: v.Interface(), Label: text})
	}
	if len(p.choices) > 0 && p.widget != "radio" && !p.many {
		p.widget = "select"
	}
	return p, nil
}

// quote writes a text as a tag of a struct has it.
func quote(text string) string { return fmt.Sprintf("%q", text) }

func parseChoice(v reflect.Value, text string) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return nil
	case reflect.Int64:
		var n int64
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			return fmt.Errorf("the choice %q is not a whole number", text)
		}
		v.SetInt(n)
		return nil
	}
	return errors.New("only texts and whole numbers are chosen from a list")
}

// Record has the values of a form that was made from data. The zero value has none.
type Record struct {
	names  []string
	values []reflect.Value // each is settable
	given  []bool          // somebody has given the value
}

// Get returns the value of an item: a string, int64, float64, bool, [civil.Date],
// [civil.Clock], [time.Time] or [File], or a slice of strings, whole numbers or files. It is
// nil for one that was not filled in and may be left out, and for a name that there is not;
// a text that was not filled in is "".
func (r *Record) Get(name string) any {
	i := slices.Index(r.names, name)
	if i < 0 {
		return nil
	}
	v := r.values[i]
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	return v.Interface()
}

// Names returns the names of the items, in their order.
func (r *Record) Names() []string { return r.names }

// MarshalJSON writes an object with the items in their order. What was not filled in is null.
func (r Record) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, name := range r.names {
		value, err := json.Marshal(r.values[i].Interface())
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", name, err)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quote(name)...), ':'), value...)
	}
	return append(out, '}'), nil
}

// Decode reads the values of a form that was made from data from JSON, as [Record] writes
// it. What the form does not have is left out, as a question may have been removed since;
// what the JSON does not have is as if nobody had filled it in.
func Decode(form *Form[Record], text []byte) (Record, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return Record{}, fmt.Errorf("forms: read a record: %w", err)
	}
	r := form.plan.newRecord(nil)
	for i, name := range r.names {
		if value, ok := raw[name]; ok {
			if err := json.Unmarshal(value, r.values[i].Addr().Interface()); err != nil {
				return Record{}, fmt.Errorf("forms: read a record: item %s: %w", name, err)
			}
			r.given[i] = string(value) != "null"
		}
	}
	return r, nil
}

// newRecord returns a record for the form with the values that another one has.
func (p *plan) newRecord(have *Record) Record {
	var r Record
	for i := range p.fields {
		f := &p.fields[i]
		v, given := reflect.New(f.typ).Elem(), false
		if have != nil {
			if j := slices.Index(have.names, f.name); j >= 0 && have.values[j].Type() == f.typ {
				v.Set(have.values[j])
				given = have.given[j]
			}
		}
		r.names, r.values, r.given = append(r.names, f.name), append(r.values, v), append(r.given, given)
	}
	return r
}

// blank shows nothing for numbers that nobody has given.
func (r *Record) blank(fields []*Field) {
	for i, f := range fields {
		if !r.given[i] {
			f.showNoZero()
		}
		r.given[i] = true
	}
}

// in returns the field in a struct or a record.
func (p *fieldPlan) in(into reflect.Value) reflect.Value {
	if !p.record {
		return into.FieldByIndex(p.index)
	}
	r, _ := into.Addr().Interface().(*Record)
	return r.values[p.index[0]]
}
