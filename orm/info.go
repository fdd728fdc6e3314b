package orm

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// FieldInfo are the facts of a stored field of a model, for programs that work
// with models they do not know: forms, an admin, an export.
type FieldInfo struct {
	Name   string       // Go name
	Column string       // in the database
	Table  string       // that has the column
	Type   reflect.Type // of the values in Go, without a pointer or sql.Null
	Kind   schema.Kind  // of the column
	// Size is the most characters of a text, 0 for no limit. Precision and
	// Scale are the digits of a decimal, in all and after the point.
	Size, Precision, Scale int
	Null                   bool
	Key                    bool // the primary key or a part of it
	Auto                   bool // a key that the database numbers
	Unique                 bool // by itself: by its tag or as the only key
	UniqueIn               bool // a part of a key or of an orm.Unique, with others or under a condition
	Index                  bool // has an index, or an index begins with it
	Default                bool // has a default
	// DefaultValue is the default as a value of Type, of a field that is a
	// number, text or a bool; else nil.
	DefaultValue        any
	Generated           bool // computed by the database, never written
	AutoNow, AutoNowAdd bool
	Version, SoftDelete bool
	// Choices are the values that may be written; nil allows all.
	Choices []Choice
	// References is the model that a foreign key refers to, else nil.
	References reflect.Type
}

// ModelsOf returns the models of the database of h.
func ModelsOf(h database.Handle) (*Models, error) {
	b, err := bindingOf(h)
	if err != nil {
		return nil, err
	}
	return b.models, nil
}

// ModelInfo are the facts of a model, for programs that work with models they do not know.
type ModelInfo struct {
	Type   reflect.Type // of its struct
	Module string
	Table  string
}

// List returns the facts of all models, in the order of their modules and declarations.
func (ms *Models) List() []ModelInfo {
	out := make([]ModelInfo, len(ms.all))
	for i, m := range ms.all {
		out[i] = ModelInfo{Type: m.typ, Module: m.module, Table: m.table}
	}
	return out
}

// Fields returns the facts of all stored fields of a model, in the order of the
// struct. The error names the type if it is not a model.
func (ms *Models) Fields(model reflect.Type) ([]FieldInfo, error) {
	m := ms.model(model)
	if m == nil {
		return nil, fmt.Errorf("orm: %v is not a model; add orm.Model[%v]() to its module's Models", model, model)
	}
	out := make([]FieldInfo, len(m.fields))
	for i, f := range m.fields {
		out[i] = m.info(f)
	}
	return out, nil
}

// model returns a model by its type, nil if there is none.
func (ms *Models) model(t reflect.Type) *model {
	if ms == nil {
		return nil
	}
	return ms.byType[t]
}

// Info returns the facts of one field:
//
//	info, err := orm.Info(models, Posts.Title)
func Info[M any](ms *Models, field Field[M]) (FieldInfo, error) {
	return ms.infoOf(reflect.TypeFor[M](), fieldNames([]Field[M]{field})[0])
}

func (ms *Models) infoOf(model reflect.Type, name string) (FieldInfo, error) {
	m := ms.model(model)
	if m == nil {
		return FieldInfo{}, fmt.Errorf("orm: %v is not a model; add orm.Model[%v]() to its module's Models", model, model)
	}
	f := m.fieldNamed(name)
	if f == nil {
		return FieldInfo{}, fmt.Errorf("orm: %s has no field %s", m, name)
	}
	return m.info(f), nil
}

func (m *model) info(f *field) FieldInfo {
	out := FieldInfo{
		Name: f.name, Column: f.column, Table: m.table, Type: f.base, Kind: f.columnType().Kind,
		Size: f.store.Size, Null: f.null != notNull,
		Key: slices.Contains(m.keys, f), Auto: f.auto,
		Unique: f.tag.unique || f == m.key, Default: f.tag.hasDefault, Generated: f.tag.generated != "",
		AutoNow: f.tag.autoNow, AutoNowAdd: f.tag.autoNowAdd, Version: f.tag.version, SoftDelete: f.tag.softDelete,
	}
	if f.store.Kind == schema.Decimal {
		out.Precision, out.Scale = f.store.Precision, f.store.Scale
	}
	if f.ref != nil {
		out.References = f.ref.target
	}
	out.UniqueIn = out.Key && len(m.keys) > 1
	for _, x := range m.indexes {
		in := slices.ContainsFunc(x.parts, func(p indexPart) bool { return p.field == f.name })
		out.UniqueIn = out.UniqueIn || x.unique && in
	}
	if f.defaultSet() {
		v := reflect.New(f.base)
		if err := f.put(v.UnsafePointer(), f.def.Value); err == nil {
			out.DefaultValue = v.Elem().Interface()
		}
	}
	for _, x := range m.orderings() {
		out.Index = out.Index || x.parts[0].Column == f.column
	}
	if c, ok := reflect.New(f.base).Interface().(Chooser); ok && f.ref == nil {
		for _, choice := range c.Choices() {
			if choice.Label == "" {
				choice.Label = fmt.Sprint(choice.Value)
			}
			out.Choices = append(out.Choices, choice)
		}
	}
	return out
}
