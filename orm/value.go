package orm

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// get returns the value of the field in the struct at p, in the form that
// codecs take ([database.Codec]), or nil for NULL.
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
	switch f.form {
	case formBool:
		return *(*bool)(p), nil
	case formInt:
		return f.integer(p)
	case formFloat:
		if f.base.Kind() == reflect.Float32 {
			return fitFloat(float64(*(*float32)(p)))
		}
		return fitFloat(*(*float64)(p))
	case formText:
		return fitText(*(*string)(p))
	case formBytes:
		b := *(*[]byte)(p)
		if b == nil {
			b = []byte{} // a nil slice is an empty value; NULL is a nil pointer
		}
		return b, nil
	case formTime:
		return *(*time.Time)(p), nil
	case formDate:
		return *(*civil.Date)(p), nil
	case formClock:
		return *(*civil.Clock)(p), nil
	case formDuration:
		return *(*time.Duration)(p), nil
	case formUUID:
		return *(*[16]byte)(p), nil
	case formDecimal:
		return f.decimal(p)
	case formJSON:
		return f.document(p)
	}
	return f.converted(p)
}

// integer reads a whole number.
func (f *field) integer(p unsafe.Pointer) (any, error) {
	switch f.base.Kind() {
	case reflect.Int:
		return int64(*(*int)(p)), nil
	case reflect.Int8:
		return int64(*(*int8)(p)), nil
	case reflect.Int16:
		return int64(*(*int16)(p)), nil
	case reflect.Int32:
		return int64(*(*int32)(p)), nil
	case reflect.Uint:
		return fitUint(uint64(*(*uint)(p)))
	case reflect.Uint8:
		return int64(*(*uint8)(p)), nil
	case reflect.Uint16:
		return int64(*(*uint16)(p)), nil
	case reflect.Uint32:
		return int64(*(*uint32)(p)), nil
	case reflect.Uint64:
		return fitUint(*(*uint64)(p))
	}
	return *(*int64)(p), nil
}

// converted reads what a type's own Value makes of it.
func (f *field) converted(p unsafe.Pointer) (any, error) {
	v, err := reflect.NewAt(f.base, p).Interface().(driver.Valuer).Value()
	if err != nil {
		return nil, err
	}
	switch x := v.(type) {
	case nil:
		return nil, fmt.Errorf("the Value of a %s is NULL, which only a pointer or a sql.Null[T] can be", f.base)
	case bool:
		if f.store.Kind == schema.Bool {
			return x, nil
		}
	case int64:
		if f.store.Kind == schema.Int64 {
			return x, nil
		}
	case float64:
		if f.store.Kind == schema.Float64 {
			return fitFloat(x)
		}
	case string:
		if f.store.Kind == schema.Text {
			return fitText(x)
		}
	case []byte:
		switch f.store.Kind {
		case schema.Text:
			return fitText(string(x))
		case schema.Bytes:
			return x, nil
		}
	case time.Time:
		if f.store.Kind == schema.Time {
			return x, nil
		}
	}
	return nil, fmt.Errorf("the Value of a %s is a %T, and the field's tag says type %v", f.base, v, f.store.Kind)
}

func fitUint(v uint64) (any, error) {
	if v > math.MaxInt64 {
		return nil, fmt.Errorf("%d is more than the database can hold", v)
	}
	return int64(v), nil
}

func fitFloat(v float64) (any, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("%v is not a number that can be stored", v)
	}
	return v + 0, nil // no minus zero, which SQLite does not keep
}

// fitText refuses what PostgreSQL refuses, so that both databases hold the
// same texts.
func fitText(s string) (any, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("the text is not valid UTF-8")
	}
	if strings.IndexByte(s, 0) >= 0 {
		return nil, errors.New("the text holds a NUL character")
	}
	return s, nil
}

// checkWrite refuses values that may be asked for but not stored: numbers and
// texts that are too long, and what is not among the choices.
func (f *field) checkWrite(v any) error {
	if n, ok := v.(int64); ok && n != int64(int16(n)) && f.form == formInt {
		if bits := f.columnBits(); n>>(bits-1) != n>>63 {
			sentence := fmt.Sprintf("%d is out of the range of %d bits", n, bits)
			return &database.Error{Kind: database.OutOfRange, Cause: fault.New(fault.Invalid, sentence)}
		}
	}
	// A text of no more bytes than Size has no more characters either.
	if n := f.store.Size; n > 0 {
		if s, ok := v.(string); ok && len(s) > n {
			if have := utf8.RuneCountInString(s); have > n {
				return fault.Newf(fault.Invalid, "%s has %d characters, and at most %d are allowed", f.name, have, n)
			}
		}
	}
	if n := f.indexed; n > 0 {
		have := 0
		switch v := v.(type) {
		case string:
			have = len(v)
		case []byte:
			have = len(v)
		}
		if have > n {
			sentence := fmt.Sprintf("the value has %d bytes, and at most %d can be indexed", have, n)
			return &database.Error{Kind: database.OutOfRange, Cause: fault.New(fault.Invalid, sentence)}
		}
	}
	if f.choices != nil && v != nil && !slices.Contains(f.choices, v) {
		return f.notAChoice(v)
	}
	return nil
}

// convert turns a value given to a condition or an assignment, of the field's
// base type, into the form that codecs take.
func (f *field) convert(v any) (any, error) {
	if f.form <= formTime {
		switch x := v.(type) {
		case string:
			return fitText(x)
		case int64:
			return x, nil
		case int:
			return int64(x), nil
		case bool:
			return x, nil
		case time.Time:
			return x, nil
		}
	}
	rv := reflect.ValueOf(v)
	p := reflect.New(f.base)
	switch {
	case !rv.IsValid() && f.form == formJSON: // the nil of an interface
	case !rv.IsValid():
		return nil, fmt.Errorf("nil does not fit a field of type %s", f.base)
	case rv.Type().AssignableTo(f.base):
		p.Elem().Set(rv)
	case rv.Kind() == f.base.Kind() && rv.Type().ConvertibleTo(f.base):
		p.Elem().Set(rv.Convert(f.base))
	default:
		return nil, fmt.Errorf("a %T does not fit a field of type %s", v, f.base)
	}
	return f.canonical(p.UnsafePointer())
}
