package orm

import (
	"database/sql"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// get returns the value of the field in the struct at p, in the form that
// codecs take: bool, int64, float64, string, []byte, time.Time, time.Duration,
// or nil for NULL.
func (f *field) get(p unsafe.Pointer) (any, error) {
	p = unsafe.Add(p, f.offset)
	switch f.null {
	case nullPointer:
		if p = *(*unsafe.Pointer)(p); p == nil {
			return nil, nil
		}
	case nullStruct:
		if !*(*bool)(unsafe.Add(p, f.validAt)) {
			return nil, nil
		}
	}
	return f.canonical(p)
}

// canonical reads the value at p, which is of the field's base type.
func (f *field) canonical(p unsafe.Pointer) (any, error) {
	switch f.base.Kind() {
	case reflect.Bool:
		return *(*bool)(p), nil
	case reflect.Int:
		return int64(*(*int)(p)), nil
	case reflect.Int8:
		return int64(*(*int8)(p)), nil
	case reflect.Int16:
		return int64(*(*int16)(p)), nil
	case reflect.Int32:
		return int64(*(*int32)(p)), nil
	case reflect.Int64:
		if f.store.Kind == schema.Duration {
			return *(*time.Duration)(p), nil
		}
		return *(*int64)(p), nil
	case reflect.Uint:
		return f.fitUint(uint64(*(*uint)(p)))
	case reflect.Uint8:
		return int64(*(*uint8)(p)), nil
	case reflect.Uint16:
		return int64(*(*uint16)(p)), nil
	case reflect.Uint32:
		return int64(*(*uint32)(p)), nil
	case reflect.Uint64:
		return f.fitUint(*(*uint64)(p))
	case reflect.Float32:
		return f.fitFloat(float64(*(*float32)(p)))
	case reflect.Float64:
		return f.fitFloat(*(*float64)(p))
	case reflect.String:
		return f.fitText(*(*string)(p))
	case reflect.Slice:
		b := *(*[]byte)(p)
		if b == nil {
			b = []byte{} // a nil slice is an empty value; NULL is a nil pointer
		}
		return b, nil
	}
	return *(*time.Time)(p), nil
}

func (f *field) fitUint(v uint64) (any, error) {
	if v > math.MaxInt64 {
		return nil, fmt.Errorf("%d is more than the database can hold", v)
	}
	return int64(v), nil
}

func (f *field) fitFloat(v float64) (any, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("%v is not a number that can be stored", v)
	}
	return v, nil
}

// fitText refuses what PostgreSQL refuses, so that both databases hold the
// same texts.
func (f *field) fitText(s string) (any, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("the text is not valid UTF-8")
	}
	if strings.IndexByte(s, 0) >= 0 {
		return nil, fmt.Errorf("the text holds a NUL character")
	}
	// A text of no more bytes than Size has no more characters either.
	if n := f.store.Size; n > 0 && len(s) > n {
		if have := utf8.RuneCountInString(s); have > n {
			return nil, fault.Newf(fault.Invalid, "%s has %d characters, and at most %d are allowed", f.name, have, n)
		}
	}
	return s, nil
}

// convert turns a value given to a condition or an assignment, of the field's
// base type, into the form that codecs take.
func (f *field) convert(v any) (any, error) {
	switch x := v.(type) {
	case string:
		return f.fitText(x)
	case int64:
		return x, nil
	case int:
		return int64(x), nil
	case bool:
		return x, nil
	case time.Time:
		return x, nil
	}
	rv := reflect.ValueOf(v)
	if rv.IsValid() && rv.Type() != f.base && rv.Kind() == f.base.Kind() {
		rv = rv.Convert(f.base)
	}
	if !rv.IsValid() || rv.Type() != f.base {
		return nil, fmt.Errorf("a %T does not fit a field of type %s", v, f.base)
	}
	p := reflect.New(f.base)
	p.Elem().Set(rv)
	return f.canonical(p.UnsafePointer())
}

// dest returns a pointer to the field in the struct at p for a driver to scan
// into; its static type is a basic one, whatever the field's declared type.
func (f *field) dest(p unsafe.Pointer) any {
	p = unsafe.Add(p, f.offset)
	switch f.null {
	case nullPointer:
		if f.ref != nil {
			return &refScanner{typ: f.typ.Elem(), to: (*unsafe.Pointer)(p)}
		}
		return f.pointerDest(p)
	case nullStruct:
		return reflect.NewAt(f.typ, p).Interface()
	}
	switch f.base.Kind() {
	case reflect.Bool:
		return (*bool)(p)
	case reflect.Int:
		return (*int)(p)
	case reflect.Int8:
		return (*int8)(p)
	case reflect.Int16:
		return (*int16)(p)
	case reflect.Int32:
		return (*int32)(p)
	case reflect.Int64:
		if f.store.Kind == schema.Duration {
			return (*time.Duration)(p)
		}
		return (*int64)(p)
	case reflect.Uint:
		return (*uint)(p)
	case reflect.Uint8:
		return (*uint8)(p)
	case reflect.Uint16:
		return (*uint16)(p)
	case reflect.Uint32:
		return (*uint32)(p)
	case reflect.Uint64:
		return (*uint64)(p)
	case reflect.Float32:
		return (*float32)(p)
	case reflect.Float64:
		return (*float64)(p)
	case reflect.String:
		return (*string)(p)
	case reflect.Slice:
		return (*[]byte)(p)
	}
	return (*time.Time)(p)
}

// pointerDest returns a pointer to the pointer at p. A pointer to a named type
// has the same representation as one to the basic type beneath it.
func (f *field) pointerDest(p unsafe.Pointer) any {
	switch f.base.Kind() {
	case reflect.Bool:
		return (**bool)(p)
	case reflect.Int:
		return (**int)(p)
	case reflect.Int8:
		return (**int8)(p)
	case reflect.Int16:
		return (**int16)(p)
	case reflect.Int32:
		return (**int32)(p)
	case reflect.Int64:
		if f.store.Kind == schema.Duration {
			return (**time.Duration)(p)
		}
		return (**int64)(p)
	case reflect.Uint:
		return (**uint)(p)
	case reflect.Uint8:
		return (**uint8)(p)
	case reflect.Uint16:
		return (**uint16)(p)
	case reflect.Uint32:
		return (**uint32)(p)
	case reflect.Uint64:
		return (**uint64)(p)
	case reflect.Float32:
		return (**float32)(p)
	case reflect.Float64:
		return (**float64)(p)
	case reflect.String:
		return (**string)(p)
	case reflect.Slice:
		return (**[]byte)(p)
	}
	return (**time.Time)(p)
}

// refScanner scans a foreign key that may be NULL into a pointer to a RefKey.
type refScanner struct {
	typ reflect.Type // the RefKey
	to  *unsafe.Pointer
}

var _ sql.Scanner = (*refScanner)(nil)

// Scan implements [sql.Scanner].
func (s *refScanner) Scan(src any) error {
	if src == nil {
		*s.to = nil
		return nil
	}
	ref := reflect.New(s.typ)
	if err := ref.Interface().(anyRef).scanKey(src); err != nil {
		return err
	}
	*s.to = ref.UnsafePointer()
	return nil
}
