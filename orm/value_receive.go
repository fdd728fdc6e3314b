package orm

import (
	"database/sql"
	"fmt"
	"math"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/schema"
)

// receiver takes the value of a field that neither the driver nor the
// dialect's scanner can write into the struct.
type receiver struct {
	field *field
	row   unsafe.Pointer // the struct
}

var _ sql.Scanner = (*receiver)(nil)

// receives reports whether the field needs a receiver.
func (f *field) receives() bool {
	switch f.form {
	case formDecimal, formJSON, formValuer:
		return true
	case formFloat:
		// pgx makes an infinity of a float64 that is too large.
		return f.base.Kind() == reflect.Float32
	}
	return f.ref != nil && f.null == nullPointer
}

// Scan implements [sql.Scanner]. The value is what the driver gives, or, where
// the dialect has a scanner of its own, what that makes of it.
func (r *receiver) Scan(src any) error {
	f := r.field
	at := unsafe.Add(r.row, f.offset)
	switch f.null {
	case nullPointer:
		if src == nil {
			*(*unsafe.Pointer)(at) = nil
			return nil
		}
		// The key of a reference lies at its beginning.
		v := reflect.New(f.typ.Elem()).UnsafePointer()
		if err := f.put(v, src); err != nil {
			return err
		}
		*(*unsafe.Pointer)(at) = v
		return nil
	case nullStruct:
		if src == nil {
			reflect.NewAt(f.typ, at).Elem().SetZero()
			return nil
		}
		*(*bool)(unsafe.Add(at, f.validAt)) = true
	default:
		if src == nil {
			return fmt.Errorf("the column is NULL, and a %s cannot be", f.base)
		}
	}
	return f.put(at, src)
}

// put writes a value into the variable of the field's base type at p.
func (f *field) put(p unsafe.Pointer, src any) error {
	switch f.form {
	case formDecimal:
		return f.putDecimal(p, src)
	case formJSON:
		return f.putDocument(p, src)
	case formValuer:
		if n, ok := src.(int64); ok && f.store.Kind == schema.Bool {
			src = n != 0 // SQLite has no other type for them
		}
		return reflect.NewAt(f.base, p).Interface().(sql.Scanner).Scan(src)
	}
	to := reflect.NewAt(f.base, p).Elem()
	switch v := src.(type) {
	case int64:
		switch {
		case to.CanInt() && !to.OverflowInt(v):
			to.SetInt(v)
			return nil
		case to.CanUint() && v >= 0 && !to.OverflowUint(uint64(v)):
			to.SetUint(uint64(v))
			return nil
		case to.CanInt() || to.CanUint():
			return fmt.Errorf("%d is out of the range of a %s", v, f.base)
		}
	case float64:
		if to.CanFloat() {
			if f.base.Kind() == reflect.Float32 && math.Abs(v) > math.MaxFloat32 {
				return fmt.Errorf("%v is out of the range of a %s", v, f.base)
			}
			to.SetFloat(v)
			return nil
		}
	}
	if v := reflect.ValueOf(src); v.Kind() == to.Kind() && v.CanConvert(f.base) {
		to.Set(v.Convert(f.base))
		return nil
	}
	return fmt.Errorf("a %T does not fit a %s", src, f.base)
}
