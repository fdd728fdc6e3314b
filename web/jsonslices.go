package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// maxDepth is how deep slices are looked for. What is deeper is encoded as it
// is, and a value that contains itself is an error of the encoder.
const maxDepth = 500

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// jsonTypes remembers where types hold slices. The zero value knows none.
type jsonTypes struct {
	known sync.Map // reflect.Type to *jsonType
}

// jsonType is where values of a type can hold a slice that is encoded as a list.
type jsonType struct {
	holds  bool
	itself bool  // it is encoded by a method of its own
	fields []int // of a struct, those that can
}

// of returns what is known of a type.
func (ts *jsonTypes) of(t reflect.Type) *jsonType {
	if known, ok := ts.known.Load(t); ok {
		return known.(*jsonType)
	}
	return ts.learn(t, map[reflect.Type]*jsonType{})
}

// learn finds out about a type, and about those below it. A type that contains
// itself is taken to hold slices meanwhile, which costs time and nothing else.
func (ts *jsonTypes) learn(t reflect.Type, learning map[reflect.Type]*jsonType) *jsonType {
	if known, ok := ts.known.Load(t); ok {
		return known.(*jsonType)
	}
	if known := learning[t]; known != nil {
		return known
	}
	is := &jsonType{holds: true}
	learning[t] = is
	found := jsonType{itself: encodesItself(t)}
	switch kind := t.Kind(); {
	case found.itself:
	case kind == reflect.Slice:
		found.holds = !isBytes(t)
	case kind == reflect.Interface:
		found.holds = true
	case kind == reflect.Pointer, kind == reflect.Array, kind == reflect.Map:
		found.holds = ts.learn(t.Elem(), learning).holds
	case kind == reflect.Struct:
		for i := range t.NumField() {
			if field := t.Field(i); isEncoded(field) && ts.learn(field.Type, learning).holds {
				found.holds, found.fields = true, append(found.fields, i)
			}
		}
	}
	*is = found
	known, _ := ts.known.LoadOrStore(t, is)
	return known.(*jsonType)
}

// withSlices returns v with an empty slice for every nil one, so that lists
// without elements are [] and not null in JSON. v itself is not changed: what
// holds a nil slice is copied. Types that encode themselves, and bytes, stay.
func (ts *jsonTypes) withSlices(v any) any {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || !ts.lacks(rv, 0) {
		return v
	}
	f := filler{types: ts, above: map[uintptr]bool{}}
	return f.filled(rv, 0).Interface()
}

// lacks reports whether a nil slice is encoded somewhere in a value, or may be:
// it does not look for ever into one that contains itself.
func (ts *jsonTypes) lacks(v reflect.Value, depth int) bool {
	is := ts.of(v.Type())
	if !is.holds {
		return false
	}
	if depth > maxDepth {
		return true
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return true
		}
		return ts.anyLacks(v, depth)
	case reflect.Array:
		return ts.anyLacks(v, depth)
	case reflect.Map:
		if !ts.of(v.Type().Elem()).holds {
			return false
		}
		for _, value := range v.Seq2() {
			if ts.lacks(value, depth+1) {
				return true
			}
		}
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && ts.lacks(v.Elem(), depth+1)
	case reflect.Struct:
		for _, i := range is.fields {
			if ts.lacks(v.Field(i), depth+1) {
				return true
			}
		}
	}
	return false
}

func (ts *jsonTypes) anyLacks(v reflect.Value, depth int) bool {
	if !ts.of(v.Type().Elem()).holds {
		return false
	}
	for i := range v.Len() {
		if ts.lacks(v.Index(i), depth+1) {
			return true
		}
	}
	return false
}

// encodesItself reports whether the encoder leaves the writing to the type.
func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler) || t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
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

// filler fills one value.
type filler struct {
	types *jsonTypes
	above map[uintptr]bool // the pointers, maps and slices that lead here
}

// filled returns a copy of v without nil slices.
func (f filler) filled(v reflect.Value, depth int) reflect.Value {
	t := v.Type()
	is := f.types.of(t)
	if depth > maxDepth || is.itself {
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
		if v.IsNil() || !f.types.of(v.Elem().Type()).holds {
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
		for _, i := range is.fields {
			f.fillField(out.Field(i), depth)
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
	for _, i := range f.types.of(v.Type()).fields {
		f.fillField(v.Field(i), depth+1)
	}
}
