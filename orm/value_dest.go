package orm

import (
	"database/sql"
	"reflect"
	"time"
	"unsafe"

	"github.com/volaweb/vola/civil"
)

// dest returns a pointer to the field in the struct at p for a driver, or the
// dialect's scanner, to scan into. Its static type is a basic one, whatever
// the field's declared type: a named type lies in memory as the type that it
// is made of. Fields that need a receiver have no dest.
func (f *field) dest(p unsafe.Pointer) any {
	p = unsafe.Add(p, f.offset)
	switch f.form {
	case formBool:
		return pointer[bool](f.null, p)
	case formInt:
		return f.integerDest(p)
	case formFloat:
		return pointer[float64](f.null, p)
	case formText:
		return pointer[string](f.null, p)
	case formBytes:
		return pointer[[]byte](f.null, p)
	case formDate:
		return pointer[civil.Date](f.null, p)
	case formClock:
		return pointer[civil.Clock](f.null, p)
	case formDuration:
		return pointer[time.Duration](f.null, p)
	case formUUID:
		return pointer[[16]byte](f.null, p)
	}
	return pointer[time.Time](f.null, p)
}

func (f *field) integerDest(p unsafe.Pointer) any {
	switch f.base.Kind() {
	case reflect.Int:
		return pointer[int](f.null, p)
	case reflect.Int8:
		return pointer[int8](f.null, p)
	case reflect.Int16:
		return pointer[int16](f.null, p)
	case reflect.Int32:
		return pointer[int32](f.null, p)
	case reflect.Uint:
		return pointer[uint](f.null, p)
	case reflect.Uint8:
		return pointer[uint8](f.null, p)
	case reflect.Uint16:
		return pointer[uint16](f.null, p)
	case reflect.Uint32:
		return pointer[uint32](f.null, p)
	case reflect.Uint64:
		return pointer[uint64](f.null, p)
	}
	return pointer[int64](f.null, p)
}

// pointer returns p as a pointer to a T, to a pointer to one, or to a sql.Null
// of one.
func pointer[T any](null nullForm, p unsafe.Pointer) any {
	switch null {
	case nullPointer:
		return (**T)(p)
	case nullStruct:
		return (*sql.Null[T])(p)
	}
	return (*T)(p)
}
