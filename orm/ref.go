package orm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/fault"
)

// Ref is a foreign key to a row of T whose key is an int64. See [RefOf].
type Ref[T any] = RefOf[*T, int64]

// RefKey is a foreign key to a row of T whose key is a K. See [RefOf].
type RefKey[T any, K comparable] = RefOf[*T, K]

// RefOf is the type behind [Ref] and [RefKey], which is how fields are
// declared; P is a pointer to the model referred to. It holds the key of one
// row, in the column named after the field with "_id" after it, and the row
// itself when a query loaded it. Its zero value refers to the row with the zero
// key, which normally does not exist; a reference that may be NULL is a pointer
// to a Ref.
type RefOf[P, K comparable] struct {
	// ID is the key of the row referred to.
	ID  K
	row P
}

// RefTo returns a reference to the row of T with that key:
//
//	comment := Comment{Post: orm.RefTo[Post](p.ID), Text: text}
func RefTo[T any](id int64) Ref[T] { return Ref[T]{ID: id} }

// Get returns the row referred to. If the row was not loaded, the error says
// what to add to the query.
//
//go:noinline
func (r RefOf[P, K]) Get() (P, error) {
	var none P
	if r.row == none {
		return none, notLoaded(reflect.TypeFor[P]().Elem())
	}
	return r.row, nil
}

// Row returns the row referred to, for code next to the query that loaded it:
//
//	posts, err := orm.From[Post](db).With(Posts.Author).All(ctx)
//	...
//	fmt.Println(posts[0].Author.Row().Name)
//
// It panics with the error of Get if the row was not loaded.
//
//go:noinline
func (r RefOf[P, K]) Row() P {
	row, err := r.Get()
	if err != nil {
		panic(err)
	}
	return row
}

// Loaded reports whether the row was loaded.
//
//go:noinline
func (r RefOf[P, K]) Loaded() bool {
	var none P
	return r.row != none
}

// MarshalJSON writes the row referred to if it was loaded, and its key if not.
//
//go:noinline
func (r RefOf[P, K]) MarshalJSON() ([]byte, error) {
	if row, err := r.Get(); err == nil {
		return relatedJSON(row)
	}
	return relatedJSON(r.ID)
}

// UnmarshalJSON reads the key of the row referred to. It is an error if the text
// has the row itself, as MarshalJSON writes it after With. A row that was loaded
// is dropped, as the key may be another's; null leaves all as it is.
//
//go:noinline
func (r *RefOf[P, K]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	var id K
	if err := json.Unmarshal(text, &id); err != nil {
		return err
	}
	*r = RefOf[P, K]{ID: id}
	return nil
}

func notLoaded(t reflect.Type) error {
	return fault.Wrap(fault.Internal, fmt.Errorf("orm: the related %s was not loaded; name the relation in With of the query", t), "")
}

// refType is what is known of a RefOf type: the model, the key, and where the
// pointer to the row is. Methods would be compiled for every model.
type refType struct {
	target, key reflect.Type
	rowAt       uintptr
}

// refTypeOf takes a RefOf type apart; ok is false for other types.
func refTypeOf(t reflect.Type) (r refType, ok bool) {
	if t.Kind() != reflect.Struct || t.PkgPath() != ormPath || !strings.HasPrefix(t.Name(), "RefOf[") {
		return r, false
	}
	row := t.Field(1)
	return refType{target: row.Type.Elem(), key: t.Field(0).Type, rowAt: row.Offset}, true
}

// set gives the reference at ref its row.
func (r refType) set(ref, row unsafe.Pointer) { *(*unsafe.Pointer)(unsafe.Add(ref, r.rowAt)) = row }

// ormPath is the import path of this package.
var ormPath = reflect.TypeFor[relatedRows]().PkgPath()
