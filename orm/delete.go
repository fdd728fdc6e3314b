package orm

import (
	"context"
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Delete deletes the row with the key of row. The error is [ErrNotFound] when
// there is none, [database.ErrForeignKey] when other rows still refer to it, and
// [ErrConflict] as for [Update].
//
// A row of a model with a field tagged soft_delete is not deleted but marked
// there with the time. Queries and relations do not see it any more, unique
// constraints do not count it, and a new row may take its values; rows that
// refer to it protect it as they would protect it from being deleted, but those
// that would be deleted with it stay. To bring it back set the field to NULL;
// to delete it for good there is [Purge].
func Delete[T any](ctx context.Context, h database.Handle, row *T) error {
	return deleteRow(ctx, h, row, false)
}

// Purge deletes the row with the key of row, also of a model with a field
// tagged soft_delete, and whether it was marked there or not. For other models
// it is [Delete].
func Purge[T any](ctx context.Context, h database.Handle, row *T) error {
	return deleteRow(ctx, h, row, true)
}

func deleteRow[T any](ctx context.Context, h database.Handle, row *T, purge bool) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if row == nil {
		return fmt.Errorf("delete %s: %w", p.model, errNoStruct)
	}
	ptr := unsafe.Pointer(row)
	args, err := p.appendKey(nil, ptr)
	if err != nil {
		return err
	}
	key := args[:len(args):len(args)]
	if p.version != nil {
		args = append(args, *p.versionAt(ptr))
	}
	if p.deleted != nil && !purge {
		now := p.b.models.now().UTC().Truncate(microsecond)
		err := p.deleting(ctx, h, row, func(ctx context.Context, h database.Handle) error { return p.mark(ctx, h, ptr, now, key, args) })
		if err == nil {
			p.marked(ptr, now)
		}
		return err
	}
	return p.deleting(ctx, h, row, func(ctx context.Context, h database.Handle) error {
		where := func(w *sqlText) { w.whereKey(p) }
		n, done, err := p.deleteDeep(ctx, h, nil, func(w *sqlText) {
			w.whereKey(p)
			w.whereVersion(p)
		}, args...)
		if err != nil {
			return p.blameDelete(ctx, h, fmt.Errorf("delete %s: %w", p.model, err), where, key...)
		}
		if done && n > 0 {
			return p.wrote(ctx, h, "delete")
		}
		text, err := p.b.texts.get(append([]byte("D\x00"), p.table...), func() (string, error) {
			w := p.b.newText()
			w.Str("DELETE FROM ")
			w.Name(p.table)
			w.whereKey(p)
			w.whereVersion(p)
			return string(w.B), nil
		})
		if err != nil {
			return err
		}
		err = p.affectOne(ctx, h, ptr, "delete", text, args)
		return p.blameDelete(ctx, h, err, where, key...)
	})
}

// mark marks the row with the key of the struct at ptr as deleted.
func (p *plan) mark(ctx context.Context, h database.Handle, ptr unsafe.Pointer, now time.Time, key, args []any) error {
	mark, err := p.encode(p.indexOf(p.deleted.name), now)
	if err != nil {
		return err
	}
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := p.protected(ctx, tx, func(w *sqlText) { w.whereKey(p) }, key...); err != nil {
			return err
		}
		w := p.b.newText()
		w.marking(p)
		w.whereKey(p)
		w.whereVersion(p)
		w.alive(p, "t0", " AND ")
		return p.affectOne(ctx, tx, ptr, "delete", string(w.B), append([]any{mark}, args...))
	})
}

// marked changes the struct at ptr as mark changed its row.
func (p *plan) marked(ptr unsafe.Pointer, now time.Time) {
	if p.version != nil {
		*p.versionAt(ptr)++
	}
	p.deleted.setTime(ptr, now)
}

// marking writes the beginning of the statement that marks rows, in alias t0.
func (w *sqlText) marking(p *plan) {
	w.Str("UPDATE ")
	w.Name(p.table)
	w.Str(" AS t0 SET ")
	w.Name(p.deleted.column)
	w.Str(" = ")
	w.Arg()
	if p.version != nil {
		w.Str(", ")
		w.Name(p.version.column)
		w.Str(" = ")
		w.Col("t0", p.version.column)
		w.Str(" + 1")
	}
}

// Delete deletes all rows of the query and returns how many there were; rows
// that are deleted with them (on_delete=cascade, to any depth) are not counted
// ([PlanDelete] predicts them). Without a condition it is refused unless Every was said; Limit, Offset
// and relations to load do not go with it. Rows of a model with a field tagged
// soft_delete are marked, as [Delete] does. No methods of the rows run.
func (q *Query[T]) Delete(ctx context.Context) (int64, error) {
	return (*query)(q).own().delete(ctx, nil)
}

func (q *query) delete(ctx context.Context, ret *returning) (int64, error) {
	p, err := q.planToWrite("delete")
	if err != nil {
		return 0, err
	}
	if p.deleted == nil {
		return q.purge(ctx, p, ret)
	}
	b := newArgs()
	b.mark('M', p.table)
	b.shape = append(b.shape, byte('0'+q.deleted))
	now, err := p.encode(p.indexOf(p.deleted.name), p.b.models.now().UTC().Truncate(microsecond))
	if err != nil {
		return 0, err
	}
	b.args = append(b.args, now)
	where := p.visible(q.where, deletedHidden) // no row is marked twice
	for _, n := range where {
		b.node(p, n)
	}
	conditions := len(b.args)
	b.returning(p, ret)
	text, err := b.text(p, func(w *sqlText) {
		w.marking(p)
		w.whereLocked(p, where, q.isOne(p))
		w.returning(p, ret)
	})
	if err != nil {
		return 0, err
	}
	var n int64
	err = q.h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		ctx, cancel := q.limited(ctx)
		defer cancel()
		if err := p.protected(ctx, tx, func(w *sqlText) { w.where(p, "t0", where) }, b.args[1:conditions]...); err != nil {
			return err
		}
		n, err = q.change(ctx, tx, p, "delete", text, b.args, ret)
		return err
	})
	return n, err
}

// Purge is Delete for good, also of a model with a field tagged soft_delete.
// Rows that are marked already are among those of the query only after
// WithDeleted:
//
//	orm.From[Post](db).WithDeleted().Where(Posts.Deleted.Lt(lastYear)).Purge(ctx)
func (q *Query[T]) Purge(ctx context.Context) (int64, error) { return (*query)(q).own().purgeAll(ctx) }

func (q *query) purgeAll(ctx context.Context) (int64, error) {
	p, err := q.planToWrite("purge")
	if err != nil {
		return 0, err
	}
	return q.purge(ctx, p, nil)
}

func (q *query) purge(ctx context.Context, p *plan, ret *returning) (n int64, err error) {
	if ret != nil && p.chains != nil {
		// Several statements may be needed.
		err := q.h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			if err := ret.before(ctx, tx); err != nil {
				return err
			}
			c := q.own()
			c.h = tx
			n, err = c.purge(ctx, p, nil)
			return err
		})
		return n, err
	}
	b := q.bind(p, 'd')
	conditions := len(b.args)
	b.returning(p, ret)
	where := p.visible(q.where, q.deleted)
	text, err := b.text(p, func(w *sqlText) {
		w.Str("DELETE FROM ")
		w.Name(p.table)
		w.Str(" AS t0")
		w.whereLocked(p, where, q.isOne(p))
		w.returning(p, ret)
	})
	if err != nil {
		return 0, err
	}
	condition := func(w *sqlText) { w.where(p, "t0", where) }
	n, done, err := p.deleteDeep(ctx, q.h, q, condition, b.args[:conditions]...)
	if err != nil {
		err = fmt.Errorf("delete %s: %w", p.model, err)
	} else if done {
		err = p.wrote(ctx, q.h, "delete")
	} else {
		n, err = q.write(ctx, p, "delete", text, b.args, ret)
	}
	return n, p.blameDelete(ctx, q.h, err, condition, b.args[:conditions]...)
}

// protected returns the error of rows that cannot be marked as deleted, because
// others refer to them that would not let them be deleted. where writes the
// condition on the rows, in the alias t0.
func (p *plan) protected(ctx context.Context, h database.Handle, where func(*sqlText), args ...any) error {
	if p.key == nil {
		return nil // nothing can refer to it
	}
	key, err := p.protector(ctx, h, true, where, args...)
	if err != nil || key.Name == "" {
		return err
	}
	return fmt.Errorf("delete %s: %w", p.model, &database.Error{
		Kind: database.ForeignKey, Constraint: key.Name, Table: key.table, Columns: key.Columns,
	})
}

// protection is a foreign key that protects rows.
type protection struct {
	schema.ForeignKey
	table string
}

// protector finds a foreign key by which a row still refers to one of the rows
// and protects it; its Name is empty when there is none. With living, rows that
// are marked as deleted protect nothing.
func (p *plan) protector(ctx context.Context, h database.Handle, living bool, where func(*sqlText), args ...any) (protection, error) {
	for _, m := range p.b.models.all {
		for _, f := range m.fields {
			if f.ref == nil || f.ref.model != p.model {
				continue
			}
			key := f.foreignKey(m.table)
			if key.OnDelete != schema.Restrict && key.OnDelete != schema.NoAction {
				continue
			}
			found, err := p.any(ctx, h, func(w *sqlText) {
				w.Name(m.table)
				w.Str(" c WHERE ")
				w.Col("c", f.column)
				w.Str(" IN (SELECT ")
				w.Col("t0", p.key.column)
				w.Str(" FROM ")
				w.Name(p.table)
				w.Str(" t0")
				where(w)
				w.Str(")")
				if m.deleted != nil && living {
					w.Str(" AND ")
					w.Col("c", m.deleted.column)
					w.Str(" IS NULL")
				}
			}, args...)
			if err != nil {
				return protection{}, err
			}
			if found {
				return protection{key, m.table}, nil
			}
		}
	}
	return protection{}, nil
}
