package orm

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// Slice is one part of a longer list, with cursors that lead to the parts
// before and after it.
type Slice[T any] struct {
	Items []T
	// Next leads to the rows after these, and is empty when there are none.
	// Prev leads to those before.
	Next, Prev string
}

// Seek returns size rows of the query, beginning where the cursor leads: with
// the empty cursor at the first row, with one of a [Slice] before or after its
// rows. Unlike [Query.Page] it costs the same however far the rows are from the
// first, and no row is skipped or seen twice because others come and go; but
// there is no jumping to a page, and no total. An index over the columns of the
// order makes it fast.
//
// Rows that are equal in the order of the query are put in that of the key.
// The order must be by columns, not by expressions. A cursor may come from a
// client: it holds nothing but values of the order, and one that is not of
// this order is an error of kind [fault.Invalid].
//
//go:noinline
func (q *Query[T]) Seek(ctx context.Context, cursor string, size int) (Slice[T], error) {
	s, prev, next, err := (*query)(q).seekRows(ctx, cursor, size)
	if err != nil {
		return Slice[T]{}, err
	}
	return Slice[T]{Items: sliceOf[T](s), Prev: prev, Next: next}, nil
}

func (q *query) seekRows(ctx context.Context, cursor string, size int) (out span, prev, next string, err error) {
	q = q.own()
	s, err := q.seek(cursor, size)
	if err != nil {
		return out, "", "", err
	}
	rows, err := q.read(ctx, s.p)
	if err != nil {
		return out, "", "", err
	}
	more := rows.n > size // in the direction of the walk
	rows.n = min(rows.n, size)
	if s.at.back {
		rows.reverse()
	}
	if rows.n > 0 { // before their Init, which may change them
		prev, next, err = s.cursors(rows.at(0), rows.at(rows.n-1), more)
	}
	if err == nil {
		err = q.finish(ctx, rows)
	}
	return rows.span, prev, next, err
}

// seeking is a part of a list that is sought.
type seeking struct {
	p      *plan
	orders []order
	at     position
}

// seek limits the query to the rows of a part, and one more.
func (q *query) seek(cursor string, size int) (s seeking, err error) {
	p, err := q.plan()
	switch {
	case err != nil:
		return s, err
	case size < 1 || size == math.MaxInt:
		return s, fmt.Errorf("orm: a part cannot have %d rows", size)
	case q.limit >= 0 || q.offset > 0:
		return s, errors.New("orm: a query with Limit or Offset cannot be divided into parts")
	}
	s.p = p
	if s.orders, err = p.total(q.orders); err != nil {
		return s, err
	}
	if s.at, err = p.readCursor(cursor, s.orders); err != nil {
		return s, fault.Wrap(fault.Invalid, fmt.Errorf("orm: the cursor %.40q is not one of this list: %w", cursor, err), "")
	}
	q.orders = s.orders
	if s.at.back {
		q.orders = reversed(s.orders)
	}
	if s.at.values != nil {
		q.where = append(slices.Clip(q.where), p.beyond(q.orders, s.at.values))
	}
	q.limitTo(size + 1)
	return s, nil
}

// cursors returns those that lead before the first and after the last row of
// the part; more tells that there are further rows in the direction of the
// walk.
func (s seeking) cursors(first, last unsafe.Pointer, more bool) (prev, next string, err error) {
	if more || s.at.back {
		next, err = s.p.cursor(last, s.orders, false)
	}
	if err == nil && (s.at.values != nil && !s.at.back || more && s.at.back) {
		prev, err = s.p.cursor(first, s.orders, true)
	}
	return prev, next, err
}

// total returns the order completed by the key, so that no two rows are equal
// in it.
func (p *plan) total(orders []order) ([]order, error) {
	out := slices.Clone(orders)
	for _, o := range out {
		if o.expr != nil {
			return nil, fmt.Errorf("orm: Seek in %s: the order is by an expression; only columns can be sought", p.model)
		}
		i := p.indexOf(o.field)
		if i < 0 {
			return nil, unknownField(p, o.field)
		}
		if f := p.fields[i]; f.form == formJSON || f.form == formValuer {
			return nil, fmt.Errorf("orm: Seek in %s: %s cannot be a part of a cursor", p.model, f.name)
		}
	}
	for _, k := range p.keys {
		if !slices.ContainsFunc(out, func(o order) bool { return o.field == k.name }) {
			out = append(out, order{field: k.name, desc: len(orders) > 0 && orders[len(orders)-1].desc})
		}
	}
	return out, nil
}

// reversed returns the opposite order.
func reversed(orders []order) []order {
	out := slices.Clone(orders)
	for i, o := range out {
		if o.nullsComeFirst() {
			out[i].nulls = nullsLast
		} else {
			out[i].nulls = nullsFirst
		}
		out[i].desc = !o.desc
	}
	return out
}

// nullsComeFirst reports where rows without a value stand.
func (o order) nullsComeFirst() bool {
	return o.nulls == nullsFirst || o.nulls == nullsAsSmallest && !o.desc
}

// beyond returns the condition that a row comes after the one with the values.
func (p *plan) beyond(orders []order, values []any) *node {
	var or []*node
	var equal []*node
	for i, o := range orders {
		if after := o.after(values[i], p.fieldNamed(o.field).null != notNull); after != nil {
			or = append(or, allOf(append(slices.Clone(equal), after)...))
		}
		same := &node{op: opEq, field: o.field, value: values[i], canonical: true}
		if values[i] == nil {
			same = &node{op: opIsNull, field: o.field}
		}
		equal = append(equal, same)
	}
	first := orders[0]
	if len(orders) == 1 || values[0] == nil || p.fieldNamed(first.field).null != notNull {
		return anyOf(or...)
	}
	// The same said of the first column alone, so that its index is used.
	bound := &node{op: opGe, field: first.field, value: values[0], canonical: true}
	if first.desc {
		bound.op = opLe
	}
	return allOf(bound, anyOf(or...))
}

// after returns the condition that a row comes after a value in one column, nil
// when none does.
func (o order) after(value any, nullable bool) *node {
	if value == nil {
		if o.nullsComeFirst() {
			return &node{op: opIsNotNull, field: o.field}
		}
		return nil
	}
	n := &node{op: opGt, field: o.field, value: value, canonical: true}
	if o.desc {
		n.op = opLt
	}
	if nullable && !o.nullsComeFirst() {
		return anyOf(n, &node{op: opIsNull, field: o.field})
	}
	return n
}

// position is what a cursor says.
type position struct {
	back   bool
	values []any // canonical; nil is the beginning
}

// cursor writes the position of the struct at ptr: the direction, the sign and
// the values of the order, as JSON in the URL form of base64.
func (p *plan) cursor(ptr unsafe.Pointer, orders []order, back bool) (string, error) {
	parts := []any{back, p.sign(orders)}
	for _, o := range orders {
		v, err := p.fieldNamed(o.field).get(ptr)
		if err != nil {
			return "", err
		}
		parts = append(parts, cursorValue(v))
	}
	text, err := json.Marshal(parts)
	return base64.RawURLEncoding.EncodeToString(text), err
}

// sign tells one order from another, so that a cursor is not used with one that
// it was not made for.
func (p *plan) sign(orders []order) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s", p.table)
	for _, o := range orders {
		fmt.Fprintf(h, " %s %t %d", o.field, o.desc, o.nulls)
	}
	return h.Sum32()
}

// cursorValue returns a canonical value as JSON keeps it: numbers as text, for
// JSON's are not exact.
func cursorValue(v any) any {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case civil.Date:
		return v.String()
	case civil.Clock:
		return v.String()
	case time.Duration:
		return strconv.FormatInt(int64(v), 10)
	case [16]byte:
		return v[:]
	}
	return v
}

// maxCursor is how long a cursor may be, in bytes.
const maxCursor = 8 << 10

func (p *plan) readCursor(text string, orders []order) (position, error) {
	if text == "" {
		return position{}, nil
	}
	if len(text) > maxCursor {
		return position{}, errors.New("it is too long")
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return position{}, err
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return position{}, err
	}
	if len(parts) != len(orders)+2 || string(parts[1]) != strconv.FormatUint(uint64(p.sign(orders)), 10) {
		return position{}, errors.New("it is of another order")
	}
	at := position{values: make([]any, len(orders))}
	switch string(parts[0]) {
	case "true":
		at.back = true
	case "false":
	default:
		return position{}, errors.New("it has no direction")
	}
	for i, o := range orders {
		f := p.fieldNamed(o.field)
		if string(parts[i+2]) == "null" {
			if f.null == notNull {
				return position{}, fmt.Errorf("%s cannot be NULL", f.name)
			}
			continue
		}
		if at.values[i], err = f.readCursor(parts[i+2]); err != nil {
			return position{}, fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := p.encode(p.indexOf(o.field), at.values[i]); err != nil {
			return position{}, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return at, nil
}

// readCursor reads a value that cursorValue wrote, in canonical form.
func (f *field) readCursor(raw json.RawMessage) (any, error) {
	switch f.form {
	case formBool:
		return read[bool](raw)
	case formBytes:
		return read[[]byte](raw)
	case formUUID:
		b, err := read[[]byte](raw)
		if err == nil && len(b) != 16 {
			err = errors.New("not 16 bytes")
		}
		if err != nil {
			return nil, err
		}
		return [16]byte(b), nil
	}
	text, err := read[string](raw)
	if err != nil {
		return nil, err
	}
	switch f.form {
	case formInt:
		return strconv.ParseInt(text, 10, bitsOf(f.columnType().Kind))
	case formFloat:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		return fitFloat(v)
	case formTime:
		return time.Parse(time.RFC3339Nano, text)
	case formDate:
		return civil.ParseDate(text)
	case formClock:
		return civil.ParseClock(text)
	case formDuration:
		n, err := strconv.ParseInt(text, 10, 64)
		return time.Duration(n), err
	case formDecimal:
		return decimalText(text, f.store)
	case formText:
		return fitText(text)
	}
	return nil, fmt.Errorf("a %s cannot be a part of a cursor", reflect.TypeOf(f.form))
}

// bitsOf returns the size of a whole number as it is stored.
func bitsOf(k schema.Kind) int {
	switch k {
	case schema.Int16:
		return 16
	case schema.Int32:
		return 32
	}
	return 64
}

func read[V any](raw json.RawMessage) (V, error) {
	var v V
	err := json.Unmarshal(raw, &v)
	return v, err
}
