package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// Create stores row as a new row of its table. A key of type int64 that is
// zero is numbered by the database and set in row; any other key is stored as
// it is, and further ones are numbered from after the largest of them. Fields
// tagged auto_now and auto_now_add are set. Relations held in a Many are not
// stored; see [ManyToMany.Add]. A row that a trigger leaves out is
// [ErrNotStored].
func Create[T any](ctx context.Context, h database.Handle, row *T) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if row == nil {
		return fmt.Errorf("create %s: %w", p.model, errNoStruct)
	}
	return p.create(ctx, h, row)
}

// CreateAny is [Create] for a row of a model that the program does not know when
// it is compiled, such as one that [FieldInfo.References] names: row is a pointer
// to its struct. The error names the type if it is not a pointer to a model.
func CreateAny(ctx context.Context, h database.Handle, row any) error {
	v := reflect.ValueOf(row)
	if v.Kind() != reflect.Pointer {
		return fmt.Errorf("orm: create takes a pointer to the struct of a model, not a %T", row)
	}
	p, err := planOf(h, v.Type().Elem())
	if err != nil {
		return err
	}
	if v.IsNil() {
		return fmt.Errorf("create %s: %w", p.model, errNoStruct)
	}
	return p.create(ctx, h, row)
}

// create stores row, a pointer to the struct of the model, as a new row.
func (p *plan) create(ctx context.Context, h database.Handle, row any) error {
	return p.saving(ctx, h, row, Saving{}, func(ctx context.Context, h database.Handle) (created, stored bool, err error) {
		_, err = p.insert(ctx, h, reflect.ValueOf(row).UnsafePointer(), nil)
		return true, true, err
	})
}

// insert stores the struct at ptr as a new row. With the columns of a unique
// constraint it does nothing, and says so, when a row has those values already.
func (p *plan) insert(ctx context.Context, h database.Handle, ptr unsafe.Pointer, unless []string) (inserted bool, err error) {
	p.stamp(ptr, true)
	p.truncateTimes(ptr)
	if p.version != nil && *p.versionAt(ptr) == 0 {
		*p.versionAt(ptr) = 1
	}
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
	if p.key != nil && p.key.auto && !numbered {
		if err := p.passKey(ctx, h, *(*int64)(unsafe.Add(ptr, p.key.offset))); err != nil {
			return false, fmt.Errorf("create %s: %w", p.model, err)
		}
	}
	returning := numbered && p.b.dialect.Features().Returning
	text, err := p.insertText(numbered, returning, unless)
	if err != nil {
		return false, err
	}
	if returning {
		key := (*int64)(unsafe.Add(ptr, p.key.offset))
		err := database.QueryRow(ctx, h, []any{key}, text, args...)
		if errors.Is(err, database.ErrNoRows) {
			if unless != nil {
				return false, nil
			}
			err = ErrNotStored
		}
		if err != nil {
			return false, fmt.Errorf("create %s: %w", p.model, err)
		}
		return true, p.wrote(ctx, h, "create")
	}
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return false, p.blameWrite(ctx, h, ptr, fmt.Errorf("create %s: %w", p.model, err))
	}
	if res.RowsAffected == 0 && unless == nil {
		return false, fmt.Errorf("create %s: %w", p.model, ErrNotStored)
	}
	if numbered && res.RowsAffected > 0 {
		*(*int64)(unsafe.Add(ptr, p.key.offset)) = res.LastInsertID
	}
	return res.RowsAffected > 0, p.wrote(ctx, h, "create")
}

// inserts reports whether an INSERT names the field: not a key that the
// database numbers, nor what it computes.
func (p *plan) inserts(f *field, numbered bool) bool {
	return f.tag.generated == "" && !(numbered && f == p.key)
}

func (p *plan) insertText(numbered, returning bool, unless []string) (string, error) {
	var room [160]byte
	shape := append(append(room[:0], 'i', flag(numbered)), p.table...)
	for _, column := range unless {
		shape = append(append(shape, 0), column...)
	}
	return p.b.texts.get(shape, func() (string, error) {
		w := p.b.newText()
		w.Str("INSERT INTO ")
		w.Name(p.table)
		first := true
		for _, f := range p.fields {
			if !p.inserts(f, numbered) {
				continue
			}
			if first {
				w.Str(" (")
			} else {
				w.Str(", ")
			}
			first = false
			w.Name(f.column)
		}
		if first {
			w.Str(" DEFAULT VALUES")
		} else {
			w.Str(") VALUES (")
			for i := 0; i < len(p.fields); i++ {
				if !p.inserts(p.fields[i], numbered) {
					continue
				}
				if w.Args > 0 {
					w.Str(", ")
				}
				w.Arg()
			}
			w.Str(")")
		}
		for i, column := range unless {
			if i == 0 {
				w.Str(" ON CONFLICT (")
			} else {
				w.Str(", ")
			}
			w.Name(column)
		}
		if unless != nil {
			w.Str(")")
			w.amongLiving(p, unless)
			w.Str(" DO NOTHING")
		}
		if returning {
			w.Str(" RETURNING ")
			w.Name(p.key.column)
		}
		return string(w.B), nil
	})
}

// stamp sets the fields that hold the time of creation or of the last change.
func (p *plan) stamp(ptr unsafe.Pointer, created bool) {
	for _, f := range p.fields {
		if !f.tag.autoNow && !(f.tag.autoNowAdd && created) {
			continue
		}
		f.setTime(ptr, p.b.models.now().UTC().Truncate(microsecond))
	}
}

// setTime sets the field, which holds a time, of the struct at ptr.
func (f *field) setTime(ptr unsafe.Pointer, t time.Time) {
	at := unsafe.Add(ptr, f.offset)
	switch f.null {
	case nullPointer:
		own := t
		*(*unsafe.Pointer)(at) = unsafe.Pointer(&own)
		return
	case nullStruct:
		*(*bool)(unsafe.Add(at, f.validAt)) = true
	}
	reflect.NewAt(timeType, at).Elem().Set(reflect.ValueOf(t))
}

// Update stores the named fields of row, and those tagged auto_now, in the row
// with its key. Fields that are not named keep what the database has: nothing
// that someone else changed meanwhile is overwritten by accident. The error is
// [ErrNotFound] when there is no such row, [ErrConflict] when the model has a
// field tagged version and the row is of another version than the struct, and
// [ErrNotStored] when a trigger left the row as it was.
func Update[T any](ctx context.Context, h database.Handle, row *T, fields ...Field[T]) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if row == nil {
		return fmt.Errorf("update %s: %w", p.model, errNoStruct)
	}
	names := fieldNames(fields)
	at, err := updateFields(p, names)
	if err != nil {
		return err
	}
	set := make([]assignedField, len(at))
	for k, i := range at {
		set[k] = assignedField{at: i, op: assignSet}
	}
	return p.saving(ctx, h, row, Saving{Fields: names}, func(ctx context.Context, h database.Handle) (created, stored bool, err error) {
		ptr := unsafe.Pointer(row)
		p.stamp(ptr, false)
		p.truncateTimes(ptr)
		return false, true, p.update(ctx, h, ptr, "update", set)
	})
}

var errVersion = errors.New("the version counts by itself; it cannot be set")

// Update gives columns new values in all rows of the query, in one statement,
// and returns how many rows there were. Values are computed by the database,
// so that Increment loses no concurrent change. Without a condition it is refused
// unless Every was called; Limit, Offset and relations to load do not go with it.
//
//go:noinline
func (q *Query[T]) Update(ctx context.Context, assignments ...Assignment[T]) (int64, error) {
	return (*query)(q).own().update(ctx, assigning(assignments), nil)
}

// assigning returns assignments without the type of their model.
func assigning[P any](assignments []AssignmentOf[P]) []assignment {
	return slices.Clone(*(*[]assignment)(unsafe.Pointer(&assignments)))
}

func (q *query) update(ctx context.Context, assignments []assignment, ret *returning) (int64, error) {
	p, err := q.planToWrite("update")
	if err != nil {
		return 0, err
	}
	if len(assignments) == 0 {
		return 0, fmt.Errorf("orm: an update of %s names no column", p.model)
	}
	b := p.b.newArgs()
	b.mark('U', p.table)
	var set []assignedField
	for _, a := range assignments {
		s, v, err := p.assigned(a)
		if err != nil {
			return 0, err
		}
		if slices.ContainsFunc(set, func(other assignedField) bool { return other.at == s.at }) {
			return 0, fieldError(p.model, p.fields[s.at], errors.New("the update names the column twice"))
		}
		s.bind(b, p, v)
		set = append(set, s)
	}
	if p.version != nil {
		set = append(set, p.nextVersion(b))
	}
	for i, f := range p.fields {
		if f.tag.autoNow && !slices.ContainsFunc(set, func(other assignedField) bool { return other.at == i }) {
			s := assignedField{at: i, op: assignSet}
			v, err := p.encode(i, p.b.models.now().UTC().Truncate(microsecond))
			if err != nil {
				return 0, err
			}
			s.bind(b, p, v)
			set = append(set, s)
		}
	}
	where := p.visible(q.where, q.deleted)
	for _, n := range where {
		b.node(p, n)
	}
	b.returning(p, ret)
	text, err := b.text(p, func(w *sqlText) {
		w.update(p, set)
		w.where(p, "t0", where)
		w.returning(p, ret)
	})
	if err != nil {
		return 0, err
	}
	n, err := q.write(ctx, p, "update", text, b.args, ret)
	if err != nil {
		return n, p.blameUpdate(err, set, where)
	}
	b.release()
	return n, nil
}

func (q *query) planToWrite(verb string) (*plan, error) {
	p, err := q.plan()
	switch {
	case err != nil:
		return nil, err
	case q.limit >= 0 || q.offset > 0 || len(q.with) > 0 || len(q.without) > 0 || q.lock != 0:
		return nil, fmt.Errorf("orm: %s of %s: Limit, Offset, With, Without and ForUpdate cannot be used here", verb, p.model)
	case !slices.ContainsFunc(q.where, (*node).says) && !q.every:
		return nil, fmt.Errorf("orm: %s of %s has no condition and would affect every row; call Every() to allow it", verb, p.model)
	}
	return p, nil
}

// says reports whether a condition says anything; And without conditions does
// not.
func (n *node) says() bool {
	return n == nil || n.op != opAnd || slices.ContainsFunc(n.kids(), (*node).says)
}

func (q *query) write(ctx context.Context, p *plan, verb, text string, args []any, ret *returning) (int64, error) {
	ctx, cancel := q.limited(ctx)
	defer cancel()
	return q.change(ctx, q.h, p, verb, text, args, ret)
}

// assignedField is one column of an UPDATE.
type assignedField struct {
	at   int // among the plan's fields
	op   assignOp
	expr *expr // for assignExpr
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
	if f == p.version {
		return s, nil, fieldError(p.model, f, errVersion)
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
	case assignExpr:
		s.expr, _ = a.value.(*expr)
		return s, nil, nil
	}
	v, err := p.assignArg(s.at, a.value)
	return s, v, err
}

// bind adds the assignment to the shape, and its value to the arguments.
func (s assignedField) bind(b *sqlArgs, p *plan, v any) {
	b.mark(byte('0'+s.op), p.fields[s.at].name)
	switch s.op {
	case assignNull:
	case assignExpr:
		b.expr(p, s.expr, p.kindAt(s.at))
	default:
		b.args = append(b.args, v)
	}
}

func (w *sqlText) update(p *plan, set []assignedField) {
	w.Str("UPDATE ")
	w.Name(p.table)
	w.Str(" AS t0 SET ")
	for i, s := range set {
		if i > 0 {
			w.Str(", ")
		}
		column := p.fields[s.at].column
		w.Name(column)
		w.Str(" = ")
		switch s.op {
		case assignNull:
			w.Str("NULL")
		case assignAdd:
			if p.fields[s.at] == p.version {
				w.sum(p, s.at) // of ones: it never gets that far
				continue
			}
			w.guarded(p, s.at, false, func() { w.sum(p, s.at) })
		case assignExpr:
			w.guarded(p, s.at, s.expr.hasSQL(), func() { w.expr(p, "t0", s.expr, p.kindAt(s.at)) })
		default:
			w.Arg()
		}
	}
}
