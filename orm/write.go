package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// Create stores row as a new row of its table. A key of type int64 that is
// zero is numbered by the database and set in row; any other key is stored as
// it is. Fields tagged auto_now and auto_now_add are set. Relations held in a
// Many are not stored; see [ManyToMany.Add].
func Create[T any](ctx context.Context, h database.Handle, row *T) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	_, err = p.insert(ctx, h, unsafe.Pointer(row), nil)
	return err
}

// insert stores the struct at ptr as a new row. With the columns of a unique
// constraint it does nothing, and says so, when a row has those values already.
func (p *plan) insert(ctx context.Context, h database.Handle, ptr unsafe.Pointer, unless []string) (inserted bool, err error) {
	p.stamp(ptr, true)
	p.truncateTimes(ptr)
	if err := p.makeKey(ptr); err != nil {
		return false, err
	}
	numbered := p.key != nil && p.key.auto && *(*int64)(unsafe.Add(ptr, p.key.offset)) == 0
	args := make([]any, 0, len(p.fields))
	for i, f := range p.fields {
		if !p.inserts(f, numbered) {
			continue
		}
		v, err := p.arg(i, ptr)
		if err != nil {
			return false, err
		}
		args = append(args, v)
	}
	returning := numbered && p.b.dialect.Features().Returning
	text, err := p.insertText(numbered, returning, unless)
	if err != nil {
		return false, err
	}
	if returning {
		key := (*int64)(unsafe.Add(ptr, p.key.offset))
		err := database.QueryRow(ctx, h, []any{key}, text, args...)
		if unless != nil && errors.Is(err, database.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("create %s: %w", p.model, err)
		}
		return true, nil
	}
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return false, p.blameWrite(ctx, h, ptr, fmt.Errorf("create %s: %w", p.model, err))
	}
	if numbered && res.RowsAffected > 0 {
		*(*int64)(unsafe.Add(ptr, p.key.offset)) = res.LastInsertID
	}
	return res.RowsAffected > 0, nil
}

// inserts reports whether an INSERT names the field: not a key that the
// database numbers, nor what it computes.
func (p *plan) inserts(f *field, numbered bool) bool {
	return f.tag.generated == "" && !(numbered && f == p.key)
}

func (p *plan) insertText(numbered, returning bool, unless []string) (string, error) {
	b := &binder{}
	b.mark('i', p.table)
	if numbered {
		b.shape = append(b.shape, 'n')
	}
	for _, column := range unless {
		b.mark('c', column)
	}
	return p.b.texts.get(b.shape, func() (string, error) {
		w := &writer{dialect: p.b.dialect}
		w.str("INSERT INTO ")
		w.name(p.table)
		first := true
		for _, f := range p.fields {
			if !p.inserts(f, numbered) {
				continue
			}
			if first {
				w.str(" (")
			} else {
				w.str(", ")
			}
			first = false
			w.name(f.column)
		}
		if first {
			w.str(" DEFAULT VALUES")
		} else {
			w.str(") VALUES (")
			for i := 0; i < len(p.fields); i++ {
				if !p.inserts(p.fields[i], numbered) {
					continue
				}
				if w.args > 0 {
					w.str(", ")
				}
				w.arg()
			}
			w.str(")")
		}
		for i, column := range unless {
			if i == 0 {
				w.str(" ON CONFLICT (")
			} else {
				w.str(", ")
			}
			w.name(column)
		}
		if unless != nil {
			w.str(") DO NOTHING")
		}
		if returning {
			w.str(" RETURNING ")
			w.name(p.key.column)
		}
		return string(w.b), nil
	})
}

// stamp sets the fields that hold the time of creation or of the last change.
func (p *plan) stamp(ptr unsafe.Pointer, created bool) {
	for _, f := range p.fields {
		if !f.tag.autoNow && !(f.tag.autoNowAdd && created) {
			continue
		}
		now := p.b.models.now().UTC().Truncate(microsecond)
		at := unsafe.Add(ptr, f.offset)
		switch f.null {
		case nullPointer:
			*(*unsafe.Pointer)(at) = unsafe.Pointer(&now)
			continue
		case nullStruct:
			*(*bool)(unsafe.Add(at, f.validAt)) = true
		}
		reflect.NewAt(timeType, at).Elem().Set(reflect.ValueOf(now))
	}
}

// Update stores the named fields of row, and those tagged auto_now, in the row
// with its key. Fields that are not named keep what the database has: nothing
// that someone else changed meanwhile is overwritten by accident. The error is
// [ErrNotFound] when there is no such row.
func Update[T any](ctx context.Context, h database.Handle, row *T, fields ...Field[T]) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return fmt.Errorf("orm: an update of a %s names no field", p.model)
	}
	ptr := unsafe.Pointer(row)
	p.stamp(ptr, false)
	p.truncateTimes(ptr)
	var set []assignedField
	for _, f := range fields {
		i := p.indexOf(f.fieldOf(*row))
		switch {
		case i < 0:
			return unknownField(p, f.fieldOf(*row))
		case p.isKey(p.fields[i]):
			return fmt.Errorf("orm: an update cannot change the key %s of a %s", p.fields[i].name, p.model)
		case p.fields[i].tag.generated != "":
			return fieldError(p.model, p.fields[i], errGenerated)
		}
		set = append(set, assignedField{at: i, op: assignSet})
	}
	for i, f := range p.fields {
		if f.tag.autoNow {
			set = append(set, assignedField{at: i, op: assignSet})
		}
	}
	b := &binder{}
	b.mark('u', p.table)
	for i, s := range set {
		v, err := p.arg(s.at, ptr)
		if err != nil {
			return err
		}
		set[i].bind(b, p, v)
	}
	if b.args, err = p.appendKey(b.args, ptr); err != nil {
		return err
	}
	text, err := p.b.texts.get(b.shape, func() (string, error) {
		w := &writer{dialect: p.b.dialect}
		w.update(p, set)
		w.whereKey(p)
		return string(w.b), nil
	})
	if err != nil {
		return err
	}
	return p.blameWrite(ctx, h, ptr, affectOne(ctx, h, p, "update", text, b.args))
}

// Delete deletes the row with the key of row. The error is [ErrNotFound] when
// there is none, and [database.ErrForeignKey] when other rows still refer to
// it.
func Delete[T any](ctx context.Context, h database.Handle, row *T) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	key, err := p.appendKey(nil, unsafe.Pointer(row))
	if err != nil {
		return err
	}
	w := &writer{dialect: p.b.dialect}
	w.str("DELETE FROM ")
	w.name(p.table)
	w.whereKey(p)
	err = affectOne(ctx, h, p, "delete", string(w.b), key)
	return p.blameDelete(ctx, h, err, func(w *writer) { w.whereKey(p) }, key...)
}

func affectOne(ctx context.Context, h database.Handle, p *plan, verb, text string, args []any) error {
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, p.model, err)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("%s: %w in %s", verb, ErrNotFound, p.model)
	}
	return nil
}

// Update gives columns new values in all rows of the query, in one statement,
// and returns how many rows there were. Values are computed by the database,
// so that Add loses no concurrent change. Without a condition it is refused
// unless Every was said; Limit, Offset and relations to load do not go with it.
func (q Query[T]) Update(ctx context.Context, assignments ...Assignment[T]) (int64, error) {
	p, err := q.planToWrite("update")
	if err != nil {
		return 0, err
	}
	if len(assignments) == 0 {
		return 0, fmt.Errorf("orm: an update of %s names no column", p.model)
	}
	b := &binder{}
	b.mark('U', p.table)
	var set []assignedField
	for _, a := range assignments {
		s, v, err := p.assigned(a.a)
		if err != nil {
			return 0, err
		}
		s.bind(b, p, v)
		set = append(set, s)
	}
	for i, f := range p.fields {
		if f.tag.autoNow {
			s := assignedField{at: i, op: assignSet}
			v, err := p.encode(i, p.b.models.now().UTC().Truncate(microsecond))
			if err != nil {
				return 0, err
			}
			s.bind(b, p, v)
			set = append(set, s)
		}
	}
	for _, n := range q.where {
		b.node(p, n)
	}
	text, err := q.text(p, b, func(w *writer) {
		w.update(p, set)
		w.where(p, "t0", q.where)
	})
	if err != nil {
		return 0, err
	}
	return q.write(ctx, p, "update", text, b.args)
}

// Delete deletes all rows of the query and returns how many there were; rows
// that the database deletes with them are not counted. Without a condition it
// is refused unless Every was said; Limit, Offset and relations to load do not
// go with it.
func (q Query[T]) Delete(ctx context.Context) (int64, error) {
	p, err := q.planToWrite("delete")
	if err != nil {
		return 0, err
	}
	b := q.bind(p, 'd')
	text, err := q.text(p, b, func(w *writer) {
		w.str("DELETE FROM ")
		w.name(p.table)
		w.str(" AS t0")
		w.where(p, "t0", q.where)
	})
	if err != nil {
		return 0, err
	}
	n, err := q.write(ctx, p, "delete", text, b.args)
	return n, p.blameDelete(ctx, q.h, err, func(w *writer) { w.where(p, "t0", q.where) }, b.args...)
}

func (q Query[T]) planToWrite(verb string) (*plan, error) {
	p, err := q.plan()
	switch {
	case err != nil:
		return nil, err
	case q.limit >= 0 || q.offset > 0 || len(q.with) > 0:
		return nil, fmt.Errorf("orm: %s of %s: Limit, Offset and With cannot be used here", verb, p.model)
	case len(q.where) == 0 && !q.every:
		return nil, fmt.Errorf("orm: %s of %s has no condition and would concern every row; say Every() if that is meant", verb, p.model)
	}
	return p, nil
}

func (q Query[T]) write(ctx context.Context, p *plan, verb, text string, args []any) (int64, error) {
	res, err := q.h.Exec(ctx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", verb, p.model, err)
	}
	return res.RowsAffected, nil
}

// assignedField is one column of an UPDATE.
type assignedField struct {
	at int // among the plan's fields
	op assignOp
}

// assigned resolves an assignment and its encoded value.
func (p *plan) assigned(a assignment) (assignedField, any, error) {
	s := assignedField{at: p.indexOf(a.field), op: a.op}
	if a.op == 0 {
		return s, nil, errors.New("orm: an assignment is the zero Assignment")
	}
	if s.at < 0 {
		return s, nil, unknownField(p, a.field)
	}
	f := p.fields[s.at]
	if f.tag.generated != "" {
		return s, nil, fieldError(p.model, f, errGenerated)
	}
	switch a.op {
	case assignNull:
		if f.null == notNull {
			return s, nil, fieldError(p.model, f, fault.New(fault.Invalid, "the column cannot be NULL"))
		}
		return s, nil, nil
	case assignAdd:
		if err := p.canAdd(s.at); err != nil {
			return s, nil, fieldError(p.model, f, err)
		}
		v, err := p.convertArg(s.at, a.value)
		return s, v, err
	}
	v, err := p.assignArg(s.at, a.value)
	return s, v, err
}

// bind adds the assignment to the shape, and its value to the arguments.
func (s assignedField) bind(b *binder, p *plan, v any) {
	b.mark(byte('0'+s.op), p.fields[s.at].name)
	if s.op != assignNull {
		b.args = append(b.args, v)
	}
}

func (w *writer) update(p *plan, set []assignedField) {
	w.str("UPDATE ")
	w.name(p.table)
	w.str(" AS t0 SET ")
	for i, s := range set {
		if i > 0 {
			w.str(", ")
		}
		column := p.fields[s.at].column
		w.name(column)
		w.str(" = ")
		switch s.op {
		case assignNull:
			w.str("NULL")
		case assignAdd:
			w.sum(p, s.at)
		default:
			w.arg()
		}
	}
}
