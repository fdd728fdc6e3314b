package forms

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/internal/snake"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/storage"
)

// idPrefix begins the ids of controls.
const idPrefix = "field-"

// maxFields is how many fields a form may have.
const maxFields = 500

// plan is what a struct says of a form, or of a row of one.
type plan struct {
	of     reflect.Type
	fields []fieldPlan
	files  bool // a field or a field of a row has files
}

// fieldPlan is what a field says.
type fieldPlan struct {
	goName, name, label, help string
	id                        string // of its control in a form; in a row it has another
	typ                       reflect.Type
	index                     []int // in the struct, or in the record
	record                    bool  // the value is in a Record
	inner                     []int // of a pointer to a struct: the field in it that is the value
	kind                      kind
	base                      reflect.Type // without pointer and slice
	optional, pointer, many   bool
	version                   bool // it tells whether somebody else has changed the row
	ticked                    bool // of a checkbox: it must be
	listed                    bool // it has values from a list that the handler gives
	widget, complete          string
	size                      int
	least, most               string // "" for none
	files                     filePlan
	digits, scale             int // of an exact number: in all, and after the point
	choices                   []Choice
	rows                      *rowsPlan // of a field that has rows of fields
}

// kind is how a value is read.
type kind uint8

const (
	text kind = iota
	boolean
	whole
	decimal
	date
	clock
	moment
	exact // a decimal number in a string
	file
	group // of rows
)

// Choice is one of the values that a field may have.
type Choice struct {
	Value any // of the type of the field, or of its elements
	// Label is what people call it; "" is the value. Those of a type's method Choices are
	// translated, those that a handler gives, such as rows of a query, are shown as they are.
	Label string
}

// planOf reads the declaration of a form, or of a row of one; depth is how many forms it is
// inside of.
func planOf(t reflect.Type, named []Part, depth int) (*plan, error) {
	parts, err := partsOf(t, named)
	if err != nil {
		return nil, err
	}
	return planOfFields(t, parts, depth)
}

// part is a field of a struct with what is said of it.
type part struct {
	field  reflect.StructField
	inner  *reflect.StructField // in what the field points to
	tag    string
	listed bool
	rows   []Part // of a field with rows, if they have no tags form
}

// partsOf returns the fields that are named or, if none are, those with the tag form.
func partsOf(t reflect.Type, named []Part) (parts []part, err error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("forms: %v is not a struct", t)
	}
	for _, n := range named {
		f, inner, err := fieldAt(t, n.Field)
		if err != nil {
			return nil, fmt.Errorf("form %v: %w", t, err)
		}
		p := part{field: f, inner: inner, tag: n.Tag, listed: n.Listed, rows: n.Rows}
		if n.Rows != nil {
			p.tag = strings.Trim(p.tag+","+f.Tag.Get("form"), ",")
		}
		parts = append(parts, p)
	}
	if named != nil {
		return parts, nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("form")
		if _, labelled := f.Tag.Lookup("label"); labelled && !ok {
			return nil, fmt.Errorf("form %v: the field %s has a label and no tag form, so that nobody would see it; add form:%q, or form:%q to leave it out", t, f.Name, "", "-")
		}
		if ok && tag != "-" {
			parts = append(parts, part{field: f, tag: tag})
		}
	}
	return parts, nil
}

// fieldAt returns the field that a path such as "Author.ID" leads to. If it is called ID, it
// has the name and the tags of the one around it. inner is the rest of the path if the field
// is a pointer to a struct, with what it leads to in it.
func fieldAt(t reflect.Type, path string) (f reflect.StructField, inner *reflect.StructField, err error) {
	for i, name := range strings.Split(path, ".") {
		if i > 0 {
			t = f.Type
		}
		pointer := t.Kind() == reflect.Pointer
		if pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || inner != nil {
			return f, nil, fmt.Errorf("there is no field %s: %s is not a struct", path, f.Name)
		}
		in, ok := t.FieldByName(name)
		if !ok {
			return f, nil, fmt.Errorf("there is no field %s", path)
		}
		if pointer {
			inner = &in
			continue
		}
		in.Index = append(slices.Clone(f.Index), in.Index...)
		if i > 0 && name == "ID" {
			in.Name, in.Tag = f.Name, f.Tag
		}
		f = in
	}
	return f, inner, nil
}

func planOfFields(t reflect.Type, parts []part, depth int) (*plan, error) {
	p := &plan{of: t}
	var errs []error
	for _, part := range parts {
		fp, err := fieldOf(part, depth)
		if err == nil && slices.ContainsFunc(p.fields, func(o fieldPlan) bool { return o.name == fp.name }) {
			err = fmt.Errorf("the name %q is taken by another field", fp.name)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("form %v: field %s: %w", t, part.field.Name, err))
			continue
		}
		fp.id = idPrefix + fp.name
		p.fields = append(p.fields, fp)
		p.files = p.files || fp.kind == file || fp.rows != nil && fp.rows.plan.files
	}
	errs = append(errs, misnamed(t)...)
	if len(p.fields) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("form %v: no field has the tag form", t))
	}
	if len(p.fields) > maxFields {
		errs = append(errs, fmt.Errorf("form %v: %d fields; a form has at most %d", t, len(p.fields), maxFields))
	}
	return p, errors.Join(errs...)
}

func fieldOf(part part, depth int) (fieldPlan, error) {
	f := part.field
	p := fieldPlan{goName: f.Name, name: snake.Case(f.Name), label: f.Tag.Get("label"), help: f.Tag.Get("help"), index: f.Index, typ: f.Type}
	if !f.IsExported() {
		return p, errors.New("it is not exported, so it cannot be set")
	}
	t := f.Type
	if isRows(t) {
		return p, p.readRows(t, part, depth)
	}
	if t.Kind() == reflect.Pointer {
		p.pointer, p.optional, t = true, true, t.Elem()
		if part.inner != nil {
			p.inner, t = part.inner.Index, part.inner.Type
		}
	} else if t.Kind() == reflect.Slice {
		p.many, p.optional, t = true, true, t.Elem()
	}
	p.base = t
	if t == reflect.TypeFor[signing.Sealed]() {
		return p, errors.New("a sealed value is no text that people can edit; give the form a field of its own, and seal what it has")
	}
	var ok bool
	if p.kind, ok = kindOf(t); !ok || p.many && p.kind != text && p.kind != whole && p.kind != file || p.pointer && p.kind == file {
		return p, fmt.Errorf("a form cannot have a field of type %v", f.Type)
	}
	word := p.word
	if p.kind == file {
		word = p.fileWord
	}
	if err := fieldrules.EachWord(part.tag, word); err != nil {
		return p, err
	}
	if p.kind == file {
		p.files.resolveKinds()
	}
	if err := p.resolveChoices(); err != nil {
		return p, err
	}
	if p.listed = part.listed; p.listed {
		p.widget = "select"
	}
	p.widget = p.defaultWidget()
	p.listed = p.listed || p.widget == "radio"
	if p.size == 0 && p.kind == text {
		if p.size = fieldrules.LineSize; p.widget == "textarea" {
			p.size = fieldrules.AreaSize
		}
	}
	if p.label == "" && p.widget != "hidden" {
		return p, errors.New(`it has no label, which people and screen readers need; write label:"..."`)
	}
	return p, p.checkBounds()
}

// misnamed returns the error of a method Validate that would never be called. That of a
// model, which package orm calls, is a func(context.Context) error.
func misnamed(t reflect.Type) []error {
	own := reflect.PointerTo(t)
	m, ok := own.MethodByName("Validate")
	if !ok || own.Implements(reflect.TypeFor[Validator]()) {
		return nil
	}
	method := reflect.Zero(own).Method(m.Index).Type()
	if method == reflect.TypeFor[func(context.Context) error]() {
		return nil
	}
	return []error{fmt.Errorf("form %v: its method Validate is a %v and would never be called; make it a func(context.Context, *forms.Values) error", t, method)}
}

// setName sets the name that is sent.
func (p *fieldPlan) setName(name string) error {
	if name == "" || len(name) > 50 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" || name == onceName {
		return fmt.Errorf("name=%s is not a name of a field: use up to 50 letters, digits, hyphens and underscores, and not %s", name, onceName)
	}
	p.name = name
	return nil
}

func kindOf(t reflect.Type) (kind, bool) {
	switch t {
	case reflect.TypeFor[storage.Name](), reflect.TypeFor[File]():
		return file, true
	case reflect.TypeFor[civil.Date]():
		return date, true
	case reflect.TypeFor[civil.Clock]():
		return clock, true
	case reflect.TypeFor[time.Time]():
		return moment, true
	}
	switch t.Kind() {
	case reflect.String:
		return text, true
	case reflect.Bool:
		return boolean, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return whole, true
	case reflect.Float32, reflect.Float64:
		return decimal, true
	}
	return 0, false
}

// widgets are the words for what a field is shown as, with the kinds of values for each.
func widgets() []string {
	return []string{"email", "url", "tel", "password", "textarea", "radio", "hidden"}
}

// word reads a word of the tag.
func (p *fieldPlan) word(key, value string, has bool) error {
	switch {
	case key == "name" && has:
		return p.setName(value)
	case key == "required" && !has && (p.kind != boolean || p.pointer):
		return errors.New("the word required is for a box that must be ticked; other fields must be filled in unless they are optional")
	case key == "optional" && !has:
		p.optional = true
	case key == "required" && !has && p.kind == boolean && !p.pointer:
		p.ticked = true
	case key == "version" && !has && p.kind == whole && !p.pointer && !p.many:
		p.version, p.widget, p.optional = true, "hidden", true
	case key == "complete" && has && value != "":
		p.complete = value
	case key == "size" && has:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || p.kind != text {
			return fmt.Errorf("size=%s is not a number of characters of a text", value)
		}
		p.size = n
	case key == "decimal" && has:
		digits, scale, ok := fieldrules.Decimal(value)
		if !ok || p.base.Kind() != reflect.String {
			return fmt.Errorf("decimal=%s is not the digits of a number in a string, in all and after the point, such as decimal=8.2", value)
		}
		p.kind, p.digits, p.scale = exact, digits, scale
	case key == "min" && has:
		p.least = value
	case key == "max" && has:
		p.most = value
	case slices.Contains(widgets(), key) && !has:
		if p.kind != text && key != "radio" && key != "hidden" {
			return fmt.Errorf("%s is for texts", key)
		}
		p.widget = key
	default:
		known := append([]string{"name", "optional", "required", "size", "decimal", "min", "max", "complete", "version"}, widgets()...)
		return fmt.Errorf("the word %q of its tag is not known%s", key, nearest.Hint(key, known))
	}
	return nil
}

// defaultWidget returns what the field is shown as.
func (p *fieldPlan) defaultWidget() string {
	switch {
	case p.widget != "":
		return p.widget
	case p.kind == file:
		return "file"
	case p.many:
		return "checkboxes"
	case len(p.choices) > 0:
		return "select"
	}
	switch p.kind {
	case boolean:
		return "checkbox"
	case whole, decimal, exact:
		return "number"
	case date:
		return "date"
	case clock:
		return "time"
	case moment:
		return "datetime-local"
	}
	return "text"
}

// checkBounds checks that the least and greatest values are values of the field.
func (p *fieldPlan) checkBounds() error {
	for _, bound := range []string{p.least, p.most} {
		if bound == "" {
			continue
		}
		var err error
		switch p.kind {
		case whole:
			_, err = strconv.ParseInt(bound, 10, 64)
		case decimal, exact:
			if _, err = strconv.ParseFloat(bound, 64); strings.Trim(bound, "-0123456789.") != "" {
				err = errors.New("write the number with digits and a point only") // an exponent could have billions of digits
			}
		case date:
			_, err = civil.ParseDate(bound)
		default:
			err = errors.New("only numbers and dates have")
		}
		if err != nil {
			return fmt.Errorf("min or max %q: %w", bound, err)
		}
	}
	if p.least != "" && p.most != "" && p.below(p.most, p.least) {
		return fmt.Errorf("min=%s is more than max=%s", p.least, p.most)
	}
	return nil
}

// resolveChoices asks the type of the field for its values. The method is that of
// orm.Chooser, which this package does not know.
func (p *fieldPlan) resolveChoices() error {
	method := reflect.New(p.base).MethodByName("Choices")
	if !method.IsValid() {
		return nil
	}
	if t := method.Type(); t.NumIn() != 0 || t.NumOut() != 1 || t.Out(0).Kind() != reflect.Slice || t.Out(0).Elem().Kind() != reflect.Struct {
		return nil
	}
	list := method.Call(nil)[0]
	for i := range list.Len() {
		value, label := list.Index(i).FieldByName("Value"), list.Index(i).FieldByName("Label")
		if !value.IsValid() || !label.IsValid() || label.Kind() != reflect.String {
			return nil
		}
		v := value.Interface()
		if reflect.TypeOf(v) != p.base {
			return fmt.Errorf("choice %d is a %T and not a %v", i+1, v, p.base)
		}
		p.choices = append(p.choices, Choice{v, label.String()})
	}
	return nil
}
