package orm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/internal/jsonform"
)

// document reads a value as a JSON document.
func (f *field) document(p unsafe.Pointer) (any, error) {
	v := reflect.NewAt(f.base, p)
	if f.base == rawJSONType && v.Elem().IsNil() {
		return "null", nil
	}
	text, err := jsonform.Marshal(v.Interface())
	if err != nil {
		return nil, err
	}
	if err := jsonform.Check(text, f.base == rawJSONType); err != nil {
		return nil, err
	}
	return canonicalJSON(text)
}

// putDocument decodes a JSON document into the variable at p.
func (f *field) putDocument(p unsafe.Pointer, src any) error {
	var text []byte
	switch v := src.(type) {
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("a %T is not a JSON document", src)
	}
	v := reflect.NewAt(f.base, p)
	v.Elem().SetZero() // or what the variable held would be mixed in
	return json.Unmarshal(text, v.Interface())
}

// canonicalJSON returns a document in the one form that is stored. Numbers that
// no float64 comes near are refused, because PostgreSQL has its limits there.
func canonicalJSON(text []byte) (string, error) {
	return jsonform.Form(text, func(number string) error {
		digits, _, _ := strings.Cut(strings.ToLower(number), "e")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || n == 0 && strings.Trim(digits, "-0.") != "" {
			return fmt.Errorf("the JSON document holds the number %.40s, which is out of range", number)
		}
		return nil
	})
}
