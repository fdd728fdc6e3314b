// Package jsonfields says which fields of a struct JSON has, and under which names, by
// the rules of encoding/json.
package jsonfields

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// Field is a field of a struct, or of one that is embedded in it.
type Field struct {
	reflect.StructField
	Name      string // in JSON
	Path      []int  // where it is, for reflect.Value.FieldByIndex
	OmitEmpty bool   // it is left out when it is empty or zero
	Quoted    bool   // a number or bool that is written as text
	tagged    bool
}

// Value returns the field of a struct that can be set. A pointer to an embedded struct
// that is nil on the way is set to a new one.
func (f Field) Value(v reflect.Value) reflect.Value {
	for i, n := range f.Path {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v
}

// Of returns the fields of a struct in their order. Those with a tag path, query or header are
// not in the body of a request, see package web/api. Of several with one name that
// which is embedded least deeply counts, then that which is named by a tag; if that does
// not tell them apart, none does.
func Of(t reflect.Type) []Field {
	all := collect(t, nil, nil)
	var out []Field
	for _, f := range all {
		better := func(g Field) bool {
			return g.Name == f.Name && (len(g.Path) < len(f.Path) || len(g.Path) == len(f.Path) && g.tagged && !f.tagged)
		}
		same := func(g Field) bool {
			return g.Name == f.Name && len(g.Path) == len(f.Path) && g.tagged == f.tagged && !slices.Equal(g.Path, f.Path)
		}
		if !slices.ContainsFunc(all, better) && !slices.ContainsFunc(all, same) {
			out = append(out, f)
		}
	}
	return out
}

func collect(t reflect.Type, path []int, above []reflect.Type) []Field {
	if slices.Contains(above, t) {
		return nil
	}
	above = append(slices.Clip(above), t)
	var out []Field
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("json")
		if tag == "-" || elsewhere(sf) {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		at := append(slices.Clip(path), i)
		inner := sf.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if sf.Anonymous && name == "" && inner.Kind() == reflect.Struct && (sf.IsExported() || sf.Type.Kind() == reflect.Struct) {
			out = append(out, collect(inner, at, above)...)
			continue
		}
		if !sf.IsExported() {
			continue
		}
		f := Field{StructField: sf, Name: cmp.Or(name, sf.Name), Path: at, tagged: name != ""}
		for option := range strings.SplitSeq(options, ",") {
			f.OmitEmpty = f.OmitEmpty || option == "omitempty" || option == "omitzero"
			f.Quoted = f.Quoted || option == "string" && isScalar(inner)
		}
		out = append(out, f)
	}
	return out
}

// elsewhere reports whether a field is read from another part of a request than its body.
func elsewhere(f reflect.StructField) bool {
	for _, key := range [...]string{"path", "query", "header"} {
		if _, has := f.Tag.Lookup(key); has {
			return true
		}
	}
	return false
}

func isScalar(t reflect.Type) bool {
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Float64 || t.Kind() == reflect.String
}
