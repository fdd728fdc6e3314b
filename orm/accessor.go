package orm

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// Accessor reads and writes one field of structs of the model that P points to,
// by its place in the struct and without reflection: made by [AccessorOf]. It
// is safe for concurrent use. The zero Accessor and a nil row make its methods
// panic.
type Accessor[P, V any] struct{ a accessor }

type accessor struct {
	// made says that it is not the zero value, whose place is no field.
	made   bool
	offset uintptr
	null   nullForm
	// ref is the RefOf type of a foreign key, and rowAt where it has its row.
	ref   reflect.Type
	rowAt uintptr
}

// AccessorOf returns the accessor of the field of a descriptor:
//
//	title, err := orm.AccessorOf(Posts.Title)
//	...
//	text, _ := title.Get(&post)
//	title.Set(&post, "New")
//
// For a foreign key V is the key. An expression that is not a field, or a
// descriptor of a field that the struct does not have, is an error.
func AccessorOf[M, V any](column Expression[M, V]) (*Accessor[*M, V], error) {
	var e *expr
	if column != nil {
		e = column.expression(nil, nil)
	}
	a, err := accessorOf(e, reflect.TypeFor[M](), reflect.TypeFor[V]())
	if err != nil {
		return nil, err
	}
	return &Accessor[*M, V]{a}, nil
}

func accessorOf(e *expr, model, value reflect.Type) (a accessor, err error) {
	if e == nil || e.kind != exprField || model.Kind() != reflect.Struct {
		return a, fmt.Errorf("orm: an accessor of %s is of a column of a struct, not of an expression or of nil", model)
	}
	sf, ok := model.FieldByName(e.field)
	if !ok {
		return a, fmt.Errorf("orm: %s has no field %s", model, e.field)
	}
	for t, path := model, sf.Index; len(path) > 0; path = path[1:] {
		if t.Kind() != reflect.Struct {
			return a, fmt.Errorf("orm: field %s of %s is in a struct embedded as a pointer; embed the struct itself", e.field, model)
		}
		f := t.Field(path[0])
		a.offset += f.Offset
		t = f.Type
	}
	t := sf.Type
	switch {
	case t.Kind() == reflect.Pointer:
		a.null, t = nullPointer, t.Elem()
	case isNull(t):
		a.null, t = nullStruct, t.Field(0).Type
	}
	if ref, ok := refTypeOf(t); ok { // its key is its first field
		a.ref, a.rowAt, t = t, ref.rowAt, ref.key
	}
	if t != value {
		return a, fmt.Errorf("orm: field %s of %s holds a %s, not a %s", e.field, model, t, value)
	}
	a.made = true
	return a, nil
}

// at returns where the field is in the struct at row.
func (a *accessor) at(row unsafe.Pointer) unsafe.Pointer {
	switch {
	case a == nil || !a.made:
		panic(errZeroAccessor)
	case row == nil: // a field far after would be where something else may be
		panic(errNoStruct)
	}
	return unsafe.Add(row, a.offset)
}

var errZeroAccessor = errors.New("orm: an accessor is the zero Accessor; make it with orm.AccessorOf")

// newReference makes the foreign key at a field refer to no loaded row, and
// returns where its key is.
func (a *accessor) newReference(at unsafe.Pointer) unsafe.Pointer {
	if a.null == nullPointer {
		p := reflect.New(a.ref).UnsafePointer()
		*(*unsafe.Pointer)(at) = p
		return p
	}
	*(*unsafe.Pointer)(unsafe.Add(at, a.rowAt)) = nil
	return at
}

// Get returns the value of the field in row, and false if it is NULL.
//
//go:noinline
func (a *Accessor[P, V]) Get(row P) (v V, ok bool) {
	at := (*accessor)(unsafe.Pointer(a)).at(*(*unsafe.Pointer)(unsafe.Pointer(&row)))
	switch a.a.null {
	case nullPointer:
		p := *(**V)(at)
		if p == nil {
			return v, false
		}
		return *p, true
	case nullStruct:
		n := (*sql.Null[V])(at)
		return n.V, n.Valid
	}
	return *(*V)(at), true
}

// Set gives the field in row a value. For a foreign key, a row that was loaded
// is forgotten.
//
//go:noinline
func (a *Accessor[P, V]) Set(row P, v V) {
	at := (*accessor)(unsafe.Pointer(a)).at(*(*unsafe.Pointer)(unsafe.Pointer(&row)))
	if a.a.ref != nil {
		*(*V)(a.a.newReference(at)) = v
		return
	}
	switch a.a.null {
	case nullPointer:
		*(**V)(at) = &v
	case nullStruct:
		*(*sql.Null[V])(at) = sql.Null[V]{V: v, Valid: true}
	default:
		*(*V)(at) = v
	}
}

// SetNull makes the field in row NULL, and reports whether it can be.
//
//go:noinline
func (a *Accessor[P, V]) SetNull(row P) bool {
	at := (*accessor)(unsafe.Pointer(a)).at(*(*unsafe.Pointer)(unsafe.Pointer(&row)))
	switch a.a.null {
	case nullPointer:
		*(**V)(at) = nil
	case nullStruct:
		*(*sql.Null[V])(at) = sql.Null[V]{}
	default:
		return false
	}
	return true
}
