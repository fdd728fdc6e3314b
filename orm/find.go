package orm

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Find returns the row of T with that primary key:
//
//	post, err := orm.Find[Post](ctx, db, id)
//
// The error is [ErrNotFound] if there is none. A key of several fields is given
// in the order of the struct:
//
//	shelf, err := orm.Find[Shelf](ctx, db, room, number)
//
// [Query.Lookup] is for a row that need not be there. Whole numbers of any type may be given for a key
// that is one; a key of another type than the field's is an error.
func Find[T any](ctx context.Context, h database.Handle, key ...any) (row T, err error) {
	err = findByKey(ctx, h, reflect.TypeFor[T](), unsafe.Pointer(&row), key)
	return row, err
}

func findByKey(ctx context.Context, h database.Handle, model reflect.Type, ptr unsafe.Pointer, key []any) error {
	q := &query{h: h, model: model, limit: -1}
	p, err := q.plan()
	if err != nil {
		return err
	}
	if len(key) != len(p.keys) {
		return fmt.Errorf("orm: Find of %s: the key has %d fields, %s, and %d values are given", p.model, len(p.keys), describe(p.keys), len(key))
	}
	for i, f := range p.keys {
		v, err := f.keyValue(key[i])
		if err != nil {
			return fieldError(p.model, f, err)
		}
		q.where = append(q.where, &node{op: opEq, field: f.name, value: v})
	}
	found, err := q.one(ctx, p, ptr)
	if err == nil && !found {
		err = q.notOne(0)
	}
	return err
}

// keyValue returns a key as a value of the field's type.
func (f *field) keyValue(key any) (any, error) {
	v := reflect.ValueOf(key)
	switch {
	case !v.IsValid():
		return nil, fmt.Errorf("the key is nil")
	case v.Type() == f.base:
		return key, nil
	case v.Kind() == f.base.Kind() && v.CanConvert(f.base):
		return v.Convert(f.base).Interface(), nil
	case v.CanInt() && f.base.Kind() >= reflect.Int && f.base.Kind() <= reflect.Uint64:
		out := v.Convert(f.base)
		if out.CanInt() && out.Int() == v.Int() || out.CanUint() && v.Int() >= 0 && out.Uint() == uint64(v.Int()) {
			return out.Interface(), nil
		}
		return nil, fmt.Errorf("the key %d is out of range for %s", key, f.base)
	case v.CanUint() && f.base.Kind() >= reflect.Int && f.base.Kind() <= reflect.Uint64:
		out := v.Convert(f.base)
		if out.CanUint() && out.Uint() == v.Uint() || out.CanInt() && out.Int() >= 0 && uint64(out.Int()) == v.Uint() {
			return out.Interface(), nil
		}
		return nil, fmt.Errorf("the key %d is out of range for %s", key, f.base)
	}
	return nil, fmt.Errorf("the key %v is a %T, and the field is a %s", key, key, f.base)
}
