package orm

import (
	"bytes"
	"reflect"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/internal/jsonform"
)

// Many is a many-to-many relation to T: a join table holds pairs of keys of the
// two models. It has rows only if a query loaded them.
type Many[T any] struct {
	first  *T
	n      int
	loaded bool
}

// All returns the related rows. If they were not loaded, the error says what to
// add to the query.
//
//go:noinline
func (m Many[T]) All() ([]T, error) { return rowsAt(m.first, m.n, m.loaded) }

// Rows returns the related rows, for code next to the query that loaded them.
// It panics with the error of All if they were not loaded.
//
//go:noinline
func (m Many[T]) Rows() []T { return mustRows(rowsAt(m.first, m.n, m.loaded)) }

// Loaded reports whether the rows were loaded.
//
//go:noinline
func (m Many[T]) Loaded() bool { return m.loaded }

// MarshalJSON writes the related rows as a list, and null if they were not
// loaded. Only null can be read back.
//
//go:noinline
func (m Many[T]) MarshalJSON() ([]byte, error) { return rowsJSON(m.All()) }

// HasMany is the other side of a foreign key: the rows of T whose reference
// leads to this row. It has no column of its own. If T has several references
// to this model, the tag by=FIELD names the one that is meant. It has rows only
// if a query loaded them.
type HasMany[T any] struct {
	first  *T
	n      int
	loaded bool
}

// All returns the related rows. If they were not loaded, the error says what to
// add to the query.
//
//go:noinline
func (m HasMany[T]) All() ([]T, error) { return rowsAt(m.first, m.n, m.loaded) }

// Rows returns the related rows, for code next to the query that loaded them.
// It panics with the error of All if they were not loaded.
//
//go:noinline
func (m HasMany[T]) Rows() []T { return mustRows(rowsAt(m.first, m.n, m.loaded)) }

// Loaded reports whether the rows were loaded.
//
//go:noinline
func (m HasMany[T]) Loaded() bool { return m.loaded }

// MarshalJSON writes the related rows as a list, and null if they were not
// loaded. Only null can be read back.
//
//go:noinline
func (m HasMany[T]) MarshalJSON() ([]byte, error) { return rowsJSON(m.All()) }

// HasOne is the other side of a unique foreign key: the one row of T whose
// reference leads to this row, if there is one. It has no column of its own.
// The tag by=FIELD works as for [HasMany].
type HasOne[T any] struct {
	first  *T
	n      int
	loaded bool
}

// Get returns the related row, nil if there is none. If the relation was not
// loaded, the error says what to add to the query.
//
//go:noinline
func (h HasOne[T]) Get() (*T, error) {
	_, err := rowsAt(h.first, h.n, h.loaded)
	return h.first, err
}

// Row returns the related row, nil if there is none, for code next to the query
// that loaded it. It panics with the error of Get if it was not loaded.
//
//go:noinline
func (h HasOne[T]) Row() *T {
	mustRows(rowsAt(h.first, h.n, h.loaded))
	return h.first
}

// Loaded reports whether the relation was loaded.
//
//go:noinline
func (h HasOne[T]) Loaded() bool { return h.loaded }

// MarshalJSON writes the related row, and null if there is none or it was not
// loaded. It is not read back: decoding leaves the relation not loaded.
//
//go:noinline
func (h HasOne[T]) MarshalJSON() ([]byte, error) { return relatedJSON(h.first) }

// rowsJSON writes rows that were loaded if err is nil.
func rowsJSON(rows any, err error) ([]byte, error) {
	if err != nil {
		return []byte("null"), nil
	}
	return relatedJSON(rows)
}

// relatedJSON writes what an encoder gets from the MarshalJSON of a relation. The
// encoder adds the escapes that are for HTML, unless it was told not to.
func relatedJSON(v any) ([]byte, error) {
	text, err := jsonform.Marshal(v)
	return bytes.TrimSuffix(text, []byte("\n")), err
}

func rowsAt[T any](first *T, n int, loaded bool) ([]T, error) {
	if !loaded {
		return nil, notLoaded(reflect.TypeFor[T]())
	}
	if first == nil {
		return []T{}, nil
	}
	return unsafe.Slice(first, n), nil
}

func mustRows[T any](rows []T, err error) []T {
	if err != nil {
		panic(err)
	}
	return rows
}

// relatedRows is the layout of Many, HasMany and HasOne, whatever the model.
// They have no methods for it, which would be compiled for every model.
type relatedRows struct {
	first  unsafe.Pointer
	n      int
	loaded bool
}

// set gives the relation n rows, which lie at first.
func (r *relatedRows) set(first unsafe.Pointer, n int) {
	if n == 0 {
		first = nil
	}
	*r = relatedRows{first, n, true}
}

// relationKind says how a relation without a column of its own is stored.
type relationKind byte

const (
	relPairs      relationKind = iota + 1 // a join table
	relReverse                            // a foreign key of the other model
	relReverseOne                         // a unique foreign key of the other model
)

// relationType takes the type of a Many, HasMany or HasOne apart; kind is 0 for
// other types.
func relationType(t reflect.Type) (target reflect.Type, kind relationKind) {
	if t.Kind() != reflect.Struct || t.PkgPath() != ormPath {
		return nil, 0
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	switch name {
	case "Many":
		kind = relPairs
	case "HasMany":
		kind = relReverse
	case "HasOne":
		kind = relReverseOne
	default:
		return nil, 0
	}
	return t.Field(0).Type.Elem(), kind
}
