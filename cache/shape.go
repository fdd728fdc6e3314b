package cache

import (
	"cmp"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// shapeOf returns a short text that is another for each form that values of a type have as JSON,
// or why they cannot be kept.
func shapeOf(t reflect.Type) (string, error) {
	var text strings.Builder
	if err := describe(&text, t, "", map[reflect.Type]bool{}); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(text.String()))
	return base64.RawURLEncoding.EncodeToString(sum[:6]), nil
}

// describe writes what JSON of the type looks like. seen are the types around it.
func describe(text *strings.Builder, t reflect.Type, path string, seen map[reflect.Type]bool) error {
	if writesItself(t) {
		text.WriteString(t.String())
		return nil
	}
	if seen[t] {
		text.WriteString("^" + t.String())
		return nil
	}
	seen[t] = true
	defer delete(seen, t)
	text.WriteString(t.Kind().String())
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return describe(text, t.Elem(), path, seen)
	case reflect.Array:
		fmt.Fprint(text, t.Len())
		return describe(text, t.Elem(), path, seen)
	case reflect.Map:
		if !isKey(t.Key()) {
			return fmt.Errorf("%s has keys of type %v, which encoding/json does not write; keep another type", strings.TrimSuffix("the value "+path, "."), t.Key())
		}
		if err := describe(text, t.Key(), path, seen); err != nil {
			return err
		}
		return describe(text, t.Elem(), path, seen)
	case reflect.Struct:
		if err := checkNames(t, t, "", map[string]string{}, map[reflect.Type]bool{}); err != nil {
			return err
		}
		text.WriteString("{")
		for f := range t.Fields() {
			if !f.IsExported() || f.Tag.Get("json") == "-" {
				return fmt.Errorf("the field %s of %v would be lost, as encoding/json does not write it; export it, or keep another type", path+f.Name, t)
			}
			fmt.Fprintf(text, "%s %q ", f.Name, f.Tag.Get("json"))
			if err := describe(text, f.Type, path+f.Name+".", seen); err != nil {
				return err
			}
			text.WriteString(";")
		}
		text.WriteString("}")
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Errorf("%s has type %v, which encoding/json does not read back; keep another type", strings.TrimSuffix("the value "+path, "."), t)
	}
	return nil
}

// checkNames refuses two fields of a struct that have one name in JSON, also by structs that are
// embedded: one of them, or both, would be lost. taken has the fields by their names.
func checkNames(of, t reflect.Type, path string, taken map[string]string, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	defer delete(seen, t)
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if f.Anonymous && name == "" && inner.Kind() == reflect.Struct {
			if err := checkNames(of, inner, path+f.Name+".", taken, seen); err != nil {
				return err
			}
			continue
		}
		name = cmp.Or(name, f.Name)
		if other, ok := taken[name]; ok {
			return fmt.Errorf("the fields %s and %s of %v are both called %q in JSON, which keeps at most one of them; give one another name by its tag json", other, path+f.Name, of, name)
		}
		taken[name] = path + f.Name
	}
	return nil
}

// isKey reports whether encoding/json has maps with keys of a type.
func isKey(t reflect.Type) bool {
	return t.Kind() == reflect.String || reflect.Int <= t.Kind() && t.Kind() <= reflect.Uintptr ||
		t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && writesText(t) // keys have no address
}

// writesItself reports whether a type says itself how it is written and read.
func writesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) && p.Implements(reflect.TypeFor[json.Unmarshaler]()) || writesText(t)
}

func writesText(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
