package ormapi

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/snake"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/web"
)

// plan is what the handlers of a resource share.
type plan struct {
	show, write *fields
	query       reflect.Type // the parameters of a list
	list        reflect.Type // the answer of a list
	edit        reflect.Type // the input of an edit
	filters     []string     // names of parameters
	bodies      *web.JSONReader
	names       map[reflect.Type]string // of types, in the document
}

// firstFilter is the place of the first filter in the parameters of a list.
const firstFilter = 2

// plan finds out about the fields. With an error the plan is empty, and for Build to refuse.
func (s Resource[T]) plan() (*plan, error) {
	p := &plan{bodies: new(web.JSONReader), show: &fields{typ: reflect.TypeFor[struct{}]()}, write: &fields{typ: reflect.TypeFor[struct{}]()}, query: reflect.TypeFor[struct{}](), list: reflect.TypeFor[struct{}](), edit: reflect.TypeFor[oneRow]()}
	model := reflect.TypeFor[T]()
	show, err1 := fieldsOf(model, fieldNames(s.Show), false)
	write, err2 := fieldsOf(model, fieldNames(s.Write), true)
	filter, err3 := fieldsOf(model, fieldNames(s.Filter), false)
	err := errors.Join(err1, err2, err3)
	if s.DB == nil {
		err = errors.Join(err, errors.New("the resource has no DB"))
	}
	if len(s.Show) == 0 {
		err = errors.Join(err, errors.New("the resource shows no field"))
	}
	for _, name := range filter.names {
		if name == "cursor" || name == "size" {
			err = errors.Join(err, fmt.Errorf("the filter %s has the name of a parameter of lists", name))
		}
	}
	if err != nil {
		return p, fmt.Errorf("resource %v: %w", model, err)
	}
	parameters := []reflect.StructField{
		{Name: "Cursor", Type: reflect.TypeFor[string](), Tag: `query:"cursor" help:"Leads to a part of the list: next or prev of another part."`},
		{Name: "Size", Type: reflect.TypeFor[int](), Tag: `query:"size" default:"50" form:"min=1,max=200" help:"How many rows a part has at most."`},
	}
	for i, name := range filter.names {
		parameters = append(parameters, reflect.StructField{Name: "Filter" + strconv.Itoa(i), Type: reflect.TypeFor[*string](), Tag: reflect.StructTag(`query:"` + name + `" help:"Only rows with this value."`)})
	}
	p.show, p.write, p.filters = show, write, filter.names
	p.query = reflect.StructOf(parameters)
	p.list = reflect.StructOf([]reflect.StructField{
		{Name: "Items", Type: reflect.SliceOf(show.typ), Tag: `json:"items"`},
		{Name: "Next", Type: reflect.TypeFor[string](), Tag: `json:"next,omitempty" help:"The cursor of the part after this one."`},
		{Name: "Prev", Type: reflect.TypeFor[string](), Tag: `json:"prev,omitempty" help:"The cursor of the part before this one."`},
	})
	row := reflect.TypeFor[oneRow]()
	edit := []reflect.StructField{row.Field(0), row.Field(1)}
	for i := range write.typ.NumField() {
		edit = append(edit, write.typ.Field(i))
	}
	if slices.ContainsFunc(edit[2:], func(f reflect.StructField) bool { return f.Name == "ID" || f.Name == "Match" }) {
		edit[0].Name, edit[1].Name = "PathID", "HeaderMatch"
	}
	p.edit = reflect.StructOf(edit)
	p.names = map[reflect.Type]string{p.write.typ: model.Name(), p.edit: model.Name(), p.show.typ: model.Name(), p.list: model.Name() + "List"}
	return p, nil
}

func fieldNames[T any](list []orm.Field[T]) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = orm.FieldName(f)
	}
	return out
}

// fields are some of the fields of a model, and a struct that has them as JSON does.
type fields struct {
	typ    reflect.Type
	fields []reflect.StructField // of the model
	names  []string              // in JSON
	kinds  []kind                // how each is kept in the model
}

// kind is how a value is kept in a model.
type kind byte

const (
	plain kind = iota
	reference
	maybeReference // a pointer to one
	maybe          // sql.Null
)

// fieldsOf makes a struct of fields of a model.
func fieldsOf(model reflect.Type, names []string, write bool) (*fields, error) {
	out := &fields{}
	var parts []reflect.StructField
	for _, name := range names {
		f, ok := model.FieldByName(name)
		switch {
		case !ok:
			return out, fmt.Errorf("there is no field %q", name)
		case f.Tag.Get("json") == "-" || f.Type == reflect.TypeFor[signing.Sealed]():
			return out, fmt.Errorf("the field %s is secret: its JSON is nothing", name)
		case slices.Contains(names[:len(parts)], name):
			return out, fmt.Errorf("the field %s is named twice", name)
		}
		typ, how := jsonType(f.Type)
		in, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if in == "" {
			in = snake.Case(name)
		}
		tag := `json:` + strconv.Quote(in)
		for _, key := range [...]string{"label", "help"} {
			if text := f.Tag.Get(key); text != "" {
				tag += " " + key + ":" + strconv.Quote(text)
			}
		}
		if write {
			tag += " form:" + strconv.Quote(rules(f, typ))
		}
		parts = append(parts, reflect.StructField{Name: name, Type: typ, Tag: reflect.StructTag(tag)})
		out.fields, out.names, out.kinds = append(out.fields, f), append(out.names, in), append(out.kinds, how)
	}
	out.typ = reflect.StructOf(parts)
	return out, nil
}

// rules returns the tag form of a field of a model: its own, and the size of its column.
func rules(f reflect.StructField, typ reflect.Type) string {
	form, has := f.Tag.Lookup("form")
	db := strings.Split(f.Tag.Get("db"), ",")
	size := slices.IndexFunc(db, func(word string) bool { return strings.HasPrefix(word, "size=") })
	var words []string
	if form != "" {
		words = append(words, form)
	}
	base := typ
	if base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	switch {
	case base.Kind() == reflect.String && size >= 0 && !strings.Contains(form, "size="):
		words = append(words, db[size])
	case base.Kind() == reflect.String && !has: // a column without a limit
		words = append(words, "size=1000000")
	}
	if !has && slices.ContainsFunc(db, func(word string) bool { return strings.HasPrefix(word, "default=") }) {
		words = append(words, "optional")
	}
	return strings.Join(words, ",")
}

// jsonType returns the type of a field in JSON: a reference is its key.
func jsonType(t reflect.Type) (reflect.Type, kind) {
	if key := keyOf(t); key != nil {
		return key, reference
	}
	if t.Kind() == reflect.Pointer {
		if key := keyOf(t.Elem()); key != nil {
			return reflect.PointerTo(key), maybeReference
		}
	}
	if t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[sql.NullBool]().PkgPath() && strings.HasPrefix(t.Name(), "Null[") {
		return reflect.PointerTo(t.Field(0).Type), maybe
	}
	return t, plain
}

// keyOf returns the type of the key of a reference, nil for other types.
func keyOf(t reflect.Type) reflect.Type {
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[orm.FieldInfo]().PkgPath() || !strings.HasPrefix(t.Name(), "RefOf[") {
		return nil
	}
	key, _ := t.FieldByName("ID")
	return key.Type
}

// get fills a struct of the fields from a row.
func (fs *fields) get(row, out reflect.Value) {
	for i, f := range fs.fields {
		from, to := row.FieldByIndex(f.Index), out.Field(i)
		switch fs.kinds[i] {
		case reference:
			to.Set(from.FieldByName("ID"))
		case maybeReference:
			if !from.IsNil() {
				to.Set(reflect.New(to.Type().Elem()))
				to.Elem().Set(from.Elem().FieldByName("ID"))
			}
		case maybe:
			if from.FieldByName("Valid").Bool() {
				to.Set(reflect.New(to.Type().Elem()))
				to.Elem().Set(from.Field(0))
			}
		default:
			to.Set(from)
		}
	}
}

// set fills a row from a struct of the fields. A reference that changes is not loaded.
func (fs *fields) set(row, in reflect.Value) {
	for i, f := range fs.fields {
		to, from := row.FieldByIndex(f.Index), in.Field(i)
		switch fs.kinds[i] {
		case reference:
			if !to.FieldByName("ID").Equal(from) {
				to.SetZero()
				to.FieldByName("ID").Set(from)
			}
		case maybeReference:
			to.SetZero()
			if !from.IsNil() {
				to.Set(reflect.New(to.Type().Elem()))
				to.Elem().FieldByName("ID").Set(from.Elem())
			}
		case maybe:
			to.SetZero()
			if !from.IsNil() {
				to.Field(0).Set(from.Elem())
				to.FieldByName("Valid").SetBool(true)
			}
		default:
			to.Set(from)
		}
	}
}

// shown returns what is shown of a row, and its ETag.
func (p *plan) shown(row reflect.Value) (any, string, error) {
	out := reflect.New(p.show.typ).Elem()
	p.show.get(row, out)
	text, err := json.Marshal(out.Interface())
	if err != nil {
		return nil, "", fmt.Errorf("show a %v: %w", row.Type(), err)
	}
	sum := sha256.Sum256(text)
	return out.Interface(), `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, nil
}
