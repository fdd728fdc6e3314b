package forms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
)

// Form is a form that is declared by the struct T. [New] makes it. It is safe for
// concurrent use.
type Form[T any] struct {
	plan *plan
	err  error
}

// Checked is a form whose declaration is checked when the site starts; a [Form] is one.
type Checked interface {
	// Check returns what is wrong with the declaration.
	Check() error
}

// New declares a form. What is wrong with the declaration is returned by Check, which a
// site calls for the forms of its modules.
func New[T any]() *Form[T] {
	p, err := planOf(reflect.TypeFor[T]())
	return &Form[T]{p, err}
}

// Part is a field of a struct that is part of a form, for [Of].
type Part struct {
	// Field is the name of the field in Go. "Author.ID" is a field of a field, such as a
	// key: it takes the choices that the handler gives it and no other value.
	Field string
	Tag   string // as the tag form has it
}

// Of declares a form of fields of a struct that has no tags form, such as a model, in the
// order given. Labels and help are in the tags label and help.
func Of[T any](parts ...Part) *Form[T] {
	p, err := planOfParts(reflect.TypeFor[T](), parts)
	return &Form[T]{p, err}
}

// Check returns what is wrong with the declaration: every field that cannot be part of a
// form, and every word of a tag that is not known.
func (f *Form[T]) Check() error { return f.err }

// Validator is implemented by structs of forms that have rules of their own. Validate is
// called when all fields could be read and keep their rules. Errors are added with
// [Bound.Add] through the value that it is given; another error than those ends the request.
type Validator interface {
	Validate(ctx context.Context, form *Values) error
}

// Bound is a form with the values of one request. It is for one goroutine.
type Bound[T any] struct {
	*Values
	// Value has the values: those that it was bound with, then those that were read.
	Value *T
}

// Bind returns the form with values to begin with, in the language and zone of a context.
func (f *Form[T]) Bind(ctx context.Context, initial T) *Bound[T] {
	if f.err != nil {
		panic(f.err) // a site with a module that lists the form does not start
	}
	return &Bound[T]{newValues(ctx, f.plan, reflect.ValueOf(&initial).Elem()), &initial}
}

// Values are the values of a form, whatever its struct is.
type Values struct {
	plan   *plan
	lang   *i18n.Language
	into   reflect.Value // the struct
	fields []*Field
	errs   []string // about the form as a whole
	sent   bool
	ctx    context.Context // lifetime: that of the request
}

func newValues(ctx context.Context, p *plan, into reflect.Value) *Values {
	v := &Values{plan: p, lang: i18n.From(ctx), into: into, ctx: ctx}
	v.fields = make([]*Field, len(p.fields))
	for i := range p.fields {
		v.fields[i] = newField(v, &p.fields[i])
	}
	return v
}

// Read reads what was sent, if the request is a POST. ok says that it was, and that
// nothing is wrong with it. err is for what cannot be answered with the form: a body that
// is damaged is of kind fault.Invalid, one that is too large of kind fault.TooLarge.
//
// Only the fields of the form are read, and only from the body.
func (v *Values) Read(r *http.Request) (ok bool, err error) {
	if r.Method != http.MethodPost {
		return false, nil
	}
	if err := web.Form(r).Err(); err != nil {
		return false, err
	}
	v.sent = true
	for _, f := range v.fields {
		f.read(r.PostForm)
	}
	if !v.Valid() {
		return false, nil
	}
	if own, ok := v.into.Addr().Interface().(Validator); ok {
		if err := own.Validate(v.ctx, v); err != nil {
			return false, err
		}
	}
	return v.Valid(), nil
}

// Valid reports whether no error is known.
func (v *Values) Valid() bool {
	return len(v.errs) == 0 && !slices.ContainsFunc(v.fields, func(f *Field) bool { return f.Error != "" })
}

// Status returns the status of a page with the form: 200, or 422 if something is wrong.
func (v *Values) Status() int {
	if v.Valid() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// Add says what is wrong with a field, which is given as a pointer to it in the struct;
// nil is the form as a whole. The message is translated, with values by name. The first
// error of a field counts. A pointer to what is not a field of the form is a mistake of the
// program, and panics.
func (v *Values) Add(field any, message string, values ...any) {
	text := v.lang.T(message, values...)
	if field == nil {
		v.errs = append(v.errs, text)
		return
	}
	f, err := v.at(field)
	if err != nil {
		panic(err)
	}
	f.fail(text)
}

// at returns the field that a pointer into the struct leads to.
func (v *Values) at(field any) (*Field, error) {
	p := reflect.ValueOf(field)
	for _, f := range v.fields {
		if p.Kind() == reflect.Pointer && f.value.Addr().Pointer() == p.Pointer() && f.value.Type() == p.Type().Elem() {
			return f, nil
		}
	}
	return nil, fmt.Errorf("forms: a %T does not lead to a field of the form; give a pointer to a field of its Value", field)
}

// Has reports whether a pointer leads to a field of the form in its struct.
func (v *Values) Has(field any) bool {
	_, err := v.at(field)
	return err == nil
}

// Choose gives a field, which is given as a pointer to it in the struct, the values to
// choose from, such as rows of a query: before the form is read. Another value that is sent
// is an error of the field then. A choice of another type than the field or its elements is
// an error.
func (v *Values) Choose(field any, choices ...Choice) error {
	f, err := v.at(field)
	if err != nil {
		return err
	}
	return f.choose(choices)
}

// Fields returns the fields in their order.
func (v *Values) Fields() []*Field { return v.fields }

// Errors returns what is wrong with the form as a whole, in the visitor's language.
func (v *Values) Errors() []string { return v.errs }

// Field returns the field of a name, as it is sent.
func (v *Values) Field(name string) (*Field, error) {
	for _, f := range v.fields {
		if f.Name == name {
			return f, nil
		}
	}
	return nil, errors.New("the form has no field " + name)
}
