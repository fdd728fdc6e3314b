package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/volaweb/vola/database"
)

// UpdateAll stores the named fields of every row, and those tagged auto_now, in
// the row with its key, as [Update] does for one, but many in one statement:
// each row has values of its own. Either all rows are updated or none: when
// some are not there the error is [ErrNotFound] and tells how many,
// [ErrConflict] when only the version of some is another, and [ErrNotStored]
// when a trigger left some as they were. The same key in two
// rows is an error, which names it. No hooks are called. Without rows it does
// nothing.
func UpdateAll[T any](ctx context.Context, h database.Handle, rows []T, fields ...Field[T]) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	u := bulkUpdate{bulk: bulkOf(p, rows), by: p.keyFields()}
	if u.set, err = updateFields(p, fieldNames(fields)); err != nil {
		return err
	}
	if err := u.distinct("update", u.by, u.all()); err != nil || u.n == 0 {
		return err
	}
	for i := range u.n {
		p.stamp(u.at(i), false)
		p.truncateTimes(u.at(i))
	}
	if p.version != nil {
		u.by = append(u.by, p.indexOf(p.version.name))
	}
	if err := h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return u.run(ctx, tx) }); err != nil {
		return err
	}
	if p.version != nil {
		for i := range u.n {
			*p.versionAt(u.at(i))++
		}
	}
	return nil
}

// bulkUpdate is one call of UpdateAll.
type bulkUpdate struct {
	bulk
	by  []int // the fields by which a row is found: the key, and the version
	set []int
}

// run updates all rows.
func (u *bulkUpdate) run(ctx context.Context, tx *database.Tx) error {
	missing := int64(u.n)
	all, err := u.inOrder(u.all(), u.by)
	if err != nil {
		return fmt.Errorf("update %s: %w", u.p.model, err)
	}
	err = u.chunks(all, len(u.by)+len(u.set), false, func(rows []int) error {
		n, err := u.update(ctx, tx, rows)
		missing -= n
		return err
	})
	if err != nil || missing == 0 {
		return err
	}
	reason := ErrNotFound
	there, err := u.count(ctx, tx, u.p.keyFields())
	if err != nil {
		return err
	}
	if there == u.n {
		reason = ErrNotStored
		if u.p.version != nil {
			// Those updated have another version by now.
			unchanged, err := u.count(ctx, tx, u.by)
			if err != nil {
				return err
			}
			if unchanged == 0 {
				reason = ErrConflict
			}
		}
	}
	return fmt.Errorf("update: %w in %s for %d of %d", reason, u.p.model, missing, u.n)
}

// update updates the rows of one statement and returns how many there were.
func (u *bulkUpdate) update(ctx context.Context, h database.Handle, rows []int) (int64, error) {
	p := u.p
	columns := slices.Concat(u.by, u.set)
	args, err := u.tuples(columns, rows)
	if err != nil {
		return 0, fmt.Errorf("update %s: %w", p.model, err)
	}
	s := &sqlArgs{shape: make([]byte, 0, 128)}
	s.mark('V', p.table)
	s.markTuples(p, columns, len(rows))
	text, err := p.b.texts.get(s.shape, func() (string, error) {
		w := p.b.newText()
		if p.arrays() {
			w.lockTuples(p, columns, u.by, len(rows))
		}
		w.Str("UPDATE ")
		w.Name(p.table)
		w.Str(" AS t0 SET ")
		for i, f := range u.set {
			w.item(i, "")
			w.Name(p.fields[f].column)
			w.Str(" = v." + cell(len(u.by)+i))
		}
		w.countVersion(p, "t0")
		w.Str(" FROM ")
		if p.arrays() {
			w.Str("v WHERE " + readLocked + " AND ")
		} else {
			w.tuples(p, columns, len(rows))
			w.Str(" WHERE ")
		}
		w.matchTuples(p, u.by)
		return string(w.B), nil
	})
	if err != nil {
		return 0, err
	}
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("update %s: %w", p.model, u.blame(ctx, h, rows, err))
	}
	return res.RowsAffected, p.wrote(ctx, h, "update")
}

// countVersion writes, after other assignments, that the version in the alias
// is counted up.
func (w *sqlText) countVersion(p *plan, alias string) {
	if p.version == nil {
		return
	}
	w.Str(", ")
	w.Name(p.version.column)
	w.Str(" = ")
	w.Col(alias, p.version.column)
	w.Str(" + 1")
}

// count returns how many of the rows are in the database with the values of the
// fields.
func (u *bulkUpdate) count(ctx context.Context, h database.Handle, fields []int) (there int, err error) {
	err = u.chunks(u.all(), len(fields), false, func(rows []int) error {
		args, text, err := u.match(fields, rows, 'C', false, func(w *sqlText) { w.Str("count(*)") })
		if err != nil {
			return err
		}
		var n int
		err = database.QueryRow(ctx, h, []any{&n}, text, args...)
		there += n
		return err
	})
	return there, err
}

// updateFields returns the positions of the fields that an update sets: those
// that are named, each once, and those tagged auto_now.
func updateFields(p *plan, fields []string) ([]int, error) {
	if len(fields) == 0 {
		return nil, fmt.Errorf("orm: an update of %s names no field; name the fields to store (Save stores all fields of a row)", p.model)
	}
	var set []int
	for _, name := range fields {
		if name == "" {
			return nil, fmt.Errorf("orm: an update of %s names a nil field", p.model)
		}
		i := p.indexOf(name)
		switch {
		case i < 0:
			return nil, unknownField(p, name)
		case p.isKey(p.fields[i]):
			return nil, fmt.Errorf("orm: an update cannot change the key %s of a %s", p.fields[i].name, p.model)
		case p.fields[i].tag.generated != "":
			return nil, fieldError(p.model, p.fields[i], errGenerated)
		case p.fields[i] == p.version:
			return nil, fieldError(p.model, p.fields[i], errVersion)
		}
		if !slices.Contains(set, i) {
			set = append(set, i)
		}
	}
	for i, f := range p.fields {
		if f.tag.autoNow && !slices.Contains(set, i) {
			set = append(set, i)
		}
	}
	return set, nil
}
