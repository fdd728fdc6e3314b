package orm

import (
	"context"
	"reflect"
	"unsafe"
)

// span is a number of structs next to each other. It is all that the generic
// functions see of rows: what they mention is compiled in every package that
// uses a model.
type span struct {
	first unsafe.Pointer
	n     int
}

// rowset is a number of structs of a model, without their static type.
type rowset struct {
	plan *plan
	span
}

func (s rowset) len() int { return s.n }

func (s rowset) at(i int) unsafe.Pointer { return unsafe.Add(s.first, uintptr(i)*s.plan.typ.Size()) }

// part returns the structs from i up to j. No pointer leads beyond the last of
// them.
func (s rowset) part(i, j int) rowset {
	if i == j {
		return rowset{plan: s.plan}
	}
	return rowset{s.plan, span{s.at(i), j - i}}
}

// slice returns the structs as a slice.
func (s rowset) slice() reflect.Value { return reflect.SliceAt(s.plan.typ, s.first, s.n) }

// copied returns a copy of the structs.
func (s rowset) copied() rowset {
	slice := s.slice()
	out := reflect.MakeSlice(slice.Type(), s.n, s.n)
	reflect.Copy(out, slice)
	return rowset{s.plan, span{out.UnsafePointer(), s.n}}
}

// reverse turns the structs round.
func (s rowset) reverse() {
	if s.n < 2 {
		return
	}
	swap := reflect.Swapper(s.slice().Interface())
	for i := range s.n / 2 {
		swap(i, s.n-1-i)
	}
}

// sliceOf returns the structs as a slice of their type, which is not nil.
func sliceOf[T any](s span) []T {
	if s.n == 0 {
		return []T{}
	}
	return unsafe.Slice((*T)(s.first), s.n)
}

// init runs the method Init of all rows.
func (s rowset) init(ctx context.Context) error {
	if s.plan.hooks&hookInit == 0 {
		return nil
	}
	for i := range s.n {
		if err := s.plan.initRow(ctx, s.plan.row(s.at(i))); err != nil {
			return err
		}
	}
	return nil
}

// keys returns the encoded values of a field of every row, nil for NULL, and
// each value once.
func (s rowset) keys(f *field) (all, distinct []any, err error) {
	at := s.plan.indexOf(f.name)
	all = make([]any, s.n)
	if s.n == 1 {
		all[0], err = s.plan.arg(at, s.at(0))
		if err != nil || all[0] == nil {
			return all, nil, err
		}
		return all, all, nil
	}
	seen := make(map[any]bool, s.n)
	distinct = make([]any, 0, s.n)
	for i := range all {
		if all[i], err = s.plan.arg(at, s.at(i)); err != nil {
			return nil, nil, err
		}
		if k := all[i]; k != nil && !seen[k] {
			seen[k] = true
			distinct = append(distinct, k)
		}
	}
	return all, distinct, nil
}

// rowBuffer is room for rows of a model, which grows. What reads rows is
// compiled once, and not for each model.
type rowBuffer struct {
	rowset
	room int
	// expect is how many rows are expected.
	expect int
}

// next returns a zeroed struct after the others.
func (b *rowBuffer) next() unsafe.Pointer {
	if b.n == b.room {
		b.grow()
	}
	b.n++
	return b.at(b.n - 1)
}

func (b *rowBuffer) grow() {
	n := max(2*b.room, b.expect)
	if n == 0 || b.room > 0 {
		n = max(n, 4)
	}
	more := reflect.MakeSlice(reflect.SliceOf(b.plan.typ), n, n)
	if b.n > 0 {
		reflect.Copy(more, b.slice())
	}
	b.first, b.room = more.UnsafePointer(), more.Len()
}

// empty makes the buffer empty, to be filled again.
func (b *rowBuffer) empty() {
	if b.n > 0 {
		b.slice().Clear()
	}
	b.n = 0
}
