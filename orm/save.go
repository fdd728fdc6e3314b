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

// SaveOption says how [Save] stores a row.
type SaveOption byte

const (
	// ForceInsert stores the row as a new one. If its key exists the error is
	// [database.ErrUnique].
	ForceInsert SaveOption = iota + 1
	// ForceUpdate stores the row in the one with its key. If there is none the
	// error is [ErrNotFound].
	ForceUpdate
)

// ErrForceBoth is the error of a [Save] that was to force both an insert and an
// update.
var ErrForceBoth error = &sentinel{"a save cannot force both an insert and an update", fault.Invalid}

// ErrConflict is the error of a row that someone else changed since it was
// read, of a model with a field tagged version. What they wrote is still there.
var ErrConflict error = &sentinel{"the row was changed since it was read", fault.Conflict}

// Save stores all fields of row: in the row with its key, or as a new one when
// there is none. A zero key that the database numbers is that of a new row. To
// store only what was meant to change there is [Update], which overwrites
// nothing of what others changed meanwhile.
//
// A model may have a Save of its own, which checks or changes something and
// forwards its options:
//
//	func (p *Post) Save(ctx context.Context, h database.Handle, options ...orm.SaveOption) error {
//		if p.Title == "" {
//			return errNoTitle
//		}
//		return orm.Save(ctx, h, p, options...)
//	}
//
// But Create and Update do not know it; what must hold always is a [Validator].
func Save[T any](ctx context.Context, h database.Handle, row *T, options ...SaveOption) error {
	var insert, update bool
	for _, o := range options {
		switch o {
		case ForceInsert:
			insert = true
		case ForceUpdate:
			update = true
		default:
			return fmt.Errorf("orm: %d is no SaveOption", o)
		}
	}
	if insert && update {
		return ErrForceBoth
	}
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if row == nil {
		return fmt.Errorf("save %s: %w", p.model, errNoStruct)
	}
	return p.saving(ctx, h, row, Saving{Options: options}, func(ctx context.Context, h database.Handle) (created, stored bool, err error) {
		ptr := unsafe.Pointer(row)
		switch {
		case insert || !update && p.isNew(ptr):
			_, err := p.insert(ctx, h, ptr, nil)
			return true, true, err
		case update || p.version != nil:
			return false, true, p.updateAll(ctx, h, ptr, "update")
		}
		created, err = p.updateOrInsert(ctx, h, ptr)
		return created, true, err
	})
}

// isNew reports whether the row can be in no table yet.
func (p *plan) isNew(ptr unsafe.Pointer) bool {
	if p.key != nil && p.key.auto && *(*int64)(unsafe.Add(ptr, p.key.offset)) == 0 {
		return true
	}
	return p.version != nil && *(*int64)(unsafe.Add(ptr, p.version.offset)) == 0
}

// updateOrInsert stores the row, whether its key exists or not, and whoever
// creates or deletes that row meanwhile.
func (p *plan) updateOrInsert(ctx context.Context, h database.Handle, ptr unsafe.Pointer) (created bool, err error) {
	for range maxRounds {
		if err := p.updateAll(ctx, h, ptr, verbSave); !errors.Is(err, ErrNotFound) {
			return false, err
		}
		if created, err := p.insert(ctx, h, ptr, p.keyColumns()); err != nil || created {
			return created, err
		}
	}
	return false, p.neverStored("save")
}

// neverStored is the error of a row that was not there to be read or changed, and
// in the way of being stored, in so many rounds.
func (p *plan) neverStored(verb string) error {
	return fmt.Errorf("%s %s: %w; or others created and deleted it %d times in a row", verb, p.model, ErrNotStored, maxRounds)
}

func (m *model) keyColumns() []string {
	var out []string
	for _, f := range m.keys {
		out = append(out, f.column)
	}
	return out
}

// updateAll stores all fields of the struct at ptr in the row with its key.
func (p *plan) updateAll(ctx context.Context, h database.Handle, ptr unsafe.Pointer, verb string) error {
	p.stamp(ptr, false)
	p.truncateTimes(ptr)
	var set []assignedField
	for i, f := range p.fields {
		if !p.isKey(f) && f.tag.generated == "" && f != p.version {
			set = append(set, assignedField{at: i, op: assignSet})
		}
	}
	if len(set) == 0 { // nothing but a key: it is set to itself
		for i, f := range p.fields {
			if p.isKey(f) {
				set = append(set, assignedField{at: i, op: assignSet})
			}
		}
	}
	return p.update(ctx, h, ptr, verb, set)
}

// verbSave is the verb of a write that is content with no row.
const verbSave = "save"

// update stores the fields of the struct at ptr in the row with its key.
func (p *plan) update(ctx context.Context, h database.Handle, ptr unsafe.Pointer, verb string, set []assignedField) error {
	b := newArgs()
	b.mark('u', p.table)
	for i, s := range set {
		v, err := p.arg(s.at, ptr)
		if err != nil {
			return err
		}
		set[i].bind(b, p, v)
	}
	if p.version != nil {
		set = append(set, p.nextVersion(b))
	}
	var err error
	if b.args, err = p.appendKey(b.args, ptr); err != nil {
		return err
	}
	if p.version != nil {
		b.args = append(b.args, *p.versionAt(ptr))
	}
	text, err := p.b.texts.get(b.shape, func() (string, error) {
		w := p.b.newText()
		w.update(p, set)
		w.whereKey(p)
		w.whereVersion(p)
		return string(w.B), nil
	})
	if err != nil {
		return err
	}
	err = p.blameWrite(ctx, h, ptr, p.affectOne(ctx, h, ptr, verb, text, b.args))
	if err == nil && p.version != nil {
		*p.versionAt(ptr)++
	}
	return err
}

func (p *plan) versionAt(ptr unsafe.Pointer) *int64 {
	return (*int64)(unsafe.Add(ptr, p.version.offset))
}

// nextVersion is the assignment that counts the version up.
func (p *plan) nextVersion(b *sqlArgs) assignedField {
	s := assignedField{at: p.indexOf(p.version.name), op: assignAdd}
	s.bind(b, p, int64(1))
	return s
}

// whereVersion writes, after whereKey, that the row has the version that the
// next argument is.
func (w *sqlText) whereVersion(p *plan) {
	if p.version != nil {
		w.Str(" AND ")
		w.Name(p.version.column)
		w.Str(" = ")
		w.Arg()
	}
}

// affectOne runs a statement that concerns the row with the key of the struct
// at ptr, and finds out why it concerns none.
func (p *plan) affectOne(ctx context.Context, h database.Handle, ptr unsafe.Pointer, verb, text string, args []any) error {
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, p.model, err)
	}
	if res.RowsAffected > 0 {
		return p.wrote(ctx, h, verb)
	}
	if verb != verbSave {
		reason, err := p.unaffected(ctx, h, ptr)
		if err != nil {
			return err
		}
		if reason != nil {
			return fmt.Errorf("%s %s: %w", verb, p.model, reason)
		}
	}
	return fmt.Errorf("%s: %w in %s", verb, ErrNotFound, p.model)
}

// unaffected returns why a statement left the row with the key of the struct at
// ptr as it is, nil when there is none.
func (p *plan) unaffected(ctx context.Context, h database.Handle, ptr unsafe.Pointer) (reason, err error) {
	key, err := p.appendKey(nil, ptr)
	if err != nil {
		return nil, err
	}
	w := p.b.newText()
	w.Str("SELECT ")
	if p.version != nil {
		w.Name(p.version.column)
	} else {
		w.Str("0")
	}
	w.Str(" FROM ")
	w.Name(p.table)
	w.whereKey(p)
	w.alive(p, database.Quote(p.table), " AND ")
	var version int64
	err = database.QueryRow(ctx, h, []any{&version}, string(w.B), key...)
	switch {
	case errors.Is(err, database.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case p.version != nil && version != *p.versionAt(ptr):
		return ErrConflict, nil
	}
	return ErrNotStored, nil
}
