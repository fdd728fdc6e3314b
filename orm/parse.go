package orm

import (
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// ParseEq returns the condition that a column has the value that a text says,
// such as one from a URL:
//
//	c, err := orm.ParseEq(db, Posts.Hits, r.FormValue("hits"))
//
// Numbers are in base 10, true and false as strconv.ParseBool reads them, dates
// as 2006-01-02, times as RFC 3339 has them, durations as time.ParseDuration
// reads them, uuids with or without hyphens. A text of at most 8 kB that is not
// such a value, or not one of the column's choices, is an error of kind
// [fault.Invalid] with a sentence for the visitor. JSON and bytes cannot be
// given as text.
func ParseEq[M any](h database.Handle, column Field[M], text string) (Condition[M], error) {
	n, err := parseEq(h, reflect.TypeFor[M](), fieldNames([]Field[M]{column})[0], text)
	return Condition[M]{n}, err
}

// ParseSet sets a field of row to the value that a text says, as [ParseEq] reads
// it: a cell of a file, say. A reference is set by the key of the row that it
// leads to. Spaces count: a text that may have them around it is for
// strings.TrimSpace first. An empty text sets a field that may be NULL to NULL,
// unless it holds text; in a number, a date and the like that may not be NULL it
// is an error. On an error, a [FieldError], row stays as it is.
//
//	err := orm.ParseSet(db, &post, Posts.Hits, record[2])
func ParseSet[M any](h database.Handle, row *M, column Field[M], text string) error {
	if row == nil {
		return fmt.Errorf("orm: set a field of %s: %w", reflect.TypeFor[M](), errNoStruct)
	}
	p, err := planOf(h, reflect.TypeFor[M]())
	if err != nil {
		return err
	}
	return p.parseSet(unsafe.Pointer(row), fieldNames([]Field[M]{column})[0], text)
}

func (p *plan) parseSet(row unsafe.Pointer, name, text string) error {
	i := p.indexOf(name)
	if i < 0 {
		return unknownField(p, name)
	}
	f := p.fields[i]
	if text == "" && f.null != notNull && f.form != formText {
		return p.assign(row, assignment{field: name, op: assignNull})
	}
	v, err := p.parse(i, text)
	if err != nil {
		return err
	}
	value := reflect.New(f.base)
	if err := f.put(value.UnsafePointer(), v); err != nil {
		return fieldError(p.model, f, err)
	}
	return p.assign(row, assignment{field: name, op: assignSet, value: value.Elem().Interface()})
}

// maxParsed is how many bytes a text may have that is parsed.
const maxParsed = 8 << 10

func parseEq(h database.Handle, model reflect.Type, name, text string) (*node, error) {
	p, err := planOf(h, model)
	if err != nil {
		return nil, err
	}
	i := p.indexOf(name)
	if i < 0 {
		return nil, unknownField(p, name)
	}
	v, err := p.parse(i, text)
	if err != nil {
		return nil, err
	}
	return &node{op: opEq, field: name, value: v, canonical: true}, nil
}

// parse reads a text as a value of a field, in canonical form, which the
// database can hold.
func (p *plan) parse(i int, text string) (any, error) {
	f := p.fields[i]
	v, err := f.parse(text)
	if err == nil {
		err = f.checkWrite(v)
	}
	if err == nil {
		// What the databases do not hold, such as a year or a nanosecond.
		if _, err = p.encode(i, v); err != nil {
			err = fault.Wrap(fault.Invalid, err, fmt.Sprintf("%.40q cannot be stored: %v", text, err))
		}
	}
	if err != nil {
		return nil, fieldError(p.model, f, err)
	}
	return v, nil
}

// parse reads a text as a value in canonical form. Its errors have sentences
// for visitors.
func (f *field) parse(text string) (any, error) {
	if len(text) > maxParsed {
		return nil, fault.Newf(fault.Invalid, "the value has %d bytes, and at most %d are read", len(text), maxParsed)
	}
	v, what, err := f.parseForm(text)
	switch {
	case what == "":
		return nil, fmt.Errorf("a %s cannot be given as text", f.base)
	case errors.Is(err, strconv.ErrRange):
		return nil, fault.Newf(fault.Invalid, "%.40q is out of range", text)
	case errors.Is(err, strconv.ErrSyntax): // says no more than the sentence
		return nil, fault.Newf(fault.Invalid, "%.40q is not %s", text, what)
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, err, fmt.Sprintf("%.40q is not %s", text, what))
	}
	return v, nil
}

// parseForm is parse with what a text should have been; that is "" for forms
// that have no text.
func (f *field) parseForm(text string) (v any, what string, err error) {
	switch f.form {
	case formBool:
		v, err = strconv.ParseBool(text)
		return v, "true or false", err
	case formInt:
		if f.base.Kind() >= reflect.Uint && f.base.Kind() <= reflect.Uintptr {
			n, err := strconv.ParseUint(text, 10, min(f.base.Bits(), 63))
			return int64(n), "a whole number that is not negative", err
		}
		v, err = strconv.ParseInt(text, 10, min(bitsOf(f.columnType().Kind), f.base.Bits()))
		return v, "a whole number", err
	case formFloat:
		if strings.ContainsAny(text, "xX_") { // as in Go's own source
			return nil, "a number", strconv.ErrSyntax
		}
		n, err := strconv.ParseFloat(text, f.base.Bits())
		if err == nil {
			v, err = fitFloat(n)
		}
		return v, "a number", err
	case formText:
		v, err = fitText(text)
		return v, "a valid text", err
	case formTime:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err == nil && (text[len("2006-01-02T15")] != ':' || strings.Contains(text, ",")) {
			err = errors.New("RFC 3339 has hours of two digits and a point before the fraction") // and time.Parse takes more
		}
		return at, "a time such as 2026-01-31T18:00:00Z", err
	case formDate:
		v, err = civil.ParseDate(text)
		return v, "a date such as 2026-01-31", err
	case formClock:
		v, err = civil.ParseClock(text)
		return v, "a time of day such as 18:00:00", err
	case formDuration:
		v, err = time.ParseDuration(text)
		return v, "a duration such as 1h30m", err
	case formUUID:
		if len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
			text = text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
		}
		b, err := hex.DecodeString(text)
		if err == nil && len(b) != 16 {
			err = fmt.Errorf("a uuid has 16 bytes, not %d", len(b))
		}
		if err != nil {
			return nil, "a uuid", err
		}
		return [16]byte(b), "a uuid", nil
	case formDecimal:
		v, err = decimalText(text, f.store)
		return v, "a decimal number that fits", err
	}
	return nil, "", nil
}
