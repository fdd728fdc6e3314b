package orm

import (
	"reflect"
	"unsafe"
)

// HasMany is the other side of a foreign key: the rows of T whose reference
// leads to this row. It is stored in no column of its own. Where T has several
// references to this model, the tag by=FIELD names the one that is meant. It
// holds rows only when a query was asked to load them.
type HasMany[T any] struct{ Many[T] }

func (m *HasMany[T]) relationKind() relationKind { return relReverse }

// HasOne is the other side of a unique foreign key: the one row of T whose
// reference leads to this row, if there is one. It is stored in no column of
// its own. The tag by=FIELD works as for [HasMany].
type HasOne[T any] struct {
	row    *T
	loaded bool
}

// Get returns the related row, nil where there is none. The error says what to
// add to the query when the relation was not loaded.
func (h HasOne[T]) Get() (*T, error) {
	if !h.loaded {
		return nil, notLoaded(reflect.TypeFor[T]())
	}
	return h.row, nil
}

// Loaded reports whether the relation was loaded.
func (h HasOne[T]) Loaded() bool { return h.loaded }

func (h *HasOne[T]) relationKind() relationKind   { return relReverseOne }
func (h *HasOne[T]) relationTarget() reflect.Type { return reflect.TypeFor[T]() }

func (h *HasOne[T]) setRows(first unsafe.Pointer, n int) {
	h.row, h.loaded = nil, true
	if n > 0 {
		h.row = (*T)(first)
	}
}

// relationKind says how a relation without a column of its own is stored.
type relationKind byte

const (
	relPairs      relationKind = iota + 1 // a table of pairs
	relReverse                            // a foreign key of the other model
	relReverseOne                         // a unique foreign key of the other model
)

// relationField is how the package sees a Many, HasMany or HasOne without
// knowing its type.
type relationField interface {
	relationTarget() reflect.Type
	relationKind() relationKind
	// setRows gives the relation the n rows of its target that lie at first.
	setRows(first unsafe.Pointer, n int)
}
