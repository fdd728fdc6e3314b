package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// maxDepth is how deep slices are looked for. What is deeper is encoded as it
// is, and a value that contains itself is an error of the encoder.
const maxDepth = 500

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// withSlices returns v with an empty slice for every nil one, so that lists
// without elements are [] and not null in JSON. v itself is not changed: what
// holds a slice is copied. Types that encode themselves, and bytes, stay.
func withSlices(v any) any {
	rv, f := reflect.ValueOf(v), filler{types: map[reflect.Type]bool{}, above: map[uintptr]bool{}}
	if !rv.IsValid() || !f.holdsSlices(rv.Type()) {
		return v
	}
	return f.filled(rv, 0).Interface()
}

// filler fills one value.
type filler struct {
	types map[reflect.Type]bool // whether a value can hold a slice that is encoded as a list
	above map[uintptr]bool      // the pointers, maps and slices that lead here
}

// encodesItself reports whether the encoder leaves the writing to the type.
func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler) || t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
}

// holdsSlices reports whether a value of the type can hold such a slice.
func (f filler) holdsSlices(t reflect.Type) bool {
	known, ok := f.types[t]
	if !ok {
		f.types[t] = true // what a type that contains itself is taken for meanwhile
		known = f.looksInto(t)
		f.types[t] = known
	}
	return known
}

func (f filler) looksInto(t reflect.Type) bool {
	if encodesItself(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Slice:
		return !isBytes(t)
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Array, reflect.Map:
		return f.holdsSlices(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if field := t.Field(i); isEncoded(field) && f.holdsSlices(field.Type) {
				return true
			}
		}
	}
	return false
}

// isBytes reports whether the encoder writes a slice as text in base64.
func isBytes(t reflect.Type) bool {
	return t.Elem().Kind() == reflect.Uint8 && !encodesItself(t.Elem())
}

// isEncoded reports whether the encoder looks at a field. A nil slice that is
// left out because it is zero would not be left out when it is empty.
func isEncoded(f reflect.StructField) bool {
	tag := f.Tag.Get("json")
	_, options, _ := strings.Cut(tag, ",")
	for option := range strings.SplitSeq(options, ",") {
		if option == "omitzero" {
			return false
		}
	}
	return tag != "-" && (f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct)
}

// filled returns a copy of v without nil slices.
func (f filler) filled(v reflect.Value, depth int) reflect.Value {
	t := v.Type()
	if depth > maxDepth || encodesItself(t) {
		return v
	}
	if k := t.Kind(); k == reflect.Pointer || k == reflect.Map || k == reflect.Slice && v.Len() > 0 {
		at := v.Pointer()
		if f.above[at] {
			return v // it contains itself, which the encoder will say
		}
		f.above[at] = true
		defer delete(f.above, at)
	}
	switch t.Kind() {
	case reflect.Slice:
		if isBytes(t) {
			return v
		}
		out := reflect.MakeSlice(t, v.Len(), v.Len())
		f.fillEach(out, v, depth)
		return out
	case reflect.Array:
		out := reflect.New(t).Elem()
		f.fillEach(out, v, depth)
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(t, v.Len())
		for key, value := range v.Seq2() {
			out.SetMapIndex(key, f.filled(value, depth+1))
		}
		return out
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || !f.holdsSlices(v.Elem().Type()) {
			return v
		}
		out := reflect.New(t).Elem()
		if t.Kind() == reflect.Pointer {
			out.Set(reflect.New(t.Elem()))
			out.Elem().Set(f.filled(v.Elem(), depth+1))
		} else {
			out.Set(f.filled(v.Elem(), depth+1))
		}
		return out
	case reflect.Struct:
		out := reflect.New(t).Elem()
		out.Set(v)
		for i := range t.NumField() {
			if isEncoded(t.Field(i)) && f.holdsSlices(t.Field(i).Type) {
				f.fillField(out.Field(i), depth)
			}
		}
		return out
	}
	return v
}

func (f filler) fillEach(out, v reflect.Value, depth int) {
	for i := range v.Len() {
		out.Index(i).Set(f.filled(v.Index(i), depth+1))
	}
}

// fillField fills a field in its place: one of an embedded struct that is not
// exported cannot be set, but its own fields can.
func (f filler) fillField(v reflect.Value, depth int) {
	if v.CanSet() {
		v.Set(f.filled(v, depth+1))
		return
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); isEncoded(field) && f.holdsSlices(field.Type) {
			f.fillField(v.Field(i), depth+1)
		}
	}
}
