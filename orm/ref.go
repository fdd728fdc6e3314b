package orm

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/fault"
)

// Ref is a foreign key to a model whose key is an int64. See [RefKey].
type Ref[T any] = RefKey[T, int64]

// RefKey is a foreign key: the key of one row of T, in the column named after
// the field with "_id" behind it, and the row itself when a query was asked to
// load it. Its zero value refers to the row with the zero key, which normally
// does not exist; a reference that may be absent is a pointer to a RefKey.
type RefKey[T any, K comparable] struct {
	// ID is the key of the row referred to.
	ID  K
	row *T
}

// Get returns the row referred to. The error says what to add to the query
// when the row was not loaded.
func (r RefKey[T, K]) Get() (*T, error) {
	if r.row == nil {
		return nil, notLoaded(reflect.TypeFor[T]())
	}
	return r.row, nil
}

// Loaded reports whether the row was loaded.
func (r RefKey[T, K]) Loaded() bool { return r.row != nil }

func notLoaded(t reflect.Type) error {
	return fault.Wrap(fault.Internal, fmt.Errorf("orm: the related %s was not loaded; name the relation in the query's With", t), "")
}

// anyRef is how the package sees a RefKey without knowing its types.
type anyRef interface {
	refTarget() reflect.Type
	refKey() reflect.Type
	setRow(row any)
}

func (r *RefKey[T, K]) refTarget() reflect.Type { return reflect.TypeFor[T]() }
func (r *RefKey[T, K]) refKey() reflect.Type    { return reflect.TypeFor[K]() }
func (r *RefKey[T, K]) setRow(row any)          { r.row = row.(*T) }

// Many is a many-to-many relation to T: a table of its own that pairs the keys
// of the two models. It holds rows only when a query was asked to load them.
type Many[T any] struct {
	rows   []T
	loaded bool
}

// All returns the related rows. The error says what to add to the query when
// they were not loaded.
func (m Many[T]) All() ([]T, error) {
	if !m.loaded {
		return nil, notLoaded(reflect.TypeFor[T]())
	}
	return m.rows, nil
}

// Loaded reports whether the rows were loaded.
func (m Many[T]) Loaded() bool { return m.loaded }

func (m *Many[T]) relationTarget() reflect.Type { return reflect.TypeFor[T]() }
func (m *Many[T]) relationKind() relationKind   { return relPairs }

func (m *Many[T]) setRows(first unsafe.Pointer, n int) {
	m.rows = unsafe.Slice((*T)(first), n)
	if m.rows == nil {
		m.rows = []T{}
	}
	m.loaded = true
}
