package copydata

import (
	"fmt"
	"strconv"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// cell receives the values of a column, one row after the other, in the form
// that codecs take: see [database.Codec].
type cell interface {
	// dest returns what a column is scanned into, and forgets the last value.
	dest() any
	// value returns what was scanned, nil for NULL.
	value() (any, error)
	// untouched reports whether nothing was scanned since dest.
	untouched() bool
}

// holder is a cell of values of type T.
type holder[T any] struct {
	p       *T
	mark    T // p points to it until a value is scanned
	scanner database.Scanner
	// On SQLite a column may hold what is not of its type, so that what the file
	// has is looked at first.
	loose bool
	raw   any
	read  func(raw any) (T, error)
}

func (h *holder[T]) dest() any {
	h.p = &h.mark
	switch {
	case h.loose:
		h.raw = nil
		return &h.raw
	case h.scanner != nil:
		h.scanner.Reset(&h.p)
		return h.scanner
	}
	return &h.p
}

func (h *holder[T]) untouched() bool { return h.p == &h.mark }

func (h *holder[T]) value() (any, error) {
	if h.loose {
		return h.look()
	}
	if h.p == nil {
		return nil, nil
	}
	return *h.p, nil
}

// look makes a value of what SQLite has.
func (h *holder[T]) look() (any, error) {
	if h.raw == nil {
		return nil, nil
	}
	if h.scanner == nil {
		v, err := h.read(h.raw)
		if err != nil {
			return nil, err
		}
		return v, nil
	}
	h.scanner.Reset(&h.p)
	if err := h.scanner.Scan(h.raw); err != nil {
		return nil, err
	}
	return *h.p, nil
}

// newCell returns a cell for a column of a type.
func newCell(d database.Dialect, t schema.Type) (cell, error) {
	codec, err := d.Codec(t)
	if err != nil {
		return nil, err
	}
	loose := d.Features().LooseTypes
	switch t.Kind {
	case schema.Bool:
		return newHolder(codec, loose, readBool), nil
	case schema.Int16, schema.Int32, schema.Int64:
		return newHolder(codec, loose, readInt), nil
	case schema.Float64:
		return newHolder(codec, loose, readFloat), nil
	case schema.Text, schema.JSON, schema.Decimal:
		return newHolder(codec, loose, readText), nil
	case schema.Bytes:
		return newHolder[[]byte](codec, loose, nil), nil
	case schema.Time:
		return newHolder[time.Time](codec, loose, nil), nil
	case schema.Date:
		return newHolder[civil.Date](codec, loose, nil), nil
	case schema.Clock:
		return newHolder[civil.Clock](codec, loose, nil), nil
	case schema.Duration:
		return newHolder[time.Duration](codec, loose, nil), nil
	case schema.UUID:
		return newHolder[[16]byte](codec, loose, nil), nil
	}
	return nil, fmt.Errorf("values of type %v cannot be copied", t)
}

func newHolder[T any](codec database.Codec, loose bool, read func(any) (T, error)) cell {
	h := &holder[T]{loose: loose, read: read}
	if codec.NewScanner != nil {
		h.scanner = codec.NewScanner()
	}
	return h
}

// What the ORM reads from SQLite as a value of the kind, these read too.

func readBool(raw any) (bool, error) {
	switch v := raw.(type) {
	case int64:
		if v == 0 || v == 1 {
			return v == 1, nil
		}
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return b, nil
		}
	}
	return false, notA(raw, "true or false")
}

func readInt(raw any) (int64, error) {
	switch v := raw.(type) {
	case int64:
		return v, nil
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, notA(raw, "a whole number")
}

func readFloat(raw any) (float64, error) {
	switch v := raw.(type) {
	case float64:
		return v, nil
	case int64:
		if f := float64(v); int64(f) == v {
			return f, nil
		}
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f, nil
		}
	}
	return 0, notA(raw, "a number of 64 bits with a point")
}

func readText(raw any) (string, error) {
	switch v := raw.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	}
	return "", notA(raw, "a text")
}

func notA(raw any, what string) error {
	switch v := raw.(type) {
	case string:
		return fmt.Errorf("the text %.40q is not %s", v, what)
	case []byte:
		return fmt.Errorf("%d bytes are not %s", len(v), what)
	}
	return fmt.Errorf("%v is not %s", raw, what)
}
