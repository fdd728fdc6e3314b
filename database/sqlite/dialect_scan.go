package sqlite

import (
	"fmt"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/dest"
)

// scanner reads one kind of value. What the engine gives is an int64, a
// float64, a string, a []byte or nil.
type scanner[T any] struct {
	read func(src any) (T, error)
	// text reads a text, which it must not keep; nil leaves it to read.
	text func(s string) (T, error)
	dest any
}

// newScanner returns what makes scanners that read values with read.
func newScanner[T any](read func(src any) (T, error)) func() database.Scanner {
	return func() database.Scanner { return &scanner[T]{read: read} }
}

// newTextScanner is newScanner for values that are nearly always texts.
func newTextScanner[T any](read func(src any) (T, error), text func(s string) (T, error)) func() database.Scanner {
	return func() database.Scanner { return &scanner[T]{read: read, text: text} }
}

// textScanner reads a text where the engine has it. It is false if it reads none.
type textScanner interface{ scanText(s []byte) (bool, error) }

func (s *scanner[T]) scanText(b []byte) (bool, error) {
	if s.text == nil {
		return false, nil
	}
	v, err := s.text(unsafe.String(unsafe.SliceData(b), len(b)))
	if err != nil {
		return true, err
	}
	return true, dest.Set(s.dest, v)
}

func (s *scanner[T]) Reset(dest any) { s.dest = dest }

func (s *scanner[T]) Scan(src any) error {
	if src == nil {
		return dest.SetNull[T](s.dest)
	}
	v, err := s.read(src)
	if err != nil {
		return err
	}
	return dest.Set(s.dest, v)
}

// readBytes makes no difference between bytes that are empty and bytes that
// are not, as the engine does by giving nil.
func readBytes(src any) ([]byte, error) {
	switch v := src.(type) {
	case []byte:
		return append(make([]byte, 0, len(v)), v...), nil
	case string:
		return []byte(v), nil
	}
	return nil, fmt.Errorf("a %T is no bytes", src)
}
