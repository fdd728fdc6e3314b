package forms

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
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
	p, err := planOf(reflect.TypeFor[T](), nil, 0)
	return &Form[T]{p, err}
}

// Part is a field of a struct that is part of a form, for [Of].
type Part struct {
	// Field is the name of the field in Go; "Author.ID" is a field of a field.
	Field  string
	Tag    string // as the tag form has it
	Listed bool   // it takes the choices that the handler gives it and no other value
	Rows   []Part // of a slice of structs: the fields of a row, if they have no tags form
}

// Of declares a form of fields of a struct that has no tags form, such as a model, in the
// order given. Labels and help are in the tags label and help.
func Of[T any](parts ...Part) *Form[T] {
	p, err := planOf(reflect.TypeFor[T](), append([]Part{}, parts...), 0)
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
	record, is := any(&initial).(*Record)
	if is {
		*record = f.plan.newRecord(record)
	}
	v := newValues(ctx, nil, f.plan, "", reflect.ValueOf(&initial).Elem())
	if is {
		record.blank(v.fields)
	}
	return &Bound[T]{v, &initial}
}

// BindNew is Bind for something new: a number that is zero is shown as an empty field, as
// nobody has given it yet, and must be filled in if it is not optional.
func (f *Form[T]) BindNew(ctx context.Context, initial T) *Bound[T] {
	b := f.Bind(ctx, initial)
	for _, field := range b.fields {
		if field.Rows == nil {
			field.showNoZero()
		}
	}
	return b
}

// Values are the values of a form, or of a row of one, whatever its struct is.
type Values struct {
	plan    *plan
	prefix  string // of the names of its fields, and so of their ids
	lang    *i18n.Language
	into    reflect.Value // the struct
	fields  []*Field
	errs    []string        // about the form as a whole
	root    *Values         // of a row, the form that it is in; of a form, itself
	acting  bool            // a button was pressed that changes what is shown, and stores nothing
	failed  error           // of a search
	chosen  []chosen        // for fields of rows
	uploads *Uploads        // where files are stored; nil for nowhere
	body    *body           // of a form with files that was sent
	key     string          // of the page; see Once
	ids     string          // begins the ids of elements, with a hyphen; "" on most pages
	ctx     context.Context // lifetime: that of the request
}

// newValues binds a plan to a struct; root is nil for a form.
func newValues(ctx context.Context, root *Values, p *plan, prefix string, into reflect.Value) *Values {
	v := &Values{plan: p, prefix: prefix, into: into, root: root, ctx: ctx}
	if root == nil {
		v.root, v.lang = v, i18n.From(ctx)
	} else {
		v.lang = root.lang
	}
	v.fields = make([]*Field, len(p.fields))
	all := make([]Field, len(p.fields))
	for i := range p.fields {
		v.fields[i] = &all[i]
		all[i].begin(v, &p.fields[i])
	}
	return v
}

// Read reads what was sent, if the request is a POST. ok says that it was, and that
// nothing is wrong with it. err is for what cannot be answered with the form: a body that
// is damaged is of kind fault.Invalid, one that is too large of kind fault.TooLarge.
//
// Only the fields of the form are read, and only from the body. If what was pressed is a
// button of a row, such as "Remove", ok is false, no field has an error, and the form shows
// the rows as they are then.
func (v *Values) Read(r *http.Request) (ok bool, err error) {
	if r.Method != http.MethodPost {
		return false, nil
	}
	sent, err := v.sent(r)
	if err != nil {
		return false, err
	}
	v.readKey(sent)
	if v.HasRows() {
		v.checkRows(sent)
	}
	v.read(sent)
	if v.failed != nil {
		return false, v.failed
	}
	if v.acting {
		v.forgive()
		return false, nil
	}
	if !v.Valid() {
		return false, nil
	}
	if err := v.validate(); err != nil {
		return false, err
	}
	return v.Valid(), nil
}

// sent returns the fields that were sent. Those of a form with files are read together with
// them, which are stored.
func (v *Values) sent(r *http.Request) (url.Values, error) {
	kind := r.Header.Get("Content-Type")
	if kind != "application/x-www-form-urlencoded" && kind != "" {
		kind, _, _ = mime.ParseMediaType(kind)
	}
	switch {
	case kind == "multipart/form-data" && v.plan.files:
	case kind == "multipart/form-data", kind == "application/x-www-form-urlencoded", kind == "" && r.ContentLength == 0:
		err := web.Form(r).Err()
		return r.PostForm, tooLarge(err)
	default:
		return nil, fault.New(fault.Invalid, "Send a form: its kind is application/x-www-form-urlencoded or multipart/form-data.")
	}
	if r.MultipartForm != nil {
		return nil, errors.New("forms: a form with files was parsed before it came to Read, which stores them while they arrive")
	}
	var err error
	v.body, err = v.readBody(r)
	if err != nil {
		return nil, tooLarge(err)
	}
	return v.body.values, nil
}

// tooLarge says how much a route takes, if that is what is wrong.
func tooLarge(err error) error {
	if limit, is := errors.AsType[*http.MaxBytesError](err); is {
		return fault.Wrap(fault.TooLarge, err, "The form that was sent is larger than {most} MB, its files included.", "most", strconv.FormatFloat(float64(limit.Limit)/1e6, 'f', 1, 64))
	}
	return err
}

func (v *Values) read(sent url.Values) {
	for _, f := range v.fields {
		f.read(sent)
	}
}

// validate calls the methods Validate, those of rows first.
func (v *Values) validate() error {
	for _, f := range v.fields {
		for _, row := range f.rows() {
			if row.blank {
				continue
			}
			if err := row.validate(); err != nil {
				return err
			}
		}
	}
	if own, ok := v.into.Addr().Interface().(Validator); ok && v.Valid() {
		return own.Validate(v.ctx, v)
	}
	return nil
}

// forgive forgets what is wrong.
func (v *Values) forgive() {
	v.errs = nil
	for _, f := range v.fields {
		f.Error = ""
		for _, row := range f.rows() {
			row.forgive()
		}
	}
}

// Valid reports whether no error is known.
func (v *Values) Valid() bool {
	return len(v.errs) == 0 && !slices.ContainsFunc(v.fields, func(f *Field) bool {
		return f.Error != "" || slices.ContainsFunc(f.rows(), func(row *Row) bool { return !row.Valid() })
	})
}

// Status returns the status of a page with the form: 200, or 422 if something is wrong.
func (v *Values) Status() int {
	if v.Valid() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// Add says what is wrong with a field, which is given as a pointer to it in the struct. A
// pointer to a row is that row as a whole, nil the form. The message is translated, with values
// by name. The first error of a field counts. A pointer to what is not a field of the form is a
// mistake of the program, and panics.
func (v *Values) Add(field any, message string, values ...any) {
	v.addText(field, v.lang.T(message, values...))
}

// AddError is Add with the message that an error has for visitors (package fault). ok is false
// if it has none; nothing is added then.
func (v *Values) AddError(field any, err error) (ok bool) {
	text := fault.MessageIn(err, v.lang.T)
	if text != "" {
		v.addText(field, text)
	}
	return text != ""
}

func (v *Values) addText(field any, text string) {
	if field == nil {
		v.errs = append(v.errs, text)
		return
	}
	if row := v.findRow(reflect.ValueOf(field)); row != nil {
		row.errs = append(row.errs, text)
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
	if p := reflect.ValueOf(field); p.Kind() == reflect.Pointer && !p.IsNil() {
		if f := v.find(p); f != nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("forms: a %T does not lead to a field of the form; give a pointer to a field of its Value", field)
}

// find returns the field of the form or of its rows that a pointer leads to, nil for none.
func (v *Values) find(p reflect.Value) *Field {
	for _, f := range v.fields {
		if f.value.Type() == p.Type().Elem() && f.value.Addr().Pointer() == p.Pointer() {
			return f
		}
		for _, row := range f.rows() {
			if in := row.find(p); in != nil {
				return in
			}
		}
	}
	return nil
}

// findRow returns the row that a pointer leads to, nil for none.
func (v *Values) findRow(p reflect.Value) *Row {
	for _, f := range v.fields {
		for _, row := range f.rows() {
			if p.Kind() == reflect.Pointer && row.into.Type() == p.Type().Elem() && row.into.Addr().Pointer() == p.Pointer() {
				return row
			}
			if in := row.findRow(p); in != nil {
				return in
			}
		}
	}
	return nil
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

// RenewVersions gives the page the versions that its rows have now: what is sent again then
// replaces what others have changed, of which the page should tell.
func (v *Values) RenewVersions() {
	for _, f := range v.fields {
		f.renewVersion()
	}
}

// Hidden returns the fields that are not seen, for templates that show the others one by one.
func (v *Values) Hidden() []*Field {
	return slices.DeleteFunc(slices.Clone(v.fields), func(f *Field) bool { return f.Widget != "hidden" })
}

// Fields returns the fields in their order.
func (v *Values) Fields() []*Field { return v.fields }

// Prefix begins the ids of the form's elements with a word, so that a page can have several
// forms. The names of the fields stay as they are: each form is sent on its own.
func (v *Values) Prefix(word string) {
	v.root.ids = word + "-"
	v.identify()
}

// identify gives the elements their ids.
func (v *Values) identify() {
	for _, f := range v.fields {
		f.ID = v.root.ids + idPrefix + f.Name
		for _, row := range f.rows() {
			row.ID = f.Rows.rowID(row.Key)
			row.identify()
		}
	}
}

// SummaryID is the id of the heading of the summary of errors.
func (v *Values) SummaryID() string { return v.root.ids + "form-errors-title" }

// HasFiles reports whether a field or a field of a row has files, so that the form must be
// sent as multipart/form-data.
func (v *Values) HasFiles() bool { return v.plan.files }

// HasRows reports whether a field has rows, whose buttons come before that of the form: the
// key Enter must not press one of them.
func (v *Values) HasRows() bool {
	return slices.ContainsFunc(v.fields, func(f *Field) bool { return f.Rows != nil })
}

// Errors returns what is wrong with the form as a whole, in the visitor's language.
func (v *Values) Errors() []string { return v.errs }

// Problem is a line of the summary of what is wrong.
type Problem struct {
	Text string // in the visitor's language
	ID   string // of the control that it is about
}

// Problems returns what is wrong with the fields and the rows, in the order of the page.
func (v *Values) Problems() []Problem { return v.problems(nil, "") }

func (v *Values) problems(out []Problem, before string) []Problem {
	for _, f := range v.fields {
		if f.Error != "" {
			out = append(out, Problem{before + about(f.Label, f.Error), f.Focus()})
		}
		for _, row := range f.rows() {
			for _, text := range row.errs {
				out = append(out, Problem{before + about(row.Label, text), row.ID})
			}
			out = row.problems(out, before+row.Label+", ")
		}
	}
	return out
}

// about says what a text is about. A label that is a question or a sentence has no colon behind
// it.
func about(label, text string) string {
	if end, _ := utf8.DecodeLastRuneInString(label); unicode.Is(unicode.STerm, end) || end == ':' || end == '…' {
		return label + " " + text
	}
	return label + ": " + text
}

// Field returns the field of a name, as it is sent.
func (v *Values) Field(name string) (*Field, error) {
	for _, f := range v.fields {
		if f.Name == name {
			return f, nil
		}
	}
	return nil, errors.New("the form has no field " + name)
}
