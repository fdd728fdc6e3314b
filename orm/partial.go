package orm

import (
	"errors"
	"reflect"
	"unsafe"
)

// Partial is embedded in a model of which queries may leave columns out, by
// [Query.Without]:
//
//	type Post struct {
//		orm.Partial
//		ID    int64
//		Title string
//		Body  string
//	}
//
// It is not stored. It holds in each row which of its fields were not read:
// those are the zero value, and whatever would store them is an error.
type Partial struct{ unread *unread }

var partialType = reflect.TypeFor[Partial]()

// unread is what a query left out of its rows.
type unread struct {
	fields []bool // by their number in the model
	n      int
	names  []string // of all that are left out
}

// left reports whether the i-th field of the model was not read.
func (u *unread) left(i int) bool { return u != nil && u.fields[i] }

// mark adds what is left out to the shape of a statement.
func (u *unread) mark(shape []byte) []byte {
	if u == nil {
		return shape
	}
	for _, name := range u.names {
		shape = append(append(append(shape, '-'), name...), 0)
	}
	return shape
}

// unreadOf returns what was not read of the struct at ptr.
func (m *model) unreadOf(ptr unsafe.Pointer) *unread {
	if !m.isPartial {
		return nil
	}
	return (*Partial)(unsafe.Add(ptr, m.partialAt)).unread
}

var errUnread = errors.New("was not read, because the query says Without; read the row whole, name the other fields in Update, or assign it by Query.Update")
